"""
When hands change, and between whom.

Every change of turn is handed over with a checklist; a change of at least `SMALL` inside a turn, such as an override
of two days, with a small version. Both come of the resolver, so who covers is the one who is addressed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.rotation import Turn, begins_at, leaves, preceding, turn_at
from store.domain.shift import Shift, Source
from store.domain.team import Hours, OnHoliday
from store.domain.wall import DAY, WEEKDAYS, at_clock, day_of, local_of
from store.domain.workdays import has_holiday

SMALL = timedelta(hours=12)
"""Whoever takes over for less than this reads the channel; a turn shorter than this has no handoff at all."""
SHORT_TURN = timedelta(days=2)
"""A shorter turn has the small version: daily meetings over a checklist are read by nobody."""
MOVED_AT_MOST = 14
"""Days; a handoff never moves past the next one anyway."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A handoff that is due, before it is posted."""

    rotations: tuple[str, ...]
    due_at: datetime
    held_at: datetime
    ends_at: datetime
    outgoing: tuple[str, ...]
    incoming: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    small: bool = False


def weekly(roster: Roster, rule: OnHoliday, *, at: datetime) -> tuple[Due, ...]:
    """
    Return the last handoff of each rotation that some pipeline uses, due at the instant *at* or before.

    Rotations that change at the same instant between the same people are one. It may be held later than it is due:
    `held_at`.
    """
    found: dict[tuple[object, ...], Due] = {}
    for key in dict.fromkeys(line.rotation for line in roster.lines if line.rotation):
        due = _of_rotation(roster, key, rule, at)
        if due is None:
            continue
        same = (due.due_at, due.held_at, due.ends_at, due.outgoing, due.incoming, due.small)
        known = found.get(same)
        found[same] = _together(known, due) if known else due
    return tuple(sorted(found.values(), key=lambda due: due.due_at))


STEPS_AHEAD = 20
"""Begins of turns that are looked at for the next handoff: some turns have none."""


def coming(roster: Roster, rule: OnHoliday, *, at: datetime) -> tuple[Due, ...]:
    """
    Return the next handoffs of turns, all of one instant, as they stand at *at*.

    Those that wait for the end of a holiday come first: their hands have changed already.
    """
    waiting = tuple(due for due in weekly(roster, rule, at=at) if due.held_at > at)
    begin = None if waiting else _next_begin(roster, at)
    for _ in range(STEPS_AHEAD):
        if waiting or begin is None:
            break
        waiting = tuple(due for due in weekly(roster, rule, at=begin) if due.due_at == begin)
        begin = _next_begin(roster, begin)
    return waiting


def _next_begin(roster: Roster, at: datetime) -> datetime | None:
    """Return the first instant after *at* at which somebody's turn begins, or their first one."""
    found = []
    for key in {line.rotation for line in roster.lines if line.rotation}:
        for rotation in leaves(roster.rotations, key).values():
            turn = turn_at(rotation, at=at)
            begins = turn.ends_at if turn else begins_at(rotation)
            if begins and begins > at:
                found.append(begins)
    return min(found, default=None)


def _together(one: Due, other: Due) -> Due:
    return replace(
        one,
        rotations=(*one.rotations, *other.rotations),
        remarks=tuple(dict.fromkeys((*one.remarks, *other.remarks))),
    )


def _of_rotation(roster: Roster, key: str, rule: OnHoliday, at: datetime) -> Due | None:
    changed = _last_change(roster, key, at)
    if changed is None:
        return None
    before, turn = changed
    if turn.ends_at - turn.begun_at < SMALL:
        return None
    lines = [line for line in roster.lines if line.rotation == key]
    since = before.starts_at if before else turn.begun_at - DAY
    given = _distinct((line, shift) for line in lines for shift in _last(timeline(roster, line, since, turn.begun_at)))
    small = turn.ends_at - turn.begun_at < SHORT_TURN
    held_at = turn.begun_at
    if rule is OnHoliday.MOVE and not small:
        held_at = _held_at(roster, key, turn, given, lines)
    taking_at = max(held_at, min(at, turn.ends_at - timedelta.resolution))
    ahead = ((line, shift) for line in lines for shift in _first(timeline(roster, line, taking_at, turn.ends_at)))
    taken = _distinct(ahead)
    if held_at > turn.begun_at:  # whom a holiday kept away is back by then
        given = tuple(_back(roster, shift, held_at) for shift in given)
    outgoing, incoming = _people(given), _people(taken)
    if not outgoing and not incoming:
        return None
    if roster.rotations[key].layers and set(outgoing) == set(incoming):
        return None
    remarks = [*_moved(roster, key, turn.begun_at, held_at), *_remarks(roster, given), *_remarks(roster, taken)]
    return Due(
        rotations=(key,),
        due_at=turn.begun_at,
        held_at=held_at,
        ends_at=turn.ends_at,
        outgoing=outgoing,
        incoming=incoming,
        remarks=tuple(dict.fromkeys(remarks)),
        small=small,
    )


