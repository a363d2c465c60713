"""The roster as it will be, months ahead: loads, gaps, and the one swap that would even out the holidays most."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product

from dateutil.relativedelta import relativedelta

from store.domain.comp import Earned, earned
from store.domain.errors import UserError
from store.domain.fairness import Load, loads_of
from store.domain.holiday import is_named
from store.domain.oncall import timelines
from store.domain.roster import Roster
from store.domain.rotation import Turn, leaves, turns
from store.domain.shift import Shift, Source
from store.domain.swap import Swap, SwapState
from store.domain.wall import day_of, days_span, instant, local_of

LONGEST = 36
"""Months."""
TRIED = 8
"""Swaps that are worked out in full, of those that look best."""


class BadMonths(UserError):
    """A number of months that cannot be simulated."""


@dataclass(frozen=True)
class Evening:
    """A swap of two turns that nobody has asked for yet, and what it would do."""

    swap: Swap
    before: Mapping[str, int]
    """Holidays by person as it is."""
    after: Mapping[str, int]
    """Holidays by person after the swap."""


@dataclass(frozen=True)
class Simulation:
    starts_at: datetime
    ends_at: datetime
    loads: tuple[Load, ...]
    gaps: tuple[Shift, ...]
    """In order of time, line by line where several begin together."""
    holidays: Mapping[str, tuple[Earned, ...]]
    """Of everybody in `loads`, also of those without one."""
    evening: Evening | None = None
    """The swap that evens out the holidays most, where the plan spreads them and one helps."""


def simulate(roster: Roster, starts_at: datetime, months: int) -> Simulation:
    """
    Return what the roster comes to over *months* months of the team's wall clock from *starts_at* on.

    Raises: BadMonths: fewer than 1 or more than 36.
    """
    if not 1 <= months <= LONGEST:
        raise BadMonths(f"A simulation takes 1 to {LONGEST} months, not {months}. Choose fewer or more.")
    ends_at = instant(local_of(starts_at, roster.zone) + relativedelta(months=months), roster.zone)
    shifts = timelines(roster, starts_at, ends_at)
    loads = loads_of(roster, shifts, starts_at, ends_at)
    served = earned(roster, starts_at, ends_at)
    holidays = {load.person: tuple(each for each in served if each.person == load.person) for load in loads}
    gaps = sorted((shift for shift in shifts if shift.source is Source.GAP), key=lambda gap: gap.starts_at)
    evening = _evening(roster, starts_at, ends_at, holidays) if roster.leave.spread_holidays else None
    return Simulation(starts_at, ends_at, loads, tuple(gaps), holidays, evening)


def _evening(
    roster: Roster, starts_at: datetime, ends_at: datetime, holidays: Mapping[str, tuple[Earned, ...]]
) -> Evening | None:
    """Return the swap of two turns that begin within the span after which holidays fall most evenly."""
    before = {person: len(each) for person, each in holidays.items()}
    uncovered = _uncovered(timelines(roster, starts_at, ends_at))
    best: Evening | None = None
    for swap in _promising(roster, starts_at, ends_at, before):
        swapped = replace(roster, entries=replace(roster.entries, swaps=(*roster.entries.swaps, swap)))
        after = dict.fromkeys(before, 0)
        for each in earned(swapped, starts_at, ends_at):
            after[each.person] = after.get(each.person, 0) + 1
        better = _uneven(after) < _uneven(best.after if best else before)
        if better and _uncovered(timelines(swapped, starts_at, ends_at)) <= uncovered:
            best = Evening(replace(swap, state=SwapState.ASKED, decided_at=None), before, after)
    return best


def _uneven(holidays: Mapping[str, int]) -> int:
    """The sum of squares: for the same sum it is the smaller, the more evenly holidays fall."""
    return sum(count * count for count in holidays.values())


def _uncovered(shifts: Iterable[Shift]) -> timedelta:
    gaps = (shift.ends_at - shift.starts_at for shift in shifts if shift.source is Source.GAP)
    return sum(gaps, timedelta())


def _promising(roster: Roster, starts_at: datetime, ends_at: datetime, before: Mapping[str, int]) -> list[Swap]:
    """Return the swaps that by the days of their turns alone even out most, best first; ties: the earlier turns."""
    found: list[tuple[int, date, date, Swap]] = []
    for key in _rotations(roster):
        counted = _Holidays(roster)
        slots = list(_slots(roster, key, starts_at, ends_at))
        heavy = [(turn, person) for turn, person in slots if counted.within(turn, person)]
        for (turn, asker), (later, other) in product(heavy, slots):
            if asker == other or turn == later:
                continue
            after = dict(before)
            for person, gives, takes in ((asker, turn, later), (other, later, turn)):
                change = counted.within(takes, person) - counted.within(gives, person)
                after[person] = max(0, after.get(person, 0) + change)
            gain = _uneven(before) - _uneven(after)
            if gain > 0:
                swap = _accepted(key, roster.rotations[key].zone, (turn, asker), (later, other), starts_at)
                found.append((-gain, swap.gives, swap.takes, swap))
    return [swap for *_, swap in sorted(found, key=lambda one: one[:3])[:TRIED]]


def _accepted(key: str, zone: str, given: tuple[Turn, str], taken: tuple[Turn, str], at: datetime) -> Swap:
    return Swap(
        rotation=key,
        asker=given[1],
        gives=day_of(given[0].begun_at, zone),
        other=taken[1],
        takes=day_of(taken[0].begun_at, zone),
        state=SwapState.ACCEPTED,
        asked_at=at,
        decided_at=at,
    )


def _rotations(roster: Roster) -> Iterable[str]:
    lines = (line.rotation for line in roster.lines if line.rotation)
    return dict.fromkeys(key for rotation in lines for key in leaves(roster.rotations, rotation))


def _slots(roster: Roster, key: str, starts_at: datetime, ends_at: datetime) -> Iterator[tuple[Turn, str]]:
    """Yield the turns that begin within the span with each person who serves in them and still gives their own turn."""
    for turn in turns(roster.rotations[key], starts_at, ends_at):
        if starts_at <= turn.starts_at and turn.left is None:
            yield from ((turn, person) for person, _, swap in roster.members(key, turn) if swap is None)


class _Holidays:
    """How many feasts of a person fall into a turn with the most of their day; counted once each."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._counts: dict[tuple[str, datetime], int] = {}

    def within(self, turn: Turn, person: str) -> int:
        key = (person, turn.starts_at)
        if key not in self._counts:
            self._counts[key] = self._count(turn, person)
        return self._counts[key]

    def _count(self, turn: Turn, person: str) -> int:
        zone = self._roster.zone_of(person)
        feasts = set()
        for year in range(day_of(turn.starts_at, zone).year, day_of(turn.ends_at, zone).year + 1):
            for holiday in self._roster.holidays_of(person, year):
                begin, end = days_span(holiday.day, holiday.day, zone)
                inside = min(end, turn.ends_at) - max(begin, turn.starts_at)
                if 2 * inside > end - begin and is_named(holiday, self._roster.leave.major_holidays):
                    feasts.add((holiday.feast, year))
        return len(feasts)
