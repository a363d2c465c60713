"""Values for tests: name what the test is about, the rest is filled with something sensible."""

from datetime import UTC, date, datetime
from typing import Any

from store.domain.check import Level, Verdict
from store.domain.issue import Issue
from store.domain.pipeline import OnCallRule, Owners, Pipeline, Purpose
from store.domain.run import Period, Run, RunStatus
from store.domain.team import Severity

AT = datetime(2024, 6, 4, 9, 30, tzinfo=UTC)
DAY = date(2024, 6, 3)


def make_run(**changes: Any) -> Run:
    """A queued run of one day."""
    fields: dict[str, Any] = {
        "id": 12,
        "pipeline": "aggregate-engagement",
        "period": Period.of_day(DAY),
        "status": RunStatus.QUEUED,
        "requested_by": "U0AIDIL",
        "requested_at": AT,
        "channel": "C0ONCALL",
    }
    return Run(**{**fields, **changes})


def make_pipeline(**changes: Any) -> Pipeline:
    fields: dict[str, Any] = {
        "key": "aggregate-engagement",
        "name": "Aggregate Engagement",
        "purpose": Purpose.INVESTORS,
        "summary": "Daily active accounts, as investors see them.",
        "owners": Owners(primary="product", secondary="data"),
        "on_call": OnCallRule(rotation="data"),
        "job": "aggregate_engagement",
        "rerun_by": ("engineer",),
    }
    return Pipeline(**{**fields, **changes})


def make_issue(**changes: Any) -> Issue:
    fields: dict[str, Any] = {
        "id": 7,
        "pipeline": "aggregate-engagement",
        "summary": "Active accounts dropped to nothing",
        "severity": Severity.MEDIUM,
        "day": DAY,
        "reported_by": "U0CHOO",
        "reported_at": AT,
    }
    return Issue(**{**fields, **changes})


def make_verdict(**changes: Any) -> Verdict:
    fields: dict[str, Any] = {
        "check": "rows",
        "level": Level.PASS,
        "observed": "36 rows, 7 % above the usual 33.6",
        "allowed": "warn above 20 %, fail above 80 %",
    }
    return Verdict(**{**fields, **changes})