def _last_change(roster: Roster, key: str, at: datetime) -> tuple[Turn | None, Turn] | None:
    """Return the newest turn of the rotation or its layers that has begun, whole, and the one before it."""
    newest: tuple[Turn | None, Turn] | None = None
    for rotation in leaves(roster.rotations, key).values():
        turn = turn_at(rotation, at=at)
        if turn is None or (newest and turn.begun_at <= newest[1].begun_at):
            continue
        whole = turn_at(rotation, at=turn.begun_at) or turn
        newest = preceding(rotation, turn), replace(whole, ends_at=max(whole.ends_at, turn.ends_at))
    return newest


def _last(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """Return who served last: hours in which nobody is on duty, on purpose, do not count."""
    served = [shift for shift in shifts if shift.source is not Source.NONE]
    ends_at = max((shift.ends_at for shift in served), default=None)
    return tuple(shift for shift in served if shift.ends_at == ends_at)


def _first(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    serving = [shift for shift in shifts if shift.source is not Source.NONE]
    starts_at = min((shift.starts_at for shift in serving), default=None)
    return tuple(shift for shift in serving if shift.starts_at == starts_at)


def _distinct(held: Iterable[tuple[Line, Shift]]) -> tuple[Shift, ...]:
    """Return one shift per person and reason; where these differ by pipeline, `pipeline` names those it holds for."""
    pipelines: dict[tuple[str | None, str], dict[str, None]] = {}
    shifts: dict[tuple[str | None, str], Shift] = {}
    for line, shift in held:
        shifts[shift.person, shift.why] = shift
        pipelines.setdefault((shift.person, shift.why), {}).update(dict.fromkeys(line.pipelines))
    named = {key: ", ".join(pipelines[key]) if len(shifts) > 1 else None for key in shifts}
    return tuple(replace(shift, pipeline=named[key]) for key, shift in shifts.items())


def _people(shifts: Iterable[Shift]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shift.person for shift in shifts if shift.person))


def _back(roster: Roster, shift: Shift, at: datetime) -> Shift:
    if shift.source is not Source.COVER or shift.instead_of is None:
        return shift
    if roster.away(shift.instead_of, at, at + timedelta.resolution):
        return shift
    return replace(shift, person=shift.instead_of, source=Source.ROTATION, instead_of=None, why="")


def _remarks(roster: Roster, shifts: Iterable[Shift]) -> Iterator[str]:
    for shift in shifts:
        whose = f", for {shift.pipeline}" if shift.pipeline else ""
        if shift.person is None:
            yield f"Nobody is on call{whose}: {shift.why}"
        elif shift.source is Source.COVER:
            yield f"{roster.name_of(shift.person)} {shift.why}{whose}"
        elif shift.source in (Source.OVERRIDE, Source.SWAP):
            yield f"{roster.name_of(shift.person)}: {shift.why}{whose}"


def _held_at(roster: Roster, key: str, turn: Turn, given: tuple[Shift, ...], lines: list[Line]) -> datetime:
    """Return the handoff's clock on the first working day of both people; the turn's begin where there is none."""
    zone = roster.rotations[key].zone
    clock = local_of(turn.begun_at, zone).time()
    taken = [shift for line in lines for shift in _first(timeline(roster, line, turn.begun_at, turn.ends_at))]
    people = {person for shift in (*given, *taken) for person in (shift.instead_of or shift.person,) if person}
    first = day_of(turn.begun_at, zone)
    for ahead in range(MOVED_AT_MOST):
        day = first + ahead * DAY
        closed = WEEKDAYS[day.weekday()] not in roster.workdays
        if not closed and not any(has_holiday(roster, person, day) for person in people):
            moved = turn.begun_at if not ahead else at_clock(day, clock, zone)
            return moved if moved < turn.ends_at else turn.begun_at
    return turn.begun_at


def _moved(roster: Roster, key: str, due_at: datetime, held_at: datetime) -> Iterator[str]:
    if held_at > due_at:
        day = local_of(due_at, roster.rotations[key].zone)
        yield f"{day:%a %d %b} was a holiday, so the checklist waited; who is on call changed then"


def within_turn(roster: Roster, hours: Hours, *, at: datetime) -> tuple[tuple[Due, datetime], ...]:
    """
    Return the last change of hands inside the running turn of each rotation, and when it is to be told.

    Only where the person by the turn gives way, or comes back, for at least `SMALL`. A change at night is told when
    the day begins, if it still holds then; weekends count as days, since somebody is on call.
    """
    found: dict[tuple[str, datetime], list[_Inside]] = {}
    for line in roster.lines:
        changed = _last_change(roster, line.rotation, at) if line.rotation else None
        inside = _inside(roster, line, changed[1], at) if changed else None
        if line.rotation and inside:
            found.setdefault((line.rotation, inside.after.starts_at), []).append(inside)
    dues = (_small(roster, rotation, inside) for (rotation, _), inside in found.items())
    told = ((due, told_at(hours, due.due_at)) for due in dues)
    return tuple((due, shown_at) for due, shown_at in told if shown_at < due.ends_at)


@dataclass(frozen=True)
class _Inside:
    """A change of hands inside a turn, on one line."""

    line: Line
    before: Shift
    after: Shift


def _inside(roster: Roster, line: Line, turn: Turn, at: datetime) -> _Inside | None:
    stretches = _stretches(shift for shift in timeline(roster, line, turn.begun_at, turn.ends_at) if not shift.seat)
    last = next((index for index in range(len(stretches) - 1, 0, -1) if stretches[index].starts_at <= at), None)
    if last is None:
        return None
    before, after = stretches[last - 1], stretches[last]
    if before.person is None or after.person is None:  # a gap is told as one, with an alarm
        return None
    stands_in = after if after.source in _BY_EXCEPTION else before
    if stands_in.ends_at - stands_in.starts_at < SMALL or after.ends_at - after.starts_at < SMALL:
        return None
    return _Inside(line, before, after)


def _small(roster: Roster, rotation: str, inside: list[_Inside]) -> Due:
    """Return the small handoff of what changes at one instant on several lines."""
    due_at = inside[0].after.starts_at
    return Due(
        rotations=(rotation,),
        due_at=due_at,
        held_at=due_at,
        ends_at=min(one.after.ends_at for one in inside),
        outgoing=_people(one.before for one in inside),
        incoming=_people(one.after for one in inside),
        remarks=tuple(dict.fromkeys(_changes_of(roster, inside))),
        small=True,
    )


def _changes_of(roster: Roster, inside: list[_Inside]) -> Iterator[str]:
    for one in inside:
        if one.after.source is Source.ROTATION and one.before.source is Source.ROTATION:
            yield f"{roster.name_of(one.after.person or '')} {one.after.why}"
    over = _distinct((one.line, one.before) for one in inside if one.after.source is Source.ROTATION)
    yield from (f"{remark}. That is over" for remark in _remarks(roster, over))
    yield from _remarks(roster, _distinct((one.line, one.after) for one in inside))


_BY_EXCEPTION = (Source.COVER, Source.OVERRIDE)


def _stretches(shifts: Iterable[Shift]) -> list[Shift]:
    """Return one stretch per person in order, whatever the reasons; hours without duty do not part them."""
    found: list[Shift] = []
    for shift in shifts:
        if shift.source is Source.NONE:
            continue
        if found and found[-1].person == shift.person:
            found[-1] = replace(found[-1], ends_at=shift.ends_at)
        else:
            found.append(shift)
    return found


def told_at(hours: Hours, at: datetime) -> datetime:
    """Return *at*, or the clock at which the next day's work begins where that is at night."""
    local = local_of(at, hours.zone)
    if hours.opens <= hours.closes and not hours.opens <= local.time() < hours.closes:
        day = local.date() if local.time() < hours.opens else local.date() + DAY
        return at_clock(day, time(hours.opens.hour, hours.opens.minute), hours.zone)
    return at
