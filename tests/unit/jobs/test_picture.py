import struct
from datetime import date, timedelta

import pytest

from jobs.picture import draw
from store.domain.run import Period

DAY = date(2024, 6, 3)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize(
    "series",
    [
        {DAY - timedelta(days=back): 30.0 + back % 7 for back in range(30)},
        {DAY: 12.0},
        {DAY - timedelta(days=back): 0.0 for back in range(3)},
        {},
    ],
    ids=["a month", "the first day", "all zero", "nothing"],
)
def test_whatever_the_month_was_like_there_is_a_picture_of_it(series: dict[date, float]) -> None:
    assert size(draw(series, period=Period.of_day(DAY), title="Daily active accounts")) == (1200, 440)


def test_a_long_period_is_shown_as_a_whole() -> None:
    period = Period(date(2024, 1, 1), date(2024, 4, 1))
    series = {date(2024, 1, 1) + timedelta(days=at): float(at) for at in range(91)}
    one_day = draw(series, period=Period.of_day(date(2024, 3, 31)), title="x")
    assert draw(series, period=period, title="x") != one_day


def test_other_numbers_make_another_picture() -> None:
    series = {DAY: 12.0, DAY - timedelta(days=1): 10.0}
    period = Period.of_day(DAY)
    assert draw(series, period=period, title="x") == draw(dict(series), period=period, title="x")
    assert draw(series, period=period, title="x") != draw({**series, DAY: 6.0}, period=period, title="x")
