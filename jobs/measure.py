"""Tables to numbers. What they mean is judged in `store.domain.check`, without Spark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from jobs.figures import baseline
from jobs.job import Day
from store.domain.check import Observation
from store.domain.run import Period


@dataclass(frozen=True, kw_only=True)
class Written:
    """What lies in the files that are about to be published."""

    rows: int
    null_ratios: dict[str, float]
    repeated_keys: int
    """Rows that repeat the key of another row."""


def measure_days(days: DataFrame) -> tuple[Day, ...]:
    """Collect one row per day, oldest first. The driver holds as many rows as there are days."""
    names = [name for name in days.columns if name not in ("day", "rows", "repeats")]
    return tuple(
        Day(day=row["day"], rows=row["rows"], repeats=row["repeats"], values={name: float(row[name]) for name in names})
        for row in days.orderBy("day").collect()
        if row["day"] is not None
    )


def measure_written(table: DataFrame, key: tuple[str, ...]) -> Written:
    """Read the written table back, once."""
    nulls = [F.count_if(F.col(name).isNull()).alias(f"null {name}") for name in table.columns]
    # A struct is never NULL, so that keys with a NULL in them are counted too.
    keys = F.count_distinct(F.struct(*key)).alias("keys")
    counted = table.agg(F.count("*").alias("rows"), keys, *nulls).first()
    assert counted is not None, "an aggregate without groups is always one row"
    rows = counted["rows"]
    return Written(
        rows=rows,
        null_ratios={name: counted[f"null {name}"] / rows for name in table.columns} if rows else {},
        repeated_keys=rows - counted["keys"],
    )


def observe(days: Sequence[Day], written: Written, *, period: Period, now: datetime) -> Observation:
    """
    Return what the checks are judged by.

    Args:
        days: the days of the period and those before it that were read.
        now: the team's clock; a period that is still open is measured against it.
    """
    inside = [day for day in days if period.starts_on <= day.day < period.ends_on]
    rows = sum(day.rows for day in inside)
    mean = baseline(days, "rows", period)
    newest = max((day.day for day in days if day.rows and day.day < period.ends_on), default=None)
    due_at = min(period.ends_at, now)
    return Observation(
        rows=rows,
        baseline_rows=None if mean is None else mean * period.days,
        # Data that carries a day but no time is known until the end of its day.
        newest_at=None if newest is None else min(_end_of(newest), due_at),
        due_at=due_at,
        null_ratios=written.null_ratios,
        duplicate_ratio=sum(day.repeats for day in inside) / rows if rows else None,
        rows_out=written.rows,
        repeated_keys=written.repeated_keys,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
