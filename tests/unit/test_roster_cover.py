"""
Who steps in for whoever is away.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from dataclasses import replace
from datetime import date, time

import pytest

from store.domain.absence import Kind
from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.rotation import Duty, Unit
from store.domain.shift import Shift
from store.domain.team import Cover, HolidayFix, Leave, Person
from tests.factories import (
    ORDER,
    make_absence,
    make_override,
    make_roster,
    make_rotation,
    make_swap,
    make_volunteer,
    moment,
    told,
)

TUESDAY = ("2025-01-14", "2025-01-15")
"""In Thiru's week."""
OWNERS = (("choo", "fahmi"),)
ALL_RULES = tuple(Cover)


def shifts(roster: Roster, begin: str, end: str) -> list[str]:
    return told(timeline(roster, roster.lines[0], moment(begin), moment(end)))


def covering(roster: Roster, begin: str = TUESDAY[0], end: str = TUESDAY[1]) -> Shift:
    (found,) = timeline(roster, roster.lines[0], moment(begin), moment(end))
    return found


def thiru_away(*also: str, **changes: object) -> Roster:
    return make_roster(absences=[make_absence(who, *TUESDAY) for who in ("thiru", *also)], **changes)


# each rule


@pytest.mark.parametrize(
    ("rule", "person", "role"),
    [
        (Cover.PREVIOUS, "aidil", "last week’s on-call"),
        (Cover.NEXT, "choo", "next week’s on-call"),
        (Cover.SECONDARY, "fahmi", "secondary owner"),
        (Cover.LEAST_LOADED, "choo", "least on call this year"),
        (Cover.VOLUNTEER, "mei", "volunteer"),
    ],
)
def test_each_rule_names_its_own(rule: Cover, person: str, role: str) -> None:
    roster = thiru_away(cover=(rule,), owners=OWNERS, volunteers=[make_volunteer("mei", "2025-01-13", "2025-01-16")])
    found = covering(roster)
    assert (found.person, found.instead_of, found.source) == (person, "thiru", "cover")
    assert found.why == f"covers for Thiru (leave) as {role}"


def test_the_rules_are_asked_in_their_order_and_whoever_is_passed_over_is_named() -> None:
    found = covering(thiru_away("aidil", cover=(Cover.PREVIOUS, Cover.NEXT)))
    assert found.person == "choo"
    assert [one.person for one in found.passed] == ["aidil"]
    assert found.why == (
        "covers for Thiru (leave) as next week’s on-call; Aidil, last week’s on-call, is away too (leave)"
    )


def test_with_every_rule_exhausted_there_is_a_gap_that_names_everybody_who_was_asked() -> None:
    found = covering(thiru_away(*ORDER, cover=ALL_RULES, owners=OWNERS))
    assert (found.person, found.source, found.instead_of) == (None, "gap", "thiru")
    assert [one.person for one in found.passed] == ["aidil", "choo", "fahmi"], "each once, in the order of the rules"
    for name in ("Thiru is away", "Aidil, last week’s on-call", "Choo, next week’s on-call", "Fahmi, secondary owner"):
        assert name in found.why
    assert found.why.endswith("nobody has volunteered yet")


def test_without_rules_there_is_a_gap_at_once() -> None:
    found = covering(thiru_away())
    assert (found.source, found.why, found.passed) == ("gap", "Thiru is away (leave)", ())


def test_cover_is_of_the_days_away_and_never_moves_the_rotation() -> None:
    assert shifts(thiru_away(cover=(Cover.PREVIOUS,)), "2025-01-06 10:00", "2025-02-10 10:00") == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 00:00 aidil cover",
        "2025-01-15 00:00 thiru rotation",
        "2025-01-20 10:00 choo rotation",
        "2025-01-27 10:00 fahmi rotation",
        "2025-02-03 10:00 aidil rotation",
    ]


