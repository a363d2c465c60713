"""Checks: measured numbers in, verdicts out. Spark measures (`jobs.measure`), this judges."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isclose

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
    """Share of the input rows of the period that repeat another one."""
    rows_out: int | None = None
    """Rows written for the period."""
    repeated_keys: int | None = None
    """Rows written that repeat another one's key; more than none is a fault of the pipeline's code."""


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


def judge(check: Check, observation: Observation) -> tuple[Verdict, ...]:
    """
    Return what *check* says of *observation*: one verdict, for NULLs one per column.

    A value exactly at a bound is still good. No data is never good: rows that are missing altogether fail, and what
    could not be measured or compared is unknown.
    """
    return _JUDGES[check.kind](check, observation)


def publishable(verdicts: Iterable[Verdict]) -> bool:
    """Return whether nothing failed. Warnings and unknowns are told and published."""
    return all(verdict.level is not Level.FAIL for verdict in verdicts)


def _judge_freshness(check: Check, seen: Observation) -> tuple[Verdict, ...]:
    if seen.newest_at is None:
        return (_verdict(check, Level.FAIL, "no data at all up to the end of the period"),)
    age = max(seen.due_at - seen.newest_at, timedelta())
    return (_verdict(check, _level(check, age), f"known up to {_instant(seen.newest_at)}, {_duration(age)} old"),)


def _judge_rows(check: Check, seen: Observation) -> tuple[Verdict, ...]:
    usual = f"usual {seen.baseline_rows:,.4g}" if seen.baseline_rows else "no earlier days to compare with"
    if seen.rows == 0:
        return (_verdict(check, Level.FAIL, f"no rows at all ({usual})"),)
    if not seen.baseline_rows:
        return (_verdict(check, Level.UNKNOWN, f"{_count(seen.rows, 'row')}, {usual}"),)
    off = (seen.rows - seen.baseline_rows) / seen.baseline_rows
    where = f"{_share(abs(off))} {'above' if off > 0 else 'below'} the {usual}" if off else f"exactly the {usual}"
    return (_verdict(check, _level(check, abs(off)), f"{_count(seen.rows, 'row')}, {where}"),)


def _judge_nulls(check: Check, seen: Observation) -> tuple[Verdict, ...]:
    columns = check.columns or tuple(seen.null_ratios)
    if not columns:
        return (_verdict(check, Level.UNKNOWN, "nothing was written, so nothing could be measured"),)
    return tuple(_judge_column(check, column, seen) for column in columns)


def _judge_column(check: Check, column: str, seen: Observation) -> Verdict:
    ratio = seen.null_ratios.get(column)
    if ratio is None:
        return _verdict(check, Level.UNKNOWN, "not measured: nothing was written, or there is no such column", column)
    return _verdict(check, _level(check, ratio), "none" if ratio == 0 else f"{_share(ratio)} NULL", column)


def _judge_duplicates(check: Check, seen: Observation) -> tuple[Verdict, ...]:
    if seen.repeated_keys:
        what = f"{_count(seen.repeated_keys, 'row')} of the output repeat another one's key"
        return (_verdict(check, Level.FAIL, what),)
    if seen.duplicate_ratio is None:
        return (_verdict(check, Level.UNKNOWN, "no rows, so nothing could be measured"),)
    ratio = seen.duplicate_ratio
    return (_verdict(check, _level(check, ratio), "none" if ratio == 0 else f"{_share(ratio)} of the rows repeated"),)


_JUDGES: Mapping[Kind, Callable[[Check, Observation], tuple[Verdict, ...]]] = {
    Kind.FRESHNESS: _judge_freshness,
    Kind.ROWS: _judge_rows,
    Kind.NULLS: _judge_nulls,
    Kind.DUPLICATES: _judge_duplicates,
}


def _level(check: Check, value: timedelta | float) -> Level:
    if _above(value, check.fail):
        return Level.FAIL
    return Level.WARN if _above(value, check.warn) else Level.PASS


def _above(value: timedelta | float, bound: timedelta | float | None) -> bool:
    """Raises: TypeError: a bound of the wrong sort, a share for an age or the other way round."""
    if bound is None:
        return False
    if isinstance(value, timedelta) and isinstance(bound, timedelta):
        return value > bound
    if isinstance(value, timedelta) or isinstance(bound, timedelta):
        raise TypeError("freshness is bounded by durations, every other check by shares")
    return value > bound and not isclose(value, bound)  # 1.2 * 33.6 is a hair more than 20 % above 33.6


def _verdict(check: Check, level: Level, observed: str, column: str = "") -> Verdict:
    name = f"{check.kind.value} {column}".rstrip()
    return Verdict(check=name, level=level, observed=observed, allowed=_allowed(check), section=check.section)


def _allowed(check: Check) -> str:
    bounds = (("warn", check.warn), ("fail", check.fail))
    return ", ".join(f"{name} above {_bound(bound)}" for name, bound in bounds if bound is not None)


def _bound(bound: timedelta | float) -> str:
    return _duration(bound) if isinstance(bound, timedelta) else _share(bound)


def _share(ratio: float) -> str:
    """Return 0.2 as "20 %"; two digits that count, so that a small share is never shown as none."""
    return f"{100 * ratio:.3g} %" if ratio < 1 else f"{100 * ratio:,.0f} %"


def _duration(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if minutes:
        return f"{hours} h {minutes} min"
    return f"{hours} h" if hours <= 48 or hours % 24 else f"{hours // 24} days"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
