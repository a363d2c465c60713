from datetime import datetime, timedelta
from typing import Any

import pytest

from store import outbox
from store.outbox import Owed
from store.session import Sessions
from tests.factories import AT
from tests.integration.store import hands

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


@pytest.fixture
def slack(sessions: Sessions) -> Deliverer:
    return Deliverer(sessions)


# one message


def test_a_message_is_owed_until_it_is_delivered(slack: Deliverer) -> None:
    slack.owe("run:1")
    (owed,) = slack.claim()
    assert (owed.key, owed.channel, owed.payload, owed.wanted) == ("run:1", "C0ONCALL", {"text": "first"}, 1)
    assert (owed.ts, owed.channel_posted, owed.thread_ts, owed.attempts) == (None, None, None, 0)
    slack.delivered(owed, ts="1.5", channel="D0AIDIL")
    slack.at += HOLD
    assert slack.claim() == ()
    assert slack.next_due() is None
    assert (slack.find("run:1").ts, slack.find("run:1").channel_posted) == ("1.5", "D0AIDIL")


def test_a_message_is_owed_only_if_what_caused_it_is_kept(slack: Deliverer) -> None:
    def cause() -> None:
        with slack.sessions.writing() as db:
            outbox.owe(db, key="run:1", channel="C0ONCALL", payload={"text": "first"}, at=AT)
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        cause()
    assert slack.claim() == ()


def test_a_message_waits_for_its_instant(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.at -= SECOND
    assert slack.claim() == ()
    assert slack.next_due() == AT


def test_messages_go_out_in_the_order_they_were_owed(slack: Deliverer) -> None:
    for key in ("c", "a", "b"):
        slack.owe(key)
    assert [owed.key for owed in slack.claim(limit=2)] == ["c", "a"]
    assert slack.keys() == ["b"]


def test_an_unknown_key_is_not_found(sessions: Sessions) -> None:
    with sessions.reading() as db:
        assert outbox.find(db, "run:404") is None


# a message that lives


def test_only_the_newest_state_is_sent(slack: Deliverer) -> None:
    for text in ("queued", "reading", "computing"):
        slack.owe("run:1", text)
    assert slack.deliver() == ["run:1=computing"]
    slack.at += HOLD
    assert slack.deliver() == []


def test_the_same_state_again_owes_nothing(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.deliver()
    slack.owe("run:1")
    slack.at += HOLD
    assert slack.deliver() == []


def test_a_tuple_is_no_new_state_of_a_list(slack: Deliverer) -> None:
    with slack.sessions.writing() as db:
        outbox.owe(db, key="run:1", channel="C", payload={"blocks": ({"type": "divider"},)}, at=AT)
        outbox.owe(db, key="run:1", channel="C", payload={"blocks": [{"type": "divider"}]}, at=AT)
    assert slack.find("run:1").wanted == 1


def test_a_state_that_came_while_another_was_under_way_is_still_owed(slack: Deliverer) -> None:
    slack.owe("run:1", "reading")
    (under_way,) = slack.claim()
    slack.owe("run:1", "done")
    slack.delivered(under_way)
    slack.at += PACE
    assert slack.deliver() == ["run:1=done"]


def test_what_is_under_way_is_not_taken_again_because_its_state_changed(slack: Deliverer) -> None:
    slack.owe("run:1", "reading")
    slack.claim()
    slack.owe("run:1", "done")
    assert slack.claim() == ()


def test_an_edit_names_the_message_it_changes(slack: Deliverer) -> None:
    slack.owe("run:1")
    (first,) = slack.claim()
    slack.delivered(first, ts="1.5", channel="D0AIDIL")
    slack.owe("run:1", "second")
    slack.at += PACE
    (edit,) = slack.claim()
    assert (edit.ts, edit.channel_posted, edit.attempts) == ("1.5", "D0AIDIL", 0)


def test_edits_keep_their_pace(slack: Deliverer) -> None:
    slack.owe("run:1", "0")
    sent = 0
    for second in range(1, 31):
        sent += len(slack.deliver())
        slack.owe("run:1", str(second))
        slack.at += SECOND
    assert sent == 10, "one in three seconds, whatever came in between"


def test_the_first_state_after_a_quiet_time_goes_out_at_once(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.deliver()
    slack.at += PACE
    slack.owe("run:1", "second")
    assert slack.deliver() == ["run:1=second"]


# threads


def test_a_reply_waits_until_its_thread_is_open(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.owe("run:1:result", parent="run:1")
    (opener,) = slack.claim()
    assert slack.claim() == ()
    slack.delivered(opener, ts="1.5", channel="D0AIDIL")
    (reply,) = slack.claim()
    assert (reply.key, reply.thread_ts, reply.channel) == ("run:1:result", "1.5", "D0AIDIL")


def test_first_posts_of_a_thread_keep_their_order(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.deliver()
    for key in ("b", "a", "c"):
        slack.owe(key, parent="run:1")
    (first,) = slack.claim()
    slack.retry(first, after=60 * SECOND)
    assert (first.key, slack.keys()) == ("b", [])
    slack.at += 60 * SECOND
    assert [slack.deliver() for _ in range(3)] == [["b=first"], ["a=first"], ["c=first"]]


def test_first_posts_of_a_thread_that_another_opened_keep_their_order(slack: Deliverer) -> None:
    slack.owe("a", thread_ts="0.7")
    slack.owe("b", thread_ts="0.7")
    slack.owe("c", thread_ts="0.8")
    first, other = slack.claim()
    assert (first.key, first.thread_ts, other.key, other.thread_ts) == ("a", "0.7", "c", "0.8")
    slack.delivered(first)
    assert slack.keys() == ["b"]


def test_an_edit_waits_for_no_first_post(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.owe("a", parent="run:1")
    assert [slack.deliver(), slack.deliver()] == [["run:1=first"], ["a=first"]]
    slack.owe("b", parent="run:1")
    (post,) = slack.claim()
    slack.owe("a", "second")
    slack.owe("run:1", "second")
    slack.at += PACE
    assert slack.keys() == ["run:1", "a"]
    assert post.key == "b"


def test_threads_do_not_wait_for_each_other(slack: Deliverer) -> None:
    slack.owe("run:1")
    slack.owe("run:2")
    slack.deliver()
    for key, parent in (("1a", "run:1"), ("1b", "run:1"), ("2a", "run:2")):
        slack.owe(key, parent=parent)
    assert slack.keys() == ["1a", "2a"]


def test_a_thread_in_a_thread_is_the_outer_one(slack: Deliverer) -> None:
    slack.owe("incident:1")
    slack.owe("run:1", parent="incident:1")
    slack.owe("run:1:result", parent="run:1")
    slack.owe("here", thread_ts="0.7")
    slack.owe("here:reply", parent="here")
    assert slack.deliver() == ["incident:1=first", "here=first"]
    assert {slack.find(key).thread_ts for key in ("run:1", "run:1:result")} == {"1.1"}
    assert slack.find("here:reply").thread_ts == "0.7"


def test_a_reply_to_nothing_is_a_bug(slack: Deliverer) -> None:
    with pytest.raises(outbox.NoSuchParent, match="a answers run:404"):
        slack.owe("a", parent="run:404")


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


# several processes, and the end of one


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
