"""
Aggregate Engagement: how much each account used the product on each day, and how sticky it is for all of them.

Definitions, with their source:

- *event*: one usage row. Two rows that agree in every column are one event told twice; it is counted once (ownership
  plan, Aggregate Engagement: "duplicate events must be deduplicated in transformation step"). Two different events
  that share a `usage_id` both count.
- *active*: the account has at least one event on the day. No other action is in the data (logins, page views).
- *click*: `usage_count` of the event; *seconds*: `usage_duration_secs`.
- *session*: all usage of one subscription on one day, because usage carries a day but no time of day.
- *monthly active*: active on at least one of the 30 days up to the day; *stickiness*: daily through monthly active.
- Usage outside its subscription's dates counts like any other and is told as such: the account did use the product,
  so it is the subscription's dates that are doubtful.

Over a period of several days the daily figures are means of its days, the sums are sums, and the monthly ones are
those of its last day.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark page uses
from pyspark.sql.types import (
    BooleanType,
    DateType,
    DecimalType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from jobs.figures import against, baseline, total
from jobs.job import BASELINE_DAYS, Day, Input, Job
from store.domain.run import Figure, Period

MONTH = timedelta(days=30)
OPEN_END = date(9999, 12, 31)

USAGE = StructType(
    [
        StructField("usage_id", StringType()),
        StructField("subscription_id", StringType()),
        StructField("usage_date", DateType()),
        StructField("feature_name", StringType()),
        StructField("usage_count", LongType()),
        StructField("usage_duration_secs", LongType()),
        StructField("error_count", LongType()),
        StructField("is_beta_feature", BooleanType()),
    ]
)
SUBSCRIPTIONS = StructType(
    [
        StructField("subscription_id", StringType()),
        StructField("account_id", StringType()),
        StructField("start_date", DateType()),
        StructField("end_date", DateType()),
        StructField("plan_tier", StringType()),
        StructField("seats", IntegerType()),
        StructField("mrr_amount", DecimalType(18, 2)),
        StructField("arr_amount", DecimalType(18, 2)),
        StructField("is_trial", BooleanType()),
        StructField("upgrade_flag", BooleanType()),
        StructField("downgrade_flag", BooleanType()),
        StructField("churn_flag", BooleanType()),
        StructField("billing_frequency", StringType()),
        StructField("auto_renew_flag", BooleanType()),
    ]
)
OUTPUT = StructType(
    [
        StructField("day", DateType()),
        StructField("account_id", StringType()),
        StructField("events", LongType()),
        StructField("clicks", LongType()),
        StructField("seconds", LongType()),
        StructField("sessions", LongType()),
        StructField("features", LongType()),
        StructField("errors", LongType()),
        StructField("events_outside", LongType()),
    ]
)


def read_from(period: Period) -> date:
    """Return the first day needed: the month before the period, for the change of the monthly figures."""
    return period.starts_on - MONTH


def events(usage: DataFrame) -> DataFrame:
    """
    Return *usage* without repeats.

    Shape: one row per event with the columns of *usage*, `copies` (rows that told it) and `namesakes` (events that
    carry its id, itself included).
    """
    # One shuffle by id serves both: rows that agree in all columns agree in their id.
    told = usage.repartition("usage_id").groupBy(*usage.columns).agg(F.count("*").alias("copies"))
    same_id = Window.partitionBy("usage_id").rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    return told.withColumn("namesakes", F.count("*").over(same_id))


def account_days(usage: DataFrame, subscriptions: DataFrame) -> DataFrame:
    """
    Return what each account did on each day.

    Shape: one row per (account_id, day); account_id is NULL for usage of a subscription that is not known.
    """
    # Grouped, so that a subscription that is told twice doubles no event; told in two ways, the widest dates count.
    owners = subscriptions.groupBy("subscription_id").agg(
        F.min("account_id").alias("account_id"),
        F.min("start_date").alias("start_date"),
        F.max(F.coalesce("end_date", F.lit(OPEN_END))).alias("end_date"),
    )
    day = F.col("usage_date")
    early, late = day < F.col("start_date"), day > F.col("end_date")
    return (
        events(usage)
        .join(owners, on="subscription_id", how="left")
        .groupBy("account_id", day.alias("day"))
        .agg(
            F.count("*").alias("events"),
            F.sum("usage_count").alias("clicks"),
            F.sum("usage_duration_secs").alias("seconds"),
            F.count_distinct("subscription_id").alias("sessions"),
            F.count_distinct("feature_name").alias("features"),
            F.sum("error_count").alias("errors"),
            F.count_if(early | late).alias("events_outside"),
            F.count_if(F.col("namesakes") > 1).alias("events_with_namesakes"),
            F.sum("copies").alias("rows"),
        )
    )


def prepare(inputs: Mapping[str, DataFrame], period: Period) -> DataFrame:
    wanted = (F.col("usage_date") >= F.lit(read_from(period))) & (F.col("usage_date") < F.lit(period.ends_on))
    return account_days(inputs["usage"].filter(wanted), inputs["subscriptions"])


def days(prepared: DataFrame, period: Period) -> DataFrame:  # noqa: ARG001 - a contract of all jobs
    return prepared.groupBy("day").agg(
        F.sum("rows").alias("rows"),
        (F.sum("rows") - F.sum("events")).alias("repeats"),
        F.count("account_id").alias("active"),
        F.sum("clicks").alias("clicks"),
        F.sum("seconds").alias("seconds"),
        F.sum("sessions").alias("sessions"),
        F.sum("events").alias("events"),
        F.sum("events_outside").alias("outside"),
        F.sum("events_with_namesakes").alias("namesakes"),
    )


def select(prepared: DataFrame, period: Period) -> DataFrame:
    in_period = (F.col("day") >= F.lit(period.starts_on)) & (F.col("day") < F.lit(period.ends_on))
    return prepared.filter(in_period).select(*(F.col(field.name).cast(field.dataType) for field in OUTPUT.fields))


def monthly_active(prepared: DataFrame, ends_on: tuple[date, ...]) -> tuple[int, ...]:
    """Return the accounts active in the 30 days before each of *ends_on* (the day itself is not one of them)."""
    in_month = [_active_between(end - MONTH, end).alias(f"month_{at}") for at, end in enumerate(ends_on)]
    counts = prepared.agg(*in_month).first()
    assert counts is not None, "an aggregate without groups is always one row"
    return tuple(counts)


def _active_between(starts_on: date, ends_on: date) -> Column:
    inside = (F.col("day") >= F.lit(starts_on)) & (F.col("day") < F.lit(ends_on))
    return F.count_distinct(F.when(inside, F.col("account_id")))


def figures(prepared: DataFrame, trailing: Sequence[Day], period: Period) -> tuple[Figure, ...]:
    month, month_before = monthly_active(prepared, (period.ends_on, period.starts_on))
    inside = [day for day in trailing if period.starts_on <= day.day < period.ends_on]

    def sum_of(name: str) -> float:
        return total(trailing, name, period.starts_on, period.ends_on)

    def change(name: str) -> str:
        return against(sum_of(name) / period.days, baseline(trailing, name, period), f"on the {BASELINE_DAYS}-day mean")

    active = sum_of("active") / period.days
    before = total(trailing, "active", period.starts_on - timedelta(days=1), period.starts_on)
    sticky = active / month if month else None
    sticky_before = before / month_before if month_before else None
    told = [
        Figure(label="Daily active accounts", value=f"{active:,.4g}", change=change("active")),
        Figure(
            label="Monthly active accounts",
            value=f"{month:,}",
            change=against(month, month_before, "on the day before"),
        ),
        Figure(
            label="Stickiness",
            value="unknown" if sticky is None else f"{100 * sticky:.1f} %",
            change=_points(sticky, sticky_before),
        ),
        Figure(label="Clicks", value=f"{sum_of('clicks'):,.0f}", change=change("clicks")),
        Figure(label="Hours", value=f"{sum_of('seconds') / 3600:,.1f}", change=change("seconds")),
        Figure(label="Sessions", value=f"{sum_of('sessions'):,.0f}", change=change("sessions")),
        Figure(
            label="Events outside their subscription's dates",
            value=f"{sum_of('outside'):,.0f} of {sum_of('events'):,.0f}",
        ),
    ]
    if repeats := sum(day.repeats for day in inside):
        told.append(Figure(label="Repeated rows left out", value=f"{repeats:,}"))
    if namesakes := sum_of("namesakes"):
        told.append(Figure(label="Events that share an id with another", value=f"{namesakes:,.0f}"))
    return tuple(told)


def _points(now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return ""
    return f"{100 * (now - before):+.1f} points on the day before"


JOB = Job(
    name="aggregate-engagement",
    inputs={
        "usage": Input(path="ravenstack/ravenstack_feature_usage.csv", schema=USAGE),
        "subscriptions": Input(path="ravenstack/ravenstack_subscriptions.csv", schema=SUBSCRIPTIONS),
    },
    output=OUTPUT,
    key=("day", "account_id"),
    prepare=prepare,
    days=days,
    select=select,
    figures=figures,
    picture=("active", "Daily active accounts"),
)
