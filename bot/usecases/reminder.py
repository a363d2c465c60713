"""
A word to whoever goes on call: the day before, and when it begins.

Told to whoever really holds the shift when the word is due: after cover, swaps and overrides; of somebody whom Slack
does not know, to the lead. A bot that was down says nothing about what is long past.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.tell import owe_leads
from bot.views import reminder as views
from bot.views.people import name_of
from store import occurrences, outbox
from store.domain.roster import Roster
from store.domain.spell import NEAR, beginnings, is_all, spells
from store.domain.wall import DAY, instant, local_of

BEFORE, START = "before", "start"
BEFORE_LATE = timedelta(hours=6)
"""How late the word of the day before may come; after that only the one at the start."""
START_LATE = timedelta(hours=2)
LATE = timedelta(minutes=15)
"""From then on the word at the start says that it is late."""
BACK = timedelta(days=8)
"""How far back it is looked who was on call before: hours of duty leave out a weekend."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """One person's time on call begins, for one or several lines at the same instant."""

    person: str
    starts_at: datetime
    ends_at: datetime | None
    """The first of the ends; None: none in sight."""
    pipelines: tuple[str, ...]
    after: tuple[str, ...]
    """Who had it before."""


def tick(deps: Deps) -> None:
    at = deps.clock.now()
    with deps.sessions.reading() as db:
        roster = oncall.recent(deps, db, at=at)
    due = list(reminders(roster, at=at))
    if not due:
        return
    with deps.sessions.reading() as db:
        news = [one for one in due if not occurrences.is_done(db, name=_name(*one), due_at=one[1].starts_at)]
    for kind, each in news:
        with deps.sessions.writing() as db:
            if occurrences.claim(db, name=_name(kind, each), due_at=each.starts_at, at=at):
                _owe(deps, db, kind, each, whole=is_all(roster, each.pipelines), at=at)
    if news:
        deps.nudge()


def reminders(roster: Roster, *, at: datetime) -> Iterator[tuple[str, Beginning]]:
    """Yield (`BEFORE` or `START`, who begins) for everything that may be said at the instant *at*."""
    for each in begin(roster, at - START_LATE, at + DAY + timedelta(hours=1)):
        before = instant(local_of(each.starts_at, roster.zone) - DAY, roster.zone)
        if each.starts_at <= at:
            yield START, each
        elif before <= at < min(before + BEFORE_LATE, each.starts_at):
            yield BEFORE, each


def begin(roster: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Beginning, ...]:
    """Return who comes on call in `(starts_at, ends_at]`, several lines at one instant together."""
    found: dict[tuple[str, datetime], list[tuple[tuple[str, ...], datetime, tuple[str, ...]]]] = {}
    for line in roster.lines:
        if line.rotation is None:
            continue
        for person, spell, after in beginnings(spells(roster, line, starts_at - BACK, ends_at + NEAR)):
            if starts_at < spell.starts_at <= ends_at:
                parts = found.setdefault((person, spell.starts_at), [])
                parts.append((line.pipelines, spell.ends_at, after))
    return tuple(
        Beginning(
            person=person,
            starts_at=begins,
            ends_at=end if (end := min(end for _, end, _ in parts)) < ends_at + NEAR else None,
            pipelines=tuple(dict.fromkeys(key for keys, _, _ in parts for key in keys)),
            after=tuple(dict.fromkeys(one for _, _, after in parts for one in after)),
        )
        for (person, begins), parts in sorted(found.items(), key=lambda item: item[0][::-1])
    )


def _name(kind: str, each: Beginning) -> str:
    return f"reminder:{kind}:{each.person}"


def _slack(deps: Deps, person: str) -> str | None:
    known = deps.plan.team.people.get(person)
    return known.slack if known else None


def _owe(deps: Deps, db: Session, kind: str, each: Beginning, *, whole: bool, at: datetime) -> None:
    user = _slack(deps, each.person)
    pipelines = () if whole else tuple(deps.plan.pipelines[key].name for key in each.pipelines)
    after = tuple(name_of(deps.plan.team, key) for key in each.after)
    key = f"{_name(kind, each)}:{each.starts_at:%Y%m%dT%H%M}"
    if user is None:
        if kind == BEFORE or not occurrences.is_done(db, name=_name(BEFORE, each), due_at=each.starts_at):
            name = name_of(deps.plan.team, each.person)
            message = views.unreachable(name, each.starts_at, each.ends_at, pipelines=pipelines)
            owe_leads(deps, db, key=key, message=message)
        return
    if kind == BEFORE:
        message = views.before(each.starts_at, each.ends_at, pipelines=pipelines)
    else:
        channel = deps.plan.team.channels.oncall
        late = at - each.starts_at >= LATE
        message = views.start(
            each.starts_at, each.ends_at, pipelines=pipelines, after=after, channel=channel, late=late
        )
    outbox.owe(db, key=key, channel=user, payload=message.payload(), at=deps.machine_clock.now())
