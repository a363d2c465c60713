"""
Two people exchange a turn each.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import permutations

import pytest

from store.domain.oncall import timeline
from store.domain.roster import Roster
from store.domain.rotation import Version
from store.domain.swap import Swap, SwapOver, SwapState, advance, answer_until, standing
from store.domain.team import Cover
from tests.factories import ORDER, make_absence, make_roster, make_rotation, make_swap, moment, told

THIRU_CHOO = make_swap("thiru", "2025-01-13", "choo", "2025-01-20")
PLAIN = ["aidil", "thiru", "choo", "fahmi"]


def weeks(roster: Roster, begin: str = "2025-01-06 12:00", end: str = "2025-02-03 10:00") -> list[str | None]:
    return [shift.person for shift in timeline(roster, roster.lines[0], moment(begin), moment(end))]


def test_each_serves_the_others_turn_from_end_to_end() -> None:
    roster = make_roster(swaps=[THIRU_CHOO])
    found = timeline(roster, roster.lines[0], moment("2025-01-06 10:00"), moment("2025-02-03 10:00"))
    assert told(found) == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 choo swap",
        "2025-01-20 10:00 thiru swap",
        "2025-01-27 10:00 fahmi rotation",
    ]
    assert [(shift.instead_of, shift.why) for shift in found[1:3]] == [
        ("thiru", "swapped with Thiru"),
        ("choo", "swapped with Choo"),
    ]


def test_any_instant_of_a_swapped_turn_is_the_new_persons() -> None:
    roster = make_roster(swaps=[THIRU_CHOO])
    at = moment("2025-01-13 10:00")
    while at < moment("2025-01-20 10:00"):
        assert [one.person for one in timeline(roster, roster.lines[0], at, at + timedelta(minutes=1))] == ["choo"]
        at += timedelta(hours=5)


@pytest.mark.parametrize("state", [each for each in SwapState if each is not SwapState.ACCEPTED])
def test_only_an_accepted_swap_changes_anything(state: SwapState) -> None:
    assert weeks(make_roster(swaps=[replace(THIRU_CHOO, state=state)])) == PLAIN


def test_a_chain_is_served_in_the_order_in_which_it_was_agreed() -> None:
    """Thiru and Choo change places; then Choo gives the 13th, which is now Choo's, to Fahmi for the 27th."""
    then = make_swap("choo", "2025-01-13", "fahmi", "2025-01-27", decided_at=moment("2025-01-05"))
    third = make_swap("fahmi", "2025-01-13", "aidil", "2025-01-06", decided_at=moment("2025-01-05 12:00"))
    for order in permutations([THIRU_CHOO, then, third]):
        assert weeks(make_roster(swaps=order)) == ["fahmi", "aidil", "thiru", "choo"]


def test_a_swap_of_a_turn_that_was_given_away_already_does_not_stand() -> None:
    second = make_swap("thiru", "2025-01-13", "fahmi", "2025-01-27", decided_at=moment("2025-01-05"), id=2)
    roster = make_roster(swaps=[second, THIRU_CHOO])
    assert weeks(roster) == ["aidil", "choo", "thiru", "fahmi"]
    assert roster.swaps.fallen == (second,)


def test_swapping_back_leaves_the_rotation_as_it_was() -> None:
    back = make_swap("choo", "2025-01-13", "thiru", "2025-01-20", decided_at=moment("2025-01-05"))
    roster = make_roster(swaps=[THIRU_CHOO, back])
    span = (roster.lines[0], moment("2025-01-06"), moment("2025-02-03"))
    assert timeline(roster, *span) == timeline(make_roster(), *span)


def test_nobody_swaps_with_themselves_nor_within_one_turn() -> None:
    own = make_swap("thiru", "2025-01-13", "thiru", "2025-02-10")
    roster = make_roster(swaps=[own])
    assert weeks(roster, end="2025-02-17 10:00") == [*PLAIN, "aidil", "thiru"]
    assert roster.swaps.fallen == (own,)
    paired = make_swap("aidil", "2025-01-06", "thiru", "2025-01-06")
    pair = make_roster(order=("one", "choo"), groups={"one": ("aidil", "thiru")}, swaps=[paired])
    assert pair.swaps.fallen == (paired,)


