"""The worker's end of a run: what a process says, or how it ends, becomes what people read."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.child import Child
from jobs.spark import Spark
from jobs.supervise import LEASE, Supervision, Workplace, log_of
from store import runs
from store.clock import SystemClock
from store.domain.check import Check, Kind, Level
from store.domain.run import Cause, Period, Progress, Run, RunStatus, Stage
from store.session import Sessions
from store.settings import Settings
from tests.factories import AT, DAY, make_pipeline

STAND_IN = (sys.executable, "-m", "tests.integration.jobs.stand_in")


@pytest.fixture
def place(sqlite_sessions: Sessions, tmp_path: Path) -> Workplace:
    settings = Settings(baton_data=tmp_path / "data", baton_cache=tmp_path / "cache")
    return Workplace(
        settings=settings,
        sessions=sqlite_sessions,
        spark=Spark("local[1]", "", settings.baton_cache),
        clock=SystemClock(),
        machine=SystemClock(),
    )


class Bench:
    """Asks for a run, claims it and sees it through with a stand-in process."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.children: list[Child] = []
        self.progress: list[Progress] = []

    def claim(self) -> Run:
        with self.place.sessions.writing() as db:
            runs.request(
                db, key="k", pipeline="aggregate-engagement", period=Period.of_day(DAY), by="U1", channel="C1", at=AT
            )
            run = runs.claim(db, worker="w1", at=self.place.machine.now(), lease=LEASE)
        assert run is not None
        return run

    def supervise(self, run: Run, job: str, **changes: Any) -> Supervision:
        pipeline = make_pipeline(job=job, **changes)
        watch = self.progress.append
        return Supervision(self.place, run, pipeline, plan_digest="d1", start=self.start, watch=watch)

    def start(self, large: bool) -> Child:
        self.children.append(Child(self.place.spark, large=large, program=STAND_IN))
        return self.children[-1]

    def see_through(self, job: str, **changes: Any) -> Run:
        ended = self.supervise(self.claim(), job, **changes).see_through()
        assert ended is not None
        assert ended == self.stored(ended.id)
        return ended

    def stored(self, run_id: int) -> Run:
        with self.place.sessions.reading() as db:
            return runs.load(db, run_id)


@pytest.fixture
def bench(place: Workplace) -> Iterator[Bench]:
    bench = Bench(place)
    yield bench
    assert not any(child.is_alive for child in bench.children), "no process is left behind"


def test_a_run_that_passes_its_checks_is_published_and_recorded(bench: Bench) -> None:
    checks = (Check(kind=Kind.ROWS, warn=0.2), Check(kind=Kind.NULLS, fail=0.0, columns=("account_id",)))
    run = bench.see_through("good", checks=checks)
    assert (run.status, run.cause, run.note) == (RunStatus.SUCCEEDED, None, "")
    assert run.result is not None
    assert (run.result.published, run.result.version, run.result.rows_in, run.result.rows_out) == (True, 7, 36, 35)
    assert [verdict.level for verdict in run.result.verdicts] == [Level.PASS, Level.PASS]
    assert run.result.figures[0].value == "35"
    assert dict(run.result.seconds) == {"read": 0.1, "publish": 0.2}
    assert [progress.stage for progress in bench.progress] == [Stage.START, Stage.COMPUTE]
    with bench.place.sessions.reading() as db:
        assert runs.picture(db, run.id) == b"\x89PNG\r\n\x1a\n"


def test_a_warning_is_published_and_said(bench: Bench) -> None:
    run = bench.see_through("good", checks=(Check(kind=Kind.ROWS, warn=0.01),))
    assert (run.status, run.note) == (RunStatus.SUCCEEDED, "Published with a warning on rows.")


