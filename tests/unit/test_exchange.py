"""
Which turns can be exchanged, and until when a swap can be answered.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from store.domain.exchange import check_swap, expires_at, is_over, offers
from store.domain.roster import Roster
from store.domain.rotation import Unit
from store.domain.swap import Swap, SwapRefused, SwapState
from store.domain.team import Leave
from tests.factories import make_roster, make_rotation, make_swap, moment

WEEK = timedelta(days=7)
NOTICE = {"leave": Leave(swap_notice=WEEK)}
NOW = moment("2025-01-08 12:00")
ASKED = make_swap("choo", "2025-01-20", "fahmi", "2025-01-27", state=SwapState.ASKED, asked_at=NOW, decided_at=None)


def check(swap: Swap, roster: Roster | None = None, *, at: datetime = NOW, by_lead: bool = False) -> None:
    check_swap(roster or make_roster(**NOTICE), swap, at=at, by_lead=by_lead)


def test_turns_are_offered_whole_soonest_first_and_only_before_they_begin() -> None:
    found = offers(make_roster(), at=NOW, ahead=5 * WEEK)
    assert [(one.person, f"{one.day:%d %b}") for one in found] == [
        ("thiru", "13 Jan"),
        ("choo", "20 Jan"),
        ("fahmi", "27 Jan"),
        ("aidil", "03 Feb"),
        ("thiru", "10 Feb"),
    ]
    assert all(one.ends_at - one.starts_at == WEEK for one in found)


def test_a_turn_that_begins_this_instant_is_too_late() -> None:
    assert offers(make_roster(), at=moment("2025-01-13 10:00"), ahead=2 * WEEK)[0].person == "choo"


def test_only_the_lead_is_offered_turns_that_begin_within_the_notice() -> None:
    roster, in_time = make_roster(**NOTICE), moment("2025-01-13 10:00")
    assert offers(roster, at=in_time, by_lead=False)[0].person == "choo"
    late = in_time + timedelta(minutes=1)
    assert [offers(roster, at=late, by_lead=lead)[0].person for lead in (False, True)] == ["fahmi", "choo"]


def test_swapped_turns_are_not_offered_again() -> None:
    roster = make_roster(swaps=[make_swap("thiru", "2025-01-13", "choo", "2025-01-20")])
    assert [one.person for one in offers(roster, at=NOW, ahead=4 * WEEK)] == ["fahmi", "aidil"]


def test_of_hourly_turns_only_those_are_offered_that_a_day_can_name() -> None:
    hourly = make_rotation(turn=Unit.HOUR, every=8)
    found = offers(make_roster(rotations={"data": hourly}), at=NOW, ahead=timedelta(days=2))
    assert len({(one.rotation, one.day) for one in found}) == len(found)


def test_a_swap_with_notice_and_whole_turns_may_be() -> None:
    check(ASKED)


def test_notice_is_counted_to_the_earlier_of_the_two_turns() -> None:
    in_time, late = moment("2025-01-13 10:00"), moment("2025-01-13 10:01")
    check(ASKED, at=in_time)
    with pytest.raises(SwapRefused, match="7 days ahead"):
        check(ASKED, at=late)
    check(ASKED, at=late, by_lead=True)


@pytest.mark.parametrize(
    ("swap", "at", "why"),
    [
        (replace(ASKED, other="choo", takes=ASKED.gives), NOW, "same person"),
        (replace(ASKED, takes=ASKED.gives), NOW, "same turn twice"),
        (replace(ASKED, rotation="gone"), NOW, "No turn begins"),
        (ASKED, moment("2025-01-20 10:00"), "has begun"),
        (ASKED, moment("2025-01-27 10:00"), "is over"),
        (replace(ASKED, asker="thiru"), NOW, "is not Thiru’s"),
    ],
)
def test_what_cannot_be_is_refused_by_anybodys_word(swap: Swap, at: datetime, why: str) -> None:
    with pytest.raises(SwapRefused, match=why):
        check(swap, at=at, by_lead=True)


def test_a_chain_of_swaps_is_refused_at_its_second_link() -> None:
    roster = make_roster(swaps=[make_swap("thiru", "2025-01-13", "choo", "2025-01-20", id=1)])
    for person in ("choo", "thiru"):
        link = replace(ASKED, asker=person, gives=ASKED.gives, id=2)
        with pytest.raises(SwapRefused):
            check(link, roster, by_lead=True)


def test_a_swap_can_be_answered_until_the_notice_begins() -> None:
    assert expires_at(make_roster(**NOTICE), ASKED) == moment("2025-01-13 10:00")
    assert expires_at(make_roster(), ASKED) == moment("2025-01-20 10:00")


def test_one_that_the_lead_asked_for_late_lives_until_its_first_turn() -> None:
    late = replace(ASKED, asked_at=moment("2025-01-18"))
    assert expires_at(make_roster(**NOTICE), late) == moment("2025-01-20 10:00")


def test_a_swap_of_a_rotation_that_is_gone_has_no_end_but_falls() -> None:
    gone = replace(ASKED, rotation="gone")
    assert expires_at(make_roster(), gone) is None
    assert make_roster(swaps=[gone]).swaps.fallen == (gone,)


def test_a_swap_is_history_once_both_days_are_past() -> None:
    roster = make_roster()
    assert not is_over(roster, ASKED, at=moment("2025-01-27 23:59"))
    assert is_over(roster, ASKED, at=moment("2025-01-28 00:00"))
