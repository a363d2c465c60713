"""When hands change and between whom, reasoned from the rules."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from store.domain.absence import Absence
from store.domain.handover import SMALL, Due, coming, told_at, weekly, within_turn
from store.domain.override import Override
from store.domain.roster import Line, Roster
from store.domain.rotation import Duty, Unit, Version
from store.domain.team import Cover, Hours, OnHoliday
from tests.factories import make_roster, make_rotation, moment

KEEP, MOVE = OnHoliday.KEEP, OnHoliday.MOVE
MONDAY = "2025-01-13 10:00"
"""Aidil hands over to Thiru."""
HOURS = Hours(zone="UTC")


def last(roster: Roster, at: str, rule: OnHoliday = KEEP) -> Due:
    (due,) = weekly(roster, rule, at=moment(at))
    return due


def leave(person: str, starts_at: str, ends_at: str) -> Absence:
    return Absence(person=person, starts_at=moment(starts_at), ends_at=moment(ends_at), entered_at=moment("2025-01-01"))


def override(person: str, starts_at: str, ends_at: str, **changes: Any) -> Override:
    times = {"starts_at": moment(starts_at), "ends_at": moment(ends_at), "entered_at": moment("2025-01-01")}
    return Override(person=person, **{**times, **changes})


@pytest.mark.parametrize(
    ("at", "due_at"),
    [
        ("2025-01-13 09:59:59.9", "2025-01-06 10:00"),
        ("2025-01-13 10:00:00", MONDAY),
        ("2025-01-13 10:00:04", MONDAY),
        ("2025-01-14 08:12", MONDAY),
        ("2025-02-02 23:59", "2025-01-27 10:00"),  # whatever was missed before, only the last is due
    ],
)
def test_the_last_handoff_that_has_come_is_due(at: str, due_at: str) -> None:
    assert last(make_roster(), at).due_at == moment(due_at)


def test_nothing_is_due_before_the_anchor() -> None:
    assert weekly(make_roster(), KEEP, at=moment("2025-01-06 09:59:59.9")) == ()


def test_the_first_turn_is_taken_over_from_nobody() -> None:
    due = last(make_roster(), "2025-01-06 10:00")
    assert (due.outgoing, due.incoming) == ((), ("aidil",))


def test_hands_change_between_this_week_and_the_next() -> None:
    due = last(make_roster(), MONDAY)
    assert (due.outgoing, due.incoming, due.remarks) == (("aidil",), ("thiru",), ())
    assert (due.ends_at, due.small) == (moment("2025-01-20 10:00"), False)


def test_who_covers_is_addressed_and_it_is_said_why() -> None:
    away = leave("thiru", "2025-01-13", "2025-01-16")
    due = last(make_roster(cover=(Cover.NEXT,), absences=[away]), MONDAY)
    assert (due.outgoing, due.incoming) == (("aidil",), ("choo",))
    assert due.remarks == ("Choo covers for Thiru (leave) as next week’s on-call",)


def test_who_covered_to_the_end_hands_over() -> None:
    away = leave("aidil", "2025-01-10", "2025-01-14")
    due = last(make_roster(cover=(Cover.NEXT,), absences=[away], order=("aidil", "thiru", "choo")), MONDAY)
    assert (due.outgoing, due.incoming) == (("thiru",), ("thiru",)), "next week's covers, and stays"
    assert due.remarks == ("Thiru covers for Aidil (leave) as next week’s on-call",)


def test_when_nobody_can_take_over_it_is_said() -> None:
    due = last(make_roster(absences=[leave("thiru", "2025-01-13", "2025-01-16")]), MONDAY)
    assert (due.outgoing, due.incoming) == (("aidil",), ())
    assert due.remarks == ("Nobody is on call: Thiru is away (leave)",)


def test_one_person_alone_looks_at_it_once_a_week() -> None:
    due = last(make_roster(order=("aidil",)), MONDAY)
    assert due.outgoing == due.incoming == ("aidil",)


def test_a_rotation_with_nobody_in_it_on_purpose_hands_nothing_over() -> None:
    assert weekly(make_roster(order=()), KEEP, at=moment(MONDAY)) == ()


def test_office_hours_do_not_hide_who_served_last() -> None:
    roster = make_roster(line_duty=Duty(opens=time(11), closes=time(17)))
    due = last(roster, MONDAY)
    assert (due.outgoing, due.incoming) == (("aidil",), ("thiru",))


def test_a_group_hands_over_to_a_group() -> None:
    groups = {"east": ("aidil", "choo"), "west": ("thiru", "fahmi")}
    due = last(make_roster(order=("east", "west"), groups=groups), MONDAY)
    assert (due.outgoing, due.incoming) == (("aidil", "choo"), ("thiru", "fahmi"))


# -- several rotations


def two(first: tuple[str, ...], second: tuple[str, ...]) -> Roster:
    lines = tuple(Line(pipelines=(key,), key=key, rotation=key) for key in ("profit", "growth"))
    rotations = {"profit": make_rotation(order=first), "growth": make_rotation(order=second)}
    return make_roster(rotations=rotations, lines=lines)


def test_rotations_that_change_at_once_between_the_same_people_are_one_handoff() -> None:
    due = last(two(("aidil", "thiru", "choo"), ("aidil", "thiru", "fahmi")), MONDAY)
    assert due.rotations == ("profit", "growth")


def test_rotations_between_other_people_are_handed_over_apart() -> None:
    found = weekly(two(("aidil", "thiru"), ("choo", "fahmi")), KEEP, at=moment(MONDAY))
    assert [(due.rotations, due.outgoing) for due in found] == [(("profit",), ("aidil",)), (("growth",), ("choo",))]


def test_layers_hand_over_only_where_somebody_really_changes() -> None:
    rotations = {
        "main": make_rotation(order=("aidil",)),
        "below": make_rotation(order=("thiru", "choo")),
        "all": make_rotation(layers=("main", "below")),
    }
    roster = make_roster(rotations=rotations, lines=(Line(pipelines=("profit",), key=None, rotation="all"),))
    assert weekly(roster, KEEP, at=moment(MONDAY)) == ()


# -- short turns


@pytest.mark.parametrize(("hours", "count"), [(11, 0), (12, 1), (47, 1)])
def test_short_turns_have_the_small_version_and_very_short_ones_none(hours: int, count: int) -> None:
    found = weekly(make_roster(turn=Unit.HOUR, every=hours), KEEP, at=moment("2025-01-20 10:00"))
    assert [due.small for due in found] == [True] * count


# -- public holidays


def on_a_holiday(rule: OnHoliday, at: str, country: str = "MY", days: tuple[str, ...] = ("2025-01-13",)) -> Due:
    calendar = {"MY": [(day, "Thaipusam") for day in days]}
    countries = {"thiru": country, "aidil": "SG"}
    roster = make_roster(cover=(Cover.PREVIOUS,), countries=countries, calendar=calendar)
    return last(roster, at, rule)


def test_a_holiday_monday_is_kept_and_whoever_covers_it_stays() -> None:
    due = on_a_holiday(KEEP, MONDAY)
    assert due.held_at == due.due_at == moment(MONDAY)
    assert due.incoming == ("aidil",)
    assert due.remarks == ("Aidil covers for Thiru (public holiday: Thaipusam) as last week’s on-call",)


def test_a_holiday_monday_moves_the_checklist_to_tuesday_but_not_the_turn() -> None:
    due = on_a_holiday(MOVE, "2025-01-14 10:00")
    assert (due.due_at, due.held_at) == (moment(MONDAY), moment("2025-01-14 10:00"))
    assert (due.outgoing, due.incoming) == (("aidil",), ("thiru",)), "whom the holiday kept away is back"
    assert due.remarks == ("Mon 13 Jan was a holiday, so the checklist waited; who is on call changed then",)
    (remark,) = on_a_holiday(MOVE, "2025-04-08 10:00", days=("2025-04-07",)).remarks
    assert remark.startswith("Mon 07 Apr was a holiday"), "as all dates are written"


def test_the_next_one_is_that_of_the_next_turn() -> None:
    (due,) = coming(make_roster(), KEEP, at=moment("2025-01-14"))
    assert (due.due_at, due.outgoing, due.incoming) == (moment("2025-01-20 10:00"), ("thiru",), ("choo",))


def test_before_the_anchor_the_next_one_is_the_first() -> None:
    (due,) = coming(make_roster(), KEEP, at=moment("2024-11-01"))
    assert (due.due_at, due.outgoing, due.incoming) == (moment("2025-01-06 10:00"), (), ("aidil",))


def test_who_covers_then_takes_part_in_the_next_one() -> None:
    away = leave("choo", "2025-01-20", "2025-01-22")
    (due,) = coming(make_roster(cover=(Cover.NEXT,), absences=[away]), KEEP, at=moment(MONDAY))
    assert due.incoming == ("fahmi",)


def test_one_that_waits_for_the_end_of_a_holiday_is_the_next() -> None:
    calendar = {"MY": [("2025-01-13", "Thaipusam")]}
    roster = make_roster(cover=(Cover.PREVIOUS,), countries={"thiru": "MY"}, calendar=calendar)
    (before,) = coming(roster, MOVE, at=moment("2025-01-13 09:00"))
    (waits,) = coming(roster, MOVE, at=moment("2025-01-13 11:00"))
    assert before.held_at == waits.held_at == moment("2025-01-14 10:00")
    (after,) = coming(roster, MOVE, at=moment("2025-01-14 10:00"))
    assert after.due_at == moment("2025-01-20 10:00")


def test_turns_without_a_handoff_promise_none() -> None:
    assert coming(make_roster(order=()), KEEP, at=moment(MONDAY)) == ()


def test_of_two_rotations_the_one_that_changes_first_is_next() -> None:
    rotations = {"data": make_rotation(), "ops": make_rotation(handoff_at=time(8))}
    roster = make_roster(rotations=rotations)
    one = roster.lines[0]
    both = replace(roster, lines=(one, replace(one, key="ops", pipelines=("growth",), rotation="ops")))
    assert [due.rotations for due in coming(both, KEEP, at=moment("2025-01-14"))] == [("ops",)]
    assert [due.rotations for due in coming(both, KEEP, at=moment("2025-01-20 08:00"))] == [("data",)]


def test_it_moves_past_the_weekend_and_further_holidays() -> None:
    days = tuple(str(date(2025, 1, 13) + timedelta(days=each)) for each in range(3))
    assert on_a_holiday(MOVE, MONDAY, days=days).held_at == moment("2025-01-16 10:00")


def test_a_holiday_of_neither_of_the_two_moves_nothing() -> None:
    assert on_a_holiday(MOVE, MONDAY, country="SG").held_at == moment(MONDAY)


def test_a_week_of_holidays_keeps_the_handoff_where_it_is() -> None:
    days = tuple(str(date(2025, 1, 13) + timedelta(days=each)) for each in range(9))
    assert on_a_holiday(MOVE, MONDAY, days=days).held_at == moment(MONDAY), "it never passes the next one"


def test_a_handoff_on_a_weekend_waits_for_monday_where_the_plan_says_so() -> None:
    roster = make_roster(handoff_on="saturday", starts_on=date(2025, 1, 4))
    assert last(roster, "2025-01-11 10:00", MOVE).held_at == moment("2025-01-13 10:00")


# -- within a turn


def inside(roster: Roster, at: str) -> list[Due]:
    return [due for due, told in within_turn(roster, HOURS, at=moment(at)) if told <= moment(at)]


def test_an_override_of_two_days_is_handed_over_at_both_ends() -> None:
    roster = make_roster(overrides=[override("mei", "2025-01-15 12:00", "2025-01-17 12:00")])
    assert inside(roster, "2025-01-15 11:59") == []
    (begin,) = inside(roster, "2025-01-15 12:00")
    assert (begin.outgoing, begin.incoming, begin.small) == (("thiru",), ("mei",), True)
    assert begin.remarks == ("Mei: put on call by hand, in place of Thiru",)
    (end,) = inside(roster, "2025-01-17 12:00")
    assert (end.due_at, end.outgoing, end.incoming) == (moment("2025-01-17 12:00"), ("mei",), ("thiru",))
    assert end.remarks == ("Mei: put on call by hand, in place of Thiru. That is over",)


def test_what_is_shorter_than_twelve_hours_is_not_handed_over() -> None:
    long, short = SMALL, SMALL - timedelta(minutes=1)
    for length, count in ((long, 1), (short, 0)):
        one = override("mei", "2025-01-15 09:00", "2025-01-15 21:00")
        roster = make_roster(overrides=[replace(one, ends_at=one.starts_at + length)])
        assert len(inside(roster, "2025-01-15 10:00")) == count


def test_an_override_that_ends_with_the_turn_is_the_weekly_handoffs() -> None:
    roster = make_roster(overrides=[override("mei", "2025-01-15 12:00", "2025-01-20 10:00")])
    assert inside(roster, "2025-01-20 10:00") == []
    assert last(roster, "2025-01-20 10:00").outgoing == ("mei",)


def test_a_gap_has_nobody_to_hand_over_to() -> None:
    assert inside(make_roster(absences=[leave("thiru", "2025-01-15", "2025-01-17")]), "2025-01-15 12:00") == []


def test_a_cover_that_begins_at_midnight_is_told_in_the_morning() -> None:
    away = leave("thiru", "2025-01-15", "2025-01-17")
    roster = make_roster(cover=(Cover.NEXT,), absences=[away])
    assert inside(roster, "2025-01-15 08:59:59") == []
    (due,) = inside(roster, "2025-01-15 09:00")
    assert (due.due_at, due.incoming) == (moment("2025-01-15"), ("choo",))


def test_office_hours_alone_hand_nothing_over() -> None:
    roster = make_roster(line_duty=Duty(opens=time(9), closes=time(18)))
    assert inside(roster, "2025-01-15 12:00") == []


def test_who_leaves_the_rotation_hands_over_at_once() -> None:
    left = (
        Version(starts_on=date(2025, 1, 6), order=("aidil", "thiru")),
        Version(starts_on=date(2025, 1, 15), order=("aidil",)),
    )
    roster = make_roster(rotations={"data": make_rotation(versions=left)})
    (due,) = inside(roster, "2025-01-15 10:00")
    assert (due.outgoing, due.incoming) == (("thiru",), ("aidil",))
    assert due.remarks == ("Aidil took over from Thiru, who left the rotation",)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2025-01-15 09:00", "2025-01-15 09:00"),
        ("2025-01-15 17:59", "2025-01-15 17:59"),
        ("2025-01-15 18:00", "2025-01-16 09:00"),
        ("2025-01-18 00:00", "2025-01-18 09:00"),  # a Saturday: somebody is on call
    ],
)
def test_night_is_over_when_the_day_begins_on_any_day(at: str, told: str) -> None:
    assert told_at(HOURS, moment(at)) == moment(told)
