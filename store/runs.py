"""
Runs: where the bot asks, workers claim, and the bot reads what became of them.

Every change that people should see adds 1 to `revision` in its own transaction. A worker holds a run by a lease:
`attempt` is the fencing number, and whoever comes with an older one changes nothing.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from store.domain.errors import UserError, shorten
from store.domain.run import OPEN, Cause, Period, Progress, Run, RunStatus, advance
from store.run_rows import PROGRESS, moving_columns, run_of
from store.session import insert_into
from store.tables import PictureRow, RunRow, WorkerRow

logger = logging.getLogger(__name__)


class AlreadyOpen(UserError):
    """Some day of the period is being worked on; two runs must never publish the same day at once."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            f"Run {run.id} of {run.pipeline} for {run.period} is already {run.status}. "
            "Wait until it has ended, or ask for other days."
        )
        self.run = run


class NoSuchRun(UserError):
    def __init__(self, run_id: int) -> None:
        super().__init__(f"There is no run {run_id}. The newest runs are in the channel they were asked for in.")
        self.run_id = run_id


def request(db: Session, *, key: str, pipeline: str, period: Period, by: str, channel: str, at: datetime) -> Run:
    """
    Queue a run.

    Args:
        key: names the press that asks; with the same key again the same run is returned and nothing is new.
        by: Slack member id, or `shell`.
    Raises: AlreadyOpen: an open run of this pipeline shares a day with *period*.
    """
    if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time, who sees what the last one did
        db.exec(select(func.pg_advisory_xact_lock(func.hashtext(pipeline))))
    asked = db.exec(select(RunRow).where(RunRow.request_key == key)).first()
    if asked is not None:
        return run_of(asked)
    _refuse_shared_days(db, pipeline, period)
    row = RunRow(
        request_key=key,
        pipeline=pipeline,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        status=RunStatus.QUEUED.value,
        requested_by=by,
        requested_at=at,
        channel=channel,
    )
    db.add(row)
    db.flush()
    return run_of(row)


def _refuse_shared_days(db: Session, pipeline: str, period: Period) -> None:
    shared = select(RunRow).where(
        col(RunRow.status).in_([status.value for status in OPEN]),
        RunRow.pipeline == pipeline,
        RunRow.starts_on < period.ends_on,
        RunRow.ends_on > period.starts_on,
    )
    row = db.exec(shared.order_by(col(RunRow.id))).first()
    if row is not None:
        raise AlreadyOpen(run_of(row))