def test_somebody_away_for_part_of_the_day_covers_the_rest_of_it() -> None:
    away = [make_absence("thiru", *TUESDAY), make_absence("aidil", "2025-01-14 06:00", "2025-01-14 12:00")]
    assert shifts(make_roster(absences=away, cover=(Cover.PREVIOUS, Cover.NEXT)), *TUESDAY) == [
        "2025-01-14 00:00 aidil cover",
        "2025-01-14 06:00 choo cover",
        "2025-01-14 12:00 aidil cover",
    ]


def test_leave_that_ends_in_the_middle_of_a_shift_gives_it_back() -> None:
    away = [make_absence("thiru", "2025-01-13 12:00", "2025-01-13 13:30")]
    assert shifts(make_roster(absences=away, cover=(Cover.NEXT,)), "2025-01-13 10:00", "2025-01-20 10:00") == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-13 12:00 choo cover",
        "2025-01-13 13:30 thiru rotation",
    ]


def test_overlapping_leave_is_away_as_long_as_any_of_it() -> None:
    away = [make_absence("thiru", "2025-01-14", "2025-01-16"), make_absence("thiru", "2025-01-15", "2025-01-17")]
    assert shifts(make_roster(absences=away, cover=(Cover.NEXT,)), "2025-01-13 10:00", "2025-01-20 10:00") == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 00:00 choo cover",
        "2025-01-17 00:00 thiru rotation",
    ]


# previous and next


def test_nobody_was_on_call_before_the_first_turn() -> None:
    away = [make_absence("aidil", "2025-01-07", "2025-01-08")]
    assert covering(make_roster(absences=away, cover=(Cover.PREVIOUS,)), "2025-01-07", "2025-01-08").source == "gap"
    found = covering(make_roster(absences=away, cover=(Cover.PREVIOUS, Cover.NEXT)), "2025-01-07", "2025-01-08")
    assert (found.person, found.passed) == ("thiru", ())


def test_one_person_alone_cannot_be_covered_by_themselves() -> None:
    found = covering(make_roster(order=("thiru",), absences=[make_absence("thiru", *TUESDAY)], cover=ALL_RULES))
    assert (found.source, found.passed) == ("gap", ())


def test_with_daily_turns_it_is_the_day_before_and_the_day_after() -> None:
    """Daily from Sunday the 12th at midnight: Aidil, Thiru, Choo on Tuesday, Fahmi."""
    daily = {"turn": Unit.DAY, "starts_on": date(2025, 1, 12), "handoff_at": time(0)}
    away = [make_absence("choo", *TUESDAY)]
    for rule, person, role in ((Cover.PREVIOUS, "thiru", "before"), (Cover.NEXT, "fahmi", "after")):
        found = covering(make_roster(absences=away, cover=(rule,), **daily))
        assert (found.person, found.why) == (person, f"covers for Choo (leave) as on call the turn {role}")


def test_last_weeks_engineer_is_whoever_served_after_a_swap() -> None:
    roster = thiru_away(cover=(Cover.PREVIOUS,), swaps=[make_swap("aidil", "2025-01-06", "fahmi", "2025-01-27")])
    assert covering(roster).person == "fahmi"


def test_who_serves_by_a_swap_is_covered_from_the_turn_they_serve_in() -> None:
    """Fahmi serves Thiru's week: last week's engineer is still Aidil."""
    roster = make_roster(
        swaps=[make_swap("thiru", "2025-01-13", "fahmi", "2025-01-27")],
        absences=[make_absence("fahmi", *TUESDAY)],
        cover=(Cover.PREVIOUS,),
    )
    found = covering(roster)
    assert (found.person, found.instead_of) == ("aidil", "fahmi")


# the secondary owner


def test_the_primary_covers_a_secondary_who_is_away() -> None:
    found = covering(thiru_away(cover=(Cover.SECONDARY,), owners=(("choo", "thiru"),)))
    assert (found.person, found.why) == ("choo", "covers for Thiru (leave) as primary owner")


def test_a_team_that_is_secondary_is_asked_one_after_the_other() -> None:
    roster = thiru_away(
        "aidil", cover=(Cover.SECONDARY,), owners=(("choo", "data"),), teams={"data": ("aidil", "fahmi")}
    )
    found = covering(roster)
    assert (found.person, [one.person for one in found.passed]) == ("fahmi", ["aidil"])


