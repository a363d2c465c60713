"""Runs between their row and their domain value."""

from typing import Any

from pydantic import TypeAdapter

from store.domain.run import Cause, Period, Progress, Result, Run, RunStatus
from store.tables import RunRow

PROGRESS = TypeAdapter(Progress)
RESULT = TypeAdapter(Result)


def run_of(row: RunRow) -> Run:
    assert row.id is not None
    return Run(
        id=row.id,
        pipeline=row.pipeline,
        period=Period(row.starts_on, row.ends_on),
        status=RunStatus(row.status),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        channel=row.channel,
        cause=None if row.cause is None else Cause(row.cause),
        note=row.note,
        attempt=row.attempt,
        worker=row.worker,
        lease_until=row.lease_until,
        started_at=row.started_at,
        finished_at=row.finished_at,
        progress=None if row.progress is None else PROGRESS.validate_python(row.progress),
        result=None if row.result is None else RESULT.validate_python(row.result),
    )


def moving_columns(run: Run) -> dict[str, Any]:
    """Return the columns that change while a run moves along; what was asked for never changes."""
    return {
        "status": run.status.value,
        "cause": None if run.cause is None else run.cause.value,
        "note": run.note,
        "attempt": run.attempt,
        "worker": run.worker,
        "lease_until": run.lease_until,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "progress": None if run.progress is None else PROGRESS.dump_python(run.progress, mode="json"),
        "result": None if run.result is None else RESULT.dump_python(run.result, mode="json"),
    }
