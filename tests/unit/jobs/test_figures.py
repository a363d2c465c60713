from datetime import date, timedelta

import pytest

from jobs.figures import against, baseline, total
from jobs.job import Day
from store.domain.run import Period

MONDAY = date(2024, 6, 3)
PERIOD = Period.of_day(MONDAY)


def day_before(back: int, rows: int) -> Day:
    return Day(day=MONDAY - timedelta(days=back), rows=rows, repeats=0, values={"clicks": 2.0 * rows})


def test_the_usual_is_the_mean_of_the_28_days_before() -> None:
    days = [day_before(back, 10) for back in range(40)]
    assert baseline(days, "rows", PERIOD) == 10
    assert baseline(days, "clicks", PERIOD) == 20


def test_a_day_without_rows_among_them_pulls_the_mean_down() -> None:
    days = [day_before(back, 28) for back in range(1, 30) if back != 5]
    assert baseline(days, "rows", PERIOD) == 27


def test_the_days_before_the_very_first_rows_do_not_count() -> None:
    assert baseline([day_before(2, 6), day_before(1, 4)], "rows", PERIOD) == 5


def test_on_the_first_day_ever_there_is_no_usual() -> None:
    assert baseline([day_before(0, 6)], "rows", PERIOD) is None
    assert baseline([], "rows", PERIOD) is None
    assert baseline([day_before(1, 0)], "rows", PERIOD) is None


def test_rows_of_later_days_do_not_count() -> None:
    assert total([day_before(-1, 5), day_before(0, 3)], "rows", PERIOD.starts_on, PERIOD.ends_on) == 3


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [(112, 100, "+12 % on the day before"), (88, 100, "-12 % on the day before"), (5, 0, ""), (5, None, "")],
)
def test_changes_are_told_in_percent(now: float, before: float | None, told: str) -> None:
    assert against(now, before, "on the day before") == told
