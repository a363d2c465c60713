"""How the workspace reaches the app: ask it and wait for the answer, or let it hear of an event until it has."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.sandbox.store import Doc

Kind = Literal["slash_commands", "interactive", "events_api"]

ACK_WITHIN_S = 3.0
"""Slack waits so long for an acknowledgement."""
RETRIES_AFTER_S = (0.0, 60.0, 300.0)
"""An event that was not acknowledged is sent again at once, after a minute, after five."""

MOMENT_S = 0.05
"""What Slack does in the background is not there when the call returns."""


@dataclass(frozen=True)
class Reply:
    """What came back. *why* is empty for an acknowledgement, else the reason in Slack's words for a retry."""

    payload: Any = None
    why: str = ""
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Retry:
    """The how-manieth repeat this is, and why there is one."""

    num: int = 0
    reason: str = ""


class Line(Protocol):
    """One way to the app: sockets it opened, or requests signed for it."""

    async def send(self, kind: Kind, payload: Doc, retry: Retry) -> Reply: ...

    async def close(self) -> None: ...


class Delivery:
    """Sends over a line; repeats events, and nothing else."""

    def __init__(self, line: Line, *, retry_scale: float = 1.0) -> None:
        self.line = line
        self.retry_scale = retry_scale
        """Multiplies the waits before an event comes again."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.last: tuple[Kind, Doc] | None = None
        """The newest thing sent, for tests that want it again."""
        self.given_up: list[Doc] = []
        """Events the app has never acknowledged."""

    async def ask(self, kind: Kind, payload: Doc) -> Reply:
        """Send a command or an interaction, once."""
        self.last = (kind, payload)
        return await self.line.send(kind, payload, Retry())

    def hear(self, event: Doc) -> None:
        """Send an event in the background, and again while it is not acknowledged."""
        self.last = ("events_api", event)
        self._start(self._deliver(event))

    def soon(self, work: Callable[[], object]) -> None:
        """Do *work* a moment later, in the background."""

        async def later() -> None:
            await asyncio.sleep(MOMENT_S)
            work()

        self._start(later())

    async def again(self, times: int) -> list[Reply]:
        """Send the newest thing *times* more, as Slack does when it missed the acknowledgement."""
        if self.last is None:
            return []
        kind, payload = self.last
        return [await self.line.send(kind, payload, Retry(num + 1, "http_timeout")) for num in range(times)]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.line.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Doc) -> None:
        retry = Retry()
        for wait_s in (*RETRIES_AFTER_S, None):
            reply = await self.line.send("events_api", event, retry)
            if reply.ok or reply.no_retry:
                return
            if wait_s is None:
                break
            retry = Retry(retry.num + 1, reply.why)
            await asyncio.sleep(wait_s * self.retry_scale)
        self.given_up.append(event)
