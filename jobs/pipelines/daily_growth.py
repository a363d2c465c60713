"""
Daily Growth: who came, who left and what it is worth, by plan and industry, for experiments.

Definitions, with what the data can and cannot say:

- *signup*: the account's `signup_date`, by the account's plan.
- *trial*: a subscription with `is_trial`, on its `start_date`. *Subscription*: one without.
- *converted trial*: the account started a paid subscription on a later day, within 30 days of the trial's start; it
  counts once, on the day of the first such subscription. *Trial conversion*: of the trials that started 30 to 60 days
  before the end of the period, and so have had their 30 days, the share that converted.
- *upgrade*, *downgrade*: the subscription carries the flag. The data holds no day of the change; we assume that the
  flagged subscription is the one that the change began, so it counts on its `start_date`. One that carries both flags
  counts as both.
- *ended*: the subscription's `end_date`. *Churned*: a churn event of the account, unless it is marked as a
  reactivation: those are told apart as *reactivated*.
- *MRR*: `mrr_amount`, in US dollars; a subscription counts from its `start_date` up to the day before its `end_date`.
- Renewals (ownership plan, Daily Growth, "types of data") are not here: no column tells that one happened, and a
  billing date with `auto_renew_flag` is only an intention.

A churn event and a signup are counted under the plan of the account, everything else under that of the subscription.
Nothing after the period is looked at, so that a rerun of an old day gives what that day's run should have given.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame
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
from jobs.pipelines.aggregate_engagement import SUBSCRIPTIONS
from store.domain.run import Figure, Period

CONVERSION = 30
"""Days that a trial has to become a paid subscription."""
TRAILING = timedelta(days=2 * CONVERSION)
"""Days before the period's end that are read: a month of trials, and the month that the last of them has."""
MONEY = DecimalType(18, 2)

ACCOUNTS = StructType(
    [
        StructField("account_id", StringType()),
        StructField("account_name", StringType()),
        StructField("industry", StringType()),
        StructField("country", StringType()),
        StructField("signup_date", DateType()),
        StructField("referral_source", StringType()),
        StructField("plan_tier", StringType()),
        StructField("seats", IntegerType()),
        StructField("is_trial", BooleanType()),
        StructField("churn_flag", BooleanType()),
    ]
)
CHURN = StructType(
    [
        StructField("churn_event_id", StringType()),
        StructField("account_id", StringType()),
        StructField("churn_date", DateType()),
        StructField("reason_code", StringType()),
        StructField("refund_amount_usd", MONEY),
        StructField("preceding_upgrade_flag", BooleanType()),
        StructField("preceding_downgrade_flag", BooleanType()),
        StructField("is_reactivation", BooleanType()),
        StructField("feedback_text", StringType()),
    ]
)
COUNTS = (
    "signups",
    "trials",
    "trials_converted",
    "subscriptions",
    "upgrades",
    "downgrades",
    "ended",
    "churned",
    "reactivated",
    "active_subscriptions",
)
SUMS = ("new_mrr", "lost_mrr", "active_mrr")
OUTPUT = StructType(
    [
        StructField("day", DateType()),
        StructField("plan_tier", StringType()),
        StructField("industry", StringType()),
        *(StructField(name, LongType()) for name in COUNTS),
        *(StructField(name, MONEY) for name in SUMS),
    ]
)
TOLD = ("trials_that_converted", "rows", "repeats")
"""Counts for the figures and checks that are not published."""
SEGMENT = ("plan_tier", "industry")


def once(table: DataFrame) -> DataFrame:
    """Return *table* without rows that repeat another one in every column; `copies` says how many told it."""
    return table.groupBy(*table.columns).agg(F.count("*").alias("copies"))


