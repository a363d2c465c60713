"""What a worker does with runs that it cannot carry out; no Spark is needed for that."""

import os
from pathlib import Path

import pytest

from jobs.spark import Spark
from jobs.supervise import Workplace, log_of
from jobs.worker import Worker, name_of_this_worker
from store import runs
from store.clock import SystemClock
from store.domain.run import Cause, Period, Run, RunStatus
from store.plans import PlanFolder
from store.session import Sessions
from store.settings import PLANS, Settings
from tests.factories import AT, DAY
from tests.integration.jobs.processes import below


@pytest.fixture
def worker(sqlite_sessions: Sessions, tmp_path: Path) -> Worker:
    settings = Settings(baton_data=tmp_path / "data", baton_cache=tmp_path / "cache")
    place = Workplace(
        settings=settings,
        sessions=sqlite_sessions,
        spark=Spark("local[1]", "", settings.baton_cache),
        clock=SystemClock(),
        machine=SystemClock(),
    )
    return Worker(place, PlanFolder(PLANS / "house"), name="w1")


def request(worker: Worker, pipeline: str) -> Run:
    with worker.place.sessions.writing() as db:
        return runs.request(
            db, key=pipeline, pipeline=pipeline, period=Period.of_day(DAY), by="U1", channel="C1", at=AT
        )


def load(worker: Worker, run: Run) -> Run:
    with worker.place.sessions.reading() as db:
        return runs.load(db, run.id)


def test_with_nothing_to_do_a_worker_is_seen_and_does_nothing(worker: Worker) -> None:
    assert worker.work_once() is False
    with worker.place.sessions.reading() as db:
        assert runs.workers(db, since=AT) == ("w1",)


@pytest.mark.parametrize("pipeline", ["gone-from-the-plan", "aggregate-profit"])
def test_a_pipeline_that_the_plan_cannot_run_fails_and_says_so(worker: Worker, pipeline: str) -> None:
    run = request(worker, pipeline)
    assert worker.work_once() is True
    ended = load(worker, run)
    assert (ended.status, ended.cause) == (RunStatus.FAILED, Cause.CODE)
    assert f"has no job for “{pipeline}”" in ended.note


def test_a_run_that_the_worker_trips_over_fails_instead_of_going_round(worker: Worker) -> None:
    run = request(worker, "aggregate-engagement")
    log = log_of(worker.place.settings, run)
    log.parent.parent.mkdir()
    log.parent.write_text("a file where the folder of logs should be")
    assert worker.work_once() is True
    ended = load(worker, run)
    assert (ended.status, ended.cause) == (RunStatus.FAILED, Cause.CODE)
    assert "could not handle this run: FileExistsError" in ended.note
    assert worker.work_once() is False
    assert not any("jobs.execute" in command for command in below(os.getpid()).values())


def test_no_two_workers_have_one_name() -> None:
    assert name_of_this_worker() != name_of_this_worker()
