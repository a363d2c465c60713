"""Spark's own counters, told while a stage goes on."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from jobs.execution import Execution

GROUP = "baton"
WATCH_S = 0.25


class Counters:
    """Tasks done and tasks of the stages seen so far: of stages still to come Spark knows nothing."""

    def __init__(self, session: SparkSession) -> None:
        # Spark Connect has no tracker; its runs are told by their stages alone.
        context: Any = None if session.__class__.__module__.startswith("pyspark.sql.connect") else session.sparkContext
        self._tracker = None
        if context is not None:
            context.setJobGroup(GROUP, "one run of a pipeline")
            self._tracker = context.statusTracker()

    def read(self) -> tuple[int, int]:
        """Return (done, total)."""
        if self._tracker is None:
            return 0, 0
        done = total = 0
        for job_id in self._tracker.getJobIdsForGroup(GROUP):
            job = self._tracker.getJobInfo(job_id)
            for stage_id in job.stageIds if job else ():
                if stage := self._tracker.getStageInfo(stage_id):
                    done, total = done + stage.numCompletedTasks, total + stage.numTasks
        return done, total


class Watch:
    """Tells the counters of an execution whenever they have moved, for as long as the block lasts."""

    def __init__(self, execution: "Execution") -> None:
        self._execution = execution
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        told = (0, 0)
        while not self._ended.wait(WATCH_S):
            try:
                seen = self._execution.counters.read()
            except Exception:
                return  # Spark is gone; the work itself says why
            if seen != told:
                told = seen
                self._execution.tell_progress()