def test_a_swap_that_covers_no_turn_of_theirs_does_not_stand() -> None:
    for swap in (
        make_swap("thiru", "2025-01-20", "choo", "2025-01-13"),
        make_swap("mei", "2025-01-13", "choo", "2025-01-20"),
        make_swap("thiru", "2024-01-15", "choo", "2025-01-20"),
        make_swap("thiru", "2025-01-13", "choo", "2025-01-20", rotation="gone"),
    ):
        for state in (SwapState.ASKED, SwapState.ACCEPTED):
            roster = make_roster(swaps=[replace(swap, state=state)])
            assert weeks(roster) == PLAIN
            assert len(roster.swaps.fallen) == 1


def test_one_of_a_group_swaps_alone() -> None:
    groups = {"one": ("aidil", "thiru"), "two": ("choo", "fahmi")}
    swap = make_swap("thiru", "2025-01-06", "choo", "2025-01-13")
    roster = make_roster(order=("one", "two"), groups=groups, swaps=[swap])
    assert weeks(roster, end="2025-01-20 10:00") == ["aidil", "choo", "thiru", "fahmi"]


# what comes after


def test_whoever_took_a_turn_and_is_away_is_covered_like_anybody() -> None:
    roster = make_roster(
        swaps=[THIRU_CHOO],
        absences=[make_absence("choo", "2025-01-14", "2025-01-15"), make_absence("thiru", "2025-01-16", "2025-01-17")],
        cover=(Cover.PREVIOUS, Cover.NEXT),
    )
    assert told(timeline(roster, roster.lines[0], moment("2025-01-13 10:00"), moment("2025-01-20 10:00"))) == [
        "2025-01-13 10:00 choo swap",
        "2025-01-14 00:00 aidil cover",
        "2025-01-15 00:00 choo swap",
    ]


def accepted(at: str) -> Swap:
    asked = replace(THIRU_CHOO, state=SwapState.ASKED, decided_at=None)
    return advance(asked, SwapState.ACCEPTED, at=moment(at))


def test_withdrawn_in_time_both_have_their_own_turns_again() -> None:
    withdrawn = advance(accepted("2025-01-07"), SwapState.WITHDRAWN, at=moment("2025-01-10"))
    assert weeks(make_roster(swaps=[withdrawn])) == PLAIN


@pytest.mark.parametrize("state", [SwapState.WITHDRAWN, SwapState.FALLEN])
def test_a_turn_that_had_begun_stays_as_it_was_served(state: SwapState) -> None:
    """It ends on Thursday the 16th: Choo is in the middle of Thiru's week, and keeps the week of the 20th."""
    over = advance(accepted("2025-01-07"), state, at=moment("2025-01-16"))
    assert weeks(make_roster(swaps=[over])) == ["aidil", "choo", "choo", "fahmi"]


def test_an_edit_under_a_swap_fells_it_and_both_get_their_turns_by_the_new_order() -> None:
    versions = (
        Version(starts_on=date(2025, 1, 6), order=ORDER),
        Version(starts_on=date(2025, 1, 13), order=ORDER[::-1]),
    )
    roster = make_roster(versions=versions, swaps=[THIRU_CHOO])
    assert weeks(roster) == ["aidil", "fahmi", "choo", "thiru"]
    assert roster.swaps.fallen == (THIRU_CHOO,)


def test_an_edit_that_leaves_both_turns_alone_leaves_the_swap_alone() -> None:
    versions = (Version(starts_on=date(2025, 1, 6), order=ORDER), Version(starts_on=date(2025, 1, 27), order=("mei",)))
    roster = make_roster(versions=versions, swaps=[THIRU_CHOO])
    assert weeks(roster) == ["aidil", "choo", "thiru", "mei"]
    assert roster.swaps.fallen == ()


