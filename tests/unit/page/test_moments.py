"""Instants in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.page.moments import ago, clock_time, day_name, from_seconds, full, when
from bot.sandbox.page.seat import Seat

NOW = datetime(2024, 6, 3, 18, 30, tzinfo=UTC)
SEAT = Seat(zone=ZoneInfo("Asia/Kuala_Lumpur"), now=NOW)  # 4 June, 02:30


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{date_num}", "2024-06-03"),
        ("{date_slash}", "03/06/2024"),
        ("{date_short}", "Jun 3, 2024"),
        ("{date_long}", "Monday, June 3rd, 2024"),
        ("{date_pretty} at {time_secs}", "Yesterday at 10:00:00"),
        ("seen {date_short_pretty}", "seen yesterday"),
        ("{date_long_full}", "June 3, 2024"),
        ("{day_divider}", "Yesterday"),
        ("{ago}", "16 hours ago"),
        ("by {time}", "by 10:00"),
    ],
)
def test_slacks_forms(form: str, words: str) -> None:
    at = datetime(2024, 6, 3, 2, tzinfo=UTC)
    assert when(at, form, SEAT).striptags() == words


@pytest.mark.parametrize(
    ("day", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (22, "22nd"), (30, "30th")]
)
def test_english_endings_of_days(day: int, words: str) -> None:
    assert words in when(datetime(2024, 1, day, tzinfo=UTC), "{date}", SEAT)


def test_day_names_follow_the_readers_midnight() -> None:
    before, after = datetime(2024, 6, 3, 15, 59, tzinfo=UTC), datetime(2024, 6, 3, 16, 1, tzinfo=UTC)
    assert (day_name(before, SEAT), day_name(after, SEAT)) == ("Yesterday", "Today")
    assert day_name(datetime(2024, 5, 20, tzinfo=UTC), SEAT) == "Monday, 20 May"
    assert day_name(datetime(2023, 5, 20, tzinfo=UTC), SEAT) == "Saturday, 20 May 2023"


def test_clock_and_full_date() -> None:
    assert clock_time(NOW, SEAT) == "02:30"
    assert full(NOW, SEAT) == "Tuesday, 4 June 2024, 02:30:00"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (-timedelta(minutes=10), "in 10 minutes"),
    ],
)
def test_how_long_ago(before: timedelta, words: str) -> None:
    assert ago(NOW - before, SEAT) == words


@pytest.mark.parametrize("odd", [None, "", "soon", "9" * 40, [], "nan", "inf"])
def test_what_is_no_instant_is_none(odd: object) -> None:
    assert from_seconds(odd) is None
