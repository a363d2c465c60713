"""What fires when. APScheduler is the tick and never the memory: each row looks in the database for what is due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.deps import Deps
from bot.usecases import plan, reminder, run, sync, upkeep
from store.session import UNREACHABLE

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tick:
    name: str
    every: timedelta
    do: Callable[[Deps], Any]


def ticks() -> tuple[Tick, ...]:
    return (
        Tick("report finished and moving runs", timedelta(seconds=0.4), run.report_runs),
        Tick("take runs from dead workers", timedelta(seconds=5), run.release_lost_runs),
        Tick("say that a queued run has no worker", timedelta(seconds=10), run.tell_waiting_runs),
        Tick("reload the plan", timedelta(seconds=2), plan.Watch().look),
        Tick("keep the user group and the topic in step", timedelta(seconds=5), sync.Sync().tick),
        Tick("remind who goes on call", timedelta(seconds=5), reminder.tick),
        Tick("forget what has served its time", timedelta(hours=6), upkeep.forget),
    )


def start(deps: Deps) -> BackgroundScheduler:
    """
    Return the running scheduler. Each tick comes at once and then in its turn, however often a bot is restarted;
    one that is late is run once, and one that still runs is not run again.
    """
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for tick in ticks():
        scheduler.add_job(
            Patient(tick, deps),
            "interval",
            seconds=tick.every.total_seconds(),
            next_run_time=datetime.now(UTC),
            id=tick.name,
            name=tick.name,
        )
    scheduler.start()
    return scheduler


class Patient:
    """A tick that outlives a database that does not answer, and says so once."""

    def __init__(self, tick: Tick, deps: Deps) -> None:
        self._tick, self._deps = tick, deps
        self._answered = True

    def __call__(self) -> None:
        try:
            self._tick.do(self._deps)
            self._answered = True
        except UNREACHABLE as error:
            if self._answered:
                logger.warning("No database, so not now: %s (%s)", self._tick.name, error)
            self._answered = False
