"""
Two rosters held against each other: what a change does before it is saved, and what has changed since people were told.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.shift import Shift, Source, Span, cut


@dataclass(frozen=True, kw_only=True)
class Change:
    """`[starts_at, ends_at)`, aware UTC, in which another person is on call after than before."""

    pipelines: tuple[str, ...] = ()
    """Empty: all that have somebody on call."""
    starts_at: datetime
    ends_at: datetime
    before: str | None
    after: str | None
    why: str
    """Why whoever is on call after is."""
    source: Source
    seat: int = 0

    @property
    def is_gap(self) -> bool:
        return self.source is Source.GAP


def changes(before: Roster, after: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Change, ...]:
    """
    Return where *after* has other people on call than *before* within the window: in order, merged.

    Pipelines that share their line in both rosters are compared once, and what is the same for several is one change.
    """
    found: list[Change] = []
    for old, new, pipelines in _pairs(before, after):
        was = timeline(before, old, starts_at, ends_at) if old else ()
        now = timeline(after, new, starts_at, ends_at) if new else ()
        found.extend(replace(change, pipelines=pipelines) for change in _compared(was, now))
    return together(found, {*covered_by(before), *covered_by(after)})


def covered_by(roster: Roster) -> tuple[str, ...]:
    """Return the pipelines that have somebody on call."""
    return tuple(pipeline for line in roster.lines if line.rotation is not None for pipeline in line.pipelines)


def together(found: Iterable[Change], whole: Collection[str]) -> tuple[Change, ...]:
    """
    Return changes that differ in nothing but their pipelines as one, in order of time; *whole* of them is all.

    Hours of duty that lie in the whole days of other pipelines are told by these: nobody is called beside them anyway.
    """
    alike: dict[Change, dict[str, None]] = {}
    for change in sorted(found, key=lambda one: (one.starts_at, -one.ends_at.timestamp())):
        plain = replace(change, pipelines=())
        holder = next((one for one in alike if _holds(one, plain)), plain)
        alike.setdefault(holder, {}).update(dict.fromkeys(change.pipelines))
    made = (
        replace(change, pipelines=() if set(pipelines) >= set(whole) else tuple(pipelines))
        for change, pipelines in alike.items()
    )
    return tuple(sorted(made, key=lambda one: (one.starts_at, one.seat, one.ends_at)))


def _holds(one: Change, other: Change) -> bool:
    """Whether *other* says what *one* does, in a part of its time; *one* begins no later."""
    return other.ends_at <= one.ends_at and replace(other, starts_at=one.starts_at, ends_at=one.ends_at) == one


def _pairs(before: Roster, after: Roster) -> Iterator[tuple[Line | None, Line | None, tuple[str, ...]]]:
    """Yield lines that answer for the same pipelines before and after, with those pipelines."""
    old = {pipeline: line for line in before.lines for pipeline in line.pipelines}
    new = {pipeline: line for line in after.lines for pipeline in line.pipelines}
    pairs: dict[tuple[Line | None, Line | None], tuple[str, ...]] = {}
    for pipeline in dict.fromkeys((*new, *old)):
        pair = (old.get(pipeline), new.get(pipeline))
        pairs[pair] = (*pairs.get(pair, ()), pipeline)
    for (was, now), pipelines in pairs.items():
        yield was, now, pipelines


def _compared(was: tuple[Shift, ...], now: tuple[Shift, ...]) -> Iterator[Change]:
    gone = "one covers for all who serve together" if now else "nobody is on call for it any more"
    for seat in sorted({shift.seat for shift in (*was, *now)}):
        yield from _of_seat([one for one in was if one.seat == seat], [one for one in now if one.seat == seat], gone)


def _of_seat(was: list[Shift], now: list[Shift], gone: str) -> list[Change]:
    done: list[Change] = []
    both = (*was, *now)
    starts_at, ends_at = min(one.starts_at for one in both), max(one.ends_at for one in both)
    for begin, end in cut(((shift.starts_at, shift.ends_at) for shift in both), starts_at, ends_at):
        change = _differing(_at(was, begin), _at(now, begin), (begin, end), gone)
        if change is None:
            continue
        if done and done[-1].ends_at == begin and replace(done[-1], starts_at=begin, ends_at=end) == change:
            done[-1] = replace(done[-1], ends_at=end)
        else:
            done.append(change)
    return done


def _at(shifts: list[Shift], at: datetime) -> Shift | None:
    return next((shift for shift in shifts if shift.starts_at <= at < shift.ends_at), None)


def _differing(was: Shift | None, now: Shift | None, span: Span, gone: str) -> Change | None:
    before, after = (shift.person if shift else None for shift in (was, now))
    gaps = tuple(shift is not None and shift.source is Source.GAP for shift in (was, now))
    if before == after and gaps[0] == gaps[1]:
        return None
    return Change(
        starts_at=span[0],
        ends_at=span[1],
        before=before,
        after=after,
        why=now.why if now else gone,
        source=now.source if now else Source.NONE,
        seat=max(shift.seat for shift in (was, now) if shift),
    )


@dataclass(frozen=True, kw_only=True)
class Time:
    """`[starts_at, ends_at)`, aware UTC, in which a person is on call."""

    starts_at: datetime
    ends_at: datetime
    pipelines: tuple[str, ...] = ()
    """Empty: all that have somebody on call."""
    why: str = ""


def shifts_by_person(roster: Roster, starts_at: datetime, ends_at: datetime) -> dict[str, tuple[Time, ...]]:
    """
    Return everybody's time on call within the window over all lines, in order, no hour of a person twice.

    Times that touch and differ in nothing are one; where a person has all pipelines none is named.
    """
    held: dict[str, list[tuple[Line, Shift]]] = {}
    for line in roster.lines:
        for shift in timeline(roster, line, starts_at, ends_at) if line.rotation is not None else ():
            if shift.person is not None:
                held.setdefault(shift.person, []).append((line, shift))
    everything = set(covered_by(roster))
    return {person: _times(theirs, everything, starts_at, ends_at) for person, theirs in held.items()}


def _times(
    held: list[tuple[Line, Shift]], everything: set[str], starts_at: datetime, ends_at: datetime
) -> tuple[Time, ...]:
    done: list[Time] = []
    for begin, end in cut(((shift.starts_at, shift.ends_at) for _, shift in held), starts_at, ends_at):
        here = [(line, shift) for line, shift in held if shift.starts_at <= begin < shift.ends_at]
        if here:
            pipelines = {pipeline for line, _ in here for pipeline in line.pipelines}
            named = () if pipelines == everything else tuple(sorted(pipelines))
            whys = dict.fromkeys(shift.why for _, shift in here)
            _append(done, Time(starts_at=begin, ends_at=end, pipelines=named, why="; ".join(whys)))
    return tuple(done)


def _append(done: list[Time], time: Time) -> None:
    if done and done[-1].ends_at == time.starts_at and (done[-1].pipelines, done[-1].why) == (time.pipelines, time.why):
        done[-1] = replace(done[-1], ends_at=time.ends_at)
    else:
        done.append(time)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A time in which a person's part in the roster differs from what that person was told."""

    starts_at: datetime
    ends_at: datetime
    before: tuple[str, ...] | None
    """Pipelines, empty for all; None: not on call."""
    after: tuple[str, ...] | None
    why: str = ""
    """Why the person is on call now; where they no longer are, why others are, if there is one reason."""
    instead: tuple[str, ...] = ()
    """Who is on call where the person no longer is."""


