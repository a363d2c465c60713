"""Sums and changes of the trailing days, in the words of the figures."""

from collections.abc import Sequence
from datetime import date, timedelta

from jobs.job import BASELINE_DAYS, Day
from store.domain.run import Period


def value_of(day: Day, name: str) -> float:
    return float(day.rows) if name == "rows" else day.values[name]


def total(days: Sequence[Day], name: str, starts_on: date, ends_on: date) -> float:
    """Return the sum of *name* over `[starts_on, ends_on)`; a day without rows adds nothing."""
    return sum(value_of(day, name) for day in days if starts_on <= day.day < ends_on)


def baseline(days: Sequence[Day], name: str, period: Period) -> float | None:
    """
    Return the mean of *name* per day over the 28 days before the period.

    A day without rows counts as nothing, but the days before the very first row count not at all. None: no day with
    rows lies before the period.
    """
    starts_on = period.starts_on - timedelta(days=BASELINE_DAYS)
    before = [day.day for day in days if day.rows and day.day < period.starts_on]
    if not before:
        return None
    starts_on = max(starts_on, min(before))
    known_days = (period.starts_on - starts_on).days
    return total(days, name, starts_on, period.starts_on) / known_days if known_days else None


def against(now: float, before: float | None, what: str) -> str:
    """Return "+12 % on the day before"; nothing where there is nothing to compare with."""
    if not before:
        return ""
    return f"{round(100 * (now - before) / before):+d} % {what}"
