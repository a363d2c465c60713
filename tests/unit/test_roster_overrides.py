"""
People put on call by hand.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from datetime import timedelta
from typing import Any

import pytest

from store.domain.oncall import timeline
from store.domain.override import BadOverride, check_override
from store.domain.roster import Line, Roster
from store.domain.rotation import Duty
from store.domain.shift import Shift
from store.domain.team import Cover
from tests.factories import (
    make_absence,
    make_override,
    make_roster,
    make_rotation,
    make_swap,
    moment,
    told,
)

EARLY, LATE = moment("2025-01-02"), moment("2025-01-03")
WEEK = ("2025-01-13 10:00", "2025-01-20 10:00")
"""Thiru's."""


def found(roster: Roster, begin: str = WEEK[0], end: str = WEEK[1]) -> tuple[Shift, ...]:
    return timeline(roster, roster.lines[0], moment(begin), moment(end))


def shifts(roster: Roster, begin: str = WEEK[0], end: str = WEEK[1]) -> list[str]:
    return told(found(roster, begin, end))


# cover whoever is on call


def test_an_override_acts_on_its_own_time_and_not_an_instant_outside() -> None:
    roster = make_roster(overrides=[make_override("mei", "2025-01-14 12:34", "2025-01-15 07:08")])
    assert shifts(roster) == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 12:34 mei override",
        "2025-01-15 07:08 thiru rotation",
    ]
    plain = make_roster()
    for begin, end in (("2025-01-01", "2025-01-14 12:34"), ("2025-01-15 07:08", "2025-03-01")):
        assert found(roster, begin, end) == found(plain, begin, end)


def test_one_who_covers_several_shifts_says_each_time_whom() -> None:
    roster = make_roster(overrides=[make_override("mei", "2025-01-19", "2025-01-28")])
    taken = found(roster, "2025-01-19", "2025-01-28")
    assert [(f"{shift.starts_at:%d %H}", shift.person, shift.instead_of) for shift in taken] == [
        ("19 00", "mei", "thiru"),
        ("20 10", "mei", "choo"),
        ("27 10", "mei", "fahmi"),
    ]
    assert taken[0].why == "put on call by hand, in place of Thiru"


def test_whoever_is_on_call_anyway_stays_by_their_turn() -> None:
    roster = make_roster(overrides=[make_override("thiru", "2025-01-19", "2025-01-21")])
    assert shifts(roster, "2025-01-19", "2025-01-22") == [
        "2025-01-19 00:00 thiru rotation",
        "2025-01-20 10:00 thiru override",
        "2025-01-21 00:00 choo rotation",
    ]


def test_an_override_fills_a_gap_and_says_what_the_gap_was() -> None:
    roster = make_roster(
        absences=[make_absence("thiru", "2025-01-14", "2025-01-16")],
        overrides=[make_override("mei", "2025-01-15", "2025-01-17")],
    )
    assert shifts(roster) == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 00:00 nobody gap",
        "2025-01-15 00:00 mei override",
        "2025-01-16 00:00 mei override",
        "2025-01-17 00:00 thiru rotation",
    ]
    assert found(roster)[2].why == "put on call by hand; else Thiru is away (leave)"


def test_nobody_may_be_put_on_call_on_purpose() -> None:
    roster = make_roster(overrides=[make_override(None, "2025-01-14", "2025-01-15")])
    assert shifts(roster)[1] == "2025-01-14 00:00 nobody none"
    assert found(roster)[1].why == "nobody, set by hand"


def test_by_hand_even_somebody_who_is_away() -> None:
    roster = make_roster(
        absences=[make_absence("mei", "2025-01-14", "2025-01-15")],
        overrides=[make_override("mei", "2025-01-14", "2025-01-15")],
    )
    assert shifts(roster)[1] == "2025-01-14 00:00 mei override"


# nobody on purpose


@pytest.mark.parametrize(("pipelines", "by_night"), [((), "nobody none"), (("profit",), "mei override")])
def test_outside_the_hours_of_duty_only_an_override_for_the_pipeline_acts(
    pipelines: tuple[str, ...], by_night: str
) -> None:
    roster = make_roster(
        line_duty=Duty(), overrides=[make_override("mei", "2025-01-14", "2025-01-15", pipelines=pipelines)]
    )
    assert shifts(roster, "2025-01-14", "2025-01-15") == [
        f"2025-01-14 00:00 {by_night}",
        "2025-01-14 09:00 mei override",
        f"2025-01-14 18:00 {by_night}",
    ]


