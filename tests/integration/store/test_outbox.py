import pytest

from store import outbox
from store.session import Sessions
from tests.factories import AT
from tests.integration.store.deliverer import HOLD, PACE, SECOND, Deliverer

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
