"""
Gaps are told: the channel is asked for a volunteer where the plan says so, the lead hears days ahead and on the eve.

Each once per gap, and edited as it is covered; a gap that opens again rings again. That something was told is kept as
an occurrence, by the turn in which the gap lies; what it was about stands in the message itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.people import leads
from bot.views import volunteer as views
from store import occurrences, outbox
from store.domain.gap import Gap, gaps, serving
from store.domain.roster import Roster
from store.domain.shift import joined
from store.domain.team import Cover
from store.domain.wall import DAY, day_begins, day_of

AHEAD = timedelta(weeks=8)
BACK = timedelta(days=35)
"""What was told of a gap longer ago is left as it stands."""
ASK, ALARM, EVE, NO_EVE = "ask", "alarm", "eve", "no-eve"
"""What may be told of a gap; `NO_EVE`: the alarm came so late that it was that of the eve."""
WHAT = (ASK, ALARM, EVE, NO_EVE)
EVE_AHEAD = timedelta(hours=24)

Told = tuple[str, str, datetime]
"""(what was told, name of the gap, beginning of its turn)"""


def tick(deps: Deps) -> None:
    """Tell what is new of the gaps ahead, and show those that were told before as they are now."""
    at = deps.clock.now()
    with deps.sessions.reading() as db:
        roster = oncall.recent(deps, db, at=at)
        told = _told(db, since=at - BACK)
        found = {(gap.name, gap.turn_at): gap for gap in in_sight(roster, at=at)}
        due = [(what, gap) for gap in found.values() for what in _due(deps, gap, told, at=at)]
        now = [
            (what, found.get((name, turn_at)) or _closed(name, turn_at))
            for what, name, turn_at in told
            if what != NO_EVE
        ]
        edits = [each for what, gap in now for each in _edits(deps, db, roster, what, gap, at=at)]
    for what, gap in due:
        with deps.sessions.writing() as db:
            if occurrences.claim(db, name=f"gap:{what}:{gap.name}", due_at=gap.turn_at, at=at) and what != NO_EVE:
                for place in _places(deps, what):
                    _owe(db, deps, _key(what, gap, place), place, _payload(deps, roster, what, gap, None, at=at))
    if edits:
        with deps.sessions.writing() as db:
            for key, place, payload in edits:
                _owe(db, deps, key, place, payload)
    if due or edits:
        deps.nudge()


def in_sight(roster: Roster, *, at: datetime) -> tuple[Gap, ...]:
    """Return the gaps that are worth a word at the instant *at*, whole, those that go on too."""
    until = day_begins(day_of(at + AHEAD, roster.zone) + DAY, roster.zone)
    return gaps(roster, at - BACK, until)


def show(db: Session, deps: Deps, roster: Roster, *, at: datetime) -> None:
    """Edit what was told of gaps, in the transaction of what changed them."""
    found = {(gap.name, gap.turn_at): gap for gap in in_sight(roster, at=at)}
    for what, name, turn_at in _told(db, since=at - BACK):
        if what != NO_EVE:
            gap = found.get((name, turn_at)) or _closed(name, turn_at)
            for edit in _edits(deps, db, roster, what, gap, at=at):
                _owe(db, deps, *edit)


def _told(db: Session, *, since: datetime) -> tuple[Told, ...]:
    found = occurrences.named(db, prefix="gap:", since=since)
    told = ((name.split(":", 2)[1], name.split(":", 2)[2], turn_at) for name, turn_at in found)
    return tuple(sorted(told, key=lambda one: (one[2], one[1], WHAT.index(one[0]))))


def _closed(name: str, turn_at: datetime) -> Gap:
    rotation, _, person = name.partition(":")
    return Gap(rotation=rotation, person=person or None, turn_at=turn_at, spans=())


def _due(deps: Deps, gap: Gap, told: tuple[Told, ...], *, at: datetime) -> Iterator[str]:
    """Yield what is to be told of *gap* now and was not yet."""
    still = gap.open_at(at)
    if not still:
        return
    team, begins = deps.plan.team, still[0][0]
    was = {what for what, name, turn_at in told if (name, turn_at) == (gap.name, gap.turn_at)}
    if Cover.VOLUNTEER in team.cover and ASK not in was:
        yield ASK
    if ALARM not in was and at >= begins - max(team.leave.gap_alarm, EVE_AHEAD):
        yield ALARM
        if at >= begins - EVE_AHEAD:
            yield NO_EVE
    elif ALARM in was and not {EVE, NO_EVE} & was and at >= begins - EVE_AHEAD:
        yield EVE


def _edits(
    deps: Deps, db: Session, roster: Roster, what: str, gap: Gap, *, at: datetime
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (key, place, payload) of the messages about *gap* that should look different now."""
    for place in _places(deps, what):
        key = _key(what, gap, place)
        before = outbox.find(db, key)
        if before is None:
            continue
        payload = _payload(deps, roster, what, gap, before.payload, at=at)
        if payload != before.payload:
            yield key, place, payload
        again = payload["told"]["again"]
        if again > before.payload["told"]["again"] and what != EVE:  # an edit rings nobody
            yield f"{key}:again:{again}", place, _again(deps, roster, what, gap)


def _key(what: str, gap: Gap, place: str) -> str:
    return f"gap:{what}:{gap.name}:{gap.turn_at:%Y%m%dT%H%M}:{place}"


def _places(deps: Deps, what: str) -> tuple[str, ...]:
    """Return where it is told: the channel, or each lead; without one that Slack knows, the channel again."""
    team = deps.plan.team
    channel = f"#{team.channels.oncall}"
    users = tuple(user for lead in leads(deps) if (user := team.people[lead].slack))
    return (channel,) if what == ASK else users or (channel,)


def _payload(
    deps: Deps, roster: Roster, what: str, gap: Gap, before: dict[str, Any] | None, *, at: datetime
) -> dict[str, Any]:
    """Return the message about everything that was ever open of *gap*, as it stands now."""
    first: dict[str, Any] = {"spans": [], "pipelines": list(gap.pipelines), "seat": gap.seat, "open": True, "again": 0}
    known = (before or {}).get("told") or first
    earlier = [tuple(map(datetime.fromisoformat, each)) for each in known["spans"]]
    spans = joined([*((begin, end) for begin, end in earlier), *gap.spans])
    pipelines = gap.pipelines if gap.spans else tuple(known["pipelines"])
    seat = gap.seat if gap.spans else known["seat"]
    team, whole = deps.plan.team, replace(gap, spans=spans, pipelines=pipelines, seat=seat)
    is_open, is_over = bool(gap.open_at(at)), all(end <= at for _, end in spans)
    now = serving(roster, whole, spans)
    if what == ASK:
        message = views.question(team, whole, now, is_open=is_open, is_over=is_over)
    else:
        asked = Cover.VOLUNTEER in team.cover
        message = views.alarm(team, whole, now, is_open=is_open, is_over=is_over, asked=asked, again=what == EVE)
    told = {
        "spans": [[begin.isoformat(), end.isoformat()] for begin, end in spans],
        "pipelines": list(pipelines),
        "seat": seat,
        "open": is_open,
        "again": known["again"] + (is_open and not known["open"]),
    }
    return {**message.payload(), "told": told}


def _again(deps: Deps, roster: Roster, what: str, gap: Gap) -> dict[str, Any]:
    return views.open_again(deps.plan.team, gap, serving(roster, gap, gap.spans), asks=what == ASK).payload()


def _owe(db: Session, deps: Deps, key: str, place: str, payload: dict[str, Any]) -> None:
    outbox.owe(db, key=key, channel=place, payload=payload, at=deps.machine_clock.now())
