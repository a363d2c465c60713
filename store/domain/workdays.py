"""The days and hours on which the team works."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from store.domain.holiday import is_named
from store.domain.roster import Roster
from store.domain.team import Hours
from store.domain.wall import DAY, WEEKDAYS, at_clock, day_of

LOOK_DAYS = 62
"""How far an open day is looked for; a team that is closed for longer has none."""


@dataclass(frozen=True, kw_only=True)
class Workdays:
    weekdays: tuple[str, ...] = WEEKDAYS[:5]
    closed: frozenset[date] = frozenset()
    """Public holidays of the whole team."""

    def is_open(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.weekdays and day not in self.closed

    def on_or_after(self, day: date) -> date | None:
        """Return the first open day from *day* on, or None where the team does not open again soon."""
        return next((each for each in _days(day, 1) if self.is_open(each)), None)

    def on_or_before(self, day: date) -> date | None:
        """Return the last open day up to *day*, or None where the team has been closed for long."""
        return next((each for each in _days(day, -1) if self.is_open(each)), None)


def _days(day: date, step: int) -> Iterable[date]:
    return (day + step * count * DAY for count in range(LOOK_DAYS))


def has_holiday(roster: Roster, person: str, day: date) -> bool:
    """Whether *day* is a public holiday that the person observes, whatever the plan makes of it."""
    known = roster.people.get(person)
    names = known.observes if known else ()
    return any(one.day == day and is_named(one, names) for one in roster.holidays_of(person, day.year))


def holidays_for_all(roster: Roster, people: Iterable[str], years: Iterable[int]) -> frozenset[date]:
    """Return the days that are a public holiday for every one of *people*; none where there is nobody."""
    people, years = tuple(people), tuple(years)
    days = [
        {
            one.day
            for year in years
            for one in roster.holidays_of(person, year)
            if is_named(one, roster.people[person].observes)
        }
        for person in people
    ]
    return frozenset(set.intersection(*days)) if days else frozenset()


def next_opening(hours: Hours, workdays: Workdays, at: datetime) -> datetime:
    """
    Return *at* where the team is at work then, else the instant at which it opens next.

    A team that never opens is told at once: silence for ever would be worse than a message at night.
    """
    today = day_of(at, hours.zone)
    for day in _days(today, 1):
        opens = at_clock(day, hours.opens, hours.zone)
        closes = at_clock(day if hours.opens < hours.closes else day + DAY, hours.closes, hours.zone)
        if workdays.is_open(day) and at < closes:
            return max(at, opens)
    return at
