from datetime import datetime, timedelta

from store import forget, outbox
from store.session import Sessions
from tests.factories import AT

DAY = timedelta(days=1)
HOLD = timedelta(seconds=10)


def owe(sessions: Sessions, key: str, at: datetime = AT) -> None:
    with sessions.writing() as db:
        outbox.owe(db, key=key, channel="C0ONCALL", payload={"text": f"what was typed {at}"}, at=at)


def deliver(sessions: Sessions, at: datetime = AT) -> None:
    with sessions.writing() as db:
        for owed in outbox.claim_due(db, at=at, hold=HOLD):
            outbox.delivered(db, owed, ts="1.1", channel="C0ONCALL", at=at, pace=HOLD)


def left(sessions: Sessions, *keys: str) -> list[str]:
    with sessions.reading() as db:
        return [key for key in keys if outbox.find(db, key)]


def test_delivered_messages_are_forgotten_and_what_is_owed_or_of_a_run_stays(sessions: Sessions) -> None:
    for key in ("reply:1", "run:1", "run:1:line", "issue:1", "plan:1"):
        owe(sessions, key)
    deliver(sessions)
    owe(sessions, "issue:1", AT + 20 * DAY)
    deliver(sessions, AT + 20 * DAY)
    owe(sessions, "owed:1")
    owe(sessions, "reply:2", AT + 20 * DAY)
    deliver(sessions, AT - DAY)
    with sessions.writing() as db:
        assert forget.delivered_messages(db, before=AT + 10 * DAY) == 2
    keys = ("reply:1", "run:1", "run:1:line", "issue:1", "plan:1", "owed:1", "reply:2")
    assert left(sessions, *keys) == ["run:1", "run:1:line", "issue:1", "owed:1", "reply:2"]


def test_messages_that_may_still_change_stay(sessions: Sessions) -> None:
    keys = ("swap:1:choo", "override:1", "gap:ask:data:choo", "comp:1:U0IRFAN")
    for key in keys:
        owe(sessions, key)
    deliver(sessions)
    with sessions.writing() as db:
        assert forget.delivered_messages(db, before=AT + 99 * DAY) == 0
    assert left(sessions, *keys) == list(keys)


def test_what_was_given_up_is_forgotten_too(sessions: Sessions) -> None:
    owe(sessions, "reply:1")
    with sessions.writing() as db:
        (owed,) = outbox.claim_due(db, at=AT, hold=HOLD)
        outbox.give_up(db, owed, why="channel_not_found")
        assert forget.delivered_messages(db, before=AT) == 0
        assert forget.delivered_messages(db, before=AT + DAY) == 1
