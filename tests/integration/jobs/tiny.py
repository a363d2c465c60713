"""A pipeline as small as one can be, for tests of what all pipelines share."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import DateType, LongType, StringType, StructField, StructType

from jobs.job import Day, Input, Job
from store.domain.run import Figure, Period

CLICKS = StructType(
    [StructField("account_id", StringType()), StructField("clicked_on", DateType()), StructField("clicks", LongType())]
)
OUTPUT = StructType(
    [StructField("day", DateType()), StructField("account_id", StringType()), StructField("clicks", LongType())]
)


def prepare(inputs: Mapping[str, DataFrame], period: Period) -> DataFrame:
    clicks = inputs["clicks"].filter(F.col("clicked_on") < F.lit(period.ends_on))
    counts = (F.sum("clicks").alias("clicks"), F.count("*").alias("rows"))
    return clicks.groupBy("account_id", F.col("clicked_on").alias("day")).agg(*counts)


def days(prepared: DataFrame, period: Period) -> DataFrame:
    sums = (F.sum("rows").alias("rows"), F.lit(0).alias("repeats"), F.sum("clicks").alias("clicks"))
    return prepared.groupBy("day").agg(*sums)


def select(prepared: DataFrame, period: Period) -> DataFrame:
    inside = (F.col("day") >= F.lit(period.starts_on)) & (F.col("day") < F.lit(period.ends_on))
    return prepared.filter(inside).select(*OUTPUT.names)


def figures(prepared: DataFrame, trailing: Sequence[Day], period: Period) -> tuple[Figure, ...]:
    return (Figure(label="Days", value=str(len(trailing))),)


TINY = Job(
    name="tiny",
    inputs={"clicks": Input(path="clicks.csv", schema=CLICKS)},
    output=OUTPUT,
    key=("day", "account_id"),
    prepare=prepare,
    days=days,
    select=select,
    figures=figures,
    picture=("clicks", "Clicks"),
)