def test_before_the_anchor_there_is_nobody_to_cover() -> None:
    roster = make_roster(overrides=[make_override("mei", "2025-01-05", "2025-01-07")])
    assert shifts(roster, "2025-01-04", "2025-01-07") == [
        "2025-01-04 00:00 nobody none",
        "2025-01-06 10:00 mei override",
    ]


# replace somebody


def replacing(whom: str, by: str, begin: str, end: str, **changes: Any) -> Any:
    return make_override(by, begin, end, replaces=whom, **changes)


def test_replacing_somebody_acts_only_in_their_own_time() -> None:
    roster = make_roster(overrides=[replacing("choo", "mei", "2025-01-15", "2025-01-30")])
    assert shifts(roster, "2025-01-13 10:00", "2025-02-03 10:00") == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-20 10:00 mei override",
        "2025-01-27 10:00 fahmi rotation",
    ]


@pytest.mark.parametrize("reverse", [False, True])
def test_replacements_never_chain(reverse: bool) -> None:
    """Mei for Thiru, and Nia for Mei: Mei has no time of her own."""
    first, second = (EARLY, LATE) if reverse else (LATE, EARLY)
    overrides = [
        replacing("thiru", "mei", "2025-01-14", "2025-01-15", entered_at=first),
        replacing("mei", "nia", "2025-01-14", "2025-01-15", entered_at=second),
    ]
    assert shifts(make_roster(overrides=overrides))[1] == "2025-01-14 00:00 mei override"


def test_two_may_replace_each_other() -> None:
    overrides = [
        replacing("thiru", "choo", "2025-01-14", "2025-01-30"),
        replacing("choo", "thiru", "2025-01-14", "2025-01-30"),
    ]
    assert shifts(make_roster(overrides=overrides), "2025-01-14", "2025-01-27 10:00") == [
        "2025-01-14 00:00 choo override",
        "2025-01-20 10:00 thiru override",
    ]


@pytest.mark.parametrize("cover", [(), (Cover.PREVIOUS,)])
def test_the_time_that_somebody_should_serve_but_is_away_is_theirs(cover: tuple[Cover, ...]) -> None:
    """Whoever stands in for Thiru by hand takes the leave too, gap or covered."""
    roster = make_roster(
        absences=[make_absence("thiru", "2025-01-14", "2025-01-16")],
        overrides=[replacing("thiru", "mei", "2025-01-14", "2025-01-15")],
        cover=cover,
    )
    assert shifts(roster)[1] == "2025-01-14 00:00 mei override"
    assert shifts(roster)[2] == f"2025-01-15 00:00 {'aidil cover' if cover else 'nobody gap'}"


def test_the_time_that_somebody_covers_is_theirs_too() -> None:
    roster = make_roster(
        absences=[make_absence("thiru", "2025-01-14", "2025-01-15")],
        overrides=[replacing("aidil", "mei", "2025-01-13", "2025-01-20")],
        cover=(Cover.PREVIOUS,),
    )
    assert shifts(roster, "2025-01-13", "2025-01-15 12:00") == [
        "2025-01-13 00:00 mei override",
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 00:00 mei override",
        "2025-01-15 00:00 thiru rotation",
    ]


def test_a_turn_that_was_swapped_away_is_no_longer_ones_own() -> None:
    roster = make_roster(
        swaps=[make_swap("thiru", "2025-01-13", "choo", "2025-01-20")],
        overrides=[replacing("thiru", "mei", "2025-01-13", "2025-01-27 10:00")],
    )
    assert shifts(roster, "2025-01-13 10:00", "2025-01-27 10:00") == [
        "2025-01-13 10:00 choo swap",
        "2025-01-20 10:00 mei override",
    ]


# several at once


def test_the_later_entry_beats_the_earlier_wherever_both_act() -> None:
    overrides = [
        make_override("mei", "2025-01-14", "2025-01-16", entered_at=LATE),
        make_override("nia", "2025-01-15", "2025-01-18", entered_at=EARLY),
    ]
    for order in (overrides, overrides[::-1]):
        assert shifts(make_roster(overrides=order)) == [
            "2025-01-13 10:00 thiru rotation",
            "2025-01-14 00:00 mei override",
            "2025-01-16 00:00 nia override",
            "2025-01-18 00:00 thiru rotation",
        ]