def moved(told: Iterable[Time], now: Iterable[Time], starts_at: datetime, ends_at: datetime) -> tuple[Moved, ...]:
    """
    Return what differs between two sets of times of one person within the window, in order, merged.

    Time that comes or goes as a whole is one piece, though some of its pipelines may have hours of duty in it.
    """
    told, now = tuple(told), tuple(now)
    done: list[Moved] = []
    if not starts_at < ends_at:
        return ()
    for begin, end in cut(((one.starts_at, one.ends_at) for one in (*told, *now)), starts_at, ends_at):
        was, is_now = (
            next((one for one in each if one.starts_at <= begin < one.ends_at), None) for each in (told, now)
        )
        before, after = (one.pipelines if one else None for one in (was, is_now))
        if before == after:
            continue
        piece = Moved(starts_at=begin, ends_at=end, before=before, after=after, why=is_now.why if is_now else "")
        if done and done[-1].ends_at == begin and _is_alike(done[-1], piece):
            pipelines = _either(done[-1].before, before), _either(done[-1].after, after)
            done[-1] = replace(done[-1], ends_at=end, before=pipelines[0], after=pipelines[1])
        else:
            done.append(piece)
    return tuple(done)


def _is_alike(one: Moved, other: Moved) -> bool:
    """Whether two pieces differ in their times alone, or in their pipelines where all of it comes or all of it goes."""
    comes, goes = one.before is None and other.before is None, one.after is None and other.after is None
    same = (one.before, one.after) == (other.before, other.after)
    return (same or comes or goes) and one.why == other.why


def _either(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return None
    return tuple(sorted({*one, *other})) if one and other else ()


def with_successors(roster: Roster, changed: Iterable[Moved]) -> tuple[Moved, ...]:
    """Return *changed* with who has the time now that the person lost, and why."""
    return tuple(one if one.after is not None else _with_successors(roster, one) for one in changed)


def _with_successors(roster: Roster, lost: Moved) -> Moved:
    lines = [line for line in roster.lines if not lost.before or set(lost.before) & set(line.pipelines)]
    held = [shift for line in lines for shift in timeline(roster, line, lost.starts_at, lost.ends_at)]
    whys = dict.fromkeys(shift.why for shift in held if shift.person or shift.source is Source.GAP)
    people = dict.fromkeys(shift.person for shift in held if shift.person)
    return replace(lost, instead=tuple(people), why=next(iter(whys)) if len(whys) == 1 else "")
