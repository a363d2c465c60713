"""What a delivering process does to the outbox."""

from datetime import datetime, timedelta
from typing import Any

from store import outbox
from store.outbox import Owed
from store.session import Sessions
from tests.factories import AT

SECOND = timedelta(seconds=1)
HOLD = 30 * SECOND
PACE = 3 * SECOND


class Deliverer:
    """Does to the outbox what a delivering process does; `at` is its machine's clock."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.at, self.posts = sessions, AT, 0

    def owe(self, key: str, text: str = "first", **more: Any) -> None:
        with self.sessions.writing() as db:
            outbox.owe(db, key=key, channel="C0ONCALL", payload={"text": text}, at=self.at, **more)

    def claim(self, limit: int = 50) -> tuple[Owed, ...]:
        with self.sessions.writing() as db:
            return outbox.claim_due(db, at=self.at, hold=HOLD, limit=limit)

    def keys(self) -> list[str]:
        return [owed.key for owed in self.claim()]

    def delivered(self, owed: Owed, *, ts: str = "", channel: str = "C0ONCALL") -> None:
        self.posts += 1
        with self.sessions.writing() as db:
            name = ts or owed.ts or f"1.{self.posts}"
            outbox.delivered(db, owed, ts=name, channel=channel, at=self.at, pace=PACE)

    def deliver(self) -> list[str]:
        """Send all that is due; return what was sent, such as "run:1=first"."""
        claimed = self.claim()
        for owed in claimed:
            self.delivered(owed)
        return [f"{owed.key}={owed.payload['text']}" for owed in claimed]

    def retry(self, owed: Owed, *, after: timedelta, why: str = "ratelimited") -> None:
        with self.sessions.writing() as db:
            outbox.retry(db, owed, due_at=self.at + after, why=why)

    def give_up(self, owed: Owed, why: str = "channel_not_found") -> None:
        with self.sessions.writing() as db:
            outbox.give_up(db, owed, why=why)

    def next_due(self) -> datetime | None:
        with self.sessions.reading() as db:
            return outbox.next_due(db)

    def find(self, key: str) -> Owed:
        with self.sessions.reading() as db:
            found = outbox.find(db, key)
        assert found is not None
        return found
