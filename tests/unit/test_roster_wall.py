"""The wall clock: one rule for times that are skipped or come twice, in zones chosen to hurt."""

from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest

from store.domain.oncall import on_call, timeline
from store.domain.rotation import Duty, Unit, on_duty, turns
from store.domain.wall import WEEKDAYS, day_begins, days_span, instant
from tests.factories import make_roster, make_rotation, moment, told

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("America/Santiago", "2026-09-06", "2026-09-06 04:00", 23),  # no midnight
        ("Asia/Beirut", "2026-03-29", "2026-03-28 22:00", 23),
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00", 23),
        ("America/Havana", "2026-03-08", "2026-03-08 05:00", 23),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00", 23),
        ("America/Santiago", "2026-04-04", "2026-04-04 03:00", 25),  # its last hour comes twice
        ("Asia/Beirut", "2026-10-24", "2026-10-23 21:00", 25),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", 23.5),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00", 0),  # a day that never was
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00", 24),
        ("Asia/Kuala_Lumpur", "2026-02-28", "2026-02-27 16:00", 24),
        ("Europe/London", "2024-02-29", "2024-02-29 00:00", 24),
    ],
)
def test_a_day_begins_with_its_first_instant(zone: str, day: str, begins: str, hours: float) -> None:
    on = date.fromisoformat(day)
    assert day_begins(on, zone) == moment(begins)
    assert days_span(on, on, zone) == (moment(begins), moment(begins) + hours * HOUR)


def test_a_skipped_time_is_the_first_instant_after_it_to_the_microsecond() -> None:
    for text in (
        "2026-03-29 01:00",
        "2026-03-29 01:00:00.000001",
        "2026-03-29 01:30:00.5",
        "2026-03-29 01:59:59.999999",
    ):
        assert instant(datetime.fromisoformat(text), "Europe/London") == moment("2026-03-29 01:00")


@pytest.mark.parametrize(
    ("zone", "day", "handoff"),
    [
        ("Africa/Cairo", "2026-04-24", "2026-04-24 07:00"),
        ("Asia/Beirut", "2026-03-29", "2026-03-29 07:00"),
        ("America/Santiago", "2026-09-06", "2026-09-06 13:00"),
    ],
)
def test_on_a_day_without_midnight_hands_change_at_ten_all_the_same(zone: str, day: str, handoff: str) -> None:
    on = date.fromisoformat(day)
    rotation = make_rotation(zone, handoff_on=WEEKDAYS[on.weekday()], starts_on=on - timedelta(days=14))
    at = moment(handoff)
    before, after = islice(turns(rotation, at - HOUR, at + HOUR), 2)
    assert (before.ends_at, after.starts_at) == (at, at)
    assert after.ends_at - after.starts_at == 168 * HOUR


def test_the_weeks_of_half_an_hour_of_summer_time() -> None:
    weeks = list(turns(make_rotation("Australia/Lord_Howe"), moment("2026-03-20"), moment("2026-10-20")))
    lengths = {(turn.ends_at - turn.starts_at) / HOUR for turn in weeks}
    assert lengths == {168, 168.5, 167.5}


def test_a_daily_turn_that_the_clock_skips_whole_is_nobodys() -> None:
    """Apia went from 29 to 31 December 2011: Thiru's day never was, and Choo's comes when it would have come."""
    rotation = make_rotation("Pacific/Apia", turn=Unit.DAY, handoff_at=time(0), starts_on=date(2011, 12, 29))
    found = list(turns(rotation, moment("2011-12-29 12:00"), moment("2012-01-01 12:00")))
    assert [(turn.members[0], turn.starts_at) for turn in found] == [
        ("aidil", moment("2011-12-29 10:00")),
        ("choo", moment("2011-12-30 10:00")),
        ("fahmi", moment("2011-12-31 10:00")),
        ("aidil", moment("2012-01-01 10:00")),
    ]


