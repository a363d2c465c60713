"""When somebody means."""

from datetime import UTC, date, datetime

import pytest

from store.domain.moment import BadMoment, Moment, begins_moment, read_moment

KL = "Asia/Kuala_Lumpur"
WEDNESDAY = date(2026, 1, 14)


def utc(day: int, hour: int, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def read(text: str, *, zone: str = KL) -> Moment:
    return read_moment(text.split(), today=WEDNESDAY, zone=zone)


@pytest.mark.parametrize(
    ("typed", "starts_at"),
    [
        ("today", utc(13, 16)),
        ("tomorrow", utc(14, 16)),
        ("yesterday", utc(12, 16)),
        ("wednesday", utc(13, 16)),
        ("next wednesday", utc(20, 16)),
        ("fri", utc(15, 16)),
        ("monday", utc(18, 16)),
        ("2026-01-20", utc(19, 16)),
    ],
)
def test_a_day_is_that_day_on_the_teams_wall_clock(typed: str, starts_at: datetime) -> None:
    moment = read(typed)
    assert moment.starts_at == starts_at
    assert moment.ends_at is not None
    assert (moment.ends_at - starts_at).total_seconds() == 86_400


def test_a_day_with_a_time_is_an_instant() -> None:
    assert read("2026-01-20 14:30") == Moment(datetime(2026, 1, 20, 6, 30, tzinfo=UTC))
    assert read("tomorrow 9:05") == Moment(datetime(2026, 1, 15, 1, 5, tzinfo=UTC))


def test_a_range_holds_both_its_days_and_a_month_all_of_its() -> None:
    assert read("2026-01-20..2026-01-21") == Moment(utc(19, 16), utc(21, 16))
    assert read("2026-02") == Moment(datetime(2026, 1, 31, 16, tzinfo=UTC), datetime(2026, 2, 28, 16, tzinfo=UTC))


def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is() -> None:
    spring = read("2026-03-29", zone="Europe/London")
    assert spring.ends_at is not None
    assert (spring.ends_at - spring.starts_at).total_seconds() == 23 * 3600


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2026-02-30", "2026-02-30 is not in the calendar"),
        ("2026-13", "not in the calendar"),
        ("2026-1-5", "is not a day"),
        ("tomorrow noon", "“noon” is not a time of day. Write it as 14:30"),
        ("tomorrow 24:00", "not a time of day"),
        ("2026-01-21..2026-01-20", "runs backwards"),
        ("2026-01-21..2028-01-20", "more than a year"),
        ("", "is not a day"),
    ],
)
def test_what_is_no_moment_is_refused_with_an_example(typed: str, why: str) -> None:
    with pytest.raises(BadMoment, match=why):
        read(typed)


def test_names_of_pipelines_begin_no_moment() -> None:
    assert not any(map(begins_moment, ("daily-growth", "month", "saturn", "20", "mondays")))
    assert all(map(begins_moment, ("mon", "sunday", "next", "2026-01-05", "2026-01", "1999-01-01", "tomorrow")))
