"""Who carried how much: time on call, weekends, holidays, and shifts taken over, per person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.domain.comp import earned
from store.domain.oncall import timelines
from store.domain.roster import Roster
from store.domain.rotation import everybody_at
from store.domain.shift import Shift, Source, Span, joined, overlap
from store.domain.wall import DAY, WEEKDAYS, day_begins, day_of


@dataclass(frozen=True)
class Load:
    """What one person carried within a span. Whoever holds several lines at once is on call once."""

    person: str
    days: float
    """On call, in days of 24 hours."""
    weekend_days: float
    """Of these, on days of the person's own week that are no working days."""
    holidays: int
    """Feasts of their own place, major ones where the plan names them, of which they served the most."""
    took_over: int
    """Times they stood in for somebody else, by cover or by hand. A swap is an exchange and counts as neither."""
    were_covered: int
    """Times somebody else stood in for them."""


def fairness(roster: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Load, ...]:
    """Return the load of everybody who served or was in an order within `[starts_at, ends_at)`, in the plan's order."""
    return loads_of(roster, timelines(roster, starts_at, ends_at), starts_at, ends_at)


def loads_of(roster: Roster, shifts: Iterable[Shift], starts_at: datetime, ends_at: datetime) -> tuple[Load, ...]:
    """Return the loads of *shifts*, which are those of all lines within `[starts_at, ends_at)`."""
    served: dict[str, list[Span]] = {}
    stood_in: dict[tuple[str, str], list[Span]] = {}
    covered: dict[str, list[Span]] = {}
    for shift in shifts:
        span = (shift.starts_at, shift.ends_at)
        if shift.person:
            served.setdefault(shift.person, []).append(span)
            if shift.instead_of and shift.source in (Source.COVER, Source.OVERRIDE):
                stood_in.setdefault((shift.person, shift.instead_of), []).append(span)
                covered.setdefault(shift.instead_of, []).append(span)
    holidays: dict[str, int] = {}
    for each in earned(roster, starts_at, ends_at):
        holidays[each.person] = holidays.get(each.person, 0) + 1
    everybody = dict.fromkeys([*served, *covered, *_in_an_order(roster, starts_at, ends_at)])
    known = {person: place for place, person in enumerate(roster.people)}
    loads: list[Load] = []
    for person in sorted(everybody, key=lambda one: (known.get(one, len(known)), one)):
        spans = joined(served.get(person, ()))
        took_over = sum(len(joined(each)) for (who, _), each in stood_in.items() if who == person)
        loads.append(
            Load(
                person,
                days=sum((end - begin for begin, end in spans), timedelta()) / DAY,
                weekend_days=_weekend(roster, person, spans) / DAY,
                holidays=holidays.get(person, 0),
                took_over=took_over,
                were_covered=len(joined(covered.get(person, ()))),
            )
        )
    return tuple(loads)


def _in_an_order(roster: Roster, starts_at: datetime, ends_at: datetime) -> Iterator[str]:
    for line in roster.lines:
        if line.rotation:
            for at in (starts_at, ends_at - timedelta.resolution):
                yield from everybody_at(roster.rotations, line.rotation, at)


def _weekend(roster: Roster, person: str, spans: tuple[Span, ...]) -> timedelta:
    zone = roster.zone_of(person)
    found = timedelta()
    for begin, end in spans:
        day = day_of(begin, zone)
        while (begins := day_begins(day, zone)) < end:
            if WEEKDAYS[day.weekday()] not in roster.workdays:
                found += overlap(((begin, end),), begins, day_begins(day + DAY, zone))
            day += DAY
    return found
