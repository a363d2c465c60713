"""
Who is on call, when, and why: the one answer that every surface shows.

The steps, each on top of the one before: the rotation's turns and layers, swaps, hours of duty, cover day by day for
whoever is away, overrides, and who watches beside the person on call. Asking for a window gives the same as cutting it
out of the whole timeline.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from store.domain.cover import Loads, covered
from store.domain.held import Held, held
from store.domain.override import acting
from store.domain.roster import Line, Roster
from store.domain.rotation import begins_at, leaves, turn_at
from store.domain.shift import Shift, Source, Span, Watch, but, clipped, cut, merged, part
from store.domain.spans import InTime
from store.domain.team import Cover, TeamFile
from store.domain.wall import day_of, days_span
from store.domain.watch import backups, decks


def timelines(roster: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
    """Return the shifts of all lines within `[starts_at, ends_at)`, line by line."""
    return tuple(shift for line in roster.lines for shift in timeline(roster, line, starts_at, ends_at))


def timeline(roster: Roster, line: Line, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
    """
    Return the shifts of *line* within `[starts_at, ends_at)`: in order, touching, merged where nothing differs.

    Where several serve together each has a seat, and the shifts of each seat touch.
    """
    if not starts_at < ends_at:
        return ()
    if line.rotation is None:
        return merged(_watched(roster, line, [_none(line, starts_at, ends_at, line.why)], (starts_at, ends_at)))
    by_load = Cover.LEAST_LOADED in roster.cover
    settled = _by_load(roster, line, starts_at, ends_at) if by_load else _settled(roster, line, starts_at, ends_at)
    return merged(_watched(roster, line, settled, (starts_at, ends_at)))


def on_call(roster: Roster, line: Line, *, at: datetime) -> tuple[Shift, ...]:
    """
    Return who holds *line* at the instant *at*: one shift, or one per seat in their order where people serve together.

    A shift begins and ends where the person does, or where the turn does when the same person has the next one; who
    watches beside is as of *at*.
    """
    found = timeline(roster, line, *_around(roster, line, at))
    here = (_whole(shift, found) for shift in found if shift.starts_at <= at < shift.ends_at)
    return tuple(sorted(here, key=lambda shift: shift.seat))


def _whole(shift: Shift, found: tuple[Shift, ...]) -> Shift:
    """Return *shift* with the touching parts that differ only in who watches beside."""
    starts_at, ends_at = shift.starts_at, shift.ends_at
    same = [one for one in found if one.seat == shift.seat and one.is_held_as(shift)]
    for one in reversed(same):
        starts_at = one.starts_at if one.ends_at == starts_at else starts_at
    for one in same:
        ends_at = one.ends_at if one.starts_at == ends_at else ends_at
    return but(shift, starts_at=starts_at, ends_at=ends_at)


def _around(roster: Roster, line: Line, at: datetime) -> Span:
    """Return the turn around *at*; where there is none, the day."""
    rotations = leaves(roster.rotations, line.rotation).values() if line.rotation else ()
    running = [turn for rotation in rotations if (turn := turn_at(rotation, at=at))]
    if running:
        return min(turn.starts_at for turn in running), max(turn.ends_at for turn in running)
    today = day_of(at, roster.zone)
    starts_at, ends_at = days_span(today, today, roster.zone)
    coming = [begins for rotation in rotations if (begins := begins_at(rotation)) and begins > at]
    return starts_at, min(coming, default=ends_at)


def _none(line: Line, starts_at: datetime, ends_at: datetime, why: str) -> Shift:
    return Shift(person=None, starts_at=starts_at, ends_at=ends_at, why=why, source=Source.NONE, pipeline=line.key)


def _settled(roster: Roster, line: Line, starts_at: datetime, ends_at: datetime) -> Iterator[Shift]:
    for piece in held(roster, line, starts_at, ends_at):
        yield from _settle(roster, line, piece, {})


def _by_load(roster: Roster, line: Line, starts_at: datetime, ends_at: datetime) -> Iterator[Shift]:
    """
    Yield what lies in the window, worked out from each 1 January on.

    Who covers depends on who served before, so the count begins anew each year: that is fair to people, and a window
    gives the same answer however far from the anchor it lies.
    """
    for year in range(day_of(starts_at, roster.zone).year, day_of(ends_at, roster.zone).year + 1):
        key = (line, year)
        if key not in roster.years:
            begins, ends = days_span(date(year, 1, 1), date(year, 12, 31), roster.zone)
            roster.years[key] = tuple(_year(roster, line, begins, ends))
        inside = (one for one in roster.years[key] if one.starts_at < ends_at and starts_at < one.ends_at)
        yield from (clipped(shift, starts_at, ends_at) for shift in inside)


def _year(roster: Roster, line: Line, starts_at: datetime, ends_at: datetime) -> Iterator[Shift]:
    """Yield the shifts in order of time; cover in a turn looks at what was served before the turn began."""
    served: list[Shift] = []
    loads: dict[str, timedelta] = {}
    by_turn: dict[datetime, Loads] = {}
    for piece in sorted(held(roster, line, starts_at, ends_at), key=lambda one: (one.starts_at, one.seat)):
        begun_at = piece.turn.begun_at if piece.turn else piece.starts_at
        if begun_at not in by_turn:
            by_turn[begun_at] = _without(loads, served, begun_at)
        for shift in _settle(roster, line, piece, by_turn[begun_at]):
            if shift.person:
                loads[shift.person] = loads.get(shift.person, timedelta()) + (shift.ends_at - shift.starts_at)
                served.append(shift)
            yield shift


def _without(loads: Loads, served: list[Shift], at: datetime) -> Loads:
    """Return *loads* less what of *served*, which is in order of time, lies after *at*."""
    before = dict(loads)
    for shift in reversed(served):
        if shift.ends_at <= at and shift.seat == 0:
            break
        if shift.person and at < shift.ends_at:
            before[shift.person] -= shift.ends_at - max(at, shift.starts_at)
    return before


def _settle(roster: Roster, line: Line, piece: Held, loads: Loads) -> Iterator[Shift]:
    """Yield the shifts that come of one piece of a turn."""
    for shift in covered(roster, line, piece, loads):
        yield from _overridden(roster, line, shift)


def _overridden(roster: Roster, line: Line, shift: Shift) -> Iterator[Shift]:
    near = roster.overrides_of(line).touching(shift.starts_at, shift.ends_at)
    if not near:
        yield shift
        return
    covers = shift.instead_of if shift.source in (Source.COVER, Source.GAP) else None
    holders = tuple(one for one in (shift.person, covers) if one)
    for begin, end in cut(((one.starts_at, one.ends_at) for one in near), shift.starts_at, shift.ends_at):
        here = [one for one in near if one.starts_at <= begin and end <= one.ends_at]
        on_purpose = shift.source is Source.NONE
        act = acting(here, holders=holders, on_purpose=on_purpose)
        if act is not None and act.replaces is None and shift.seat > 0:
            continue  # one who covers for a group covers for it whole
        piece = part(shift, begin, end)
        if act is None or (act.person == shift.person and shift.source is not Source.GAP):
            yield piece
        else:
            source = Source.OVERRIDE if act.person else Source.NONE
            why = _by_hand(roster, shift, nobody=act.person is None)
            yield but(piece, person=act.person, source=source, why=why, instead_of=shift.person, passed=())


def _by_hand(roster: Roster, shift: Shift, *, nobody: bool) -> str:
    if nobody:
        return "nobody, set by hand"
    if shift.person:
        return f"put on call by hand, in place of {roster.name_of(shift.person)}"
    return "put on call by hand" + (f"; else {shift.why}" if shift.source is Source.GAP else "")


def _watched(roster: Roster, line: Line, shifts: Iterable[Shift], window: Span) -> Iterator[Shift]:
    """Yield *shifts*, all of them in *window*, with whoever watches beside them."""
    days = InTime(decks(roster, line, window))
    for shift in shifts:
        if shift.source is Source.NONE and not line.high_alert:
            yield shift
            continue
        span = (shift.starts_at, shift.ends_at)
        on_deck, standing_by = days.touching(*span), list[Watch]()
        if shift.person and roster.leave.backup_on_holidays:
            standing_by = backups(roster, line, shift.person, span)
        if not on_deck and not standing_by:
            yield shift
            continue
        for begin, end in cut(((one.starts_at, one.ends_at) for one in (*on_deck, *standing_by)), *span):
            backup = _at(standing_by, begin, shift.person) if standing_by else ()
            deck = _at(on_deck, begin, shift.person)
            yield but(shift, starts_at=begin, ends_at=end, backup=backup, on_deck=deck)


def _at(watches: list[Watch], at: datetime, holder: str | None) -> tuple[str, ...]:
    people = [person for one in watches if one.starts_at <= at < one.ends_at for person in one.people]
    return tuple(dict.fromkeys(person for person in people if person != holder)) if people else ()


def person_of(team: TeamFile, slack_id: str) -> str | None:
    """Return the key of the person with this Slack member id, or None for somebody outside the plan."""
    return next((key for key, person in team.people.items() if person.slack == slack_id), None)
