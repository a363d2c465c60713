"""
What serving on a public holiday earns.

The lead confirms every entry, so where hours are shared the rule errs on the side of the person: of those for whom the
day is a holiday, whoever held the most of it has earned it, line by line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store.domain.absence import Kind
from store.domain.holiday import Holiday, is_named
from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.rotation import Turn, leaves, turns
from store.domain.shift import Shift, Span, joined, overlap
from store.domain.wall import DAY, WEEKDAYS, day_of, days_span

NEAR = 7 * DAY
"""The actual and the observed day of a feast are never further apart."""
AHEAD = 366 * DAY
"""How far a person's next turn is looked for."""


@dataclass(frozen=True, order=True)
class Earned:
    """One person's claim for one feast of one year."""

    day: date
    """The first day of the feast on which the person served."""
    person: str
    feast: str
    year: int
    """Of the feast itself: that of New Year's Day observed on 31 December is the next."""
    line: str | None = None
    """Key of the roster's line; None: the one line of all pipelines."""


def earned(roster: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Earned, ...]:
    """
    Return what the public holidays that end within `(starts_at, ends_at]` earned, in order of days.

    A feast counts once per person and year, on the first of its days that the person served. So windows that touch
    give together what the whole gives.
    """
    first = starts_at - NEAR - 2 * DAY  # a holiday's other days lie before the window
    claims: dict[tuple[str, str, int], tuple[datetime, Earned]] = {}
    for line in roster.lines:
        if line.rotation is None:
            continue
        for ended_at, claim in _of_line(roster, line, timeline(roster, line, first, ends_at), ends_at):
            key = (claim.person, claim.feast, claim.year)
            claims[key] = min(claims.get(key, (ended_at, claim)), (ended_at, claim), key=_when)
    return tuple(sorted(claim for ended_at, claim in claims.values() if starts_at < ended_at <= ends_at))


def _when(claim: tuple[datetime, Earned]) -> datetime:
    return claim[0]


def _of_line(
    roster: Roster, line: Line, shifts: tuple[Shift, ...], until: datetime
) -> Iterator[tuple[datetime, Earned]]:
    served: dict[str, list[Span]] = {}
    for shift in shifts:
        if shift.person:
            served.setdefault(shift.person, []).append((shift.starts_at, shift.ends_at))
    present = {person: _present(roster, person, joined(spans)) for person, spans in served.items()}
    for person, spans in present.items():
        for holiday in _holidays(roster, person, shifts[0].starts_at, until):
            begin, end = days_span(holiday.day, holiday.day, roster.zone_of(person))
            mine = overlap(spans, begin, end)
            others = (
                overlap(theirs, begin, end)
                for other, theirs in present.items()
                if any(each.day == holiday.day for each in roster.holidays_of(other, holiday.day.year))
            )
            if end <= until and timedelta() < mine and mine == max(others, default=mine):
                year = _feast_year(roster, person, holiday)
                yield end, Earned(holiday.day, person, holiday.feast, year, line.key)


def _present(roster: Roster, person: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return *spans* without the person's own leave: nobody earns for a time away."""
    if not spans:
        return ()
    leave = joined(
        (one.starts_at, one.ends_at)
        for one in roster.away(person, spans[0][0], spans[-1][1])
        if one.kind is not Kind.HOLIDAY
    )
    left: list[Span] = []
    for begin, end in spans:
        for away_from, away_until in leave:
            if begin < away_from < end:
                left.append((begin, away_from))
            if away_from < end and begin < away_until:
                begin = min(end, away_until)
        if begin < end:
            left.append((begin, end))
    return tuple(left)


def _holidays(roster: Roster, person: str, starts_at: datetime, ends_at: datetime) -> Iterator[Holiday]:
    zone = roster.zone_of(person)
    first, last = day_of(starts_at, zone), day_of(ends_at, zone)
    for year in range(first.year, last.year + 1):
        for holiday in roster.holidays_of(person, year):
            if first <= holiday.day <= last and is_named(holiday, roster.leave.major_holidays):
                yield holiday


def _feast_year(roster: Roster, person: str, holiday: Holiday) -> int:
    """Return the year of the day itself, where *holiday* is the day on which it is observed."""
    if holiday.name == holiday.feast:
        return holiday.day.year
    years = {(holiday.day - NEAR).year, (holiday.day + NEAR).year}
    days = (
        each.day
        for year in sorted(years)
        for each in roster.holidays_of(person, year)
        if each.name == each.feast == holiday.feast and abs(each.day - holiday.day) <= NEAR
    )
    return next(days, holiday.day).year


def suggested_day_off(roster: Roster, person: str, after: datetime) -> date | None:
    """
    Return the first working day of the person's next turn that begins after *after* and on which they are not away.

    Public holidays of theirs are passed over. None: no turn within a year, or no such day in it.
    """
    zone = roster.zone_of(person)
    turn = _next_turn(roster, person, after)
    if turn is None:
        return None
    first, last = day_of(turn.starts_at, zone), day_of(turn.ends_at - timedelta.resolution, zone)
    days = (first + number * DAY for number in range((last - first).days + 1))
    return next((day for day in days if _works(roster, person, day)), None)


def _next_turn(roster: Roster, person: str, after: datetime) -> Turn | None:
    coming = (
        next(
            (
                turn
                for turn in turns(rotation, after, after + AHEAD)
                if turn.begun_at > after and any(who == person for who, _, _ in roster.members(key, turn))
            ),
            None,
        )
        for line in roster.lines
        if line.rotation
        for key, rotation in leaves(roster.rotations, line.rotation).items()
    )
    return min((turn for turn in coming if turn), key=lambda turn: turn.starts_at, default=None)


def _works(roster: Roster, person: str, day: date) -> bool:
    begin, end = days_span(day, day, roster.zone_of(person))
    return (
        WEEKDAYS[day.weekday()] in roster.workdays
        and not any(holiday.day == day for holiday in roster.holidays_of(person, day.year))
        and not roster.away(person, begin, end)
    )
