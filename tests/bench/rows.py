"""What the database costs: the few statements that run on every command, every tick and every delivery."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from sqlmodel import Session, insert

from store import inbox, migrations, outbox, runs
from store.domain.run import Period
from store.session import Sessions, connect
from store.tables import OutboxRow
from tests.bench.figures import Table, ms, percentile
from tests.postgres import BINARIES, Cluster

TIMES = 200
DELIVERED = 10_000
HOLD = timedelta(seconds=12)
PAYLOAD = {
    "command": "/rerun",
    "text": "daily-growth 2024-06-03",
    "user_id": "U0CHOO",
    "response_url": "https://" + "x" * 80,
}


def measure(folder: Path, *, times: int = TIMES, delivered: int = DELIVERED) -> list[Table]:
    found = {"SQLite": _measure(f"sqlite:///{folder / 'rows.db'}", times, delivered)}
    if BINARIES is not None:
        with _postgres() as url:
            found["PostgreSQL"] = _measure(url, times, delivered)
    rows = [(what, *(figures[what] for figures in found.values())) for what in found["SQLite"]]
    head = ("transaction", *(f"{name} p50 / p99, ms" for name in found))
    return [
        Table(
            "The store", head, rows, f"{times} times each. PostgreSQL is the tests' own and does not wait for its disk."
        )
    ]


def _measure(url: str, times: int, delivered: int) -> dict[str, str]:
    """Return what was done to its p50 and p99."""
    sessions = Sessions(connect(url))
    migrations.upgrade(sessions.engine)
    found = {
        "inbox: keep one": _time(sessions.writing, times, lambda db, number: _keep(db, f"one:{number}", 1)),
        "inbox: keep 25": _time(sessions.writing, times, lambda db, number: _keep(db, f"many:{number}", 25)),
        "inbox: tick one off": _time(
            sessions.writing, times, lambda db, number: inbox.done(db, key=f"one:{number}.0", at=_now())
        ),
        "run: nothing to tell (idle tick)": _time(sessions.reading, times, lambda db, _: runs.untold(db)),
    }
    _queue(sessions, times)
    found["run: claim"] = _time(sessions.writing, times, _claim)
    found["outbox: nothing due (idle tick)"] = _time(sessions.writing, times, _due)
    _deliver(sessions, delivered)
    found[f"outbox: nothing due, {delivered:,} delivered"] = _time(sessions.writing, times, _due)
    found[f"outbox: owe and claim one, {delivered:,} delivered"] = _time(sessions.writing, times, _owe_and_claim)
    sessions.engine.dispose()
    return found


def _time(opened: Callable[[], object], times: int, do: Callable[[Session, int], object]) -> str:
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        with opened() as db:  # type: ignore[attr-defined]
            do(db, number)
        taken.append(time.perf_counter() - begun)
    return f"{ms(percentile(taken, 0.5))} / {ms(percentile(taken, 0.99))}"


def _keep(db: Session, name: str, count: int) -> None:
    inbox.receive(db, [(f"{name}.{number}", PAYLOAD) for number in range(count)], at=_now(), hold=HOLD)


def _queue(sessions: Sessions, count: int) -> None:
    for number in range(count):
        period = Period.of_day(date(2020, 1, 1) + timedelta(days=number))
        with sessions.writing() as db:
            runs.request(db, key=str(number), pipeline="daily-growth", period=period, by="bench", channel="", at=_now())


def _claim(db: Session, _number: int) -> None:
    assert runs.claim(db, worker="bench", at=_now(), lease=HOLD) is not None


def _due(db: Session, _number: int) -> None:
    assert outbox.claim_due(db, at=_now(), hold=HOLD) == ()


def _owe_and_claim(db: Session, number: int) -> None:
    outbox.owe(db, key=f"new:{number}", channel="C0ONCALL", payload={"text": "x"}, at=_now())
    assert len(outbox.claim_due(db, at=_now(), hold=HOLD)) == 1


def _deliver(sessions: Sessions, count: int) -> None:
    """Leave *count* delivered messages behind, as months do."""
    row = {"channel": "C0ONCALL", "payload": {"text": "x" * 500}, "delivered": 1, "ts": "1.1", "due_at": _now()}
    rows = [
        {**row, "key": f"old:{number}", "created_at": _now(), "wanted": 1, "attempts": 0} for number in range(count)
    ]
    with sessions.writing() as db:
        db.connection().execute(insert(OutboxRow), rows)
        if db.get_bind().dialect.name == "postgresql":
            db.connection().exec_driver_sql("ANALYZE outbox")  # as the server does by itself within a minute


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _postgres() -> Iterator[str]:
    """Yield an empty database of a cluster of our own."""
    cluster = Cluster(Path(mkdtemp(prefix="baton-pg-")), os.getpid())
    cluster.start()
    try:
        yield cluster.create("bench")
    finally:
        cluster.stop()
