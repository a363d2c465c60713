"""What a pipeline's code has to offer, so that reading, checking and publishing are the same for all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from store.domain.run import Figure, Period

BASELINE_DAYS = 28
"""Four whole weeks: a mean over them does not depend on the weekday."""


@dataclass(frozen=True, kw_only=True)
class Input:
    path: str
    """Where it lies unless the plan says otherwise; relative to the inputs folder."""
    schema: StructType
    """The contract, column by column. A file that differs is refused."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """What one day of the trailing days came to: a few numbers that the driver may hold."""

    day: date
    rows: int
    """Input rows of the day, repeats included."""
    repeats: int
    """Rows that repeat the key of another row of the day."""
    values: Mapping[str, float]
    """The pipeline's own sums of the day."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """
    A pipeline's code: plain functions from tables to a table.

    `prepare` does the heavy work once; its table is kept while `days` and `output` read it.
    """

    name: str
    inputs: Mapping[str, Input]
    output: StructType
    """The contract of the published table; the column `day` (a date) is its partition."""
    key: tuple[str, ...]
    """Columns of the output of which no two rows are equal."""
    prepare: Callable[[Mapping[str, DataFrame], Period], DataFrame]
    """Inputs by name, and the period, to a table of the period and the days before that the figures need."""
    days: Callable[[DataFrame, Period], DataFrame]
    """Prepared table to one row per day: `day`, `rows`, `repeats` and the sums of `values`."""
    select: Callable[[DataFrame, Period], DataFrame]
    """Prepared table to the rows that are published, with exactly the columns of `output`."""
    figures: Callable[[DataFrame, Sequence[Day], Period], tuple[Figure, ...]]
    """The figures of the period, ready to be read."""
    picture: tuple[str, str]
    """Name in `values` and title of what the picture shows."""
