"""What fires when. APScheduler is the tick and never the memory: each row looks in the database for what is due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.deps import Deps
from bot.usecases import changes, comp, gaps, handoff, leave_calendar, plan, reminder, run, swap, sync, upkeep
from store.clock import HandClock
from store.session import UNREACHABLE

logger = logging.getLogger(__name__)

BY_HAND = timedelta(seconds=0.5)
"""No tick comes less often while the team's clock is moved by hand: whole weeks go by between two of the machine's."""


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
        Tick("read the leave calendar", timedelta(seconds=15), leave_calendar.tick),
        Tick("move on swaps that time or an edit decides", timedelta(seconds=5), swap.sweep),
        Tick("tell gaps and who covers them", timedelta(seconds=10), gaps.tick),
        Tick("tell whoever’s shifts have changed", timedelta(seconds=10), changes.Watch().tick),
        Tick("write what public holidays earned", timedelta(minutes=1), comp.tick),
        Tick("hand over, and ask who has not confirmed", timedelta(seconds=2), handoff.Watch().look),
        Tick("keep the handoffs that run current", timedelta(seconds=30), handoff.refresh),
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
    longest = BY_HAND if isinstance(deps.clock, HandClock) else timedelta.max
    for tick in ticks():
        scheduler.add_job(
            Patient(tick, deps),
            "interval",
            seconds=min(tick.every, longest).total_seconds(),
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
