"""What a person reads when something did not work. The only broad `except` of the bot."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.listeners.heard import Heard
from bot.listeners.reply import reply
from bot.views.blocks import Message, escape, private, section
from store.domain.errors import UserError
from store.session import UNREACHABLE

logger = logging.getLogger(__name__)

TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


UNFINISHED = "I cannot reach my database just now. Nothing is lost: I go on by myself as soon as it is back."


class Unfinished(Exception):
    """The database did not answer in the middle of the work, which is to be done again."""


@contextmanager
def tell_error(deps: Deps, heard: Heard) -> Iterator[None]:
    """
    Turn whatever is raised inside into a private message.

    Raises: Unfinished; nothing else leaves this block.
    """
    try:
        yield
    except Unfinished:
        raise
    except UNREACHABLE as error:
        with suppress(SlackRefused, SlackUnavailable, *UNREACHABLE):
            reply(deps, heard, private(UNFINISHED))
        raise Unfinished(str(error)) from error
    except Exception as error:
        message = explain(error)
        if not heard.user:  # an event of nobody in particular
            return
        if heard.typed:  # the form has closed: what was typed must not be lost with it
            message = replace(message, blocks=(*message.blocks, section(f"You had typed:\n{escape(heard.typed)}")))
        with suppress(SlackRefused, SlackUnavailable):
            reply(deps, heard, message)


def explain(error: Exception) -> Message:
    """Return what the person reads; a bug is logged under a short reference that both can quote."""
    if isinstance(error, UserError):
        return private(escape(str(error)))
    if isinstance(error, SlackRefused) and error.error in TOO_LATE:
        return private("That took too long, so Slack no longer lets me open the form. Nothing is lost: do it again.")
    if isinstance(error, SlackUnavailable):
        logger.warning("Slack is unavailable: %s", error, extra={"action": "slack_unavailable"})
        return private("Slack did not take my answer in time. Try again in a moment.")
    reference = secrets.token_hex(2)
    logger.error("Bug %s", reference, exc_info=error, extra={"action": "bug", "reference": reference})
    return private(f"Something broke on our side (ref {reference}). It is in Baton’s log under that reference.")