def happened(inputs: Mapping[str, DataFrame], period: Period) -> DataFrame:
    """
    Return what happened, from the trailing days before the period to its end.

    Shape: one row per (day, plan_tier, industry) and kind of event, with one column per count and sum; NULL where the
    kind has nothing to do with the column.
    """
    accounts = once(inputs["accounts"])
    subscriptions = once(inputs["subscriptions"])
    owners = accounts.select("account_id", "industry", F.col("plan_tier").alias("account_plan"))
    owned = subscriptions.join(owners.drop("account_plan"), on="account_id", how="left")
    churn = once(inputs["churn"]).join(owners, on="account_id", how="left")
    converted = conversions(owned.filter(F.col("start_date") < F.lit(period.ends_on)))
    frames = (
        _count(accounts, "signup_date", signups=F.lit(True)),
        _count(
            owned,
            "start_date",
            trials=F.col("is_trial"),
            subscriptions=~F.col("is_trial"),
            upgrades=F.col("upgrade_flag"),
            downgrades=F.col("downgrade_flag"),
            money={"new_mrr": F.sum("mrr_amount")},
        ),
        _count(owned, "end_date", ended=F.lit(True), money={"lost_mrr": F.sum("mrr_amount")}),
        _count(
            churn.withColumn("plan_tier", F.col("account_plan")),
            "churn_date",
            churned=~F.col("is_reactivation"),
            reactivated=F.col("is_reactivation"),
        ),
        # The paid subscription and the trial have been counted as rows of the input already.
        _count(converted, "converted_on", rows=False, trials_converted=F.lit(True)),
        _count(converted, "tried_on", rows=False, trials_that_converted=F.lit(True)),
    )
    union = frames[0]
    for frame in frames[1:]:
        union = union.unionByName(frame, allowMissingColumns=True)
    read_from = min(period.ends_on - TRAILING, period.starts_on - timedelta(days=BASELINE_DAYS))
    wanted = (F.col("day") >= F.lit(read_from)) & (F.col("day") < F.lit(period.ends_on))
    return union.filter(wanted)


def conversions(subscriptions: DataFrame) -> DataFrame:
    """Return one row per trial that became a paid subscription: its segment, `tried_on` and `converted_on`."""
    trials = subscriptions.filter(F.col("is_trial")).select(
        "account_id", "subscription_id", *SEGMENT, F.col("start_date").alias("tried_on"), "copies"
    )
    paid = subscriptions.filter(~F.col("is_trial")).select("account_id", F.col("start_date").alias("paid_on"))
    in_time = (F.col("paid_on") > F.col("tried_on")) & (F.col("paid_on") <= F.date_add("tried_on", CONVERSION))
    return (
        trials.join(paid, on="account_id", how="inner")
        .filter(in_time)
        .groupBy("subscription_id", *SEGMENT, "tried_on", "copies")
        .agg(F.min("paid_on").alias("converted_on"))
    )


def _count(
    table: DataFrame, day: str, *, rows: bool = True, money: Mapping[str, Column] | None = None, **counts: Column
) -> DataFrame:
    counted = [F.count_if(condition).alias(name) for name, condition in counts.items()]
    summed = [column.cast(MONEY).alias(name) for name, column in (money or {}).items()]
    told = [F.sum("copies").alias("rows"), (F.sum("copies") - F.count("*")).alias("repeats")] if rows else []
    return table.filter(F.col(day).isNotNull()).groupBy(F.col(day).alias("day"), *SEGMENT).agg(*counted, *summed, *told)


def active(inputs: Mapping[str, DataFrame], period: Period) -> DataFrame:
    """
    Return the subscriptions that are paid for at the end of each day, from the day before the period on.

    Shape: one row per (day, plan_tier, industry) with `active_subscriptions` and `active_mrr`.
    """
    owners = once(inputs["accounts"]).select("account_id", "industry")
    first = F.lit(period.starts_on - timedelta(days=1))
    last = F.lit(period.ends_on - timedelta(days=1))
    subscriptions = once(inputs["subscriptions"]).filter(~F.col("is_trial") & (F.col("start_date") <= last))
    until = F.coalesce(F.date_sub("end_date", 1), last)
    held = F.sequence(F.greatest("start_date", first), F.least(until, last))
    return (
        subscriptions.filter(until >= F.greatest("start_date", first))
        .join(owners, on="account_id", how="left")
        .withColumn("day", F.explode(held))
        .groupBy("day", *SEGMENT)
        .agg(
            F.count("*").alias("active_subscriptions"),
            F.sum("mrr_amount").cast(MONEY).alias("active_mrr"),
        )
    )


