"""A handoff from the posting to the summary: items, ticks, confirmations, reminders."""

from datetime import date, timedelta
from typing import Any

import pytest

from store.domain.handoff import (
    AlreadyConfirmed,
    Chase,
    Group,
    Handoff,
    HandoffOver,
    Item,
    NotYours,
    chase,
    confirm,
    items_for,
    ticked,
    weeks_old,
)
from store.domain.team import Handoff as Rules
from store.domain.team import Hours
from store.domain.workdays import Workdays, next_opening
from tests.factories import moment

DUE = moment("2025-01-13 10:00")
WEEK = timedelta(weeks=1)
HOURS = Hours(zone="UTC")
RULES = Rules()


def item(id_: int = 1, **changes: Any) -> Item:
    return Item(**{"id": id_, "group": Group.ACTION, "text": f"Item {id_}", "since": DUE, **changes})


def handoff(**changes: Any) -> Handoff:
    fields: dict[str, Any] = {
        "id": 3,
        "rotations": ("data",),
        "due_at": DUE,
        "held_at": DUE,
        "ends_at": DUE + WEEK,
        "outgoing": ("aidil",),
        "incoming": ("thiru",),
        "posted_at": DUE,
    }
    return Handoff(**{**fields, **changes})


# -- confirming


def said(one: Handoff, person: str, by: str | None) -> Handoff:
    return confirm(one, person=person, by=by, leads=("irfan",), user=f"U{by}", at=DUE, names="Aidil or Irfan")


def test_it_is_complete_once_both_have_said_so() -> None:
    half = said(handoff(), "aidil", "aidil")
    assert (half.awaited, half.completed_at) == (("thiru",), None)
    assert said(half, "thiru", "thiru").completed_at == DUE


def test_the_lead_may_confirm_for_somebody_and_it_is_kept_who_did() -> None:
    (kept,) = said(handoff(), "thiru", "irfan").confirmations
    assert (kept.person, kept.by) == ("thiru", "Uirfan")


@pytest.mark.parametrize("by", ["thiru", "choo", None])
def test_nobody_else_confirms_for_aidil(by: str | None) -> None:
    with pytest.raises(NotYours, match="Only Aidil or Irfan can confirm this"):
        said(handoff(), "aidil", by)


def test_nobody_confirms_twice_nor_somebody_who_is_not_asked() -> None:
    half = said(handoff(), "aidil", "aidil")
    for person in ("aidil", "mei"):
        with pytest.raises(AlreadyConfirmed):
            said(half, person, "irfan")


def test_an_old_handoff_is_confirmed_no_more() -> None:
    with pytest.raises(HandoffOver, match="/handoff"):
        said(handoff(carried_at=DUE + WEEK), "aidil", "aidil")


def test_who_stands_on_both_sides_is_asked_once() -> None:
    alone = handoff(incoming=("aidil",))
    assert alone.stays
    assert said(alone, "aidil", "aidil").completed_at == DUE


def test_a_small_one_takes_the_word_of_the_taker_alone() -> None:
    assert handoff(small=True).people == ("thiru",)


# -- items


def test_what_was_left_open_comes_first_with_its_first_date() -> None:
    earlier = DUE - 2 * WEEK
    left = [
        item(1, text="Ask finance for the costs", since=earlier),
        item(2, group=Group.CHECK, text="Read the figures", since=DUE - WEEK),
    ]
    made = items_for(left, talk=["Open issues"], checks=["Read the figures"], due_at=DUE)
    assert [(one.group, one.text, one.since) for one in made] == [
        (Group.ACTION, "Ask finance for the costs", earlier),
        (Group.TALK, "Open issues", DUE),
        (Group.CHECK, "Read the figures", DUE - WEEK),
    ]


def test_a_topic_left_open_stands_once_with_its_age_and_goes_with_the_plan() -> None:
    left = [
        item(1, group=Group.TALK, text="Open issues", since=DUE - WEEK),
        item(2, group=Group.TALK, text="No topic any more"),
    ]
    (topic,) = items_for(left, talk=["Open issues"], checks=[], due_at=DUE)
    assert (topic.text, weeks_old(topic, DUE)) == ("Open issues", 1)


def test_a_monthly_check_that_nobody_did_comes_back_in_the_weeks_after() -> None:
    left = [item(1, group=Group.CHECK, text="Reconcile", since=DUE - 3 * WEEK)]
    (again,) = items_for(left, talk=[], checks=[], due_at=DUE)
    assert weeks_old(again, DUE) == 3


def test_the_same_text_from_two_handoffs_is_one_item_of_the_earlier_age() -> None:
    left = [item(1, text="Ask", since=DUE - WEEK), item(2, text="Ask", since=DUE - 2 * WEEK)]
    (one,) = items_for(left, talk=[], checks=[], due_at=DUE)
    assert weeks_old(one, DUE) == 2


