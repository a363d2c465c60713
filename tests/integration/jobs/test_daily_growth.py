"""Daily Growth against the same definitions in plain Python, on small random tables."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.measure import measure_days
from jobs.pipelines.daily_growth import COUNTS, JOB, OUTPUT, SUMS
from store.domain.run import Period
from tests.integration.jobs.tables import (
    DAY,
    Rows,
    contract,
    dicts,
    load,
    make_accounts,
    make_churn,
    make_subscriptions,
    without_repeats,
)

pytestmark = pytest.mark.spark
PERIODS = (Period.of_day(DAY), Period(DAY - timedelta(days=4), DAY + timedelta(days=1)))
Segment = tuple[date, str, str]


def make_tables(seed: int) -> dict[str, Rows]:
    random = Random(seed)
    return {
        "accounts": make_accounts(random),
        "subscriptions": make_subscriptions(random),
        "churn": make_churn(random),
    }


def expected(tables: dict[str, Rows], period: Period) -> dict[Segment, dict[str, Any]]:
    """The published rows, written down a second time without Spark."""
    found: dict[Segment, dict[str, Any]] = defaultdict(
        lambda: {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(SUMS, Decimal(0))}
    )
    account = {row["account_id"]: row for row in tables["accounts"]}

    def add(day: date | None, plan: str, industry: str, **counts: Any) -> None:
        if day is not None and period.starts_on <= day < period.ends_on:
            for name, value in counts.items():
                found[day, plan, industry][name] += value

    for row in tables["accounts"]:
        add(row["signup_date"], row["plan_tier"], row["industry"], signups=1)
    subscriptions = without_repeats(tables["subscriptions"])
    for row in subscriptions:
        segment = (row["plan_tier"], account[row["account_id"]]["industry"])
        trial, mrr = row["is_trial"], row["mrr_amount"]
        add(
            row["start_date"], *segment, trials=int(trial), subscriptions=int(not trial), new_mrr=mrr,
            upgrades=int(row["upgrade_flag"]), downgrades=int(row["downgrade_flag"]),
        )  # fmt: skip
        add(row["end_date"], *segment, ended=1, lost_mrr=mrr)
        if trial:
            add(converted_on(row, subscriptions, period), *segment, trials_converted=1)
        for at in range(period.days):
            day = period.starts_on + timedelta(days=at)
            if not trial and row["start_date"] <= day and (row["end_date"] is None or day < row["end_date"]):
                add(day, *segment, active_subscriptions=1, active_mrr=mrr)
    for row in tables["churn"]:
        plan, industry = account[row["account_id"]]["plan_tier"], account[row["account_id"]]["industry"]
        again = row["is_reactivation"]
        add(row["churn_date"], plan, industry, churned=int(not again), reactivated=int(again))
    return dict(found)


def converted_on(trial: dict[str, Any], subscriptions: Rows, period: Period) -> date | None:
    latest = trial["start_date"] + timedelta(days=30)
    paid = [
        row["start_date"]
        for row in subscriptions
        if row["account_id"] == trial["account_id"]
        and not row["is_trial"]
        and trial["start_date"] < row["start_date"] <= latest
        and row["start_date"] < period.ends_on
    ]
    return min(paid, default=None)


@pytest.mark.parametrize("seed", range(2))
def test_spark_and_plain_python_agree(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    tables, period = make_tables(seed), PERIODS[seed % 2]
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), period).persist()
    published = JOB.select(prepared, period)
    assert contract(published.schema) == contract(OUTPUT)
    rows = {(row.pop("day"), row.pop("plan_tier"), row.pop("industry")): row for row in dicts(published.collect())}
    assert rows == expected(tables, period)

    days = {day.day: day for day in measure_days(JOB.days(prepared, period))}
    subscriptions = tables["subscriptions"]
    for day in (period.starts_on, period.ends_on - timedelta(days=1)):
        moments = [row["signup_date"] for row in tables["accounts"]] + [row["churn_date"] for row in tables["churn"]]
        moments += [row[name] for row in subscriptions for name in ("start_date", "end_date")]
        assert (days[day].rows if day in days else 0) == moments.count(day)


def test_the_repeated_rows_are_counted_once_and_told(spark: SparkSession, tmp_path: Path) -> None:
    tables = make_tables(5)
    row = {**tables["subscriptions"][0], "start_date": DAY, "is_trial": False, "end_date": None}
    tables["subscriptions"] = [row, row, row]
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), PERIODS[0])
    (today,) = [day for day in measure_days(JOB.days(prepared, PERIODS[0])) if day.day == DAY]
    assert today.values["subscriptions"] == 1
    assert today.repeats == 2
    assert today.values["new_mrr"] == pytest.approx(float(row["mrr_amount"]))


def test_a_rerun_of_an_old_day_does_not_know_what_came_later(spark: SparkSession, tmp_path: Path) -> None:
    tables = make_tables(6)
    first = tables["subscriptions"][0]
    trial = {**first, "subscription_id": "T", "start_date": DAY - timedelta(days=3), "is_trial": True, "end_date": None}
    paid = {**trial, "subscription_id": "P", "start_date": DAY + timedelta(days=1), "is_trial": False}
    tables["subscriptions"] = [trial, paid]
    inputs = load(spark, tmp_path, JOB, tables)
    for period, converted in ((PERIODS[0], 0), (Period.of_day(DAY + timedelta(days=1)), 1)):
        days = measure_days(JOB.days(JOB.prepare(inputs, period), period))
        assert sum(day.values["trials_converted"] for day in days) == converted
        assert sum(day.values["trials_that_converted"] for day in days) == converted


def test_a_month_without_trials_is_told_as_such(spark: SparkSession, tmp_path: Path) -> None:
    tables = {**make_tables(7), "subscriptions": []}
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), PERIODS[0])
    days = measure_days(JOB.days(prepared, PERIODS[0]))
    labels = {figure.label: (figure.value, figure.change) for figure in JOB.figures(prepared, days, PERIODS[0])}
    assert labels["Trial conversion"] == ("no trials", "")
    assert labels["MRR at the end of the day"] == ("$0", "")
