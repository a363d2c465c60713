"""The roster at a glance, where some pipelines have hours of duty and others have none."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from store.domain.absence import Absence
from store.domain.change import changes, moved, shifts_by_person
from store.domain.oncall import timeline
from store.domain.roster import Entries, Roster, build
from store.domain.roundup import by_day, mine
from store.domain.wall import at_clock, days_span
from store.holidays import holidays_in
from store.plans import load_plan
from store.settings import PLANS

ZONE = "America/New_York"
C = "engineer-c"


@pytest.fixture(scope="module")
def roster() -> Roster:
    """Growth has business hours, the others none; C has the week from 19 January 2026."""
    plan = load_plan(PLANS / "investor-reporting")
    return build(plan.team, plan.pipelines, Entries(), holidays_in)


def local(month: int, day: int, hour: int = 0) -> datetime:
    return at_clock(date(2026, month, day), time(hour), ZONE)


def away(roster: Roster, first: date, last: date) -> Roster:
    begins, ends = days_span(first, last, ZONE)
    absence = Absence(person=C, starts_at=begins, ends_at=ends, entered_at=datetime(2026, 1, 5, tzinfo=UTC))
    return replace(roster, entries=Entries(absences=(absence,)))


def test_a_persons_time_is_told_once_whatever_hours_some_pipelines_have(roster: Roster) -> None:
    turns = mine(roster, C, local(1, 20, 8), local(3, 1))
    assert [(one.starts_at, one.ends_at) for one in turns] == [
        (local(1, 20, 8), local(1, 26, 10)),
        (local(2, 16, 10), local(2, 23, 10)),
    ]


def test_a_day_is_its_engineers_though_most_of_it_is_off_duty(roster: Roster) -> None:
    week = date(2026, 1, 12), date(2026, 1, 18)
    days = by_day(timeline(roster, roster.line_of("growth"), *days_span(*week, ZONE)), *week, ZONE)
    assert [day.main and day.main.person for day in days] == ["engineer-b"] * 5 + [None] * 2


def test_a_days_leave_is_one_change_for_all_pipelines(roster: Roster) -> None:
    (change,) = changes(roster, away(roster, date(2026, 1, 21), date(2026, 1, 21)), local(1, 6), local(3, 1))
    assert (change.starts_at, change.ends_at) == (local(1, 21), local(1, 22))
    assert (change.before, change.after, change.pipelines) == (C, "engineer-d", ())


def test_both_people_read_of_it_in_one_line(roster: Roster) -> None:
    window = local(1, 6), local(3, 1)
    before = shifts_by_person(roster, *window)
    after = shifts_by_person(away(roster, date(2026, 1, 21), date(2026, 1, 22)), *window)
    for person, was, now in ((C, (), None), ("engineer-d", None, ())):
        (line,) = moved(before[person], after[person], *window)
        assert (line.starts_at, line.ends_at, line.before, line.after) == (local(1, 21), local(1, 23), was, now)
