"""
What is earned on public holidays.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from datetime import date
from itertools import pairwise

import pytest

from store.domain.absence import Kind
from store.domain.comp import Earned, earned, suggested_day_off
from store.domain.roster import Line, Roster
from store.domain.rotation import Duty
from store.domain.team import Cover, Leave, Person
from tests.factories import (
    make_absence,
    make_override,
    make_roster,
    make_rotation,
    make_swap,
    moment,
)

ALL_XX = dict.fromkeys(("aidil", "thiru", "choo", "fahmi", "mei"), "XX")
STAYS = Leave(holiday_is_away=False)


def roster(*days: tuple[str, str], **changes: object) -> Roster:
    return make_roster(**{"countries": ALL_XX, "calendar": {"XX": days}, "leave": STAYS, **changes})


def of(earnings: tuple[Earned, ...]) -> list[tuple[str, str, str]]:
    return [(one.person, one.feast, f"{one.day}") for one in earnings]


YEAR = (moment("2025-01-01"), moment("2026-01-01"))


def test_whoever_was_on_call_on_the_holiday_earns_it() -> None:
    assert earned(roster(("2025-01-15", "Founders Day")), *YEAR) == (
        Earned(date(2025, 1, 15), "thiru", "Founders Day", 2025, None),
    )


def test_on_the_day_of_the_handoff_the_longer_part_earns() -> None:
    """Until 10:00 it is Aidil's, 14 hours are Thiru's."""
    assert of(earned(roster(("2025-01-13", "Founders Day")), *YEAR)) == [("thiru", "Founders Day", "2025-01-13")]


def test_those_without_the_holiday_do_not_take_it_from_whoever_has_it() -> None:
    thiru_elsewhere = {**ALL_XX, "thiru": "YY"}
    found = earned(roster(("2025-01-13", "Founders Day"), countries=thiru_elsewhere), *YEAR)
    assert of(found) == [("aidil", "Founders Day", "2025-01-13")]


def test_after_a_swap_whoever_really_served_earns() -> None:
    swapped = roster(("2025-01-15", "Founders Day"), swaps=[make_swap("thiru", "2025-01-13", "choo", "2025-01-20")])
    assert of(earned(swapped, *YEAR)) == [("choo", "Founders Day", "2025-01-15")]


def test_cover_and_overrides_earn_by_the_hours_they_took() -> None:
    by_hand = make_override("mei", "2025-01-15 00:00", "2025-01-15 13:00")
    assert of(earned(roster(("2025-01-15", "Founders Day"), overrides=[by_hand]), *YEAR)) == [
        ("mei", "Founders Day", "2025-01-15")
    ]
    away = make_absence("thiru", "2025-01-15", "2025-01-16")
    covered = roster(("2025-01-15", "Founders Day"), absences=[away], cover=(Cover.PREVIOUS,))
    assert of(earned(covered, *YEAR)) == [("aidil", "Founders Day", "2025-01-15")]


def test_nobody_earns_for_a_gap_nor_for_a_time_away() -> None:
    away = make_absence("thiru", "2025-01-15", "2025-01-16")
    assert earned(roster(("2025-01-15", "Founders Day"), absences=[away]), *YEAR) == ()
    by_hand = make_override("aidil", "2025-01-15", "2025-01-16")
    aidil_away = make_absence("aidil", "2025-01-14", "2025-01-17", kind=Kind.EMERGENCY)
    assert earned(roster(("2025-01-15", "Founders Day"), overrides=[by_hand], absences=[aidil_away]), *YEAR) == ()


def test_a_holiday_that_counts_as_away_is_earned_by_the_one_who_covers_on_it() -> None:
    """Thiru is off, and so is Aidil, who would cover first; Choo covers, but has no holiday there."""
    away = roster(
        ("2025-01-15", "Founders Day"),
        leave=Leave(),
        cover=(Cover.PREVIOUS, Cover.NEXT),
        countries={**ALL_XX, "choo": "YY"},
    )
    assert earned(away, *YEAR) == ()
    by_hand = make_override("thiru", "2025-01-15", "2025-01-16")
    worked = roster(("2025-01-15", "Founders Day"), leave=Leave(), overrides=[by_hand])
    assert of(earned(worked, *YEAR)) == [("thiru", "Founders Day", "2025-01-15")]


def test_the_actual_and_the_observed_day_count_once() -> None:
    """Sunday 19 January and Monday 20: Thiru holds the Sunday, and the Monday until 10:00; Choo the rest of it."""
    days = (("2025-01-19", "Founders Day"), ("2025-01-20", "Founders Day (observed)"))
    assert of(earned(roster(*days), *YEAR)) == [
        ("thiru", "Founders Day", "2025-01-19"),
        ("choo", "Founders Day", "2025-01-20"),
    ]
    both_thiru = (("2025-01-18", "Founders Day"), ("2025-01-19", "Founders Day (observed)"))
    assert of(earned(roster(*both_thiru), *YEAR)) == [("thiru", "Founders Day", "2025-01-18")]


def test_the_second_year_of_a_feast_is_earned_anew() -> None:
    alone = roster(("2025-01-15", "Founders Day"), ("2026-01-15", "Founders Day"), order=("thiru",))
    assert [one.year for one in earned(alone, moment("2025-01-01"), moment("2027-01-01"))] == [2025, 2026]


def test_new_years_day_observed_in_december_belongs_to_the_year_it_opens() -> None:
    days = (("2025-12-31", "New Year's Day (observed)"), ("2026-01-01", "New Year's Day"))
    found = earned(roster(*days, order=("thiru",)), moment("2025-12-01"), moment("2026-02-01"))
    assert [(one.day, one.year) for one in found] == [(date(2025, 12, 31), 2026)]


def test_only_major_holidays_count_where_the_plan_names_them() -> None:
    major = Leave(holiday_is_away=False, major_holidays=("founders day",))
    days = (("2025-01-15", "Founders Day"), ("2025-01-16", "Lesser Day"))
    assert of(earned(roster(*days, leave=major), *YEAR)) == [("thiru", "Founders Day", "2025-01-15")]


def test_windows_that_touch_give_together_what_the_whole_gives() -> None:
    days = (("2025-01-18", "Founders Day"), ("2025-01-19", "Founders Day (observed)"), ("2025-01-21", "Other Day"))
    made = roster(*days)
    edges = [moment(f"2025-01-{day:02}") for day in range(14, 28)]
    parts = [one for begin, end in pairwise(edges) for one in earned(made, begin, end)]
    assert tuple(parts) == earned(made, edges[0], edges[-1])
    assert len(parts) == 2


def test_a_holiday_is_earned_once_it_is_over() -> None:
    made = roster(("2025-01-15", "Founders Day"))
    assert earned(made, moment("2025-01-15"), moment("2025-01-15 23:59")) == ()
    assert len(earned(made, moment("2025-01-15"), moment("2025-01-16"))) == 1


def test_a_holiday_is_as_long_as_the_persons_own_day() -> None:
    """In Auckland the 20th begins at 11:00 UTC on the 19th: 23 of its hours are Thiru's, until Monday 10:00 UTC."""
    people = {
        **make_roster().people,
        "thiru": Person(name="Thiru", country="XX", zone="Pacific/Auckland"),
    }
    moved = make_roster(countries=ALL_XX, calendar={"XX": [("2025-01-20", "Founders Day")]}, leave=STAYS, people=people)
    assert of(earned(moved, *YEAR)) == [("thiru", "Founders Day", "2025-01-20")]


