from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlmodel import Session

from store import inbox
from store.inbox import TRIES
from store.session import Sessions
from tests.factories import AT
from tests.integration.store import hands

SECOND = timedelta(seconds=1)
HOLD = 8 * SECOND
LATER = AT + 60 * SECOND
PAYLOAD = {"command": "/rerun", "text": "aggregate-engagement \u2026 \0 \ud83d", "user_id": "U0AIDIL"}


def receive(db: Session, key: str, payload: dict[str, Any] = PAYLOAD, at: datetime = AT) -> bool:
    return inbox.receive(db, [(key, payload)], at=at, hold=HOLD)[0]


def take_up(db: Session, at: datetime = LATER) -> list[str]:
    return [key for key, _ in inbox.take_up(db, at=at, hold=HOLD)[0]]


def test_a_delivery_is_kept_as_slack_sent_it(sessions: Sessions) -> None:
    with sessions.writing() as db:
        assert receive(db, "Ev1")
    with sessions.writing() as db:
        assert inbox.take_up(db, at=LATER, hold=HOLD) == ((("Ev1", PAYLOAD),), ())


def test_a_repeated_delivery_is_known(sessions: Sessions) -> None:
    with sessions.writing() as db:
        receive(db, "Ev1")
        assert not receive(db, "Ev1", {"retry": True}, LATER)
        assert inbox.take_up(db, at=LATER, hold=HOLD)[0] == (("Ev1", PAYLOAD),)


def test_a_delivery_repeated_after_its_work_is_known(sessions: Sessions) -> None:
    with sessions.writing() as db:
        receive(db, "Ev1")
        inbox.done(db, key="Ev1", at=AT)
    with sessions.writing() as db:
        assert not receive(db, "Ev1", at=LATER)
        assert take_up(db) == []


def test_of_all_that_arrives_together_each_delivery_is_new_once(sessions: Sessions) -> None:
    together = [(key, {"nr": nr}) for nr, key in enumerate(("Ev2", "Ev1", "Ev2", "Ev3"))]
    with sessions.writing() as db:
        receive(db, "Ev1")
        assert inbox.receive(db, together, at=LATER, hold=HOLD) == (True, False, False, True)
        assert inbox.receive(db, [], at=LATER, hold=HOLD) == ()
        kept, _ = inbox.take_up(db, at=LATER + HOLD, hold=HOLD)
    assert kept == (("Ev1", PAYLOAD), ("Ev2", {"nr": 0}), ("Ev3", {"nr": 3}))


def test_a_delivery_to_several_processes_at_once_is_taken_by_one(sessions: Sessions, database_url: str) -> None:
    assert sorted(hands.at_once(hands.receive, *[(database_url, "Ev1")] * 4)) == [False, False, False, True]


def test_what_somebody_has_in_hand_is_left_alone_until_they_no_longer_say_so(sessions: Sessions) -> None:
    with sessions.writing() as db:
        receive(db, "Ev1")
        assert take_up(db, AT + HOLD - SECOND) == []
        inbox.renew(db, ["Ev1", "Ev0"], until=AT + 2 * HOLD)
        assert not inbox.is_any_left(db, at=AT + HOLD)
        assert take_up(db, AT + HOLD) == []
        assert inbox.is_any_left(db, at=AT + 2 * HOLD)
        assert take_up(db, AT + 2 * HOLD) == ["Ev1"]
        assert take_up(db, AT + 2 * HOLD) == [], "it is in new hands"


def test_renewing_brings_nothing_back_that_is_done(sessions: Sessions) -> None:
    with sessions.writing() as db:
        receive(db, "Ev1")
        inbox.done(db, key="Ev1", at=AT)
        inbox.renew(db, ["Ev1"], until=AT)
        assert not inbox.is_any_left(db, at=LATER)


def test_what_is_left_is_taken_up_oldest_first(sessions: Sessions) -> None:
    with sessions.writing() as db:
        for second, key in enumerate(("Ev9", "Ev1", "Ev5", "Ev2")):
            receive(db, key, at=AT + second * SECOND)
        inbox.done(db, key="Ev1", at=LATER)
        assert take_up(db, AT + HOLD + 2 * SECOND) == ["Ev9", "Ev5"]


def test_several_processes_that_take_up_at_once_get_each_delivery_once(sessions: Sessions, database_url: str) -> None:
    keys = [f"Ev{number:02}" for number in range(40)]
    with sessions.writing() as db:
        inbox.receive(db, [(key, PAYLOAD) for key in keys], at=AT - 2 * HOLD, hold=HOLD)
    taken = hands.at_once(hands.take_up, *[(database_url,)] * 4)
    assert sorted(chain.from_iterable(taken)) == keys


def test_a_delivery_that_breaks_everybody_is_given_up_after_some_tries(sessions: Sessions) -> None:
    with sessions.writing() as db:
        receive(db, "Ev1")
        for number in range(1, TRIES):
            assert inbox.take_up(db, at=AT + number * HOLD, hold=HOLD) == ((("Ev1", PAYLOAD),), ())
        assert inbox.take_up(db, at=AT + TRIES * HOLD, hold=HOLD) == ((), ("Ev1",))
        assert not inbox.is_any_left(db, at=LATER)
        assert not receive(db, "Ev1", at=LATER), "and it is still known"


def test_old_deliveries_are_purged_once_done(sessions: Sessions) -> None:
    with sessions.writing() as db:
        for key, done_at in (("old", AT), ("new", LATER), ("open", None)):
            receive(db, key)
            if done_at:
                inbox.done(db, key=key, at=done_at)
        assert inbox.purge(db, before=LATER) == 1
        assert receive(db, "old")
        assert not receive(db, "new")
        assert not receive(db, "open")
