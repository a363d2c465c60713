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

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark page uses
from pyspark.sql.types import (
    ArrayType,
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
TOLD = ("trials_that_converted", "rows", "repeats")
"""Counts for the figures and checks that are not published."""
SUMS = ("new_mrr", "lost_mrr", "active_mrr")
MOMENTS = ArrayType(
    StructType(
        [
            StructField("day", DateType()),
            *(StructField(name, LongType()) for name in (*COUNTS, *TOLD)),
            *(StructField(name, MONEY) for name in SUMS),
        ]
    )
)
"""Moments at which something happened, in the order of `_moment`."""
OUTPUT = StructType(
    [
        StructField("day", DateType()),
        StructField("plan_tier", StringType()),
        StructField("industry", StringType()),
        *(StructField(name, LongType()) for name in COUNTS),
        *(StructField(name, MONEY) for name in SUMS),
    ]
)
SEGMENT = ("plan_tier", "industry")


def once(table: DataFrame) -> DataFrame:
    """Return *table* without rows that repeat another one in every column; `copies` says how many told it."""
    return table.groupBy(*table.columns).agg(F.count("*").alias("copies"))


def prepare(inputs: Mapping[str, DataFrame], period: Period) -> DataFrame:
    """
    Return what happened, from the trailing days before the period to its end.

    Shape: one row per (day, plan_tier, industry) with every count and sum, 0 where nothing happened.
    """
    accounts = once(inputs["accounts"])
    owners = accounts.select("account_id", "industry", F.col("plan_tier").alias("account_plan"))
    subscriptions = once(inputs["subscriptions"]).join(owners.drop("account_plan"), on="account_id", how="left")
    churn = (
        once(inputs["churn"]).join(owners, on="account_id", how="left").withColumnRenamed("account_plan", "plan_tier")
    )
    # One row per moment: a subscription has several, and one pass over it tells them all.
    moments = (
        of_accounts(accounts)
        .unionByName(of_subscriptions(subscriptions, period))
        .unionByName(of_churn(churn))
        .select(*SEGMENT, "moment.*")
    )
    read_from = min(period.ends_on - TRAILING, period.starts_on - timedelta(days=BASELINE_DAYS))
    wanted = (F.col("day") >= F.lit(read_from)) & (F.col("day") < F.lit(period.ends_on))
    summed = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in (*COUNTS, *TOLD)]
    money = [F.coalesce(F.sum(name), F.lit(0)).cast(MONEY).alias(name) for name in SUMS]
    return moments.filter(wanted).groupBy("day", *SEGMENT).agg(*summed, *money)


def of_accounts(accounts: DataFrame) -> DataFrame:
    return accounts.select(*SEGMENT, _moment("signup_date", signups=F.lit(1), **_told()).alias("moment"))


def of_churn(churn: DataFrame) -> DataFrame:
    again = F.col("is_reactivation")
    moment = _moment("churn_date", churned=(~again).cast("long"), reactivated=again.cast("long"), **_told())
    return churn.select(*SEGMENT, moment.alias("moment"))


def of_subscriptions(subscriptions: DataFrame, period: Period) -> DataFrame:
    """
    Return each subscription's moments: its start, its end, a trial's conversion, and each day of the period (and the
    one before) at whose end it is paid for.
    """
    trial, mrr = F.col("is_trial"), F.col("mrr_amount")
    started = _moment(
        "start_date",
        trials=trial.cast("long"),
        subscriptions=(~trial).cast("long"),
        upgrades=F.col("upgrade_flag").cast("long"),
        downgrades=F.col("downgrade_flag").cast("long"),
        new_mrr=mrr,
        trials_that_converted=F.col("converted_on").isNotNull().cast("long"),
        **_told(),
    )
    ended = _moment("end_date", ended=F.lit(1), lost_mrr=mrr, **_told())
    # The paid subscription and the trial are rows of the input already.
    converted = _moment("converted_on", trials_converted=F.lit(1))
    first, last = F.lit(period.starts_on - timedelta(days=1)), F.lit(period.ends_on - timedelta(days=1))
    from_day = F.greatest(F.col("start_date"), first)
    to_day = F.least(F.coalesce(F.date_sub("end_date", 1), last), last)
    held = F.when(~trial & (from_day <= to_day), F.sequence(from_day, to_day))
    paid_for = F.transform(held, lambda day: _moment(day, active_subscriptions=F.lit(1), active_mrr=mrr))
    moments = F.concat(F.array(started, ended, converted), F.coalesce(paid_for, F.array().cast(MOMENTS)))
    with_conversion = subscriptions.withColumn("converted_on", _converted_on(period))
    return with_conversion.select(*SEGMENT, F.explode(moments).alias("moment"))


def _converted_on(period: Period) -> Column:
    """Return the day of the account's first paid subscription in the days that a trial has; NULL: none, or no trial."""
    paid = ~F.col("is_trial") & (F.col("start_date") < F.lit(period.ends_on))
    after = Window.partitionBy("account_id").orderBy(F.unix_date("start_date")).rangeBetween(1, CONVERSION)
    return F.when(F.col("is_trial"), F.min(F.when(paid, F.col("start_date"))).over(after))


def _told() -> dict[str, Column]:
    return {"rows": F.col("copies"), "repeats": F.col("copies") - 1}


def _moment(day: Column | str, **told: Column) -> Column:
    """Return a struct of the fields of MOMENT: *told*, and 0 for the others."""
    values = {name: told.get(name, F.lit(0)) for name in (*COUNTS, *TOLD, *SUMS)}
    kinds = {name: MONEY if name in SUMS else LongType() for name in values}
    when = F.col(day) if isinstance(day, str) else day
    return F.struct(when.alias("day"), *(value.cast(kinds[name]).alias(name) for name, value in values.items()))


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
            value=f"{100 * converted / trials:.0f} %" if trials else "no trials",
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
