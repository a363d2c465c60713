"""
One claimed run, from its child process to its record.

The worker holds the lease, judges what was measured and says whether to publish; the child only works. Whoever has
lost the lease stops without a trace.
"""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jobs import wire
from jobs.cause import cause_of_exit
from jobs.child import Child
from jobs.spark import Spark
from store import runs
from store.clock import Clock
from store.domain.check import Verdict, judge, publishable
from store.domain.pipeline import Pipeline
from store.domain.run import Cause, Progress, Result, Run, RunStatus, Stage, advance
from store.run_rows import PROGRESS, RESULT
from store.session import Sessions
from store.settings import Settings

LEASE = timedelta(seconds=15)
BEAT_S = 3.0
HEAR_S = 0.25
FINISH_S = 10.0
"""How long a child may take to leave after its last word."""


class LeaseLost(Exception):
    """Another worker has the run, or nobody wants it any more."""


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """What a worker works with."""

    settings: Settings
    sessions: Sessions
    spark: Spark
    clock: Clock
    """The team's: which day it is."""
    machine: Clock
    """The machine's: leases and heartbeats."""


class Supervision:
    """Sees one run through. `see_through` is all there is to call."""

    def __init__(
        self,
        place: Workplace,
        run: Run,
        pipeline: Pipeline,
        *,
        plan_digest: str,
        start: Callable[[bool], Child],
        watch: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """
        Args:
            start: a child for this run; the argument says whether much input is to be expected.
            watch: told of each progress, for a terminal.
        """
        self.place, self.run, self.pipeline, self.plan_digest = place, run, pipeline, plan_digest
        self._start, self._watch = start, watch
        self._beaten = time.monotonic()
        self._result: Result | None = None
        self._cause: Cause | None = None
        self._note = ""
        self._picture: bytes | None = None
        self._ended = False
        self._child: Child | None = None

    def see_through(self, *, stopping: Callable[[], bool] = lambda: False) -> Run | None:
        """
        Return the run as it ended.

        Args:
            stopping: whether the worker has been told to leave and its grace is over; the run then goes back to the
                queue.
        Returns: None: the lease was lost, and nothing was recorded.
        """
        try:
            self._tell(Progress(stage=Stage.START))
            child = self._begin(large=False)
            while not self._ended:
                if stopping():
                    return self._give_back()
                self._beat()
                message = child.hear(timeout_s=HEAR_S)
                if message is not None and message["say"] == "too-large":
                    child.end(grace_s=FINISH_S)
                    child = self._begin(large=True)
                elif message is not None:
                    self._take(child, message)
                elif child.has_ended:
                    code = child.end()
                    self._cause, self._note = cause_of_exit(code, child.log.last())
                    break
            return self._record()
        except LeaseLost:
            return None
        finally:
            if self._child is not None:
                self._child.end(grace_s=FINISH_S if self._ended else 0)

    def _begin(self, *, large: bool) -> Child:
        self._child = child = self._start(large)
        child.log.keep_in(log_of(self.place.settings, self.run))
        child.say(wire.order_to(self._order()))
        return child

    def _order(self) -> wire.Order:
        settings = self.place.settings
        return wire.Order(
            run=run_name(self.run),
            attempt=self.run.attempt,
            job=self.pipeline.job or "",
            period=self.run.period,
            inputs=self.pipeline.inputs,
            inputs_folder=settings.inputs.resolve(),
            table=(settings.published / self.pipeline.key).resolve(),
            now=self.place.clock.now(),
        )

    def _take(self, child: Child, message: wire.Message) -> None:
        match message["say"]:
            case "progress":
                self._tell(PROGRESS.validate_python({**message, "at": self.place.machine.now()}))
            case "measured":
                self._judge(child, message)
            case "published":
                result = RESULT.validate_python(message["metadata"]["result"])
                seconds = message.get("seconds", result.seconds)
                self._result = replace(result, published=True, version=message["version"], seconds=seconds)
                self._keep_picture(message)
                self._ended = True
            case "discarded":
                self._keep_picture(message)
                self._ended = True
            case "failed":
                self._cause, self._note = Cause(message["cause"]), message["note"]
                self._ended = True

    def _judge(self, child: Child, message: wire.Message) -> None:
        seen = wire.observation_of(message["observation"])
        verdicts = tuple(verdict for check in self.pipeline.checks for verdict in judge(check, seen))
        figures = message["figures"]
        self._result = RESULT.validate_python(
            {"rows_in": seen.rows, "rows_out": seen.rows_out or 0, "figures": figures, "seconds": message["seconds"]}
        )
        self._result = replace(self._result, verdicts=verdicts)
        if not publishable(verdicts):
            self._cause, self._note = Cause.CHECKS, _failed_checks(verdicts)
            child.say({"publish": False})
            return
        self._beat(now=True)
        metadata: dict[str, Any] = {
            "pipeline": self.pipeline.key,
            "period": str(self.run.period),
            "code": version("baton"),
            "plan": self.plan_digest,
            "result": RESULT.dump_python(self._result, mode="json"),
        }
        child.say({"publish": True, "metadata": metadata})

    def _keep_picture(self, message: wire.Message) -> None:
        png = message.get("png")
        self._picture = base64.b64decode(png) if png else None

    def _tell(self, progress: Progress) -> None:
        self._watch(progress)
        with self.place.sessions.writing() as db:
            if not runs.save_progress(db, self.run.id, attempt=self.run.attempt, progress=progress):
                raise LeaseLost

    def _beat(self, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._beaten < BEAT_S:
            return
        at = self.place.machine.now()
        with self.place.sessions.writing() as db:
            runs.seen(db, worker=self.run.worker or "", at=at)
            if not runs.beat(db, self.run.id, attempt=self.run.attempt, at=at, lease=LEASE):
                raise LeaseLost
        self._beaten = time.monotonic()

    def _record(self) -> Run | None:
        status = RunStatus.FAILED if self._cause else RunStatus.SUCCEEDED
        at = self.place.machine.now()
        note = self._note or _published(self._result)
        ended = advance(self.run, status, at=at, cause=self._cause, note=note, result=self._result)
        with self.place.sessions.writing() as db:
            kept = runs.finish(db, ended, attempt=self.run.attempt, picture=self._picture)
        return ended if kept else None

    def _give_back(self) -> Run | None:
        note = f"The worker {self.run.worker} was stopped. Another one takes the run up as soon as it is free."
        queued = advance(self.run, RunStatus.QUEUED, at=self.place.machine.now(), note=note)
        with self.place.sessions.writing() as db:
            kept = runs.finish(db, queued, attempt=self.run.attempt, picture=None)
        return queued if kept else None


def run_name(run: Run) -> str:
    """Return the run's name in the published table: a new database counts from 1 again, the table lives on."""
    return f"{run.id}-{run.requested_at:%Y%m%dt%H%M%S%f}"


def log_of(settings: Settings, run: Run) -> Path:
    return settings.baton_data / "logs" / f"run-{run.id}-{run.attempt}.log"


def _failed_checks(verdicts: tuple[Verdict, ...]) -> str:
    failed = [f"{verdict.check}: {verdict.observed}" for verdict in verdicts if verdict.level == "fail"]
    return f"These checks failed: {'; '.join(failed)}."


def _published(result: Result | None) -> str:
    assert result is not None, "a run that did not fail has a result"
    warned = [verdict.check for verdict in result.verdicts if verdict.level == "warn"]
    return f"Published with a warning on {' and '.join(warned)}." if warned else ""