def test_a_failed_check_publishes_nothing_and_says_so(bench: Bench) -> None:
    run = bench.see_through("good", checks=(Check(kind=Kind.ROWS, fail=0.01), Check(kind=Kind.DUPLICATES, fail=0.0)))
    assert (run.status, run.cause) == (RunStatus.FAILED, Cause.CHECKS)
    assert run.note == "These checks failed: rows: 36 rows, 7.14 % above the usual 33.6."
    assert run.result is not None
    assert (run.result.published, run.result.version) == (False, None)
    assert [verdict.level for verdict in run.result.verdicts] == [Level.FAIL, Level.PASS]


@pytest.mark.parametrize(
    ("job", "cause", "words"),
    [
        ("silent", Cause.CODE, "exit code 1, KeyError: 'account_id'"),
        ("killed", Cause.KILLED, "killed (signal 9)"),
        ("memory", Cause.OUT_OF_MEMORY, "ran out of memory"),
        ("missing", Cause.MISSING_INPUT, "/data/usage.csv"),
        ("secret", Cause.CODE, "password=***"),
    ],
)
def test_how_a_process_ended_is_told_from_evidence(bench: Bench, job: str, cause: Cause, words: str) -> None:
    run = bench.see_through(job)
    assert (run.status, run.cause) == (RunStatus.FAILED, cause)
    assert words in run.note
    assert "hunter2" not in run.note + log_of(bench.place.settings, run).read_text()


def test_the_log_of_a_run_is_kept_under_its_number(bench: Bench) -> None:
    run = bench.see_through("silent")
    log = bench.place.settings.baton_data / "logs" / "run-1-1.log"
    assert log == log_of(bench.place.settings, run)
    assert log.read_text() == "KeyError: 'account_id'\n"


def test_much_input_is_handed_to_a_process_that_expects_it(bench: Bench) -> None:
    run = bench.see_through("large")
    assert run.status is RunStatus.SUCCEEDED
    assert len(bench.children) == 2


def test_a_lost_lease_stops_the_work_and_records_nothing(bench: Bench) -> None:
    run = bench.claim()

    def take_over() -> None:
        later = bench.place.machine.now() + 2 * LEASE
        with bench.place.sessions.writing() as db:
            runs.release_lost(db, at=later)
            assert runs.claim(db, worker="w2", at=later, lease=LEASE) is not None

    def watch(progress: Progress) -> None:
        if progress.stage is Stage.COMPUTE:
            take_over()

    pipeline = make_pipeline(job="good")
    supervision = Supervision(bench.place, run, pipeline, plan_digest="d", start=bench.start, watch=watch)
    assert supervision.see_through() is None
    stored = bench.stored(run.id)
    assert (stored.status, stored.worker, stored.attempt, stored.result) == (RunStatus.RUNNING, "w2", 2, None)


def test_a_worker_that_must_leave_gives_its_run_back(bench: Bench) -> None:
    run = bench.claim()
    asked_at = time.monotonic()
    queued = bench.supervise(run, "waits").see_through(stopping=lambda: time.monotonic() - asked_at > 1)
    assert queued is not None
    stored = bench.stored(run.id)
    assert (stored.status, stored.worker, stored.attempt) == (RunStatus.QUEUED, None, 1)
    assert "Another one takes the run up" in stored.note


def test_a_run_that_takes_long_keeps_its_lease(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.supervise.BEAT_S", 0.2)
    run = bench.claim()
    before = bench.stored(run.id).lease_until
    leaving = threading.Event()
    threading.Timer(1.2, leaving.set).start()
    with bench.place.sessions.writing() as db:  # nearly over
        assert runs.beat(db, run.id, attempt=1, at=datetime.now(UTC) - LEASE, lease=LEASE + timedelta(seconds=1))
    leases = []

    def stopping() -> bool:
        leases.append(bench.stored(run.id).lease_until)
        return leaving.is_set()

    bench.supervise(run, "waits").see_through(stopping=stopping)
    assert before is not None
    assert leases[-1] is not None
    assert leases[-1] > before