def test_two_lines_on_one_holiday_are_earned_once_by_one_person() -> None:
    lines = (
        Line(pipelines=("profit",), key="profit", rotation="data"),
        Line(pipelines=("growth",), key="growth", rotation="more"),
    )
    rotations = {"data": make_rotation(order=("thiru",)), "more": make_rotation(order=("thiru",))}
    made = roster(("2025-01-15", "Founders Day"), rotations=rotations, lines=lines)
    assert of(earned(made, *YEAR)) == [("thiru", "Founders Day", "2025-01-15")]


def test_who_serves_together_earns_together() -> None:
    made = roster(("2025-01-15", "Founders Day"), order=("pair",), groups={"pair": ("aidil", "thiru")})
    assert {one.person for one in earned(made, *YEAR)} == {"aidil", "thiru"}


# a day off in the next rotation


def test_the_day_off_is_the_first_working_day_of_the_next_turn() -> None:
    """Thiru's turn after that of 13 January begins on Monday 10 February."""
    assert suggested_day_off(roster(), "thiru", moment("2025-01-15")) == date(2025, 2, 10)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([("2025-02-10", "A")], date(2025, 2, 11)),
        ([("2025-02-10", "A"), ("2025-02-11", "B"), ("2025-02-12", "C")], date(2025, 2, 13)),
    ],
)
def test_the_day_off_is_no_holiday(days: list[tuple[str, str]], expected: date) -> None:
    assert suggested_day_off(roster(*days), "thiru", moment("2025-01-15")) == expected


def test_the_day_off_is_no_weekend_and_no_leave() -> None:
    sunday = roster(handoff_on="saturday", absences=[make_absence("thiru", "2025-02-17", "2025-02-18")])
    # turns begin on Saturdays: aidil 11 January, thiru 18; then thiru 15 February, whose Monday is leave
    assert suggested_day_off(sunday, "thiru", moment("2025-01-20")) == date(2025, 2, 18)


def test_the_day_off_follows_a_swap() -> None:
    swapped = roster(swaps=[make_swap("thiru", "2025-02-10", "choo", "2025-02-17")])
    assert suggested_day_off(swapped, "thiru", moment("2025-01-15")) == date(2025, 2, 17)


def test_no_day_off_is_suggested_to_somebody_without_a_next_turn() -> None:
    assert suggested_day_off(roster(), "mei", moment("2025-01-15")) is None
    whole = [(f"2025-02-{day:02}", "Long Feast") for day in range(10, 18)]
    assert suggested_day_off(roster(*whole), "thiru", moment("2025-01-15")) is None


def test_nobody_earns_outside_the_hours_of_duty() -> None:
    office = Duty(days=("monday",))
    assert earned(roster(("2025-01-15", "Founders Day"), line_duty=office), *YEAR) == ()
