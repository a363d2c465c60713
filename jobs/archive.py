"""
Keeping the classes of a real run, so that the next JVM need not parse them again: `python -m jobs.archive`.

A start takes about half as long with them. They fit exactly one Java and one class path, so they are kept under a
name made of both (`Spark.kept`); anything else simply starts without. About 200 MB on disk.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jobs.spark import Jvm, Spark, open_session

DUMP_S = 180
TRIES = 2
NICE = 10


class Archiver:
    """Builds the archive beside the worker, in idle time, at low priority."""

    def __init__(self, spark: Spark) -> None:
        self._spark = spark
        self._process: subprocess.Popen[bytes] | None = None
        self._tries_left = TRIES

    def is_done(self) -> bool:
        """Return whether there is nothing (more) to do; otherwise see to it that it is being done."""
        if not self._spark.is_local or self._spark.archive.exists():
            self.stop()
            return True
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        if self._process is None:
            if not self._tries_left:
                return True
            self._tries_left -= 1
            command = [sys.executable, "-m", "jobs.archive", "--cache", str(self._spark.cache.resolve())]
            self._process = subprocess.Popen(
                [*command, "--master", self._spark.master],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return False

    def stop(self) -> None:
        """Stop building; it starts anew when there is time."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._tries_left += 1
            # With its JVM, which would otherwise take its time to write what nobody waits for.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def build(spark: Spark) -> bool:
    """
    Run every job once over the sample data and keep the loaded classes.

    Returns: whether the archive is there; it appears whole or not at all.
    """
    from jobs.rehearsal import rehearse

    for left in spark.kept.glob("classes.*.jsa"):  # of builders that were stopped
        if time.time() - left.stat().st_mtime > DUMP_S:
            left.unlink(missing_ok=True)
    draft = spark.archive.with_name(f"classes.{os.getpid()}.jsa")
    jvm = Jvm(spark, small=True, archive_to=draft)
    try:
        session = open_session(spark, jvm, name="baton-archive", small=True)
        rehearse(session)
        session.stop()
        jvm.let_end(timeout_s=DUMP_S)
        with suppress(FileNotFoundError):
            draft.rename(spark.archive)
        return spark.archive.exists()
    finally:
        jvm.kill()
        draft.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    from store.settings import Settings

    settings = Settings()
    parser = argparse.ArgumentParser(description="Keep Spark's classes for faster starts on this machine.")
    parser.add_argument("--master", default=settings.spark_master)
    parser.add_argument("--cache", type=Path, default=settings.baton_cache)
    given = parser.parse_args(arguments)
    spark = Spark(given.master, "", given.cache)
    if not spark.is_local:
        sys.stdout.write("Spark runs elsewhere; there is nothing to keep here.\n")
        return 0
    os.nice(NICE)
    kept = spark.archive.exists() or build(spark)
    sys.stdout.write(f"{spark.archive}\n" if kept else "The classes could not be kept; Spark starts without them.\n")
    sys.stdout.flush()
    os._exit(0 if kept else 1)  # py4j's threads would keep the process for a while


if __name__ == "__main__":
    main()
