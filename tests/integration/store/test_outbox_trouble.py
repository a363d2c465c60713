import sqlite3
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import insert

from store import outbox
from store.session import Sessions
from store.tables import OutboxRow
from tests.factories import AT
from tests.integration.store import hands
from tests.integration.store.deliverer import HOLD, PACE, SECOND, Deliverer

# trouble


def test_a_failed_try_comes_again_when_it_is_due(slack: Deliverer) -> None:
    slack.owe("run:1")
    (first,) = slack.claim()
    slack.retry(first, after=60 * SECOND)
    slack.at += 59 * SECOND
    assert slack.claim() == ()
    assert slack.next_due() == AT + 60 * SECOND
    slack.at += SECOND
    (second,) = slack.claim()
    assert (first.attempts, second.attempts) == (0, 1)


def test_tries_are_counted_from_the_last_success(slack: Deliverer) -> None:
    slack.owe("run:1")
    for attempts in range(3):
        (owed,) = slack.claim()
        assert owed.attempts == attempts
        slack.retry(owed, after=timedelta(0))
    slack.deliver()
    slack.owe("run:1", "second")
    slack.at += PACE
    assert slack.claim()[0].attempts == 0


def test_what_was_given_up_is_never_sent(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.give_up(slack.claim()[0], "channel_not_found \0")
    slack.at += 10 * HOLD
    assert slack.claim() == ()
    assert slack.next_due() is None


def test_a_new_state_of_what_was_given_up_is_tried_again(slack: Deliverer) -> None:
    slack.owe("run:1", "too long")
    slack.give_up(slack.claim()[0], "msg_too_long")
    slack.owe("run:1", "short")
    (again,) = slack.claim()
    assert (again.payload, again.attempts) == ({"text": "short"}, 1)


def test_a_state_that_came_while_another_was_given_up_is_still_owed(slack: Deliverer) -> None:
    slack.owe("run:1", "too long")
    (under_way,) = slack.claim()
    slack.owe("run:1", "short")
    slack.give_up(under_way, "msg_too_long")
    assert slack.deliver() == ["run:1=short"]


def test_a_thread_goes_on_without_the_post_that_was_given_up(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.deliver()
    slack.owe("a", parent="run:1")
    slack.owe("b", parent="run:1")
    slack.give_up(slack.claim()[0])
    assert slack.deliver() == ["b=first"]


def test_replies_to_what_was_given_up_are_told_in_the_channel(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.owe("a", parent="run:1")
    slack.give_up(slack.claim()[0])
    (reply,) = slack.claim()
    assert (reply.key, reply.thread_ts, reply.channel) == ("a", None, "C0ONCALL")


@pytest.mark.parametrize("thread", [{}, {"parent": "run:1"}, {"thread_ts": "0.7"}], ids=["alone", "ours", "there"])
def test_a_backlog_of_hours_is_claimed_at_once(slack: Deliverer, thread: dict[str, str]) -> None:
    """A comparison of each with each takes seconds here; 0.02 s is usual."""
    slack.owe("run:1")
    waiting: dict[str, Any] = {"channel": "C0ONCALL", "payload": {}, "due_at": AT, "created_at": AT, **thread}
    with slack.sessions.writing() as db:
        db.add_all(OutboxRow(key=f"note:{each}", **waiting) for each in range(3000))
    began = time.monotonic()
    first = slack.claim()
    slack.next_due()
    assert time.monotonic() - began < 0.5
    assert first[0].key == "run:1"


# several processes, and the end of one


def test_what_was_delivered_costs_a_claim_nothing(sqlite_sessions: Sessions) -> None:
    """A bot looks every second, holding the one place of a writer, and months leave a hundred thousand messages."""
    new = {"channel": "C0ONCALL", "payload": {"text": "first"}, "due_at": AT, "created_at": AT, "wanted": 1}
    steps: list[int] = []

    def count() -> None:
        steps.append(1)

    with sqlite_sessions.writing() as db:
        gone = [{**new, "key": f"old:{nr}", "delivered": 1, "attempts": 0, "ts": str(nr)} for nr in range(5000)]
        db.connection().execute(insert(OutboxRow), gone)
    with sqlite_sessions.writing() as db:
        outbox.owe(db, key="new", channel="C0ONCALL", payload={"text": "first"}, at=AT)
        raw = db.connection().connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(count, 100)
        assert [owed.key for owed in outbox.claim_due(db, at=AT, hold=HOLD)] == ["new"]
        assert outbox.next_due(db) == AT + HOLD
        raw.set_progress_handler(None, 0)
    assert len(steps) < 50, "hundreds of SQLite's instructions"


def test_what_one_holds_is_left_alone_until_its_claim_ends(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.claim()
    slack.at += HOLD - SECOND
    assert slack.claim() == ()
    assert slack.next_due() == AT + HOLD
    slack.at += SECOND
    assert slack.claim()[0].attempts == 1


def test_a_process_killed_while_sending_leaves_a_trace(slack: Deliverer, database_url: str) -> None:
    slack.owe("run:1")
    child = hands.processes().Process(target=hands.claim_and_die, args=(database_url,))
    child.start()
    child.join(30)
    assert child.exitcode == -9
    assert slack.claim() == ()
    slack.at += HOLD
    (owed,) = slack.claim()
    assert (owed.attempts, owed.ts) == (1, None), "a copy may stand in Slack: look first"


def test_processes_never_hold_the_same_message(slack: Deliverer, database_url: str) -> None:
    wanted = [f"note:{each}" for each in range(60)]
    for key in wanted:
        slack.owe(key)
    taken = hands.at_once(hands.claim_messages, *[(database_url,)] * 4)
    assert sorted(key for mine in taken for key in mine) == sorted(wanted)


def test_a_claim_waits_for_no_other_claim(postgres_sessions: Sessions) -> None:
    slack = Deliverer(postgres_sessions)
    slack.owe("run:1")
    slack.owe("run:2")
    with postgres_sessions.writing() as db:
        (first,) = outbox.claim_due(db, at=AT, hold=HOLD, limit=1)
        assert (first.key, slack.keys()) == ("run:1", ["run:2"])


def test_a_sending_that_takes_its_time_is_held_longer(slack: Deliverer) -> None:
    slack.owe("run:1")
    (owed,) = slack.claim()
    slack.at += HOLD - SECOND
    with slack.sessions.writing() as db:
        held = outbox.hold_on(db, owed, until=slack.at + HOLD)
    slack.at += HOLD - SECOND
    assert held is not None
    assert slack.claim() == ()
    slack.delivered(held, ts="1.5")
    slack.at += HOLD
    assert (slack.claim(), slack.find("run:1").ts) == ((), "1.5")


def test_what_another_has_taken_over_is_held_no_longer(slack: Deliverer) -> None:
    slack.owe("run:1")
    (late,) = slack.claim()
    slack.at += HOLD
    slack.claim()
    with slack.sessions.writing() as db:
        assert outbox.hold_on(db, late, until=slack.at + 10 * HOLD) is None
    slack.at += HOLD
    assert slack.keys() == ["run:1"]


def test_who_comes_back_late_changes_nothing_of_the_newer_claim(slack: Deliverer) -> None:
    slack.owe("run:1")
    (late,) = slack.claim()
    slack.at += HOLD
    (newer,) = slack.claim()
    slack.retry(late, after=timedelta(0))
    slack.give_up(late)
    assert slack.claim() == (), "the newer claim holds"
    slack.delivered(late, ts="1.late")
    assert slack.claim() == ()
    assert slack.find("run:1").ts == "1.late", "it does stand in Slack, and the next edit must find it"
    slack.delivered(newer, ts="1.newer")
    slack.at += HOLD
    assert slack.claim() == ()
    assert slack.find("run:1").ts == "1.newer"


def test_a_late_delivery_never_takes_back_a_newer_state(slack: Deliverer) -> None:
    slack.owe("run:1", "reading")
    (late,) = slack.claim()
    slack.owe("run:1", "done")
    slack.at += HOLD
    assert slack.deliver() == ["run:1=done"]
    slack.delivered(late, ts="1.late")
    slack.at += HOLD
    assert slack.deliver() == []
    assert slack.find("run:1").ts == "1.1"


# sleeping until something is due


def test_the_deliverer_may_sleep_until_the_soonest(slack: Deliverer) -> None:
    assert slack.next_due() is None
    slack.owe("run:1")
    slack.owe("run:2")
    first, second = slack.claim()
    slack.retry(first, after=60 * SECOND)
    assert slack.next_due() == AT + HOLD, "the second is held until then"
    slack.retry(second, after=90 * SECOND)
    assert slack.next_due() == AT + 60 * SECOND


def test_a_reply_that_waits_is_no_reason_to_wake(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.owe("a", parent="run:1")
    slack.retry(slack.claim()[0], after=60 * SECOND)
    assert slack.next_due() == AT + 60 * SECOND
