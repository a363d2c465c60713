"""
The line between a worker and the process of one run: JSON objects, one a line, both ways.

Worker to run: the order, then whether it may publish. The end of the line means that the worker is gone, and the run
ends with it. Run to worker: progress, measured, published or failed.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from store.domain.check import Observation
from store.domain.run import Period

Message = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that the process of a run needs to know."""

    run: str
    """Names the run in the published table, whichever database it was asked for in."""
    attempt: int
    job: str
    period: Period
    inputs: dict[str, str]
    """Input name to the path that the plan sets; the others lie where the job says."""
    inputs_folder: Path
    table: Path
    now: datetime
    """The team's clock when the run was taken up."""


def order_to(order: Order) -> Message:
    return {**asdict(order), "period": [order.period.starts_on, order.period.ends_on]}


def order_of(message: Message) -> Order:
    return Order(
        run=message["run"],
        attempt=message["attempt"],
        job=message["job"],
        period=Period(*(date.fromisoformat(day) for day in message["period"])),
        inputs=message["inputs"],
        inputs_folder=Path(message["inputs_folder"]),
        table=Path(message["table"]),
        now=datetime.fromisoformat(message["now"]),
    )


def observation_to(seen: Observation) -> Message:
    return asdict(seen)


def observation_of(message: Message) -> Observation:
    instants = {name: message[name] and datetime.fromisoformat(message[name]) for name in ("newest_at", "due_at")}
    return Observation(**{**message, **instants})


def encode(message: Message) -> str:
    return json.dumps(message, default=_text) + "\n"


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


class TooLarge(Exception):
    """There is more input than this session was tuned for; another process has to take the order."""


class Line:
    """The run's end of the line."""

    def __init__(self, *, on_end: Callable[[], None]) -> None:
        """
        Take over standard input and output. Whatever else writes to standard output, the JVM included, lands in the
        log with standard error.

        Args:
            on_end: called when the worker is gone, in a thread of its own.
        """
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self.on_word: Callable[[], None] = lambda: None
        """Called in another thread when the worker has said something, before it is heard."""
        self._spoken_to = threading.Event()
        self._lock = threading.Lock()
        self._heard: SimpleQueue[Message] = SimpleQueue()
        # The JVM must not inherit the line: it would hold it open.
        listener = os.fdopen(os.dup(0), encoding="utf-8")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        threading.Thread(target=self._listen, args=(listener, on_end), daemon=True).start()

    def say(self, what: str, **more: object) -> None:
        with self._lock:
            self._out.write(encode({"say": what, **more}))
            self._out.flush()

    @property
    def is_spoken_to(self) -> bool:
        """Whether there is something to hear, now or in a moment."""
        return self._spoken_to.is_set()

    def hear(self) -> Message:
        """Wait for the worker's next word. It comes, or the worker is gone and this process ends."""
        return self._heard.get()

    def _listen(self, listener: TextIO, on_end: Callable[[], None]) -> None:
        try:
            for line in listener:
                message = json.loads(line)
                self._spoken_to.set()
                self.on_word()
                self._heard.put(message)
        except (OSError, ValueError) as error:
            sys.stderr.write(f"the worker's line is broken: {error}\n")
        on_end()