def test_each_pipeline_has_its_own_secondary() -> None:
    lines = tuple(
        Line(pipelines=(key,), key=key, rotation="data", owners=((primary, secondary),))
        for key, primary, secondary in (("profit", "thiru", "choo"), ("growth", "thiru", "fahmi"))
    )
    roster = thiru_away(cover=(Cover.SECONDARY,), lines=lines)
    found = [timeline(roster, line, moment(TUESDAY[0]), moment(TUESDAY[1]))[0] for line in roster.lines]
    assert [(shift.pipeline, shift.person) for shift in found] == [("profit", "choo"), ("growth", "fahmi")]


# the least loaded


def test_load_is_time_really_served_since_new_year() -> None:
    """By 10 February Aidil, Thiru and Choo had a week each, Aidil two; Fahmi one, less the day that Aidil covered."""
    away = [make_absence("fahmi", "2025-01-28", "2025-01-29"), make_absence("thiru", "2025-02-11", "2025-02-12")]
    roster = make_roster(absences=away, cover=(Cover.LEAST_LOADED,))
    # on 28 January all three others have a week: the next in the order takes it
    assert covering(roster, "2025-01-28", "2025-01-29").person == "aidil"
    assert covering(roster, "2025-02-11", "2025-02-12").person == "fahmi"


def test_the_count_begins_anew_each_year() -> None:
    """Aidil did most of 2025, so Thiru covers at its end; on 2 January nobody has a thing, and Aidil is the next."""
    extra = make_override("aidil", "2025-03-01", "2025-03-05")
    away = [make_absence("fahmi", "2025-12-30", "2025-12-31"), make_absence("fahmi", "2026-01-02", "2026-01-03")]
    roster = make_roster(absences=away, overrides=[extra], cover=(Cover.LEAST_LOADED,))
    assert covering(roster, "2025-12-30", "2025-12-31").person == "thiru"
    assert covering(roster, "2026-01-02", "2026-01-03").person == "aidil"


def test_within_one_turn_the_same_person_covers() -> None:
    away = [make_absence("fahmi", f"2025-01-{day}", f"2025-01-{day + 1}") for day in (28, 30)]
    roster = make_roster(absences=away, cover=(Cover.LEAST_LOADED,))
    assert [one for one in shifts(roster, "2025-01-27 10:00", "2025-02-03 10:00") if "cover" in one] == [
        "2025-01-28 00:00 aidil cover",
        "2025-01-30 00:00 aidil cover",
    ]


def test_load_counts_a_swap_as_served() -> None:
    """Thiru gave the week to Aidil, so on 28 January it is Thiru who has served least."""
    roster = make_roster(
        swaps=[make_swap("thiru", "2025-01-13", "aidil", "2025-02-03")],
        absences=[make_absence("fahmi", "2025-01-28", "2025-01-29")],
        cover=(Cover.LEAST_LOADED,),
    )
    assert covering(roster, "2025-01-28", "2025-01-29").person == "thiru"


# volunteers


def test_a_volunteer_covers_the_hours_offered_and_the_rest_is_a_gap() -> None:
    roster = thiru_away(
        cover=(Cover.VOLUNTEER,), volunteers=[make_volunteer("mei", "2025-01-14 06:00", "2025-01-14 12:00")]
    )
    assert shifts(roster, *TUESDAY) == [
        "2025-01-14 00:00 nobody gap",
        "2025-01-14 06:00 mei cover",
        "2025-01-14 12:00 nobody gap",
    ]
    assert covering(roster, "2025-01-14", "2025-01-14 06:00").why == "Thiru is away (leave); nobody has volunteered yet"


