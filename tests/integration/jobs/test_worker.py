"""Real workers with real Spark: from the table of runs to the published table, also when something is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable
from sqlalchemy.exc import OperationalError
from sqlmodel import col, update

from jobs.sample import lay_down
from store import runs
from store.domain.run import OPEN, Cause, Period, Run, RunStatus, Stage
from store.session import Sessions, connect
from store.settings import Settings
from store.tables import RunRow
from tests.integration.jobs.processes import below, is_there

pytestmark = [pytest.mark.spark, pytest.mark.timeout(240)]
BOUND_S = 90


class Place:
    """A data folder with the sample in it, its database, and workers on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.env = {**os.environ, "BATON_DATA": str(data), "DATABASE_URL": "", "BATON_WARM": "0", "BATON_CLOCK": ""}
        self.env["SPARK_MASTER"] = "local[1]"
        self.settings = Settings(baton_data=data)
        lay_down(self.settings.inputs)
        self.workers: list[subprocess.Popen[str]] = []
        self.sessions = Sessions(connect(f"sqlite:///{data / 'baton.db'}"))

    def start_worker(self) -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            [sys.executable, "-m", "jobs.worker"], env=self.env, stderr=subprocess.PIPE, text=True
        )
        self.workers.append(worker)
        self.wait(lambda: self._is_seen(len(self.workers)))
        return worker

    def _is_seen(self, count: int) -> bool:
        if not (self.data / "baton.db").exists():
            return False
        try:
            with self.sessions.reading() as db:
                return len(runs.workers(db, since=datetime.now(UTC) - timedelta(hours=1))) >= count
        except OperationalError:
            return False  # its tables are just being made

    def request(self, day: date) -> Run:
        with self.sessions.writing() as db:
            return runs.request(
                db,
                key=str(day),
                pipeline="aggregate-engagement",
                period=Period.of_day(day),
                by="U1",
                channel="C1",
                at=datetime.now(UTC),
            )

    def load(self, run: Run) -> Run:
        with self.sessions.reading() as db:
            return runs.load(db, run.id)

    def until_stage(self, run: Run, stage: Stage) -> None:
        self.wait(lambda: (progress := self.load(run).progress) is not None and progress.stage is stage)

    def until_ended(self, run: Run) -> Run:
        self.wait(lambda: self.load(run).status not in OPEN)
        return self.load(run)

    def wait(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + BOUND_S
        while not ready():
            assert time.monotonic() < until, f"nothing came of it within {BOUND_S} s"
            time.sleep(0.05)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "data")
    yield place
    for worker in place.workers:
        worker.kill()
        worker.communicate(timeout=10)
    place.sessions.engine.dispose()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_killed_processes_and_killed_workers_lose_nothing_and_publish_once(place: Place) -> None:
    first = place.start_worker()

    # The process of a run is killed: the run has failed, and says how.
    run = place.request(date(2024, 6, 3))
    place.until_stage(run, Stage.START)
    place.wait(lambda: any("jobs.execute" in command for command in below(first.pid).values()))
    (child,) = [pid for pid, command in below(first.pid).items() if "jobs.execute" in command]
    os.kill(child, signal.SIGKILL)
    ended = place.until_ended(run)
    assert (ended.status, ended.cause) == (RunStatus.FAILED, Cause.KILLED)

    # The worker is killed in the middle: whatever it has started ends, and the run waits for another worker.
    run = place.request(date(2024, 6, 4))
    place.until_stage(run, Stage.COMPUTE)
    started = below(first.pid)
    assert sum("SparkSubmit" in command for command in started.values()) == 1
    first.kill()
    first.wait(10)
    place.wait(lambda: not any(is_there(pid) for pid in started))
    assert not (place.settings.published / "aggregate-engagement" / "_delta_log").exists()

    with place.sessions.writing() as db:  # the lease runs out
        lost = update(RunRow).where(col(RunRow.id) == run.id)
        db.exec(lost.values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
    second = place.start_worker()
    ended = place.until_ended(run)
    assert (ended.status, ended.attempt, ended.cause) == (RunStatus.SUCCEEDED, 2, None)
    assert ended.result is not None
    assert ended.result.published
    table = DeltaTable(str(place.settings.published / "aggregate-engagement"))
    assert (
        (table.version(), table.to_pyarrow_table().num_rows) == (ended.result.version, ended.result.rows_out) == (1, 36)
    )
    with place.sessions.reading() as db:
        assert (runs.picture(db, run.id) or b"").startswith(b"\x89PNG")

    # Told to leave, it leaves, and leaves nothing behind.
    started = below(second.pid)
    second.terminate()
    assert second.wait(20) == 0
    place.wait(lambda: not any(is_there(pid) for pid in started))
