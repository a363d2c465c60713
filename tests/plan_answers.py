"""What the roster of a plan answers, in words of its own clock."""

from collections.abc import Iterable
from datetime import date, datetime, time

from store.domain.absence import Absence, Kind
from store.domain.roster import Entries, Roster, build
from store.domain.shift import Shift
from store.domain.wall import at_clock, days_span, local_of
from store.holidays import holidays_in
from store.plans import Plan


def roster(plan: Plan, *absences: Absence, **entered: object) -> Roster:
    """Return the plan's roster with real public holidays; *entered* are other fields of `Entries`."""
    entries = Entries(absences=absences, **entered)  # type: ignore[arg-type]
    return build(plan.team, plan.pipelines, entries, holidays_in)


def clock(zone: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return the instant at which the clock in *zone* shows this."""
    return at_clock(date(year, month, day), time(hour, minute), zone)


def away(person: str, first: date, last: date, zone: str, kind: Kind = Kind.LEAVE) -> Absence:
    starts_at, ends_at = days_span(first, last, zone)
    return Absence(person=person, starts_at=starts_at, ends_at=ends_at, kind=kind)


def holders(shifts: Iterable[Shift], zone: str) -> list[str]:
    """Return `ada: Mon 5 Jan 10:00 to Mon 12 Jan 10:00` per person and stretch, whoever watches beside them."""
    found: list[tuple[str, datetime, datetime]] = []
    for shift in shifts:
        person, begins = shift.person or "nobody", shift.starts_at
        if found and found[-1][0] == person and found[-1][2] == begins:
            begins = found.pop()[1]
        found.append((person, begins, shift.ends_at))
    return [f"{person}: {_said(begins, zone)} to {_said(ends, zone)}" for person, begins, ends in found]


def _said(at: datetime, zone: str) -> str:
    local = local_of(at, zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