@pytest.mark.parametrize(
    "changes",
    [{"handoff_at": time(16)}, {"handoff_at": time(0)}, {"handoff_on": "tuesday"}, {"handoff_on": "wednesday"}],
)
def test_a_swap_follows_its_weeks_when_the_handoff_moves(changes: dict[str, object]) -> None:
    roster = make_roster(swaps=[THIRU_CHOO], **changes)
    assert weeks(roster, "2025-01-08 17:00", "2025-02-03") == ["aidil", "choo", "thiru", "fahmi"]
    assert roster.swaps.fallen == ()


def test_whoever_serves_for_somebody_who_leaves_goes_on_to_the_end_of_the_week() -> None:
    """Choo is serving Thiru's week when Thiru leaves on the 15th, which fells the swap and moves nothing."""
    versions = (
        Version(starts_on=date(2025, 1, 6), order=ORDER),
        Version(starts_on=date(2025, 1, 15), order=("fahmi", "aidil", "choo")),
    )
    over = advance(accepted("2025-01-07"), SwapState.FALLEN, at=moment("2025-01-15"))
    roster = make_roster(versions=versions, swaps=[over])
    assert told(timeline(roster, roster.lines[0], moment("2025-01-13 10:00"), moment("2025-02-03"))) == [
        "2025-01-13 10:00 choo swap",
        "2025-01-20 10:00 fahmi rotation",
        "2025-01-27 10:00 aidil rotation",
    ]


def test_the_rest_of_a_week_that_was_taken_over_can_be_swapped() -> None:
    versions = (
        Version(starts_on=date(2025, 1, 6), order=ORDER),
        Version(starts_on=date(2025, 1, 15), order=("fahmi", "aidil", "choo")),
    )
    swap = make_swap("choo", "2025-01-13", "aidil", "2025-01-27")
    roster = make_roster(versions=versions, swaps=[swap])
    assert weeks(roster, "2025-01-13 10:00", "2025-02-03") == ["thiru", "aidil", "fahmi", "choo"]


# its life


def test_a_swap_moves_along_its_lines_once() -> None:
    asked = replace(THIRU_CHOO, state=SwapState.ASKED, decided_at=None)
    yes = advance(asked, SwapState.ACCEPTED, at=moment("2025-01-07"))
    assert (yes.state, yes.accepted_at, yes.decided_at) == (
        SwapState.ACCEPTED,
        moment("2025-01-07"),
        moment("2025-01-07"),
    )
    for again in (SwapState.ACCEPTED, SwapState.DECLINED, SwapState.EXPIRED, SwapState.ASKED):
        with pytest.raises(SwapOver, match="accepted already"):
            advance(yes, again, at=moment("2025-01-08"))
    no = advance(asked, SwapState.DECLINED, at=moment("2025-01-07"))
    for later in SwapState:
        with pytest.raises(SwapOver, match="declined already"):
            advance(no, later, at=moment("2025-01-08"))


def test_what_never_was_accepted_leaves_no_trace_when_it_ends() -> None:
    asked = replace(THIRU_CHOO, state=SwapState.ASKED, decided_at=None)
    for state in (SwapState.WITHDRAWN, SwapState.FALLEN, SwapState.EXPIRED):
        over = advance(asked, state, at=moment("2025-03-01"))
        assert weeks(make_roster(swaps=[over])) == PLAIN


def test_an_unanswered_swap_expires_when_the_notice_begins() -> None:
    assert answer_until(timedelta(days=7), moment("2025-01-13 10:00")) == moment("2025-01-06 10:00")


def test_swaps_without_a_time_of_decision_are_taken_by_the_time_they_were_asked() -> None:
    first = replace(THIRU_CHOO, decided_at=None)
    second = make_swap("choo", "2025-01-13", "fahmi", "2025-01-27", asked_at=moment("2025-01-05"), decided_at=None)
    found = standing([second, first], {"data": make_rotation()})
    assert found.fallen == ()
    assert weeks(make_roster(swaps=[second, first])) == ["aidil", "fahmi", "thiru", "choo"]
