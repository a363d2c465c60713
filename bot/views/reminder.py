"""The word to whoever goes on call."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.blocks import Message, actions, button, context, escape, private, section, slack_time

DAY_TIME = "{date_long_pretty}, {time}"


def before(starts_at: datetime, ends_at: datetime | None, *, pipelines: Sequence[str]) -> Message:
    """
    Return the word of the day before.

    Args:
        pipelines: names; empty: all.
    """
    text = f"🔔 You go on call {slack_time(starts_at, DAY_TIME)}{_until(ends_at)} {_whole(pipelines)}."
    buttons = actions([button("Ask for a swap", "swap_open"), button("Enter leave", "leave_open")])
    return Message(text=text, blocks=(section(text), context("Cannot make it? Say so now:"), buttons))


def start(
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    pipelines: Sequence[str],
    after: Sequence[str],
    channel: str,
    late: bool,
) -> Message:
    """Return the word at the start; *after* are the names of those who had it before."""
    since = f" since {slack_time(starts_at, DAY_TIME)}" if late else " now"
    text = f"📟 You are on call{since}{_until(ends_at)} {_whole(pipelines)}."
    beside = [f"You take over from {' and '.join(map(escape, after))}."] if after else []
    beside.append(f"Alerts and questions come in #{escape(channel)}; `/oncall why` says how it came to you.")
    sorry = ["This comes late."] if late else []
    return Message(text=text, blocks=(section(text), context(" ".join([*sorry, *beside]))))


def unreachable(name: str, starts_at: datetime, ends_at: datetime | None, *, pipelines: Sequence[str]) -> Message:
    """Return what the lead reads of somebody who goes on call and whom Slack does not know."""
    who, when = escape(name), slack_time(starts_at, DAY_TIME)
    return private(
        f"⚠️ {who} is on call from {when}{_until(ends_at)} {_whole(pipelines)}, and I cannot tell them: `team.yaml` "
        f"has no Slack id for {who}. Tell them yourself, and add it as `slack:`, or name somebody with "
        "`/oncall override`."
    )


def _until(ends_at: datetime | None) -> str:
    return f" until {slack_time(ends_at, DAY_TIME)}" if ends_at else ""


def _whole(pipelines: Sequence[str]) -> str:
    return f"for {', '.join(map(escape, pipelines))}" if pipelines else "for all pipelines"