def claim(db: Session, *, worker: str, at: datetime, lease: timedelta, run_id: int | None = None) -> Run | None:
    """
    Take up the oldest queued run for *worker*, or return None where none is queued.

    No two workers get the same run: on SQLite they come one after another, and PostgreSQL skips a row that
    another one is just taking.

    Args:
        at: the machine's clock; the lease ends at `at + lease` unless `beat` moves it on.
        run_id: this run and no other.
    """
    queued = select(RunRow).where(RunRow.status == RunStatus.QUEUED.value).order_by(col(RunRow.id)).limit(1)
    if run_id is not None:
        queued = queued.where(RunRow.id == run_id)
    row = db.exec(queued.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    return _move(db, row, advance(run_of(row), RunStatus.RUNNING, at=at, worker=worker, lease_until=at + lease))


def beat(db: Session, run_id: int, *, attempt: int, at: datetime, lease: timedelta) -> bool:
    """Extend the lease to `at + lease`. False: it is lost, and whoever held it must stop without a trace."""
    return _changed(db, _held(run_id, attempt).values(lease_until=at + lease))


def save_progress(db: Session, run_id: int, *, attempt: int, progress: Progress) -> bool:
    """Keep how far the run has come. False: the lease is lost."""
    seen = PROGRESS.dump_python(progress, mode="json")
    return _changed(db, _held(run_id, attempt).values(progress=seen, revision=RunRow.revision + 1))


def finish(db: Session, run: Run, *, attempt: int, picture: bytes | None) -> bool:
    """
    Keep *run* as `advance` has moved it, with its picture (PNG).

    Returns: False, and nothing has changed, where *attempt* no longer holds the lease.
    """
    if not _changed(db, _held(run.id, attempt).values(**moving_columns(run), revision=RunRow.revision + 1)):
        return False
    if picture is not None:
        db.merge(PictureRow(run_id=run.id, png=picture))
    return True


def release_lost(db: Session, *, at: datetime, attempts: int = 2) -> tuple[Run, ...]:
    """
    Take the runs whose lease ended before *at* from workers that no longer answer.

    A run goes back to the queue, or fails with `Cause.WORKER_LOST` once it was tried *attempts* times. Any process
    may call this at any time: each loss is acted on once.
    """
    lost = db.exec(
        select(RunRow)
        .where(RunRow.status == RunStatus.RUNNING.value, col(RunRow.lease_until) < at)
        .order_by(col(RunRow.id))
        .with_for_update(skip_locked=True)
    ).all()
    return tuple(_move(db, row, _after_loss(run, at=at, attempts=attempts)) for row, run in _readable(lost))


def _after_loss(run: Run, *, at: datetime, attempts: int) -> Run:
    if run.attempt < attempts:
        note = f"The worker {run.worker} stopped answering. Another one takes the run up as soon as it is free."
        return advance(run, RunStatus.QUEUED, at=at, note=note)
    note = (
        f"The worker {run.worker} stopped answering, on attempt {run.attempt} of {attempts}. See why in its log, then "
        "run it again: whatever was published is replaced as a whole."
    )
    return advance(run, RunStatus.FAILED, at=at, cause=Cause.WORKER_LOST, note=note)


def load(db: Session, run_id: int) -> Run:
    """Raises: NoSuchRun."""
    row = db.get(RunRow, run_id)
    if row is None:
        raise NoSuchRun(run_id)
    return run_of(row)


def recent(db: Session, *, pipeline: str | None = None, limit: int = 20) -> tuple[Run, ...]:
    """Return the runs asked for last, newest first."""
    rows = select(RunRow).order_by(col(RunRow.id).desc()).limit(limit)
    if pipeline is not None:
        rows = rows.where(RunRow.pipeline == pipeline)
    return tuple(run for _, run in _readable(db.exec(rows)))


def open_runs(db: Session) -> tuple[Run, ...]:
    """Return what is queued or running, oldest first."""
    rows = select(RunRow).where(col(RunRow.status).in_([status.value for status in OPEN]))
    return tuple(run for _, run in _readable(db.exec(rows.order_by(col(RunRow.id)))))


def untold(db: Session) -> tuple[tuple[Run, int], ...]:
    """Return the runs that changed since they were last told, each with the revision it now has; oldest first."""
    return tuple((run, row.revision) for row, run in _readable(db.exec(_behind())))


def take_untold(db: Session) -> tuple[tuple[Run, int], ...]:
    """
    Return `untold`, and keep other bots off these runs until this transaction ends.

    Two bots that read and then owe side by side could leave the older state as the last one owed.
    """
    return tuple((run, row.revision) for row, run in _readable(db.exec(_behind().with_for_update(skip_locked=True))))


def _behind() -> SelectOfScalar[RunRow]:
    return select(RunRow).where(RunRow.revision > RunRow.told).order_by(col(RunRow.id))


def mark_told(db: Session, run_id: int, revision: int) -> None:
    """Note that *revision* is in the outbox; a later one is still owed."""
    behind = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.told) < revision)
    db.exec(behind.values(told=revision))


def picture(db: Session, run_id: int) -> bytes | None:
    """Return the PNG of the run's result."""
    row = db.get(PictureRow, run_id)
    return None if row is None else row.png


def seen(db: Session, *, worker: str, at: datetime) -> None:
    """Note that *worker* is there."""
    new = insert_into(db, WorkerRow).values(name=worker, started_at=at, seen_at=at)
    db.exec(new.on_conflict_do_update(index_elements=["name"], set_={"seen_at": at}))


def workers(db: Session, *, since: datetime) -> tuple[str, ...]:
    """Return the names of the workers seen at *since* or later."""
    return tuple(db.exec(select(WorkerRow.name).where(WorkerRow.seen_at >= since).order_by(col(WorkerRow.name))))


def _readable(rows: Iterable[RunRow]) -> Iterator[tuple[RunRow, Run]]:
    """Yield the rows that this version can read, each with its run; one of a newer version must not hide the others."""
    for row in rows:
        try:
            run = run_of(row)
        except (ValueError, TypeError) as error:
            _say_unreadable(row.id, row.revision, shorten(str(error), 200))
        else:
            yield row, run


@lru_cache(maxsize=1000)
def _say_unreadable(run_id: int | None, _revision: int, why: str) -> None:
    """Log it once for each state of the run, however often it is read."""
    logger.error("Run %s cannot be read and is left out: %s", run_id, why, extra={"action": "run_unreadable"})


def _held(run_id: int, attempt: int) -> Update:
    """Address the run for as long as *attempt* holds it."""
    running = col(RunRow.status) == RunStatus.RUNNING.value
    return update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.attempt) == attempt, running)


def _changed(db: Session, statement: Update) -> bool:
    return db.exec(statement).rowcount == 1


def _move(db: Session, row: RunRow, run: Run) -> Run:
    columns: dict[str, Any] = moving_columns(run)
    for name, value in columns.items():
        setattr(row, name, value)
    row.revision += 1
    db.flush()
    return run


def tell_queued_again(db: Session) -> None:
    """Owe the messages of all queued runs anew, for what has changed around them."""
    db.exec(update(RunRow).where(col(RunRow.status) == RunStatus.QUEUED.value).values(revision=RunRow.revision + 1))
