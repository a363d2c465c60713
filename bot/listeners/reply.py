"""A private answer to one person."""

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.listeners.heard import Heard
from bot.views.blocks import Message


def reply(deps: Deps, heard: Heard, message: Message) -> None:
    """
    Answer for the person's eyes only: by the address that came along, which also works where the bot is no member.

    The address is good for half an hour; after that, or without one, the answer is an ephemeral message.
    """
    if heard.response_url:
        answer = {**message.payload(), "response_type": "ephemeral", "replace_original": False}
        try:
            return deps.slack.answer(heard.response_url, answer)
        except (SlackRefused, SlackUnavailable):
            if not heard.channel:
                raise
    if heard.channel:
        deps.slack.whisper(heard.channel, heard.user, message.payload())
    return None


def replace(deps: Deps, heard: Heard, message: Message) -> None:
    """Put *message* where the pressed button stands, so that a button that no longer applies vanishes."""
    deps.slack.answer(heard.response_url, {**message.payload(), "replace_original": True})


def withdraw(deps: Deps, heard: Heard) -> None:
    """Remove the private message that was pressed."""
    deps.slack.answer(heard.response_url, {"delete_original": True})
