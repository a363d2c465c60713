"""
Socket Mode over two aiohttp clients.

Slack gives each delivery to one of an app's connections. With two of them, a routine refresh or a dropped
connection loses nothing: while one is renewed the other hears.
"""

import asyncio
import logging
import time

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

logger = logging.getLogger(__name__)

CONNECTIONS = 2
PING_S = 2
CLOSE_S = 2
LOOK_S = 0.05
DEAF_S = 30
"""After this long without a living connection the process ends, for its supervisor to start it afresh."""


class Sockets:
    def __init__(self, app: AsyncApp, *, app_token: str, base_url: str, first_line: str | None = None) -> None:
        """
        Open no connection yet.

        Args:
            first_line: the address of the first connection, where one has been asked for already.
        """
        self._handlers = [
            AsyncSocketModeHandler(
                app,
                app_token,
                logger=_one_line_each(),
                web_client=AsyncWebClient(base_url=base_url, retry_handlers=[AsyncRateLimitErrorRetryHandler()]),
                ping_interval=PING_S,
            )
            for _ in range(CONNECTIONS)
        ]
        self._handlers[0].client.wss_uri = first_line
        self._heard_at = time.monotonic()
        self._connecting: list[asyncio.Task[None]] = []

    async def connect(self) -> None:
        """Return as soon as one connection lives; the others come when they can, and each is tried without end."""
        self._connecting = [
            asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
            for handler in self._handlers
        ]
        while not await self.living():  # noqa: ASYNC110 - the SDK has no event for it
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Close both; a workspace that does not answer the farewell is left after a moment."""
        for connecting in self._connecting:
            connecting.cancel()
        closing = [asyncio.create_task(handler.close_async()) for handler in self._handlers]  # type: ignore[no-untyped-call]
        await asyncio.wait(closing, timeout=CLOSE_S)

    async def living(self) -> int:
        """Return how many connections answer Slack's pings."""
        count = sum([await handler.client.is_connected() for handler in self._handlers])
        if count:
            self._heard_at = time.monotonic()
        return count

    async def watch(self, *, deaf_s: float = DEAF_S, look_s: float = PING_S) -> None:
        """Return once no connection has lived for *deaf_s*: a deaf bot must not look healthy."""
        while True:
            if not await self.living() and time.monotonic() - self._heard_at > deaf_s:
                return
            await asyncio.sleep(look_s)


def _one_line_each() -> logging.Logger:
    """Return the SDK's logger for these connections: a Slack out of reach is a line each time, not a traceback."""

    def shorten(record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True

    lines = logger.getChild("lines")
    if not lines.filters:
        lines.setLevel(logging.ERROR)
        lines.addFilter(shorten)
    return lines