def test_of_two_entered_at_once_the_second_row_wins() -> None:
    overrides = [make_override(who, "2025-01-14", "2025-01-15", id=row) for who, row in (("nia", 2), ("mei", 1))]
    assert shifts(make_roster(overrides=overrides))[1] == "2025-01-14 00:00 nia override"


def test_a_named_pipeline_beats_all_of_them_even_if_entered_before() -> None:
    overrides = [
        make_override("mei", "2025-01-14", "2025-01-15", pipelines=("profit",), entered_at=EARLY),
        make_override("nia", "2025-01-14", "2025-01-16", entered_at=LATE),
    ]
    lines = tuple(Line(pipelines=(key,), key=key, rotation="data") for key in ("profit", "growth"))
    roster = make_roster(overrides=overrides, lines=lines)
    by_line = [[shift.person for shift in timeline(roster, line, *map(moment, WEEK))] for line in lines]
    assert by_line == [["thiru", "mei", "nia", "thiru"], ["thiru", "nia", "thiru"]]


def test_one_that_does_not_act_hides_none_that_does() -> None:
    """The later one replaces Choo, whose week it is not."""
    overrides = [
        make_override("mei", "2025-01-14", "2025-01-15", entered_at=EARLY),
        replacing("choo", "nia", "2025-01-14", "2025-01-15", entered_at=LATE),
    ]
    assert shifts(make_roster(overrides=overrides))[1] == "2025-01-14 00:00 mei override"


def test_one_who_is_on_call_anyway_may_take_a_time_back() -> None:
    """First Mei for the whole day, then Thiru himself for the afternoon."""
    overrides = [
        make_override("mei", "2025-01-14", "2025-01-15", entered_at=EARLY),
        make_override("thiru", "2025-01-14 12:00", "2025-01-15", entered_at=LATE),
    ]
    assert shifts(make_roster(overrides=overrides)) == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 00:00 mei override",
        "2025-01-14 12:00 thiru rotation",
    ]


# those who serve together

PAIRS = {"one": ("aidil", "thiru"), "two": ("choo", "fahmi")}


@pytest.mark.parametrize("person", ["mei", "aidil", "thiru"])
def test_one_who_covers_for_a_group_covers_for_it_whole(person: str) -> None:
    roster = make_roster(
        order=("one", "two"), groups=PAIRS, overrides=[make_override(person, "2025-01-07", "2025-01-08")]
    )
    assert [shift.person for shift in found(roster, "2025-01-07", "2025-01-08")] == [person]


def test_one_of_a_group_may_be_replaced_alone() -> None:
    overrides = [replacing("thiru", "mei", "2025-01-07", "2025-01-08")]
    roster = make_roster(order=("one", "two"), groups=PAIRS, overrides=overrides)
    assert [shift.person for shift in found(roster, "2025-01-07", "2025-01-08")] == ["aidil", "mei"]


def test_a_layer_is_overridden_like_any_turn() -> None:
    rotations = {
        "stack": make_rotation(layers=("office", "always")),
        "office": make_rotation(order=("choo",), duty=Duty()),
        "always": make_rotation(order=("aidil",)),
    }
    roster = make_roster(rotations=rotations, overrides=[replacing("choo", "mei", "2025-01-14", "2025-01-15")])
    assert shifts(roster, "2025-01-14", "2025-01-15") == [
        "2025-01-14 00:00 aidil rotation",
        "2025-01-14 09:00 mei override",
        "2025-01-14 18:00 aidil rotation",
    ]


# what is refused


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (make_override("mei", "2025-01-15", "2025-01-15"), "ends before it begins"),
        (make_override("mei", "2025-01-15", "2025-01-14"), "ends before it begins"),
        (make_override("mei", "2025-01-01", "2025-01-10"), "over already"),
        (make_override("mei", "2025-01-15", "2025-06-01"), "more than 92 days"),
        (replacing("mei", "mei", "2025-01-15", "2025-01-16"), "replace themselves"),
    ],
)
def test_what_could_mean_nothing_is_refused(override: Any, words: str) -> None:
    with pytest.raises(BadOverride, match=words):
        check_override(override, at=moment("2025-01-10"))


def test_a_running_shift_may_be_overridden() -> None:
    check_override(make_override("mei", "2025-01-09", "2025-01-11"), at=moment("2025-01-10"))
    check_override(
        make_override("mei", "2025-01-10", "2025-01-20"), at=moment("2025-01-10"), longest=timedelta(days=10)
    )
