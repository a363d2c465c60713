from datetime import timedelta

from store import inbox
from store.session import Sessions
from tests.factories import AT
from tests.integration.store import hands

SECOND = timedelta(seconds=1)
LATER = AT + 60 * SECOND
PAYLOAD = {"command": "/rerun", "text": "aggregate-engagement \u2026 \0 \ud83d", "user_id": "U0AIDIL"}


def test_a_delivery_is_kept_as_slack_sent_it(sessions: Sessions) -> None:
    with sessions.writing() as db:
        assert inbox.receive(db, key="Ev1", payload=PAYLOAD, at=AT)
    with sessions.reading() as db:
        assert inbox.undone(db, before=LATER) == (("Ev1", PAYLOAD),)


def test_a_repeated_delivery_is_known(sessions: Sessions) -> None:
    with sessions.writing() as db:
        inbox.receive(db, key="Ev1", payload=PAYLOAD, at=AT)
        assert not inbox.receive(db, key="Ev1", payload={"retry": True}, at=LATER)
        assert inbox.undone(db, before=LATER) == (("Ev1", PAYLOAD),)


def test_a_delivery_repeated_after_its_work_is_known(sessions: Sessions) -> None:
    with sessions.writing() as db:
        inbox.receive(db, key="Ev1", payload=PAYLOAD, at=AT)
        inbox.done(db, key="Ev1", at=AT)
    with sessions.writing() as db:
        assert not inbox.receive(db, key="Ev1", payload=PAYLOAD, at=LATER)
        assert inbox.undone(db, before=LATER) == ()


def test_of_all_that_arrives_together_each_delivery_is_new_once(sessions: Sessions) -> None:
    together = [(key, {"nr": nr}) for nr, key in enumerate(("Ev2", "Ev1", "Ev2", "Ev3"))]
    with sessions.writing() as db:
        inbox.receive(db, key="Ev1", payload=PAYLOAD, at=AT)
        assert inbox.receive_all(db, together, at=LATER) == (True, False, False, True)
        assert inbox.receive_all(db, [], at=LATER) == ()
        kept = inbox.undone(db, before=LATER + SECOND)
    assert kept == (("Ev1", PAYLOAD), ("Ev2", {"nr": 0}), ("Ev3", {"nr": 3}))


def test_a_delivery_to_several_processes_at_once_is_taken_by_one(sessions: Sessions, database_url: str) -> None:
    assert sorted(hands.at_once(hands.receive, *[(database_url, "Ev1")] * 4)) == [False, False, False, True]


def test_what_is_left_undone_comes_back_oldest_first(sessions: Sessions) -> None:
    with sessions.writing() as db:
        for second, key in enumerate(("Ev9", "Ev1", "Ev5", "Ev2")):
            inbox.receive(db, key=key, payload={"key": key}, at=AT + second * SECOND)
        inbox.done(db, key="Ev1", at=LATER)
        left = inbox.undone(db, before=AT + 3 * SECOND)
    assert left == (("Ev9", {"key": "Ev9"}), ("Ev5", {"key": "Ev5"}))


def test_old_deliveries_are_purged_once_done(sessions: Sessions) -> None:
    with sessions.writing() as db:
        for key, done_at in (("old", AT), ("new", LATER), ("open", None)):
            inbox.receive(db, key=key, payload=PAYLOAD, at=AT)
            if done_at:
                inbox.done(db, key=key, at=done_at)
        assert inbox.purge(db, before=LATER) == 1
        assert inbox.receive(db, key="old", payload=PAYLOAD, at=AT)
        assert not inbox.receive(db, key="new", payload=PAYLOAD, at=AT)
        assert not inbox.receive(db, key="open", payload=PAYLOAD, at=AT)
