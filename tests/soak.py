"""
Kill the worker with -9 at ten points of a run, on real Spark: `python -m tests.soak`.

After each there is one result message, one published version of the day, and nothing stuck. It takes minutes, because
a dead worker's lease has to run out each time; the tests do the same at two points.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from deltalake import DeltaTable

from jobs.sample import lay_down
from store import runs
from store.domain.run import Run, RunStatus, Stage
from tests.driver import until
from tests.e2e.test_rerun import CHANNEL, start
from tests.e2e.world import World, running_world

PATIENCE_S = 120
DAYS = [date(2024, 6, 3) + timedelta(days=each) for each in range(10)]


@dataclass(frozen=True)
class Point:
    name: str
    reached: Callable[[World, Run], bool]
    later_s: float = 0.0


def _at(stage: Stage) -> Callable[[World, Run], bool]:
    return lambda _world, run: run.progress is not None and run.progress.stage is stage


def _committed(world: World, run: Run) -> bool:
    return any(entry == str(run.period.starts_on) for entry in _published_days(world))


def _published_days(world: World) -> list[str]:
    """Return the period of each commit to the table, oldest first."""
    folder = world.folder / "data" / "published" / "aggregate-engagement"
    with suppress(Exception):  # not there yet, or just being written
        history = DeltaTable(str(folder)).history()
        return [entry["baton"].partition('"period": "')[2][:10] for entry in reversed(history) if "baton" in entry]
    return []


POINTS = (
    Point("just claimed", lambda _world, run: run.status is RunStatus.RUNNING),
    Point("Spark is starting", _at(Stage.START), 0.7),
    Point("reading", _at(Stage.READ)),
    Point("computing", _at(Stage.COMPUTE)),
    Point("computing, a while later", _at(Stage.COMPUTE), 1.0),
    Point("checking", _at(Stage.CHECK)),
    Point("publishing", _at(Stage.PUBLISH)),
    Point("publishing, a moment later", _at(Stage.PUBLISH), 0.03),
    Point("committed", _committed),
    Point("recorded", lambda _world, run: run.status is RunStatus.SUCCEEDED),
)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder)) as world:
        lay_down(world.folder / "data" / "inputs")
        for point, day in zip(POINTS, DAYS, strict=True):
            attempts, seconds = kill_at(world, point, day)
            sys.stdout.write(f"{point.name}: attempt {attempts} published, once, after {seconds:.0f} s\n")
            sys.stdout.flush()
    return 0


def kill_at(world: World, point: Point, day: date) -> tuple[int, float]:
    """Run *day*, kill the worker at *point*, let another go on; return the attempt that ended it and the seconds."""
    begun = time.monotonic()
    worker = _worker(world)
    line = start(world.as_("choo"), "aggregate-engagement", str(day))
    until(lambda: point.reached(world, _run(world, day)), f"{point.name} was not reached", PATIENCE_S)
    time.sleep(point.later_s)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    second = _worker(world)
    try:
        line.expect("is published after", timeout=PATIENCE_S)
        line.expect_reply("published", timeout=PATIENCE_S)
    finally:
        second.terminate()
        second.wait(60)
    run = _run(world, day)
    assert run.status is RunStatus.SUCCEEDED
    assert len(line.thread()) == 1, "one result message"
    assert len([each for each in world.slack.messages(CHANNEL) if f"run {run.id} " in each.text]) == 1
    assert _published_days(world).count(str(day)) == 1, "one published version of the day"
    return run.attempt, time.monotonic() - begun


def _run(world: World, day: date) -> Run:
    with world.sessions.reading() as db:
        return next(run for run in runs.recent(db) if run.period.starts_on == day)


def _worker(world: World) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **world.bot.environment}
    with (world.folder / "worker.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "jobs.worker"], env=environment, stdout=log, stderr=log)


if __name__ == "__main__":
    sys.exit(main())
