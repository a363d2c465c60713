"""Who should look again, and at what: the feed behind `GET /changes`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

Change = dict[str, Any]


class Changes:
    """
    Each listener hears of the changes that concern its person, in order.

    A change is `{"kind": …, …}` with kind one of: `message` (channel, ts, thread_ts or None, what: posted, edited,
    deleted), `view` (the stack of open modals), `home`, `channel` (channel: topic, members, pins), `read` (channel).
    """

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[Change | None], str] = {}

    def tell(self, change: Change, users: list[str] | None = None) -> None:
        """Queue *change* for the listeners of *users*; None means everybody."""
        for queue, user in self._queues.items():
            if users is None or user in users:
                queue.put_nowait(change)

    async def listen(self, user: str) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        self._queues[queue] = user
        try:
            while (change := await queue.get()) is not None:
                yield change
        finally:
            self._queues.pop(queue, None)

    def close(self) -> None:
        """End every listener's feed, so that the server can stop."""
        for queue in self._queues:
            queue.put_nowait(None)
