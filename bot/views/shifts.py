"""Shifts in words: the same wherever they are shown."""

from datetime import datetime

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
    begin, end = local_of(starts_at, zone), local_of(ends_at, zone)
    if begin.time() == end.time() and begin.hour == begin.minute == 0:
        last = end.toordinal() - 1
        same = last == begin.toordinal()
        return f"{begin:%a %d %b}" if same else f"{begin:%a %d %b} – {begin.fromordinal(last):%a %d %b}"
    return f"{begin:%a %d %b %H:%M} – {end:%a %d %b %H:%M}"


def until(shift: Shift) -> str:
    """Return when *shift* ends, in each reader's own zone."""
    return slack_time(shift.ends_at)
