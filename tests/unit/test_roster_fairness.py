"""
Loads, and the roster months ahead.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from datetime import date, datetime

import pytest

from store.domain.fairness import Load, fairness
from store.domain.roster import Line
from store.domain.rotation import Version
from store.domain.simulate import BadMonths, simulate
from store.domain.swap import SwapState
from store.domain.team import Cover, Leave
from tests.factories import (
    ORDER,
    make_absence,
    make_override,
    make_roster,
    make_rotation,
    make_swap,
    moment,
    told,
)

MONTH = (moment("2025-01-06 10:00"), moment("2025-02-03 10:00"))
ALL_XX = dict.fromkeys(ORDER, "XX")
STAYS = Leave(holiday_is_away=False)


def load(loads: tuple[Load, ...], person: str) -> Load:
    return next(one for one in loads if one.person == person)


def test_a_whole_round_is_a_week_each_with_its_weekend() -> None:
    assert fairness(make_roster(), *MONTH) == tuple(Load(who, 7.0, 2.0, 0, 0, 0) for who in sorted(ORDER))


def test_cover_and_overrides_move_the_load_and_are_counted_as_times() -> None:
    """Thiru is away Tuesday and Friday: Aidil covers twice. Choo is replaced over a weekend by Mei."""
    away = [make_absence("thiru", f"2025-01-{day}", f"2025-01-{day + 1}") for day in (14, 17)]
    weekend = make_override("mei", "2025-01-25", "2025-01-27", replaces="choo")
    loads = fairness(make_roster(absences=away, overrides=[weekend], cover=(Cover.PREVIOUS,)), *MONTH)
    assert load(loads, "aidil") == Load("aidil", 9.0, 2.0, 0, took_over=2, were_covered=0)
    assert load(loads, "thiru") == Load("thiru", 5.0, 2.0, 0, took_over=0, were_covered=2)
    assert load(loads, "mei") == Load("mei", 2.0, 2.0, 0, took_over=1, were_covered=0)
    assert load(loads, "choo") == Load("choo", 5.0, 0.0, 0, took_over=0, were_covered=1)


def test_a_swap_moves_days_and_is_nobodys_favour() -> None:
    loads = fairness(make_roster(swaps=[make_swap("thiru", "2025-01-13", "choo", "2025-01-20")]), *MONTH)
    assert load(loads, "thiru") == Load("thiru", 7.0, 2.0, 0, 0, 0)


def test_whoever_holds_three_lines_at_once_is_on_call_once() -> None:
    rotations = {name: make_rotation() for name in ("data", "more", "third")}
    lines = tuple(Line(pipelines=(name,), key=name, rotation=name) for name in rotations)
    away = [make_absence("thiru", "2025-01-14", "2025-01-15")]
    loads = fairness(make_roster(rotations=rotations, lines=lines, absences=away, cover=(Cover.PREVIOUS,)), *MONTH)
    assert load(loads, "aidil") == Load("aidil", 8.0, 2.0, 0, took_over=1, were_covered=0)
    assert load(loads, "thiru").were_covered == 1


def test_gaps_are_nobodys_load_and_everybody_in_the_order_is_listed() -> None:
    loads = fairness(make_roster(absences=[make_absence("thiru", "2025-01-01", "2025-03-01")]), *MONTH)
    assert load(loads, "thiru") == Load("thiru", 0.0, 0.0, 0, 0, 0)
    assert len(loads) == 4


def test_an_hour_gained_in_autumn_is_an_hour_on_call() -> None:
    """The week of 26 October 2025 in London has 169 hours."""
    made = make_roster(zone="Europe/London", order=("aidil",))
    loads = fairness(made, moment("2025-10-20 09:00"), moment("2025-10-27 10:00"))
    assert load(loads, "aidil").days == pytest.approx(169 / 24)
    assert load(loads, "aidil").weekend_days == pytest.approx(49 / 24)


def test_holidays_served_are_those_of_ones_own_place() -> None:
    calendar = {"XX": [("2025-01-15", "Founders Day"), ("2025-01-22", "River Day")]}
    made = make_roster(countries={"thiru": "XX", "choo": "YY"}, calendar=calendar, leave=STAYS)
    assert {one.person: one.holidays for one in fairness(made, *MONTH)} == {
        "aidil": 0,
        "thiru": 1,
        "choo": 0,
        "fahmi": 0,
    }


# months ahead


def test_a_simulation_shows_loads_gaps_and_holidays() -> None:
    calendar = {"XX": [("2025-01-15", "Founders Day")]}
    away = [make_absence("choo", "2025-01-21", "2025-01-22")]
    found = simulate(make_roster(countries=ALL_XX, calendar=calendar, leave=STAYS, absences=away), *_from_anchor())
    assert found.ends_at == moment("2025-03-06 10:00")
    assert told(found.gaps) == ["2025-01-21 00:00 nobody gap"]
    assert {who: len(each) for who, each in found.holidays.items()} == {"aidil": 0, "thiru": 1, "choo": 0, "fahmi": 0}
    assert found.loads == fairness(
        make_roster(countries=ALL_XX, calendar=calendar, leave=STAYS, absences=away),
        moment("2025-01-06 10:00"),
        found.ends_at,
    )
    assert found.evening is None, "this plan does not spread holidays"


def _from_anchor() -> tuple[datetime, int]:
    return (moment("2025-01-06 10:00"), 2)


@pytest.mark.parametrize("months", [0, -1, 37, 10**9])
def test_a_simulation_is_of_one_to_36_months(months: int) -> None:
    with pytest.raises(BadMonths, match="36 months"):
        simulate(make_roster(), moment("2025-01-06 10:00"), months)


def test_the_swap_that_evens_out_the_holidays_most_is_offered() -> None:
    """Thiru has both holidays of his round, Choo none: one of Thiru's weeks for one of Choo's makes it one each."""
    calendar = {"XX": [("2025-01-15", "Founders Day"), ("2025-02-12", "River Day")]}
    spread = Leave(holiday_is_away=False, spread_holidays=True)
    found = simulate(make_roster(countries=ALL_XX, calendar=calendar, leave=spread), moment("2025-01-06 10:00"), 2)
    assert found.evening is not None
    assert found.evening.before == {"aidil": 0, "thiru": 2, "choo": 0, "fahmi": 0}
    assert sorted(found.evening.after.values()) == [0, 0, 1, 1]
    swap = found.evening.swap
    assert (swap.asker, swap.state, swap.decided_at) == ("thiru", SwapState.ASKED, None)
    assert swap.gives in (date(2025, 1, 13), date(2025, 2, 10))


def test_no_swap_is_offered_that_helps_nobody_or_leaves_a_gap() -> None:
    spread = Leave(holiday_is_away=False, spread_holidays=True)
    even = {"XX": [("2025-01-15", "Founders Day"), ("2025-01-22", "River Day")]}
    assert (
        simulate(make_roster(countries=ALL_XX, calendar=even, leave=spread), moment("2025-01-06 10:00"), 1).evening
        is None
    )
    uneven = {"XX": [("2025-01-15", "Founders Day"), ("2025-02-12", "River Day")]}
    # whoever would take one of Thiru's weeks is away on all of both, and Thiru is away whenever the others serve
    away = [make_absence(who, "2025-01-13", "2025-01-20") for who in ("aidil", "choo", "fahmi")]
    away += [make_absence(who, "2025-02-10", "2025-02-17") for who in ("aidil", "choo", "fahmi")]
    made = make_roster(countries=ALL_XX, calendar=uneven, leave=spread, absences=away)
    assert simulate(made, moment("2025-01-06 10:00"), 2).evening is None


def test_months_are_counted_on_the_teams_wall_clock() -> None:
    made = make_roster(zone="Europe/London")
    assert simulate(made, moment("2025-03-01 10:00"), 1).ends_at == moment("2025-04-01 09:00")
    assert simulate(made, moment("2025-01-31 10:00"), 1).ends_at == moment("2025-02-28 10:00")


def test_somebody_who_leaves_is_listed_with_what_they_served() -> None:
    versions = (Version(starts_on=date(2025, 1, 6), order=ORDER), Version(starts_on=date(2025, 1, 20), order=ORDER[2:]))
    loads = fairness(make_roster(versions=versions), *MONTH)
    assert {one.person: one.days for one in loads} == {"aidil": 7.0, "thiru": 7.0, "choo": 7.0, "fahmi": 7.0}
