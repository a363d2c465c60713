"""Handoffs on both databases: kept once, ticked, confirmed, carried over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from store import handoffs
from store.domain.handoff import Chase, Confirmation, Group, Handoff, Item, Note
from store.handoffs import NoSuchHandoff
from store.session import Sessions
from tests.factories import AT

WEEK = timedelta(weeks=1)
ITEMS = (Item(group=Group.ACTION, text="Ask finance", since=AT - WEEK), Item(group=Group.TALK, text="Issues", since=AT))


def a_handoff(**changes: Any) -> Handoff:
    fields: dict[str, Any] = {
        "rotations": ("data", "growth"),
        "due_at": AT,
        "held_at": AT,
        "ends_at": AT + WEEK,
        "outgoing": ("aidil",),
        "incoming": ("thiru",),
        "remarks": ("Thiru covers for Choo (leave)",),
        "posted_at": AT + timedelta(seconds=2),
        "late": True,
        "started_by": "U0AIDIL",
        "items": ITEMS,
    }
    return Handoff(**{**fields, **changes})


def saved(sessions: Sessions, **changes: Any) -> Handoff:
    with sessions.writing() as db:
        kept = handoffs.save(db, a_handoff(**changes))
    assert kept is not None
    return kept


def test_a_handoff_comes_back_as_it_was_kept(sessions: Sessions) -> None:
    kept = saved(sessions)
    assert replace(kept, id=0, items=tuple(replace(item, id=0) for item in kept.items)) == a_handoff()
    with sessions.reading() as db:
        assert handoffs.load(db, kept.id) == kept


def test_there_is_one_for_each_instant_of_a_rotation(sessions: Sessions) -> None:
    kept = saved(sessions)
    with sessions.writing() as db:
        assert handoffs.save(db, a_handoff(outgoing=("choo",))) is None
    with sessions.reading() as db:
        assert handoffs.running(db) == (kept,)


def test_an_unknown_one_is_told(sessions: Sessions) -> None:
    with sessions.reading() as db, pytest.raises(NoSuchHandoff, match="/handoff"):
        handoffs.load(db, 99)


def test_ticks_stay(sessions: Sessions) -> None:
    kept = saved(sessions)
    ticked = replace(kept.items[0], done_by="U0THIRU", done_at=AT, pressed_at="12.5")
    with sessions.writing() as db:
        handoffs.change_items(db, [ticked])
    with sessions.reading() as db:
        assert handoffs.load(db, kept.id).items == (ticked, kept.items[1])
        assert handoffs.load(db, kept.id).unfinished == (kept.items[1],)


def test_a_form_that_arrives_twice_adds_once(sessions: Sessions) -> None:
    kept, note = saved(sessions), Note(text="Kafka was \0 slow <!here>", by="U0AIDIL", at=AT)
    with sessions.writing() as db:
        assert [handoffs.add_note(db, kept.id, note, request_key="form") for _ in range(2)] == [True, False]
        assert [handoffs.add_item(db, kept.id, ITEMS[0], request_key="form") for _ in range(2)] == [True, False]
    with sessions.reading() as db:
        now = handoffs.load(db, kept.id)
    assert [one.text for one in now.notes] == ["Kafka was \ufffd slow <!here>"]
    assert [item.text for item in now.items] == ["Ask finance", "Issues", "Ask finance"]


def test_a_word_is_given_once_and_ends_the_handoff(sessions: Sessions) -> None:
    kept, said = saved(sessions), Confirmation(person="thiru", by="U0IRFAN", at=AT)
    with sessions.writing() as db:
        assert handoffs.add_confirmation(db, kept.id, said)
        assert not handoffs.add_confirmation(db, kept.id, replace(said, by="U0THIRU"))
        handoffs.complete(db, kept.id, at=AT)
        now = handoffs.load(db, kept.id)
    assert (now.confirmations, now.completed_at, now.awaited) == ((said,), AT, ("aidil",))


def test_the_next_takes_over_what_shares_a_rotation(sessions: Sessions) -> None:
    mine, other = saved(sessions), saved(sessions, rotations=("profit",))
    small = saved(sessions, rotations=("growth",), due_at=AT + timedelta(days=2), small=True)
    with sessions.writing() as db:
        assert [one.id for one in handoffs.carry_over(db, ["growth"], at=AT, small_only=True)] == [small.id]
        assert [(one.id, one.carried_at) for one in handoffs.carry_over(db, ["growth"], at=AT)] == [(mine.id, AT)]
        assert handoffs.running(db) == (other,)


def test_a_reminder_is_noted_by_one_bot_alone(sessions: Sessions) -> None:
    kept, said = saved(sessions), Chase(1, nudge=True, lead=True)
    with sessions.writing() as db:
        assert handoffs.note_chase(db, kept, said, at=AT)
    with sessions.writing() as db:
        assert not handoffs.note_chase(db, kept, said, at=AT)
        now = handoffs.load(db, kept.id)
    assert (now.nudged, now.lead_told_at) == (1, AT)


def test_no_reminder_is_noted_for_one_that_was_confirmed_meanwhile(sessions: Sessions) -> None:
    kept = saved(sessions)
    with sessions.writing() as db:
        handoffs.complete(db, kept.id, at=AT)
        assert not handoffs.note_chase(db, kept, Chase(1, nudge=True, lead=False), at=AT)
