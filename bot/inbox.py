"""Deliveries from Slack, kept before they are acknowledged: one transaction for all that arrive together."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.deps import Deps
from store import inbox

PATIENCE_S = 2.0
"""Slack waits 3 s for its acknowledgement."""

Delivery = tuple[str, Mapping[str, Any], asyncio.Future[bool]]


class InboxClosed(Exception):
    """The database did not take the delivery in time."""


class Inbox:
    """Twenty-five commands at once cost one commit, not twenty-five."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._waiting: list[Delivery] = []
        self._saver: asyncio.Task[None] | None = None

    async def keep(self, key: str, body: Mapping[str, Any]) -> bool:
        """
        Return True when this delivery is new, False when a copy of it has been kept before.

        Raises: InboxClosed.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((key, body, future))
        if self._saver is None or self._saver.done():
            self._saver = asyncio.create_task(self._save_waiting())
        try:
            return await asyncio.wait_for(future, PATIENCE_S)
        except TimeoutError as error:
            raise InboxClosed("the database is busy") from error

    def undone(self, older_than: timedelta) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return what was acknowledged at least *older_than* ago and never finished."""
        with self._deps.sessions.reading() as db:
            return inbox.undone(db, before=self._deps.machine_clock.now() - older_than)

    async def _save_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                new = await asyncio.to_thread(self._save, batch)
            except SQLAlchemyError as error:
                for _, _, future in batch:
                    if not future.done():
                        future.set_exception(InboxClosed(str(error)))
                continue
            for (_, _, future), is_new in zip(batch, new, strict=True):
                if not future.done():
                    future.set_result(is_new)

    def _save(self, batch: list[Delivery]) -> list[bool]:
        at = self._deps.machine_clock.now()
        with self._deps.sessions.writing() as db:
            return [inbox.receive(db, key=key, payload=dict(body), at=at) for key, body, _ in batch]
