"""What other processes do in these tests. They are forked from a clean server that has imported all this already."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerContext
from typing import Any

from sqlalchemy import event

from store import inbox, migrations, occurrences, outbox, runs
from store.session import Sessions, connect

AT = datetime(2024, 6, 4, 9, 30, tzinfo=UTC)
LONG = timedelta(hours=1)


def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["alembic.command", "psycopg", __name__])
    return context


def at_once(work: Callable[..., Any], *arguments: tuple[Any, ...]) -> list[Any]:
    """Do *work* in one process for each of *arguments*, at the same time; return what they returned."""
    with ProcessPoolExecutor(len(arguments), mp_context=processes()) as pool:
        begin_at = time.time() + 0.3
        return [future.result(60) for future in [pool.submit(_at, begin_at, work, *each) for each in arguments]]


def _at(begin_at: float, work: Callable[..., Any], *arguments: Any) -> Any:
    time.sleep(max(0, begin_at - time.time()))
    return work(*arguments)


def claim_all(url: str, worker: str) -> list[int]:
    """Claim runs until none is queued; return their ids in the order they came."""
    sessions = Sessions(connect(url))
    claimed: list[int] = []
    while True:
        with sessions.writing() as db:
            run = runs.claim(db, worker=worker, at=AT, lease=LONG)
        if run is None:
            return claimed
        claimed.append(run.id)


def claim_occurrence(url: str) -> bool:
    with Sessions(connect(url)).writing() as db:
        return occurrences.claim(db, name="handoff", due_at=AT, at=AT)


def claim_messages(url: str) -> list[str]:
    """Claim messages, a few at a time, until none is due; return their keys."""
    sessions = Sessions(connect(url))
    claimed: list[str] = []
    while True:
        with sessions.writing() as db:
            owed = outbox.claim_due(db, at=AT, hold=LONG, limit=3)
        if not owed:
            return claimed
        claimed += [each.key for each in owed]


def release(url: str, at: datetime) -> list[int]:
    with Sessions(connect(url)).writing() as db:
        return [run.id for run in runs.release_lost(db, at=at)]


def receive(url: str, key: str) -> bool:
    with Sessions(connect(url)).writing() as db:
        return inbox.receive(db, [(key, {"text": "hello"})], at=AT, hold=LONG)[0]


def take_up(url: str) -> list[str]:
    """Take in hand what is left, a few at a time, until nothing is; return the keys."""
    sessions = Sessions(connect(url))
    taken: list[str] = []
    while True:
        with sessions.writing() as db:
            some, _ = inbox.take_up(db, at=AT, hold=LONG, limit=3)
        if not some:
            return taken
        taken += [key for key, _ in some]


def upgrade(url: str) -> bool:
    """Bring the database to head, as a starting process does."""
    migrations.upgrade(connect(url))
    return True


def upgrade_and_die(url: str, statements: int) -> None:
    """Be killed after that many *statements*; exit normally where the upgrade takes fewer."""
    engine, executed = connect(url), []

    def count(*_: Any) -> None:
        executed.append(1)
        if len(executed) == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", count)
    migrations.upgrade(engine)


def claim_and_die(url: str) -> None:
    """Take what is due, and be killed before anything is sent or saved."""
    with Sessions(connect(url)).writing() as db:
        assert outbox.claim_due(db, at=AT, hold=timedelta(seconds=30))
    os.kill(os.getpid(), signal.SIGKILL)