def test_hourly_turns_are_of_the_wall_clock() -> None:
    """In spring the turn of the missing hour is skipped, in autumn that of the repeated hour is twice as long."""
    rotation = make_rotation("Europe/London", turn=Unit.HOUR, handoff_at=time(0), starts_on=date(2026, 3, 29))
    spring = list(turns(rotation, moment("2026-03-29 00:00"), moment("2026-03-29 03:00")))
    assert [(turn.members[0], turn.starts_at.hour) for turn in spring] == [("aidil", 0), ("choo", 1), ("fahmi", 2)]
    autumn = make_rotation("Europe/London", turn=Unit.HOUR, handoff_at=time(0), starts_on=date(2026, 10, 25))
    found = list(turns(autumn, moment("2026-10-24 23:00"), moment("2026-10-25 03:00")))
    assert [(turn.members[0], (turn.ends_at - turn.starts_at) / HOUR) for turn in found] == [
        ("aidil", 1),
        ("thiru", 2),
        ("choo", 1),
    ]
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))


def test_a_monthly_turn_from_the_31st_ends_with_the_month_and_comes_back_to_the_31st() -> None:
    rotation = make_rotation(turn=Unit.MONTH, handoff_at=time(0), starts_on=date(2023, 12, 31))
    found = list(islice(turns(rotation, moment("2024-01-15"), moment("2025-01-15")), 5))
    assert [f"{turn.starts_at:%m-%d}" for turn in found] == ["12-31", "01-31", "02-29", "03-31", "04-30"]


def test_a_leap_day_is_a_day_like_any_other() -> None:
    yearly = make_rotation(turn=Unit.MONTH, every=12, handoff_at=time(0), starts_on=date(2024, 2, 29))
    found = list(turns(yearly, moment("2024-03-01"), moment("2028-03-01")))
    assert [f"{turn.starts_at:%Y-%m-%d}" for turn in found] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]
    daily = make_rotation(turn=Unit.DAY, starts_on=date(2024, 2, 28))
    assert [turn.members[0] for turn in turns(daily, moment("2024-02-28 12:00"), moment("2024-03-01 12:00"))] == [
        "aidil",
        "thiru",
        "choo",
    ]


# hours of duty


def test_office_hours_keep_to_the_wall_clock_over_a_change() -> None:
    office = Duty(days=("friday", "monday"), zone="Europe/London")
    found = list(on_duty(office, "UTC", moment("2026-03-26"), moment("2026-03-31")))
    assert found == [
        (moment("2026-03-27 09:00"), moment("2026-03-27 18:00")),
        (moment("2026-03-30 08:00"), moment("2026-03-30 17:00")),
    ]


def test_a_night_over_a_change_is_an_hour_shorter_or_longer() -> None:
    night = Duty(days=("saturday",), opens=time(22), closes=time(6))
    spring, autumn = (
        next(on_duty(night, "Europe/London", moment(begin), moment(end)))
        for begin, end in (("2026-03-28 12:00", "2026-03-30"), ("2026-10-24 12:00", "2026-10-26"))
    )
    assert (spring[1] - spring[0], autumn[1] - autumn[0]) == (7 * HOUR, 9 * HOUR)


def test_hours_that_close_when_they_open_are_a_whole_day() -> None:
    all_day = Duty(days=("saturday", "sunday"), opens=time(10), closes=time(10))
    found = list(on_duty(all_day, "UTC", moment("2025-01-10"), moment("2025-01-14")))
    assert found == [
        (moment("2025-01-11 10:00"), moment("2025-01-12 10:00")),
        (moment("2025-01-12 10:00"), moment("2025-01-13 10:00")),
    ]


# the very instant


def test_at_ten_sharp_the_next_one_is_on_call() -> None:
    roster = make_roster()
    handoff = moment("2025-01-13 10:00")
    for before in (timedelta.resolution, timedelta(milliseconds=100)):
        assert told(on_call(roster, roster.lines[0], at=handoff - before)) == ["2025-01-06 10:00 aidil rotation"]
    for after in (timedelta(), timedelta(seconds=4)):
        assert told(on_call(roster, roster.lines[0], at=handoff + after)) == ["2025-01-13 10:00 thiru rotation"]


def test_a_change_of_the_teams_zone_neither_loses_nor_doubles_a_shift() -> None:
    """The same edit read in another zone moves every handoff by the difference, and nothing else."""
    for zone in ("Asia/Kuala_Lumpur", "America/Santiago"):
        roster = make_roster(zone=zone)
        shifts = timeline(roster, roster.lines[0], moment("2025-01-07"), moment("2025-04-07"))
        assert [shift.person for shift in shifts][:5] == ["aidil", "thiru", "choo", "fahmi", "aidil"]
        assert all(before.ends_at == after.starts_at for before, after in pairwise(shifts))