def test_the_first_who_offered_is_taken() -> None:
    offers = [
        make_volunteer("mei", "2025-01-14", "2025-01-15", entered_at=moment("2025-01-03")),
        make_volunteer("fahmi", "2025-01-14 12:00", "2025-01-20", entered_at=moment("2025-01-02")),
    ]
    assert shifts(thiru_away(cover=(Cover.VOLUNTEER,), volunteers=offers), *TUESDAY) == [
        "2025-01-14 00:00 mei cover",
        "2025-01-14 12:00 fahmi cover",
    ]


def test_an_offer_for_another_pipeline_and_one_outside_the_gap_do_nothing() -> None:
    offers = [
        make_volunteer("mei", "2025-01-14", "2025-01-15", pipelines=("growth",)),
        make_volunteer("fahmi", "2025-01-15", "2025-01-20"),
    ]
    assert covering(thiru_away(cover=(Cover.VOLUNTEER,), volunteers=offers)).source == "gap"


def test_an_offer_puts_nobody_on_call_who_is_not_needed() -> None:
    roster = make_roster(cover=(Cover.VOLUNTEER,), volunteers=[make_volunteer("mei", "2025-01-13", "2025-01-20")])
    assert covering(roster).person == "thiru"


def test_a_volunteer_who_is_away_after_all_is_passed_over() -> None:
    roster = thiru_away("mei", cover=(Cover.VOLUNTEER,), volunteers=[make_volunteer("mei", *TUESDAY)])
    found = covering(roster)
    assert (found.source, [one.person for one in found.passed]) == ("gap", ["mei"])


# public holidays

XX = {"XX": [("2025-01-15", "Founders Day"), ("2025-01-20", "River Day")]}


def test_a_holiday_inside_a_week_is_covered_for_its_day_by_whoever_has_none() -> None:
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, cover=(Cover.PREVIOUS,))
    assert shifts(roster, "2025-01-13 10:00", "2025-01-20 00:00") == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-15 00:00 aidil cover",
        "2025-01-16 00:00 thiru rotation",
    ]
    assert covering(roster, "2025-01-15", "2025-01-16").why == (
        "covers for Thiru (public holiday: Founders Day) as last week’s on-call"
    )


def test_a_holiday_on_the_monday_of_the_handoff_is_of_both() -> None:
    roster = make_roster(countries={"thiru": "XX", "choo": "XX"}, calendar=XX, cover=(Cover.PREVIOUS,))
    assert shifts(roster, "2025-01-19", "2025-01-21 12:00") == [
        "2025-01-19 00:00 thiru rotation",
        "2025-01-20 00:00 aidil cover",  # for Thiru, until the handoff
        "2025-01-20 10:00 nobody gap",  # Choo's holiday, and Thiru's too
        "2025-01-21 00:00 choo rotation",
    ]


def test_a_plan_may_keep_people_on_call_on_their_holidays() -> None:
    roster = make_roster(
        countries={"thiru": "XX"}, calendar=XX, cover=(Cover.PREVIOUS,), leave=Leave(holiday_is_away=False)
    )
    assert covering(roster, "2025-01-15", "2025-01-16").person == "thiru"


@pytest.mark.parametrize(
    ("observes", "person"),
    [
        ((), "aidil"),
        (("founders day",), "aidil"),
        (("Founders",), "aidil"),
        (("River Day",), "thiru"),
        (("Found",), "thiru"),
    ],
)
def test_a_person_is_off_on_the_holidays_they_observe(observes: tuple[str, ...], person: str) -> None:
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, cover=(Cover.PREVIOUS,))
    thiru = replace(roster.people["thiru"], observes=observes)
    assert (
        covering(replace(roster, people={**roster.people, "thiru": thiru}), "2025-01-15", "2025-01-16").person == person
    )


def test_a_holiday_is_a_day_of_the_persons_own_zone() -> None:
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, cover=(Cover.PREVIOUS,))
    away = Person(name="Thiru", country="XX", zone="Asia/Kuala_Lumpur")
    assert shifts(replace(roster, people={**roster.people, "thiru": away}), "2025-01-14", "2025-01-17") == [
        "2025-01-14 00:00 thiru rotation",
        "2025-01-14 16:00 aidil cover",
        "2025-01-15 16:00 thiru rotation",
    ]


