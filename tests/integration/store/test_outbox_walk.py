"""A walk through deliveries that die at any point: whatever happens, every message stands once, in its last state."""

import random
from dataclasses import dataclass
from datetime import timedelta

import pytest

from store import outbox
from store.outbox import Owed
from store.session import Sessions
from tests.factories import AT

HOLD = timedelta(seconds=30)
PACE = timedelta(seconds=3)
THREADS, REPLIES = 3, 4


@dataclass
class Posted:
    key: str
    thread_ts: str | None
    state: int


class Channel:
    """What stands in Slack: ts to message, in the order of posting."""

    def __init__(self) -> None:
        self.messages: dict[str, Posted] = {}

    def send(self, owed: Owed) -> str:
        """Post or edit, as a deliverer must: after an unknown outcome it looks for its message first."""
        copies = [ts for ts, message in self.messages.items() if message.key == owed.key] if owed.attempts else []
        ts = owed.ts or (copies[0] if copies else f"1.{len(self.messages)}")
        self.messages[ts] = Posted(owed.key, owed.thread_ts, owed.payload["state"])
        return ts


def owe_something(sessions: Sessions, chance: random.Random, states: dict[str, int]) -> None:
    thread = f"run:{chance.randrange(THREADS)}"
    key = chance.choice([thread, *(f"{thread}:{reply}" for reply in range(REPLIES))])
    if key != thread and thread not in states:
        return
    states[key] = states.get(key, 0) + 1
    with sessions.writing() as db:
        parent = None if key == thread else thread
        outbox.owe(db, key=key, channel="C", payload={"state": states[key]}, at=AT, parent=parent)


@pytest.mark.parametrize("seed", range(6))
def test_every_message_stands_once_in_its_last_state(sqlite_sessions: Sessions, seed: int) -> None:
    chance, channel, at = random.Random(seed), Channel(), AT
    states: dict[str, int] = {}
    for step in range(400):
        at += timedelta(seconds=chance.randrange(5))
        if step < 150:
            owe_something(sqlite_sessions, chance, states)
        with sqlite_sessions.writing() as db:
            claimed = outbox.claim_due(db, at=at, hold=HOLD, limit=chance.randrange(1, 4))
        for owed in claimed:
            fate = chance.random()
            if fate < 0.1:
                break  # killed before sending
            ts = channel.send(owed)
            if fate < 0.2:
                break  # killed before saving
            with sqlite_sessions.writing() as db:
                if fate < 0.3:
                    outbox.retry(db, owed, due_at=at + PACE, why="no answer, though it was posted")
                else:
                    outbox.delivered(db, owed, ts=ts, channel="C", at=at, pace=PACE)
    with sqlite_sessions.reading() as db:
        assert outbox.next_due(db) is None
    assert {message.key: message.state for message in channel.messages.values()} == states
    assert len(channel.messages) == len(states), "no copies"
    openers = {message.key: ts for ts, message in channel.messages.items() if message.thread_ts is None}
    assert set(openers) == {key for key in states if key.count(":") == 1}
    assert all(
        openers[message.key.rpartition(":")[0]] == message.thread_ts
        for message in channel.messages.values()
        if message.thread_ts
    )