def prepare(inputs: Mapping[str, DataFrame], period: Period) -> DataFrame:
    """Shape: one row per (day, plan_tier, industry) with every count and sum, 0 where nothing happened."""
    both = happened(inputs, period).unionByName(active(inputs, period), allowMissingColumns=True)
    counted = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in (*COUNTS, *TOLD)]
    summed = [F.coalesce(F.sum(name), F.lit(0)).cast(MONEY).alias(name) for name in SUMS]
    return both.groupBy("day", *SEGMENT).agg(*counted, *summed)


def days(prepared: DataFrame, period: Period) -> DataFrame:  # noqa: ARG001 - a contract of all jobs
    return prepared.groupBy("day").agg(*(F.sum(name).alias(name) for name in (*COUNTS, *SUMS, *TOLD)))


def select(prepared: DataFrame, period: Period) -> DataFrame:
    in_period = (F.col("day") >= F.lit(period.starts_on)) & (F.col("day") < F.lit(period.ends_on))
    return prepared.filter(in_period).select(*(F.col(field.name).cast(field.dataType) for field in OUTPUT.fields))


def figures(prepared: DataFrame, trailing: Sequence[Day], period: Period) -> tuple[Figure, ...]:  # noqa: ARG001
    def sum_of(name: str) -> float:
        return total(trailing, name, period.starts_on, period.ends_on)

    def counted(label: str, name: str) -> Figure:
        usual = baseline(trailing, name, period)
        change = against(sum_of(name) / period.days, usual, f"on the {BASELINE_DAYS}-day mean")
        return Figure(label=label, value=f"{sum_of(name):,.0f}", change=change)

    last = {day.day: day.values for day in trailing}
    mrr = last.get(period.ends_on - timedelta(days=1), {}).get("active_mrr", 0.0)
    before = last.get(period.starts_on - timedelta(days=1), {}).get("active_mrr", 0.0)
    ripe = (period.ends_on - TRAILING, period.ends_on - timedelta(days=CONVERSION))
    trials = total(trailing, "trials", *ripe)
    converted = total(trailing, "trials_that_converted", *ripe)
    return (
        counted("Signups", "signups"),
        counted("Trials started", "trials"),
        counted("Subscriptions started", "subscriptions"),
        counted("Upgrades", "upgrades"),
        counted("Downgrades", "downgrades"),
        counted("Accounts churned", "churned"),
        counted("Accounts reactivated", "reactivated"),
        Figure(
            label="Trial conversion",
            value=f"{converted / trials:.0%}" if trials else "no trials",
            change=f"{converted:,.0f} of {trials:,.0f} trials started 30 to 60 days before" if trials else "",
        ),
        Figure(label="New MRR", value=f"${sum_of('new_mrr'):,.0f}"),
        Figure(label="Lost MRR", value=f"${sum_of('lost_mrr'):,.0f}"),
        Figure(
            label="MRR at the end of the day",
            value=f"${mrr:,.0f}",
            change=f"{100 * (mrr - before) / before:+.1f} % on the day before" if before else "",
        ),
    )


JOB = Job(
    name="daily-growth",
    inputs={
        "accounts": Input(path="ravenstack/ravenstack_accounts.csv", schema=ACCOUNTS),
        "subscriptions": Input(path="ravenstack/ravenstack_subscriptions.csv", schema=SUBSCRIPTIONS),
        "churn": Input(path="ravenstack/ravenstack_churn_events.csv", schema=CHURN),
    },
    output=OUTPUT,
    key=("day", *SEGMENT),
    prepare=prepare,
    days=days,
    select=select,
    figures=figures,
    picture=("subscriptions", "Subscriptions started"),
)
