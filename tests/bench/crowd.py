"""
Company for the bot, as a process of its own: `python -m tests.bench.crowd DATABASE_URL`.

A run is going, its progress written every 0.3 s as a worker does, and the same SQLite file takes 200 other small
transactions a second.
"""

import sqlite3
import sys
import threading
import time
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import make_url

from store import runs
from store.domain.run import Period, Stage
from store.session import Sessions, connect
from tests.e2e.world import Hand

PROGRESS_EVERY_S = 0.3
WRITES_PER_S = 200


def work(database_url: str, stop: threading.Event) -> None:
    """Ask for a run, take it, and write how far it is until *stop*."""
    sessions = Sessions(connect(database_url))
    period = Period.of_day(date(2023, 1, 1))
    with sessions.writing() as db:
        now = datetime.now(UTC)
        channel = "C0ONCALL"
        runs.request(
            db, key="bench", pipeline="aggregate-investor", period=period, by="U0CHOO", channel=channel, at=now
        )
    hand = Hand(sessions)
    hand.claim()
    for done in count():
        if stop.wait(PROGRESS_EVERY_S):
            return
        hand.progress(Stage.COMPUTE, done, done + 100)


def scribble(file: str, stop: threading.Event) -> None:
    """Write 200 times a second, each a transaction on the disk."""
    db = sqlite3.connect(file, timeout=30, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    begun = time.monotonic()
    for number in count():
        if stop.wait(max(0.0, begun + number / WRITES_PER_S - time.monotonic())):
            return
        db.execute(
            "INSERT INTO worker (name, started_at, seen_at) VALUES ('scribe', ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
            ("2024-06-03 00:00:00.000000", f"2024-06-03 00:00:00.{number % 1000000:06d}"),
        )


def main() -> None:
    stop = threading.Event()
    url = sys.argv[1]
    threading.Thread(target=work, args=(url, stop), daemon=True).start()
    scribble(make_url(url).database or "", stop)


if __name__ == "__main__":
    main()
