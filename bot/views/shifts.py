"""Shifts in words: the same wherever they are shown."""

from datetime import datetime, timedelta

from bot.views.blocks import escape, mention, slack_time
from store.domain.shift import Shift, Source
from store.domain.spell import Stint
from store.domain.team import TeamFile
from store.domain.wall import local_of

ICON = {
    Source.ROTATION: "",
    Source.COVER: "🔁 ",
    Source.SWAP: "🔄 ",
    Source.OVERRIDE: "✋ ",
    Source.GAP: "⚠️ ",
    Source.NONE: "",
}


FAR = timedelta(weeks=26)
"""From so far ahead on a day has its year beside it."""


def who(team: TeamFile, shift: Shift, *, loud: bool = False) -> str:
    """Return who holds *shift*, for mrkdwn; *loud* mentions them."""
    if shift.person is None:
        return "nobody"
    person = team.people.get(shift.person)
    if person is None:
        return escape(shift.person)
    return mention(person.slack if loud else None, person.name)


def line(team: TeamFile, shift: Shift, zone: str) -> str:
    """Return *shift* in a line of mrkdwn: when, who, and why where it is not the plain turn."""
    why = "" if shift.source is Source.ROTATION else f" · {escape(shift.why)}"
    return f"{ICON[shift.source]}{span(shift.starts_at, shift.ends_at, zone)}  *{who(team, shift)}*{why}"


def own(stint: Stint, zone: str) -> str:
    """Return *stint* in a line for whoever holds it, with its pipelines where these are not all."""
    shift = stint.shift
    whose = f" for {', '.join(stint.pipelines)}" if stint.pipelines else ""
    why = "" if shift.source is Source.ROTATION else f" · {escape(shift.why)}"
    return f"{ICON[shift.source]}*{span(shift.starts_at, shift.ends_at, zone)}*{whose}{why}"


def span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Return a span on the team's wall clock, short: whole days as days, the end of the last one left out."""
    return _span(starts_at, ends_at, zone, day="%a %d %b")


def dated(starts_at: datetime, ends_at: datetime, zone: str, *, at: datetime | None) -> str:
    """
    Return a span as `span` does, with its year where somebody would not take it for granted.

    Args:
        at: when it was entered: the year is left out where all of it is in that year, and not far ahead. None: unknown.
    """
    years = {local_of(each, zone).year for each in (starts_at, ends_at - ends_at.resolution, *([at] if at else []))}
    plain = at is not None and len(years) == 1 and starts_at - at <= FAR
    return span(starts_at, ends_at, zone) if plain else _span(starts_at, ends_at, zone, day="%a %d %b %Y")


def _span(starts_at: datetime, ends_at: datetime, zone: str, *, day: str) -> str:
    begin, end = local_of(starts_at, zone), local_of(ends_at, zone)
    if begin.time() == end.time() and begin.hour == begin.minute == 0:
        last = end.toordinal() - 1
        same = last == begin.toordinal()
        return f"{begin:{day}}" if same else f"{begin:{day}} – {begin.fromordinal(last):{day}}"
    return f"{begin:{day} %H:%M} – {end:{day} %H:%M}"


def until(shift: Shift) -> str:
    """Return when *shift* ends, in each reader's own zone."""
    return slack_time(shift.ends_at)
