"""A private answer to one person."""

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.listeners.heard import Heard
from bot.views.blocks import Message
from store import outbox


def reply(deps: Deps, heard: Heard, message: Message) -> None:
    """
    Answer for the person's eyes only: by the address that came along, which also works where the bot is no member.

    The address is good for half an hour; after that, or without one, the answer is an ephemeral message, and where
    there is no channel either a direct one.
    """
    if heard.response_url:
        answer = {**message.payload(), "response_type": "ephemeral", "replace_original": False}
        try:
            return deps.slack.answer(heard.response_url, answer)
        except (SlackRefused, SlackUnavailable):
            if not heard.channel:
                raise
    if heard.channel:
        return deps.slack.whisper(heard.channel, heard.user, message.payload())
    with deps.sessions.writing() as db:  # a form has no place of its own
        now = deps.machine_clock.now()
        outbox.owe(db, key=f"reply:{heard.key}", channel=heard.user, payload=message.payload(), at=now)
    return deps.nudge()


def replace(deps: Deps, heard: Heard, message: Message) -> None:
    """Put *message* where the pressed button stands, so that a button that no longer applies vanishes."""
    deps.slack.answer(heard.response_url, {**message.payload(), "replace_original": True})


def withdraw(deps: Deps, heard: Heard) -> None:
    """Remove the private message that was pressed."""
    deps.slack.answer(heard.response_url, {"delete_original": True})
