"""Small random tables, written as the real inputs are, with every quirk that the real ones have or could have."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from jobs.datasets import read
from jobs.job import Job
from tests.integration.jobs.conftest import write_csv

DAY = date(2024, 6, 3)
Rows = list[dict[str, Any]]
TIERS, INDUSTRIES = ("Basic", "Pro"), ("EdTech", "FinTech")


def some_day(random: Random, back: int = 70, ahead: int = 5) -> date:
    return DAY + timedelta(days=random.randint(-back, ahead))


def make_accounts(random: Random, count: int = 12) -> Rows:
    return [
        {
            "account_id": f"A-{number}",
            "account_name": f"Company, “{number}”",
            "industry": random.choice(INDUSTRIES),
            "country": "MY",
            "signup_date": some_day(random),
            "referral_source": "ads",
            "plan_tier": random.choice(TIERS),
            "seats": random.randint(1, 9),
            "is_trial": random.random() < 0.2,
            "churn_flag": False,
        }
        for number in range(count)
    ]


def make_subscriptions(random: Random, count: int = 80, accounts: int = 12) -> Rows:
    rows: Rows = []
    for number in range(count):
        starts_on = some_day(random)
        ends_on = starts_on + timedelta(days=random.randint(0, 60)) if random.random() < 0.4 else None
        trial = random.random() < 0.35
        rows.append(
            {
                "subscription_id": f"S-{number}",
                "account_id": f"A-{random.randrange(accounts)}",
                "start_date": starts_on,
                "end_date": ends_on,
                "plan_tier": random.choice(TIERS),
                "seats": random.randint(1, 9),
                "mrr_amount": Decimal(0) if trial else Decimal(random.randint(1, 99999)) / 100,
                "arr_amount": Decimal(0),
                "is_trial": trial,
                "upgrade_flag": random.random() < 0.2,
                "downgrade_flag": random.random() < 0.1,
                "churn_flag": ends_on is not None,
                "billing_frequency": "monthly",
                "auto_renew_flag": True,
            }
        )
    return rows + random.sample(rows, 2)  # two of them told twice


def make_usage(random: Random, count: int = 500, subscriptions: int = 80) -> Rows:
    rows: Rows = [
        {
            "usage_id": f"U-{random.randrange(2 * count)}",  # some ids collide
            "subscription_id": f"S-{random.randrange(subscriptions + 2)}",  # some subscriptions are not known
            "usage_date": some_day(random, back=34),
            "feature_name": f"feature_{random.randrange(4)}",
            "usage_count": random.randint(0, 20),
            "usage_duration_secs": random.randint(0, 9000),
            "error_count": random.choice((0, 0, 1)),
            "is_beta_feature": random.random() < 0.1,
        }
        for _ in range(count)
    ]
    rows += [{**random.choice(rows), "usage_date": DAY} for _ in range(10)]  # the same id again, on another day
    return rows + random.choices(rows, k=10)  # told twice, or three times


def make_churn(random: Random, count: int = 30, accounts: int = 12) -> Rows:
    return [
        {
            "churn_event_id": f"C-{number}",
            "account_id": f"A-{random.randrange(accounts)}",
            "churn_date": some_day(random, back=20),
            "reason_code": "pricing",
            "refund_amount_usd": Decimal("4.03"),
            "preceding_upgrade_flag": False,
            "preceding_downgrade_flag": False,
            "is_reactivation": random.random() < 0.3,
            "feedback_text": None,
        }
        for number in range(count)
    ]


def load(spark: SparkSession, folder: Path, job: Job, tables: dict[str, Rows]) -> dict[str, DataFrame]:
    """Write the tables where the job expects them and read them as a run does."""
    for name, entry in job.inputs.items():
        write_csv(folder / entry.path, entry.schema.names, [_written(row) for row in tables[name]])
    return {name: read(spark, name, folder / entry.path, entry.schema) for name, entry in job.inputs.items()}


def _written(row: dict[str, Any]) -> dict[str, Any]:
    def cell(value: object) -> object:
        if isinstance(value, bool):
            return str(value).upper()
        return f"{value:%d-%m-%Y}" if isinstance(value, date) else value

    return {name: cell(value) for name, value in row.items()}


def without_repeats(rows: Rows) -> Rows:
    return [dict(items) for items in dict.fromkeys(tuple(row.items()) for row in rows)]


def dicts(rows: Sequence[Any]) -> Rows:
    return [row.asDict() for row in rows]


def contract(schema: StructType) -> list[tuple[str, str]]:
    return [(field.name, field.dataType.simpleString()) for field in schema.fields]
