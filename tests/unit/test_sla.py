"""When promises are due, reasoned from the calendar."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from store.domain.pipeline import Sla
from store.domain.sla import deadlines, last_deadline, next_deadline
from store.domain.workdays import Workdays
from tests.factories import make_pipeline

WEEKDAYS_ONLY = Workdays()
KL = "Asia/Kuala_Lumpur"


def promise(**changes: Any) -> Sla:
    return Sla(**{"promise": "It is there", "at": time(9), "zone": "UTC", **changes})


def due(sla: Sla, after: datetime, workdays: Workdays = WEEKDAYS_ONLY, zone: str = "UTC") -> datetime | None:
    return next_deadline(sla, after=after, workdays=workdays, zone=zone)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_daily_deadline_is_later_than_the_instant_that_is_asked_for() -> None:
    daily = promise(every="day")
    assert due(daily, utc(2026, 1, 10, 8, 59)) == utc(2026, 1, 10, 9)
    assert due(daily, utc(2026, 1, 10, 9)) == utc(2026, 1, 11, 9)


def test_a_working_day_skips_the_weekend_and_the_teams_holidays() -> None:
    working = promise(every="working-day")
    friday = utc(2026, 1, 9, 9)
    assert due(working, friday) == utc(2026, 1, 12, 9)
    assert due(working, friday, Workdays(closed=frozenset({date(2026, 1, 12)}))) == utc(2026, 1, 13, 9)


def test_a_friday_without_a_clock_is_over_when_the_day_is() -> None:
    weekly = promise(every="week", on="friday", at=None, zone=None)
    ends = utc(2026, 1, 9, 16)  # midnight in Kuala Lumpur
    assert due(weekly, utc(2026, 1, 9, 12), zone=KL) == ends
    assert due(weekly, ends, zone=KL) == ends + timedelta(days=7)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (1, 28),  # a Wednesday
        (2, 27),  # the 28th is a Saturday, and nobody works on it
        (3, 27),  # a Saturday again
        (6, 26),  # the 28th is a Sunday: two days back
    ],
)
def test_the_28th_moves_back_to_a_day_on_which_somebody_works(month: int, day: int) -> None:
    assert due(promise(every="month", on=28), utc(2026, month, 5)) == utc(2026, month, day, 9)


def test_a_deadline_that_moved_back_is_not_missed_by_asking_after_it() -> None:
    monthly = promise(every="month", on=28)
    assert due(monthly, utc(2026, 2, 27, 9)) == utc(2026, 3, 27, 9)


def test_the_first_on_a_weekend_moves_back_into_the_month_before() -> None:
    assert due(promise(every="month", on=1), utc(2026, 1, 29)) == utc(2026, 1, 30, 9), "1 February 2026 is a Sunday"


def test_a_day_that_the_month_lacks_is_its_last_one() -> None:
    everyday = Workdays(weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    monthly = promise(every="month", on=31)
    assert due(monthly, utc(2028, 2, 1), everyday) == utc(2028, 2, 29, 9), "a leap year"
    assert due(monthly, utc(2026, 4, 1), everyday) == utc(2026, 4, 30, 9)


def test_the_last_day_stays_where_the_calendar_has_it_and_the_last_business_day_does_not() -> None:
    at = utc(2026, 5, 20)  # 31 May 2026 is a Sunday
    assert due(promise(every="month", on="last-day"), at) == utc(2026, 5, 31, 9)
    assert due(promise(every="month", on="last-business-day"), at) == utc(2026, 5, 29, 9)
    closed = Workdays(closed=frozenset({date(2026, 5, 29)}))
    assert due(promise(every="month", on="last-business-day"), at, closed) == utc(2026, 5, 28, 9)


def test_december_leads_into_january() -> None:
    assert due(promise(every="month", on="last-day"), utc(2026, 12, 31, 9)) == utc(2027, 1, 31, 9)


def test_the_clock_on_the_wall_counts_across_a_change_of_it() -> None:
    berlin = promise(every="day", zone="Europe/Berlin")
    assert due(berlin, utc(2026, 3, 28, 9)) == utc(2026, 3, 29, 7), "nine o'clock has come an hour earlier"
    assert due(berlin, utc(2026, 10, 24, 8)) == utc(2026, 10, 25, 8)
    skipped = promise(every="day", zone="Europe/Berlin", at=time(2, 30))
    assert due(skipped, utc(2026, 3, 28, 12)) == utc(2026, 3, 29, 1), "the first instant after the hour that is skipped"


def test_the_zone_decides_on_which_day_the_month_ends() -> None:
    assert due(promise(every="month", on="last-day", at=time(18), zone=KL), utc(2026, 1, 1)) == utc(2026, 1, 31, 10)


@pytest.mark.parametrize("changes", [{"within": timedelta(hours=24)}, {"fix_within": timedelta(days=3)}, {}])
def test_a_promise_without_a_calendar_is_never_due(changes: dict[str, Any]) -> None:
    assert due(Sla(promise="Soon", **changes), utc(2026, 1, 1)) is None


def test_a_team_that_is_never_open_has_no_working_day_to_be_due_on() -> None:
    never = Workdays(weekdays=())
    for changes in (
        {"every": "working-day"},
        {"every": "month", "on": "last-business-day"},
        {"every": "month", "on": 3},
    ):
        assert due(promise(**changes), utc(2026, 1, 1), never) is None


def test_the_last_deadline_is_the_one_that_has_passed() -> None:
    working = promise(every="working-day")
    sunday = utc(2026, 1, 11, 12)
    assert last_deadline(working, before=sunday, workdays=WEEKDAYS_ONLY, zone="UTC") == utc(2026, 1, 9, 9)
    assert last_deadline(working, before=utc(2026, 1, 12, 9), workdays=WEEKDAYS_ONLY, zone="UTC") == utc(2026, 1, 12, 9)
    assert last_deadline(promise(every="week", on="friday"), before=sunday, workdays=WEEKDAYS_ONLY, zone="UTC") is None


def test_the_deadlines_of_a_week_come_in_order_with_both_ends_of_it_once() -> None:
    daily, weekly = promise(every="day", promise="daily"), promise(every="week", on="monday", promise="weekly")
    begin = utc(2026, 1, 5, 9)
    found = deadlines(
        [make_pipeline(sla=(weekly, daily))], begin, begin + timedelta(days=7), workdays=WEEKDAYS_ONLY, zone="UTC"
    )
    assert [one.due_at.day for one in found if one.sla is daily] == [6, 7, 8, 9, 10, 11, 12]
    assert [one.due_at.day for one in found if one.sla is weekly] == [12], (
        "the one at the beginning is the week's before"
    )
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
