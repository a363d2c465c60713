"""
The worker: `python -m jobs.worker`, any number of them, on any machine with the database and the data.

One run at a time, each in a process of its own. What it needs to know it reads from the database; what it finds out
it writes there. Killed at any moment, its run is taken up by another worker once the lease has run out.
"""

import logging
import os
import secrets
import signal
import socket
import sys
import time
from types import FrameType

from sqlalchemy.exc import OperationalError

from jobs.archive import Archiver
from jobs.cause import masked
from jobs.child import Child
from jobs.spark import Spark
from jobs.supervise import LEASE, Supervision, Workplace
from store import migrations, runs
from store.clock import SystemClock, from_setting
from store.domain.errors import UserError, shorten
from store.domain.run import Cause, Run, RunStatus, advance
from store.plans import PlanFolder
from store.session import Sessions, connect
from store.settings import Settings

logger = logging.getLogger(__name__)

POLL_S = 0.25
TIDY_S = 3.0
"""How often it says that it is there and looks for runs whose worker is gone."""
DATABASE_S = 1.0
GRACE_S = 60.0
"""How long the run in hand may go on after the worker was told to leave."""


class Worker:
    def __init__(self, place: Workplace, plans: PlanFolder, *, name: str) -> None:
        self.place, self.plans, self.name = place, plans, name
        self.leaving_since: float | None = None
        self._tidied = float("-inf")
        self._ready: Child | None = None
        self._archiver = Archiver(place.spark)

    def leave(self, *_: object) -> None:
        """Take no more work. Told a second time: give the run in hand back at once."""
        self.leaving_since = float("-inf") if self.leaving_since is not None else time.monotonic()

    def work(self) -> None:
        """Work until told to leave."""
        try:
            while self.leaving_since is None:
                try:
                    if not self.work_once():
                        self._stand_ready()
                        time.sleep(POLL_S)
                except OperationalError as error:
                    # A run in hand is lost with its lease and taken up again, by this worker or another one.
                    logger.warning("The database does not answer: %s", error.orig)
                    time.sleep(DATABASE_S)
        finally:
            self._archiver.stop()
            if self._ready is not None:
                self._ready.end()

    def work_once(self) -> bool:
        """Return whether there was a run to work on."""
        self._tidy()
        run = self._claim()
        if run is None:
            return False
        try:
            self._see_through(run)
        except OperationalError:
            raise
        except Exception as error:
            logger.exception("Run %s: the worker could not handle it", run.id)
            note = (
                f"The worker {self.name} could not handle this run: {shorten(masked(repr(error)), 200)}. See its log."
            )
            self._fail(run, note)
        return True

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied < TIDY_S:
            return
        self.plans.reload()
        at = self.place.machine.now()
        with self.place.sessions.writing() as db:
            runs.seen(db, worker=self.name, at=at)
            for run in runs.release_lost(db, at=at):
                logger.warning("Run %s was left by %s: %s", run.id, run.worker, run.note)
        self._tidied = time.monotonic()

    def _claim(self) -> Run | None:
        # Looking costs next to nothing and holds up nobody; only where there is something is the lock taken.
        with self.place.sessions.reading() as db:
            if not any(run.status is RunStatus.QUEUED for run in runs.open_runs(db)):
                return None
        with self.place.sessions.writing() as db:
            return runs.claim(db, worker=self.name, at=self.place.machine.now(), lease=LEASE)

    def _see_through(self, run: Run) -> None:
        logger.info("Run %s: %s for %s, attempt %s", run.id, run.pipeline, run.period, run.attempt)
        plan = self.plans.current()
        pipeline = plan.pipelines.get(run.pipeline)
        if pipeline is None or pipeline.job is None:
            note = f"The plan of the worker {self.name} has no job for “{run.pipeline}”. Do both read the same plan?"
            self._fail(run, note)
            return
        self._archiver.stop()  # two cores are for the run that somebody waits for
        supervision = Supervision(self.place, run, pipeline, plan_digest=plan.digest, start=self._child)
        ended = supervision.see_through(stopping=self._is_out_of_grace)
        if ended is None:
            logger.warning("Run %s: the lease was lost; nothing was recorded", run.id)
            return
        logger.info("Run %s: %s %s", run.id, ended.status, ended.note)

    def _fail(self, run: Run, note: str) -> None:
        failed = advance(run, RunStatus.FAILED, at=self.place.machine.now(), cause=Cause.CODE, note=note)
        with self.place.sessions.writing() as db:
            runs.finish(db, failed, attempt=run.attempt, picture=None)

    def _is_out_of_grace(self) -> bool:
        return self.leaving_since is not None and time.monotonic() - self.leaving_since > GRACE_S

    def _child(self, large: bool) -> Child:
        ready, self._ready = self._ready, None
        if ready is not None and not large and ready.is_alive:
            return ready
        if ready is not None:
            ready.end()
        return Child(self.place.spark, large=large)

    def _stand_ready(self) -> None:
        """While there is nothing to do: keep the classes for faster starts, then one session, if so set."""
        if not self._archiver.is_done():
            return
        wanted = self.place.settings.baton_warm and self.place.spark.is_local
        if wanted and (self._ready is None or not self._ready.is_alive):
            if self._ready is not None:
                self._ready.end()
            self._ready = Child(self.place.spark, warm=True)


def name_of_this_worker() -> str:
    """Return a name that no other worker has, before or after: a restarted one does not hold the old one's runs."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"


def open_workplace(settings: Settings) -> Workplace:
    """Raises: UserError: no database answers, or it is of a newer version."""
    engine = connect(settings.database)
    migrations.upgrade(engine)
    return Workplace(
        settings=settings,
        sessions=Sessions(engine),
        spark=Spark(settings.spark_master, settings.spark_remote, settings.baton_cache),
        clock=from_setting(settings.baton_clock),
        machine=SystemClock(),
    )


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    try:
        settings = Settings()
        place = open_workplace(settings)
        plans = PlanFolder(settings.baton_plan, settings.baton_data)
        plans.current()
        if place.spark.is_local:
            place.spark.java  # noqa: B018 - a machine without Java is told now, not on the first run
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    worker = Worker(place, plans, name=name_of_this_worker())

    def leave(_number: int, _frame: FrameType | None) -> None:
        worker.leave()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    logger.info("Worker %s is there: %s", worker.name, place.settings.spark_remote or place.settings.spark_master)
    worker.work()
    logger.info("Worker %s has left", worker.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