def test_a_holiday_that_was_moved_is_where_the_plan_says() -> None:
    moved = (
        HolidayFix(day=date(2025, 1, 15), name="founders day", country="XX", holds=False),
        HolidayFix(day=date(2025, 1, 16), name="Founders Day", country="XX"),
        HolidayFix(day=date(2025, 1, 17), name="Elsewhere Day", country="XX", subdivision="10"),
    )
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, cover=(Cover.PREVIOUS,), fixes=moved)
    assert [one for one in shifts(roster, "2025-01-13 10:00", "2025-01-20") if "cover" in one] == [
        "2025-01-16 00:00 aidil cover"
    ]


# those who serve together

PAIRS = {"one": ("aidil", "thiru"), "two": ("choo", "fahmi")}


def test_those_who_serve_together_are_covered_seat_for_seat() -> None:
    away = [make_absence(who, *TUESDAY) for who in ("choo", "fahmi")]
    roster = make_roster(order=("one", "two"), groups=PAIRS, absences=away, cover=(Cover.PREVIOUS,))
    found = timeline(roster, roster.lines[0], moment(TUESDAY[0]), moment(TUESDAY[1]))
    assert [(shift.seat, shift.person, shift.instead_of) for shift in found] == [
        (0, "aidil", "choo"),
        (1, "thiru", "fahmi"),
    ]


@pytest.mark.parametrize("rule", [Cover.LEAST_LOADED, Cover.SECONDARY, Cover.VOLUNTEER])
def test_nobody_takes_two_seats(rule: Cover) -> None:
    away = [make_absence(who, *TUESDAY) for who in ("choo", "fahmi")]
    roster = make_roster(
        order=("one", "two"),
        groups=PAIRS,
        absences=away,
        cover=(rule,),
        owners=(("choo", "aidil"),),
        volunteers=[make_volunteer("mei", *TUESDAY)],
    )
    found = timeline(roster, roster.lines[0], moment(TUESDAY[0]), moment(TUESDAY[1]))
    people = [shift.person for shift in found]
    assert people[0] is not None
    assert people[0] != people[1]
    assert (people[1] is None) == (rule is not Cover.LEAST_LOADED)


def test_the_partner_who_is_there_is_not_asked_again() -> None:
    roster = make_roster(
        order=("one", "two"),
        groups=PAIRS,
        absences=[make_absence("choo", *TUESDAY)],
        cover=(Cover.SECONDARY, Cover.NEXT),
        owners=(("choo", "fahmi"),),
    )
    found = timeline(roster, roster.lines[0], moment(TUESDAY[0]), moment(TUESDAY[1]))
    assert [shift.person for shift in found] == ["aidil", "fahmi"]


# layers


def test_cover_of_a_layer_is_from_its_own_order() -> None:
    rotations = {
        "stack": make_rotation(layers=("office", "always")),
        "office": make_rotation(order=("choo", "fahmi"), duty=Duty()),
        "always": make_rotation(order=("aidil", "thiru")),
    }
    roster = make_roster(rotations=rotations, absences=[make_absence("fahmi", *TUESDAY)], cover=(Cover.PREVIOUS,))
    assert shifts(roster, "2025-01-14 06:00", "2025-01-14 20:00") == [
        "2025-01-14 06:00 thiru rotation",
        "2025-01-14 09:00 choo cover",
        "2025-01-14 18:00 thiru rotation",
    ]


# privacy


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.HOLIDAY])
def test_no_text_holds_the_reason_of_an_absence(kind: Kind) -> None:
    secret = "a matter of the heart"
    away = [make_absence(who, *TUESDAY, kind=kind, name=secret) for who in ("thiru", "aidil")]
    for rules in ((Cover.PREVIOUS, Cover.NEXT), (Cover.PREVIOUS,)):
        found = covering(make_roster(absences=away, cover=rules))
        assert secret not in repr(found)
        assert f"Thiru {'(' if rules[-1] is Cover.NEXT else 'is away ('}{kind})" in found.why
