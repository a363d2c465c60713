"""
From the press to the checked, recorded result of a small run, against plain Spark. Run it with
`python -m tests.bench.spark_start`.

Prints a Markdown table: medians over the rounds, best and worst, and the ratio to `spark-submit` in the same round,
because the machine is never twice the same. Rounds take turns, so that a busy minute hits all of them.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyspark

from jobs.sample import lay_down
from jobs.spark import Spark
from store import runs
from store.domain.run import OPEN, Period, RunStatus
from store.session import Sessions, connect
from store.settings import Settings

PLAIN = Path(__file__).with_name("plain_run.py")
SUBMIT = Path(pyspark.__file__).parent / "bin" / "spark-submit"
WAIT_S = 180.0


class Workers:
    """A worker on a data folder of its own; each press asks for another day."""

    def __init__(self, data: Path, *, warm: bool) -> None:
        lay_down(data / "inputs")
        env = {
            **os.environ,
            "BATON_DATA": str(data),
            "DATABASE_URL": "",
            "BATON_CLOCK": "",
            "BATON_WARM": str(int(warm)),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobs.worker"], env=env, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.sessions = Sessions(connect(f"sqlite:///{data / 'baton.db'}"))
        self.day = date(2024, 6, 3)
        self.stages: dict[str, list[float]] = {}
        time.sleep(3)

    def press(self) -> float:
        self.day += timedelta(days=1)
        asked_at = time.monotonic()
        with self.sessions.writing() as db:
            run = runs.request(
                db,
                key=str(self.day),
                pipeline="aggregate-engagement",
                period=Period.of_day(self.day),
                by="bench",
                channel="",
                at=datetime.now(UTC),
            )
        while run.status in OPEN and time.monotonic() - asked_at < WAIT_S:
            time.sleep(0.01)
            with self.sessions.reading() as db:
                run = runs.load(db, run.id)
        took = time.monotonic() - asked_at
        assert run.status is RunStatus.SUCCEEDED, run.note
        assert run.result is not None
        inside = dict(run.result.seconds)
        for stage, seconds in {"claim, Python, record": took - sum(inside.values()), **inside}.items():
            self.stages.setdefault(stage, []).append(seconds)
        return took

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.sessions.engine.dispose()


def timed(command: list[str]) -> float:
    began_at = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "done":
                took = time.monotonic() - began_at
                process.wait(WAIT_S)
                return took
    raise SystemExit(f"{command} failed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=float, default=15, help="seconds between rounds, in which a session gets ready")
    given = parser.parse_args()
    spark = Spark("local[*]", "", Settings().baton_cache)
    if not spark.archive.exists():
        subprocess.run([sys.executable, "-m", "jobs.archive"], check=True, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as scratch:
        cold, warm = (Workers(Path(scratch) / name, warm=name == "warm") for name in ("cold", "warm"))
        ways: dict[str, Callable[[], float]] = {
            "`spark-submit`, defaults": lambda: timed([str(SUBMIT), "--master", "local[*]", str(PLAIN)]),
            "`python`, defaults": lambda: timed([sys.executable, str(PLAIN)]),
            "worker": cold.press,
            "worker, `BATON_WARM=1`": warm.press,
        }
        took: dict[str, list[float]] = {way: [] for way in ways}
        with suppress(KeyboardInterrupt):
            for _ in range(given.rounds):
                time.sleep(given.idle)
                for way, measure in ways.items():
                    took[way].append(measure())
        cold.stop()
        warm.stop()
    show(took, {"worker": cold.stages, "worker, `BATON_WARM=1`": warm.stages})


def show(took: dict[str, list[float]], stages: dict[str, dict[str, list[float]]]) -> None:
    base, *_ = took.values()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {len(base)} rounds\n")
    print("| way | median s | best–worst s | of `spark-submit` |\n|---|---|---|---|")
    for way, seconds in took.items():
        ratio = statistics.median(mine / plain for mine, plain in zip(seconds, base, strict=True))
        median = statistics.median(seconds)
        print(f"| {way} | {median:.1f} | {min(seconds):.1f}–{max(seconds):.1f} | {ratio:.0%} |")
    for way, parts in stages.items():
        told = ", ".join(f"{stage} {statistics.median(seconds):.2f}" for stage, seconds in parts.items())
        print(f"\n{way}, seconds by stage: {told}")


if __name__ == "__main__":
    main()
