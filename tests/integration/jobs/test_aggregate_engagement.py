"""Aggregate Engagement against the same definitions in plain Python, on small random tables."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from pyspark.sql import SparkSession

from jobs.measure import measure_days
from jobs.pipelines.aggregate_engagement import JOB, OUTPUT
from store.domain.run import Period
from tests.integration.jobs.tables import (
    DAY,
    Rows,
    contract,
    dicts,
    load,
    make_subscriptions,
    make_usage,
    without_repeats,
)

pytestmark = pytest.mark.spark
PERIODS = (Period.of_day(DAY), Period(DAY - timedelta(days=2), DAY + timedelta(days=1)))


def expected(usage: Rows, subscriptions: Rows, period: Period) -> Rows:
    """The published rows, written down a second time without Spark."""
    owner = {row["subscription_id"]: row for row in without_repeats(subscriptions)}
    groups: dict[tuple[date, str | None], Rows] = defaultdict(list)
    for event in without_repeats(usage):
        if period.starts_on <= event["usage_date"] < period.ends_on:
            account = owner.get(event["subscription_id"], {}).get("account_id")
            groups[event["usage_date"], account].append(event)
    return [
        {
            "day": day,
            "account_id": account,
            "events": len(events),
            "clicks": sum(event["usage_count"] for event in events),
            "seconds": sum(event["usage_duration_secs"] for event in events),
            "sessions": len({event["subscription_id"] for event in events}),
            "features": len({event["feature_name"] for event in events}),
            "errors": sum(event["error_count"] for event in events),
            "events_outside": sum(_is_outside(day, owner.get(event["subscription_id"])) for event in events),
        }
        for (day, account), events in groups.items()
    ]


def _is_outside(day: date, subscription: dict[str, date] | None) -> bool:
    if subscription is None:
        return False
    ended = subscription["end_date"] is not None and day > subscription["end_date"]
    return day < subscription["start_date"] or ended


def in_order(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (row["day"], row["account_id"] or ""))


@pytest.mark.parametrize("seed", range(2))
def test_spark_and_plain_python_agree(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    # Subscriptions told twice are a fault of their own, see below.
    tables = {"usage": make_usage(random), "subscriptions": without_repeats(make_subscriptions(random))}
    period = PERIODS[seed % 2]
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), period).persist()
    published = JOB.select(prepared, period)
    assert contract(published.schema) == contract(OUTPUT)
    assert in_order(dicts(published.collect())) == in_order(expected(tables["usage"], tables["subscriptions"], period))

    days = measure_days(JOB.days(prepared, period))
    read = [row for row in tables["usage"] if period.starts_on - timedelta(30) <= row["usage_date"] < period.ends_on]
    assert {day.day: day.rows for day in days} == Counter(row["usage_date"] for row in read)
    told_once = Counter(row["usage_date"] for row in without_repeats(read))
    assert {day.day: day.rows - day.repeats for day in days} == told_once

    labels = {figure.label: figure.value for figure in JOB.figures(prepared, days, period)}
    month = Period(period.ends_on - timedelta(days=30), period.ends_on)
    active = {row["account_id"] for row in expected(tables["usage"], tables["subscriptions"], month)} - {None}
    assert labels["Monthly active accounts"] == str(len(active))


def test_a_subscription_told_twice_does_not_double_the_clicks(spark: SparkSession, tmp_path: Path) -> None:
    random = Random(7)
    subscriptions = make_subscriptions(random)
    tables = {"usage": make_usage(random), "subscriptions": subscriptions}
    assert len(without_repeats(subscriptions)) < len(subscriptions)
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), PERIODS[0])
    rows = dicts(JOB.select(prepared, PERIODS[0]).collect())
    assert in_order(rows) == in_order(expected(tables["usage"], subscriptions, PERIODS[0]))


def test_a_day_without_any_usage_is_an_empty_table_and_no_division_by_zero(spark: SparkSession, tmp_path: Path) -> None:
    tables = {"usage": [], "subscriptions": make_subscriptions(Random(1))}
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), PERIODS[0])
    days = measure_days(JOB.days(prepared, PERIODS[0]))
    assert JOB.select(prepared, PERIODS[0]).collect() == []
    assert days == ()
    labels = {figure.label: (figure.value, figure.change) for figure in JOB.figures(prepared, days, PERIODS[0])}
    assert labels["Daily active accounts"] == ("0", "")
    assert labels["Stickiness"] == ("unknown", "")


def test_repeats_are_left_out_and_namesakes_are_kept_and_both_are_told(spark: SparkSession, tmp_path: Path) -> None:
    random = Random(2)
    event = {**make_usage(random)[0], "usage_id": "U-1", "subscription_id": "S-0", "usage_date": DAY, "usage_count": 3}
    tables = {
        "usage": [event, event, {**event, "usage_count": 4}, {**event, "usage_id": "U-2"}],
        "subscriptions": without_repeats(make_subscriptions(random)),
    }
    prepared = JOB.prepare(load(spark, tmp_path, JOB, tables), PERIODS[0])
    (row,) = JOB.select(prepared, PERIODS[0]).collect()
    assert (row["events"], row["clicks"], row["sessions"]) == (3, 10, 1)
    days = measure_days(JOB.days(prepared, PERIODS[0]))
    labels = {figure.label: figure.value for figure in JOB.figures(prepared, days, PERIODS[0])}
    assert labels["Repeated rows left out"] == "1"
    assert labels["Events that share an id with another"] == "2"
