"""Checks: measured numbers in, verdicts out. Spark measures (`jobs.measure`), this judges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from store.domain.strict import Strict


class Kind(StrEnum):
    FRESHNESS = "freshness"
    """Age of the newest event at the end of the period (or now, while the period is still open)."""
    ROWS = "rows"
    """Rows of the period against the mean of the days before; off in either direction."""
    NULLS = "nulls"
    """Share of NULLs in each of `columns`."""
    DUPLICATES = "duplicates"
    """Share of the rows that repeat another row's key."""


class Level(StrEnum):
    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Nothing to measure against, such as the first day ever: said, never taken for a pass."""


@dataclass(frozen=True, kw_only=True)
class Check(Strict):
    """
    One rule of a pipeline. `warn` is told and published, `fail` publishes nothing.

    Freshness takes durations (`18h`), the other kinds shares (`20%`). A bound is the largest value still good.
    """

    kind: Kind
    warn: timedelta | float | None = None
    fail: timedelta | float | None = None
    columns: tuple[str, ...] = ()
    """Columns of the published table; for `nulls` only."""
    section: str | None = None
    """Heading on this page to read when the check does not pass."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """
    What was measured for one run.

    Shares are 0 to 1. None means that it could not be measured.
    """

    rows: int
    """Rows of the period read from the input, duplicates included."""
    baseline_rows: float | None = None
    """Mean rows a day in the 28 days before the period, times the days of the period."""
    newest_at: datetime | None = None
    """The instant up to which the input is known, at most the end of the period; aware UTC."""
    due_at: datetime
    """The instant that freshness is measured against: the end of the period, or now while it is open."""
    null_ratios: Mapping[str, float] = field(default_factory=dict)
    """Column of the output to its share of NULLs."""
    duplicate_ratio: float | None = None
    """Share of the input rows of the period that repeat another one's key."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    check: str
    """Kind of the check, with the column where there is one."""
    level: Level
    observed: str
    """For people: "36 rows, 7 % above the usual 33.6"."""
    allowed: str = ""
    """For people: "warn above 20 %, fail above 80 %"."""
    section: str | None = None
