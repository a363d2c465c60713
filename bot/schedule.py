"""What fires when. APScheduler is the tick and never the memory: each row looks in the database for what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.deps import Deps
from bot.usecases import plan, run, upkeep


@dataclass(frozen=True)
class Tick:
    name: str
    every: timedelta
    do: Callable[[Deps], Any]


TICKS = (
    Tick("report finished and moving runs", timedelta(seconds=0.4), run.report_runs),
    Tick("take runs from dead workers", timedelta(seconds=5), run.release_lost_runs),
    Tick("say that a queued run has no worker", timedelta(seconds=10), run.tell_waiting_runs),
    Tick("reload the plan", timedelta(seconds=2), plan.reload),
    Tick("purge the inbox", timedelta(hours=6), upkeep.purge_inbox),
)


def start(deps: Deps) -> BackgroundScheduler:
    """Return the running scheduler. A tick that is late is run once; one that still runs is not run again."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for tick in TICKS:
        scheduler.add_job(
            tick.do, "interval", args=[deps], seconds=tick.every.total_seconds(), id=tick.name, name=tick.name
        )
    scheduler.start()
    return scheduler
