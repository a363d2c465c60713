"""What people enter about the roster, kept and given back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from store import occurrences, rosters
from store.domain.absence import Absence, Kind
from store.domain.oncall import timeline
from store.domain.override import Override, Volunteer
from store.domain.roster import Entries
from store.domain.shift import Source
from store.domain.swap import Swap, SwapState, advance
from store.plans import load_plan
from store.session import Sessions
from store.settings import PLANS
from tests.integration.store import hands

HOUSE = load_plan(PLANS / "house")
AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
LEAVE = Absence(
    person="thiru",
    starts_at=AT + timedelta(days=8),
    ends_at=AT + timedelta(days=10),
    kind=Kind.EMERGENCY,
    entered_at=AT,
)
OVERRIDE = Override(
    person="choo",
    replaces="aidil",
    pipelines=("daily-growth",),
    starts_at=AT + timedelta(days=1),
    ends_at=AT + timedelta(days=2),
    entered_at=AT,
    entered_by="U0CHOO",
)
NOBODY = replace(OVERRIDE, person=None, replaces=None, pipelines=())
OFFER = Volunteer(
    person="spencer", starts_at=AT, ends_at=AT + timedelta(days=3), pipelines=("daily-growth",), entered_at=AT
)
SWAP = Swap(
    rotation="data-engineers",
    asker="aidil",
    gives=date(2026, 2, 2),
    other="choo",
    takes=date(2026, 2, 16),
    asked_at=AT,
    entered_by="aidil",
)


def entries(sessions: Sessions) -> Entries:
    with sessions.reading() as db:
        return rosters.load_entries(db)


def test_what_was_entered_comes_back_as_it_was(sessions: Sessions) -> None:
    with sessions.writing() as db:
        leave = rosters.save_absence(db, LEAVE, request_key="view:1", by="U0THIRU")
        one = rosters.save_override(db, OVERRIDE, request_key="view:2")
        two = rosters.save_override(db, NOBODY, request_key="view:3")
        offer = rosters.save_volunteer(db, OFFER, request_key="view:4", by="U0SPENCER")
        swap = rosters.save_swap(db, SWAP, request_key="view:5")
    assert entries(sessions) == Entries(absences=(leave,), overrides=(one, two), volunteers=(offer,), swaps=(swap,))
    assert replace(leave, id=0) == LEAVE
    assert (replace(one, id=0), replace(two, id=0)) == (OVERRIDE, NOBODY)
    assert replace(offer, id=0) == OFFER
    assert replace(swap, id=0) == SWAP


def test_a_form_that_arrives_twice_is_one_entry(sessions: Sessions) -> None:
    for _ in range(2):
        with sessions.writing() as db:
            rosters.save_absence(db, LEAVE, request_key="view:1", by="U0THIRU")
            rosters.save_swap(db, SWAP, request_key="view:5")
    found = entries(sessions)
    assert (len(found.absences), len(found.swaps)) == (1, 1)


def test_what_is_cancelled_before_it_begins_is_gone(sessions: Sessions) -> None:
    with sessions.writing() as db:
        leave = rosters.save_absence(db, LEAVE, request_key="view:1", by="U0THIRU")
        assert rosters.cancel(db, leave, at=AT)
    assert entries(sessions).absences == ()
    with sessions.writing() as db:
        assert not rosters.cancel(db, leave, at=AT), "twice is once"


def test_what_is_cancelled_half_way_keeps_its_past(sessions: Sessions) -> None:
    with sessions.writing() as db:
        leave = rosters.save_absence(db, LEAVE, request_key="view:1", by="U0THIRU")
    half_way = AT + timedelta(days=9)
    with sessions.writing() as db:
        assert rosters.cancel(db, leave, at=half_way)
    assert entries(sessions).absences == (replace(leave, ends_at=half_way),)
    with sessions.writing() as db:
        assert not rosters.cancel(db, leave, at=AT + timedelta(days=11)), "what is over cannot be taken back"


def test_the_first_who_answers_a_swap_wins(sessions: Sessions) -> None:
    with sessions.writing() as db:
        asked = rosters.save_swap(db, SWAP, request_key="view:5")
    accepted = advance(asked, SwapState.ACCEPTED, at=AT)
    withdrawn = advance(asked, SwapState.WITHDRAWN, at=AT)
    with sessions.writing() as db:
        assert rosters.move_swap(db, asked, accepted)
    with sessions.writing() as db:
        assert not rosters.move_swap(db, asked, withdrawn)
        assert rosters.find_swap(db, asked.id) == accepted
        assert rosters.find_swap(db, 99) is None
    assert entries(sessions).swaps == (accepted,)


@pytest.mark.parametrize("state", [SwapState.DECLINED, SwapState.EXPIRED, SwapState.FALLEN, SwapState.WITHDRAWN])
def test_a_swap_that_came_to_nothing_is_no_part_of_the_roster(sessions: Sessions, state: SwapState) -> None:
    with sessions.writing() as db:
        asked = rosters.save_swap(db, SWAP, request_key="view:5")
        rosters.move_swap(db, asked, advance(asked, state, at=AT))
    assert entries(sessions).swaps == ()


@pytest.mark.parametrize("state", [SwapState.WITHDRAWN, SwapState.FALLEN])
def test_a_swap_that_was_accepted_is_kept_for_the_turns_that_had_begun(sessions: Sessions, state: SwapState) -> None:
    with sessions.writing() as db:
        asked = rosters.save_swap(db, SWAP, request_key="view:5")
        accepted = advance(asked, SwapState.ACCEPTED, at=AT)
        over = advance(accepted, state, at=AT + timedelta(days=40))
        assert rosters.move_swap(db, asked, accepted)
        assert rosters.move_swap(db, accepted, over)
    assert entries(sessions).swaps == (over,)
    assert over.accepted_at == AT


def test_what_is_long_past_has_no_say_in_a_look_at_the_present(sessions: Sessions) -> None:
    old = timedelta(days=500)
    with sessions.writing() as db:
        for number, back in enumerate((timedelta(), old)):
            leave = replace(LEAVE, starts_at=LEAVE.starts_at - back, ends_at=LEAVE.ends_at - back)
            rosters.save_absence(db, leave, request_key=f"leave:{number}", by="U0THIRU")
            swap = replace(SWAP, gives=SWAP.gives - back, takes=SWAP.takes - back)
            rosters.save_swap(db, swap, request_key=f"swap:{number}")
    assert len(entries(sessions).absences) == len(entries(sessions).swaps) == 2
    with sessions.reading() as db:
        recent = rosters.Recent().load(db, HOUSE, at=AT).entries
    assert [one.starts_at for one in recent.absences] == [LEAVE.starts_at]
    assert [one.gives for one in recent.swaps] == [SWAP.gives]


def test_the_roster_of_the_last_look_is_kept_until_something_is_entered_or_edited(sessions: Sessions) -> None:
    recent = rosters.Recent()
    with sessions.writing() as db:
        first = recent.load(db, HOUSE, at=AT)
        assert recent.load(db, HOUSE, at=AT + timedelta(hours=1)) is first
        rosters.save_absence(db, LEAVE, request_key="view:1", by="U0THIRU")
        second = recent.load(db, HOUSE, at=AT)
        assert second is not first
        edited = replace(HOUSE, digest="another", team=replace(HOUSE.team, cover=()))
        assert recent.load(db, edited, at=AT).cover == ()


def test_somebody_who_has_left_the_plan_puts_nobody_at_ease(sessions: Sessions) -> None:
    everybody = (replace(LEAVE, person=one, starts_at=AT, ends_at=AT + timedelta(days=3)) for one in HOUSE.team.people)
    with sessions.writing() as db:
        rosters.save_override(db, replace(NOBODY, person="gone"), request_key="view:1")
        rosters.save_volunteer(db, replace(OFFER, person="gone"), request_key="view:2", by="U0GONE")
        before = rosters.load_roster(db, HOUSE)
        for leave in everybody:
            rosters.save_absence(db, leave, request_key=f"leave:{leave.person}", by="U0IRFAN")
        after = rosters.load_roster(db, HOUSE)
    day = (OVERRIDE.starts_at, OVERRIDE.ends_at)
    assert [shift.person for shift in timeline(before, before.lines[0], *day)] == ["aidil"]
    assert [shift.source for shift in timeline(after, after.lines[0], *day)] == [Source.GAP]


def test_an_occurrence_is_claimed_once_and_not_by_a_transaction_that_failed(sessions: Sessions) -> None:
    with pytest.raises(ZeroDivisionError):
        _claim_and_fail(sessions)
    with sessions.writing() as db:
        assert occurrences.last(db, name="handoff") is None
        assert occurrences.claim(db, name="handoff", due_at=AT, at=AT)
        assert not occurrences.claim(db, name="handoff", due_at=AT, at=AT)
        assert occurrences.claim(db, name="reminder", due_at=AT, at=AT), "another thing at the same instant"
    with sessions.reading() as db:
        assert occurrences.last(db, name="handoff") == AT


def _claim_and_fail(sessions: Sessions) -> None:
    with sessions.writing() as db:
        assert occurrences.claim(db, name="handoff", due_at=AT, at=AT)
        raise ZeroDivisionError


def test_processes_that_claim_at_once_get_one_yes(database_url: str) -> None:
    assert sorted(hands.at_once(hands.claim_occurrence, *[(database_url,)] * 5)) == [False] * 4 + [True]
