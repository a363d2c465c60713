"""Who is on call: the roster as it is now, for every surface, and what a person asks of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum

from sqlmodel import Session

from bot.deps import Deps
from store import rosters
from store.domain.errors import UserError, shorten
from store.domain.moment import Moment, begins_moment, read_moment
from store.domain.oncall import on_call, timeline
from store.domain.pipeline import UnknownPipeline, find_pipeline
from store.domain.roster import Line, Roster
from store.domain.roundup import Group, mine, roundup
from store.domain.shift import Shift
from store.domain.spell import Stint
from store.domain.wall import DAY, day_of, days_span

MINE_AHEAD = timedelta(weeks=26)
LONG_TURN = timedelta(weeks=6)
"""Longer than most turns: so far is looked beyond a window for where a turn in it begins and ends."""


class NotUnderstood(UserError):
    """A word that is neither a view nor a pipeline nor a day."""


class Show(StrEnum):
    NOW = "now"
    WHY = "why"
    WEEK = "week"
    MONTH = "month"
    MINE = "mine"
    AT = "at"


@dataclass(frozen=True)
class Asked:
    """What somebody typed after `/oncall`."""

    show: Show
    pipeline: str | None = None
    moment: Moment | None = None


@dataclass(frozen=True)
class Stretch:
    """The local days *first* to *last*, line by line."""

    first: date
    last: date
    lines: tuple[tuple[Line, tuple[Shift, ...]], ...]


def roster(deps: Deps) -> Roster:
    """Return the roster of the plan in force with everything people entered."""
    with deps.sessions.reading() as db:
        return rosters.load_roster(db, deps.plan)


def recent(deps: Deps, db: Session, *, at: datetime) -> Roster:
    """Return the roster for a look at the present, without what is long past."""
    return deps.recent.load(db, deps.plan, at=at)


def holding(deps: Deps, pipeline: str, *, at: datetime) -> tuple[Shift, ...]:
    """Return who holds the *pipeline* (a key of the plan) at the instant *at*."""
    known = roster(deps)
    return on_call(known, known.line_of(pipeline), at=at)


def now(deps: Deps, *, at: datetime, pipeline: str | None = None) -> tuple[Group, ...]:
    """Return who is on call and who follows, for one pipeline or for all."""
    return roundup(roster(deps), at=at, pipelines=None if pipeline is None else (pipeline,))


def turns(known: Roster, person: str, *, at: datetime) -> tuple[Stint, ...]:
    """Return the turn of *person* that runs at the instant *at* and those that begin in the weeks after, uncut."""
    found = mine(known, person, at - LONG_TURN, at + MINE_AHEAD + LONG_TURN)
    return tuple(one for one in found if one.shift.ends_at > at and one.shift.starts_at < at + MINE_AHEAD)


def read(deps: Deps, typed: str, *, at: datetime, beside: Iterable[str] = ()) -> Asked:
    """
    Return what *typed* asks for, its words in any order: a view, a pipeline, a day or a time.

    Args:
        beside: what else may be typed, to be named where a word is nearly one of them.

    Raises: NotUnderstood, BadMoment.
    """
    zone = deps.plan.team.zone
    words = typed.lower().split()
    show, name, when = Show.NOW, list[str](), list[str]()
    for index, word in enumerate(words):
        if word in ("at", "on") or begins_moment(word):
            when = words[index + (word in ("at", "on")) :]
            break
        if word in set(Show):
            show = Show(word)
        elif word != "of" or name:
            name.append(word)
    moment = read_moment(when, today=day_of(at, zone), zone=zone) if when else None
    pipeline = _pipeline(deps, " ".join(name), words=(*Show, *beside)) if name else None
    return Asked(Show.AT if moment and show is Show.NOW else show, pipeline, moment)


def _pipeline(deps: Deps, typed: str, *, words: Iterable[str]) -> str:
    try:
        return find_pipeline(deps.plan.pipelines, typed).key
    except UnknownPipeline as error:
        near = get_close_matches(typed[:80], list(words), n=1, cutoff=0.75)
        if near:
            raise NotUnderstood(f"I do not know “{shorten(typed)}”. Did you mean `/oncall {near[0]}`?") from error
        raise NotUnderstood(f"{error} `/oncall help` lists what I understand.") from error


def stretch(known: Roster, asked: Asked, *, at: datetime) -> Stretch:
    """Return the week, the month or the span that was asked for."""
    if asked.moment and asked.moment.ends_at:
        first, last = day_of(asked.moment.starts_at, known.zone), day_of(asked.moment.ends_at, known.zone) - DAY
    else:
        first = last = day_of(asked.moment.starts_at if asked.moment else at, known.zone)
    if asked.show is Show.WEEK:
        last = first + 6 * DAY
    elif asked.show is Show.MONTH:
        first = first.replace(day=1)
        last = (first + 31 * DAY).replace(day=1) - DAY
    starts_at, ends_at = days_span(first, last, known.zone)
    wanted = [line for line in known.lines if asked.pipeline is None or asked.pipeline in line.pipelines]
    return Stretch(first, last, tuple((line, timeline(known, line, starts_at, ends_at)) for line in wanted))
