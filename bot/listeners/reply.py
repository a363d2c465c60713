"""A private answer to one person."""

from bot.deps import Deps
from bot.listeners.heard import Heard
from bot.views.blocks import Message


def reply(deps: Deps, heard: Heard, message: Message) -> None:
    """Answer for the person's eyes only: by the address that came along, else as an ephemeral message."""
    if heard.response_url:
        answer = {**message.payload(), "response_type": "ephemeral", "replace_original": False}
        deps.slack.answer(heard.response_url, answer)
    elif heard.channel:
        deps.slack.whisper(heard.channel, heard.user, message.payload())


def replace(deps: Deps, heard: Heard, message: Message) -> None:
    """Put *message* where the pressed button stands, so that a button that no longer applies vanishes."""
    deps.slack.answer(heard.response_url, {**message.payload(), "replace_original": True})


def withdraw(deps: Deps, heard: Heard) -> None:
    """Remove the private message that was pressed."""
    deps.slack.answer(heard.response_url, {"delete_original": True})
