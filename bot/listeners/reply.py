"""A private answer to one person."""

from collections.abc import Callable

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.listeners.heard import Heard
from bot.views.blocks import Message
from store import outbox


def reply(deps: Deps, heard: Heard, message: Message) -> None:
    """
    Answer for the person's eyes only, where they asked, by the first way that is open.

    The address that came along also works where the bot is no member, for half an hour; then an ephemeral message;
    and last a direct message, which the outbox delivers whenever Slack is there again.
    """
    ways: list[Callable[[], None]] = []
    if heard.response_url:
        thread = {"thread_ts": heard.thread_ts} if heard.thread_ts else {}
        answer = {**message.payload(), **thread, "response_type": "ephemeral", "replace_original": False}
        ways.append(lambda: deps.slack.answer(heard.response_url, answer))
    if heard.channel:
        ways.append(lambda: deps.slack.whisper(heard.channel, heard.user, message.payload(), thread_ts=heard.thread_ts))
    for way in ways:
        try:
            return way()
        except (SlackRefused, SlackUnavailable):
            continue
    with deps.sessions.writing() as db:
        now = deps.machine_clock.now()
        outbox.owe(db, key=f"reply:{heard.key}", channel=heard.user, payload=message.payload(), at=now)
    return deps.nudge()


def replace(deps: Deps, heard: Heard, message: Message) -> None:
    """Put *message* where the pressed button stands, so that a button that no longer applies vanishes."""
    try:
        deps.slack.answer(heard.response_url, {**message.payload(), "replace_original": True})
    except (SlackRefused, SlackUnavailable):
        reply(deps, heard, message)


def withdraw(deps: Deps, heard: Heard) -> None:
    """Remove the private message that was pressed."""
    deps.slack.answer(heard.response_url, {"delete_original": True})
