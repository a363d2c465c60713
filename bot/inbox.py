"""Deliveries from Slack, kept before they are acknowledged: one transaction for all that arrive together."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.deps import Deps
from store import inbox

logger = logging.getLogger(__name__)

PATIENCE_S = 2.0
"""Slack waits 3 s for its acknowledgement."""
HOLD = timedelta(seconds=8)
"""How long a delivery is in hand unless it is renewed: what a bot that died had in hand waits this long."""

Delivery = tuple[str, Mapping[str, Any], asyncio.Future[bool]]


class InboxClosed(Exception):
    """The database did not take the delivery in time."""


class Inbox:
    """Twenty-five commands at once cost one commit, not twenty-five."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._waiting: list[Delivery] = []
        self._saver: asyncio.Task[None] | None = None
        # a thread of its own: no acknowledgement stands in line behind work, however long Slack lets that wait
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def keep(self, key: str, body: Mapping[str, Any]) -> bool:
        """
        Return True when this delivery is new, False when a copy of it has been kept before.

        Raises: InboxClosed.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, body, future))
        if self._saver is None or self._saver.done():
            self._saver = asyncio.create_task(self._save_waiting())
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await future
        except TimeoutError as error:
            raise InboxClosed("the database is busy") from error

    async def quiet(self, *, at_most_s: float) -> None:
        """Return once nothing waits to be kept; new arrivals may put this off, but not for longer than *at_most_s*."""
        if self._saver is not None and not self._saver.done():
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._saver), at_most_s)

    def renew(self, keys: Collection[str]) -> None:
        """Have what is being worked on in hand for another while."""
        if keys:
            with self._deps.sessions.writing() as db:
                inbox.renew(db, keys, until=self._deps.machine_clock.now() + HOLD)

    def take_up(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Take in hand what was acknowledged by a bot that died, or by us and not finished; oldest first."""
        at = self._deps.machine_clock.now()
        with self._deps.sessions.reading() as db:
            if not inbox.is_any_left(db, at=at):
                return ()
        with self._deps.sessions.writing() as db:
            taken, given_up = inbox.take_up(db, at=at, hold=HOLD)
        for key in given_up:
            logger.error("Delivery %s given up after %s tries", key, inbox.TRIES, extra={"action": "delivery_given_up"})
        return taken

    async def _save_waiting(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # whoever arrived in the same moment comes along
            batch, self._waiting = self._waiting, []
            try:
                kept = await asyncio.get_running_loop().run_in_executor(self._thread, self._save, batch)
            except SQLAlchemyError as error:
                for _, _, future in batch:
                    if not future.done():
                        future.set_exception(InboxClosed(str(error)))
                continue
            for future, is_new in kept:
                if not future.done():
                    future.set_result(is_new)

    def _save(self, batch: list[Delivery]) -> list[tuple[asyncio.Future[bool], bool]]:
        with self._deps.sessions.writing() as db:
            db.connection()  # takes the lock, which may be long in coming
            # who lost patience was told that nothing is kept, so nothing is
            wanted = [each for each in batch if not each[2].cancelled()]
            at = self._deps.machine_clock.now()
            new = inbox.receive(db, [(key, dict(body)) for key, body, _ in wanted], at=at, hold=HOLD)
        return [(future, is_new) for (_, _, future), is_new in zip(wanted, new, strict=True)]