def test_an_age_is_in_whole_weeks_also_across_a_change_of_the_clock() -> None:
    assert weeks_old(item(since=DUE - WEEK + timedelta(hours=1)), DUE) == 1
    assert weeks_old(item(since=DUE), DUE) == 0


# -- ticking


def press(
    items: list[Item], seen: set[int], chosen: set[int], user: str = "UTHIRU", stamp: str = "10.5"
) -> dict[int, bool]:
    return {
        one.id: one.done_at is not None
        for one in ticked(items, seen=seen, chosen=chosen, user=user, at=DUE, stamp=stamp)
    }


def done(id_: int, by: str = "UTHIRU", stamp: str = "5.0") -> Item:
    return item(id_, done_by=by, done_at=DUE, pressed_at=stamp)


def test_what_was_chosen_anew_is_ticked_and_who_did_it_is_kept() -> None:
    (kept,) = ticked([item(1), item(2)], seen=set(), chosen={2}, user="UTHIRU", at=DUE, stamp="10.5")
    assert (kept.id, kept.done_by, kept.done_at, kept.pressed_at) == (2, "UTHIRU", DUE, "10.5")


def test_what_was_ticked_when_it_was_shown_can_be_unticked_by_anybody() -> None:
    assert press([done(1, by="UAIDIL"), item(2)], seen={1}, chosen=set()) == {1: False}


def test_what_somebody_else_ticked_meanwhile_stays_ticked() -> None:
    assert press([done(1, by="UAIDIL"), item(2)], seen=set(), chosen={2}) == {2: True}


def test_a_slip_is_taken_back_before_the_message_has_followed() -> None:
    assert press([done(1)], seen=set(), chosen=set()) == {1: False}


def test_a_press_that_was_overtaken_changes_nothing() -> None:
    assert press([done(1, stamp="11.0"), done(2, stamp="11.0")], seen=set(), chosen={1}) == {}


# -- reminders: posted on Monday at 10:00; hours 09:00 to 18:00


def at(clock: str, one: Handoff | None = None, workdays: Workdays | None = None) -> Chase | None:
    return chase(one or handoff(), RULES, HOURS, workdays or Workdays(), at=moment(clock))


@pytest.mark.parametrize(
    ("clock", "nudged", "said"),
    [
        ("2025-01-13 10:59:59", 0, None),
        ("2025-01-13 11:00", 0, Chase(1, nudge=True, lead=False)),
        ("2025-01-13 11:00", 1, None),
        ("2025-01-13 14:00", 1, Chase(2, nudge=True, lead=False)),
        ("2025-01-13 14:00", 0, Chase(2, nudge=True, lead=False)),  # we were down at 11:00: one reminder, not two
        ("2025-01-13 17:59", 2, None),
        ("2025-01-14 08:59", 2, None),
        ("2025-01-14 09:00", 2, Chase(2, nudge=False, lead=True)),  # 18:00 is after hours
    ],
)
def test_reminders_come_after_one_hour_and_four_and_then_the_lead_hears_in_the_teams_hours(
    clock: str, nudged: int, said: Chase | None
) -> None:
    assert at(clock, handoff(nudged=nudged)) == said


def test_a_night_of_silence_is_kept_also_by_a_bot_that_was_down() -> None:
    assert at("2025-01-13 22:00", handoff()) is None
    assert at("2025-01-14 09:00", handoff()) == Chase(2, nudge=True, lead=True)


def test_a_holiday_of_the_whole_team_is_silent_too() -> None:
    closed = Workdays(closed=frozenset({date(2025, 1, 14)}))
    late = handoff(nudged=2)
    assert at("2025-01-14 12:00", late, closed) is None
    assert at("2025-01-15 09:00", late, closed) == Chase(2, nudge=False, lead=True)


@pytest.mark.parametrize("over", [{"completed_at": DUE}, {"carried_at": DUE}, {"outgoing": (), "incoming": ()}])
def test_there_is_silence_once_nothing_is_awaited(over: dict[str, Any]) -> None:
    assert at("2025-01-20 12:00", handoff(**over)) is None


def test_the_lead_hears_once_and_of_a_small_one_never() -> None:
    assert at("2025-01-15 12:00", handoff(nudged=2, lead_told_at=DUE)) is None
    assert at("2025-01-15 12:00", handoff(nudged=2, small=True)) is None


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2025-01-13 09:00", "2025-01-13 09:00"),
        ("2025-01-13 08:59", "2025-01-13 09:00"),
        ("2025-01-13 18:00", "2025-01-14 09:00"),
        ("2025-01-17 18:00", "2025-01-20 09:00"),  # Friday evening
    ],
)
def test_the_team_opens_on_working_days(at: str, opens: str) -> None:
    assert next_opening(HOURS, Workdays(), moment(at)) == moment(opens)


def test_a_team_that_never_opens_is_told_at_once() -> None:
    assert next_opening(HOURS, Workdays(weekdays=()), DUE) == DUE
