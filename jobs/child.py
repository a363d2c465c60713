"""The worker's end of a run's process: start it, talk to it, keep its log, end it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from jobs import wire
from jobs.cause import masked
from jobs.spark import SCRATCH, Spark

HEAD_LINES, TAIL_LINES, LINE_CHARACTERS = 5_000, 2_000, 2_000
"""What is kept of a log: the beginning and the end, 14 MB at most."""
NOT_FOR_RUNS = re.compile(r"^(SLACK_|JIRA_|DATABASE_URL$)")
"""Environment variables that a run must not see."""
END_S = 10
PROGRAM = (sys.executable, "-m", "jobs.execute")


class Log:
    """Lines of a run, masked: the first ones are written at once, of the others the last ones are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head: list[str] = []
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._left_out = 0
        self._file: IO[str] | None = None

    def add(self, raw: bytes) -> None:
        line = masked(raw.decode(errors="replace").rstrip("\r\n"))[:LINE_CHARACTERS]
        with self._lock:
            if len(self._head) < HEAD_LINES:
                self._head.append(line)
                self._write(line)
                return
            self._left_out += len(self._tail) == TAIL_LINES
            self._tail.append(line)

    def keep_in(self, path: Path) -> None:
        """Write the lines so far, and all that come, to *path*."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            self._file = path.open("w", encoding="utf-8", errors="replace", buffering=1)
            for line in self._head:
                self._write(line)

    def close(self) -> None:
        with self._lock:
            if self._file is None:
                return
            if self._left_out:
                self._write(f"… {self._left_out:,} lines left out …")
            for line in self._tail:
                self._write(line)
            self._file.close()
            self._file = None

    def last(self, lines: int = 50) -> tuple[str, ...]:
        with self._lock:
            return (*self._head, *self._tail)[-lines:]

    def _write(self, line: str) -> None:
        if self._file is not None:
            self._file.write(line + "\n")


class Child:
    """A process for one run. It may stand ready before there is a run for it."""

    def __init__(
        self, spark: Spark, *, large: bool = False, warm: bool = False, program: Sequence[str] = PROGRAM
    ) -> None:
        """
        Args:
            large: more input is expected than a quick start is good for.
            warm: there is no order yet; the process gets ready for one.
        """
        self.log = Log()
        self._heard: SimpleQueue[wire.Message] = SimpleQueue()
        self.scratch = Path(tempfile.mkdtemp(prefix=SCRATCH))
        env = {name: value for name, value in os.environ.items() if not NOT_FOR_RUNS.search(name)}
        env |= {"TMPDIR": str(self.scratch), "PYTHONUNBUFFERED": "1"}
        options = [*(["--large"] if large else []), *(["--warm"] if warm else [])]
        where = ["--master", spark.master, "--remote", spark.remote, "--cache", str(spark.cache.resolve())]
        # A session of its own: Ctrl+C in the worker's terminal is for the worker, and all of it can be ended at once.
        self.process = subprocess.Popen(
            [*program, *where, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            start_new_session=True,
        )
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_messages, self._read_log)]
        for reader in self._readers:
            reader.start()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def say(self, message: wire.Message) -> None:
        """Say it; a process that is gone does not hear it, and its end is noticed elsewhere."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(wire.encode(message).encode())
            self.process.stdin.flush()
        except OSError:
            return

    def hear(self, *, timeout_s: float) -> wire.Message | None:
        """Return the next message; None: nothing came in time, or nothing will come any more (see `has_ended`)."""
        try:
            return self._heard.get(timeout=timeout_s)
        except Empty:
            return None

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone and everything that it said has been heard."""
        return not self.is_alive and not self._readers[0].is_alive() and self._heard.empty()

    def end(self, *, grace_s: float = 0) -> int:
        """
        End the process and all that it started; return its exit code.

        Args:
            grace_s: how long it may take to end by itself.
        """
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(grace_s)
        # Also after its own end: a Spark process that it left behind is in its group.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait(END_S)
        for reader in self._readers:
            reader.join(END_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with suppress(OSError):
                stream.close()
        self.log.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        return code

    def _read_messages(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self._heard.put(json.loads(line))
            except ValueError:
                self.log.add(line)

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        # A line without an end must not grow in memory.
        while raw := self.process.stderr.readline(64 * 1024):
            self.log.add(raw)
