"""
Who watches beside the person on call: everybody in the last week of the month, and a backup on holidays.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from datetime import date, timedelta

import pytest

from store.domain.oncall import timeline
from store.domain.roster import Entries, Line, Roster, fold
from store.domain.rotation import Duty
from store.domain.team import LastWeek, Leave, OnDeck
from store.domain.wall import WEEKDAYS
from store.domain.watch import first_deck_day
from tests.factories import make_absence, make_roster, moment

WORKDAYS = WEEKDAYS[:5]
SEVEN = timedelta(days=7)


def watching(roster: Roster, begin: str, end: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    found = timeline(roster, roster.lines[0], moment(begin), moment(end))
    return [(f"{shift.starts_at:%d %H:%M}", shift.person, shift.on_deck) for shift in found]


def standing_by(roster: Roster, begin: str, end: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    found = timeline(roster, roster.lines[0], moment(begin), moment(end))
    return [(f"{shift.starts_at:%d %H:%M}", shift.person, shift.backup) for shift in found]


# the last week of the month


@pytest.mark.parametrize(
    ("counted", "last", "first"),
    [
        (LastWeek.LAST_DAYS, "2025-01-31", "2025-01-25"),
        (LastWeek.LAST_DAYS, "2024-02-29", "2024-02-23"),
        (LastWeek.LAST_DAYS, "2025-02-28", "2025-02-22"),
        # January 2025 ends on a Friday: 31, 30, 29, 28, 27, 24, 23 are its last seven working days
        (LastWeek.WORKING_DAYS, "2025-01-31", "2025-01-23"),
        # August 2025 ends on a Sunday: 29, 28, 27, 26, 25, 22, 21
        (LastWeek.WORKING_DAYS, "2025-08-31", "2025-08-21"),
        (LastWeek.CALENDAR_WEEK, "2025-01-31", "2025-01-27"),
        (LastWeek.CALENDAR_WEEK, "2025-08-31", "2025-08-25"),
        (LastWeek.CALENDAR_WEEK, "2025-03-31", "2025-03-31"),  # a Monday: the week has one day
    ],
)
def test_the_last_week_is_what_the_plan_says(counted: LastWeek, last: str, first: str) -> None:
    deck = OnDeck(counted=counted, days=SEVEN, why="reports")
    assert first_deck_day(deck, date.fromisoformat(last), WORKDAYS) == date.fromisoformat(first)


def test_more_days_than_the_month_has_are_the_month() -> None:
    for counted in (LastWeek.LAST_DAYS, LastWeek.WORKING_DAYS):
        deck = OnDeck(counted=counted, days=timedelta(days=90), why="reports")
        assert first_deck_day(deck, date(2025, 2, 28), WORKDAYS) in (date(2025, 2, 1), date(2025, 2, 3))


def test_everybody_else_of_the_rotation_is_on_deck_until_the_month_ends() -> None:
    roster = make_roster(on_deck=(OnDeck(why="reports"),))
    assert watching(roster, "2025-01-20 10:00", "2025-02-02") == [
        ("20 10:00", "choo", ()),
        ("25 00:00", "choo", ("aidil", "thiru", "fahmi")),
        ("27 10:00", "fahmi", ("aidil", "thiru", "choo")),
        ("01 00:00", "fahmi", ()),
    ]


def test_days_on_deck_are_of_the_teams_wall_clock() -> None:
    roster = make_roster(zone="Asia/Kuala_Lumpur", on_deck=(OnDeck(why="reports", days=timedelta(days=1)),))
    assert watching(roster, "2025-01-30 12:00", "2025-02-01") == [
        ("30 12:00", "fahmi", ()),
        ("30 16:00", "fahmi", ("aidil", "thiru", "choo")),
        ("31 16:00", "fahmi", ()),
    ]


def test_whoever_is_away_is_not_on_deck() -> None:
    roster = make_roster(
        on_deck=(OnDeck(why="reports"),), absences=[make_absence("thiru", "2025-01-26 06:00", "2025-01-26 18:00")]
    )
    assert watching(roster, "2025-01-26", "2025-01-27") == [
        ("26 00:00", "choo", ("aidil", "thiru", "fahmi")),
        ("26 06:00", "choo", ("aidil", "fahmi")),
        ("26 18:00", "choo", ("aidil", "thiru", "fahmi")),
    ]


def test_named_people_keep_watch_instead_of_everybody() -> None:
    roster = make_roster(on_deck=(OnDeck(why="close", who=("mei", "choo")),))
    assert watching(roster, "2025-01-26", "2025-01-28") == [
        ("26 00:00", "choo", ("mei",)),
        ("27 10:00", "fahmi", ("mei", "choo")),
    ]


def test_those_on_high_alert_watch_the_last_seven_days_where_the_plan_names_none() -> None:
    roster = make_roster(high_alert=("mei",))
    assert watching(roster, "2025-01-24", "2025-01-26") == [("24 00:00", "choo", ()), ("25 00:00", "choo", ("mei",))]
    both = make_roster(high_alert=("mei",), on_deck=(OnDeck(why="reports"),))
    assert watching(both, "2025-01-26", "2025-01-27") == [("26 00:00", "choo", ("aidil", "thiru", "fahmi", "mei"))]


def test_nobody_is_on_deck_outside_the_hours_of_duty() -> None:
    roster = make_roster(line_duty=Duty(days=("monday",)), on_deck=(OnDeck(why="reports"),))
    assert watching(roster, "2025-01-26", "2025-01-28") == [
        ("26 00:00", None, ()),
        ("27 09:00", "choo", ("aidil", "thiru", "fahmi")),
        ("27 10:00", "fahmi", ("aidil", "thiru", "choo")),
        ("27 18:00", None, ()),
    ]


def test_a_deck_in_a_gap_is_everybody_who_is_there() -> None:
    roster = make_roster(on_deck=(OnDeck(why="reports"),), absences=[make_absence("choo", "2025-01-26", "2025-01-27")])
    assert watching(roster, "2025-01-26", "2025-01-27") == [("26 00:00", None, ("aidil", "thiru", "fahmi"))]


# a backup on holidays

XX = {"XX": [("2025-01-15", "Founders Day"), ("2025-01-16", "Lesser Day")]}
BACKED = Leave(holiday_is_away=False, backup_on_holidays=True)


def test_the_other_owner_stands_by_on_the_holidays_of_the_one_on_call() -> None:
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, leave=BACKED, owners=(("thiru", "mei"),))
    assert standing_by(roster, "2025-01-14", "2025-01-18") == [
        ("14 00:00", "thiru", ()),
        ("15 00:00", "thiru", ("mei",)),
        ("17 00:00", "thiru", ()),
    ]


def test_the_primary_stands_by_for_the_secondary() -> None:
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, leave=BACKED, owners=(("mei", "thiru"),))
    assert standing_by(roster, "2025-01-15", "2025-01-16") == [("15 00:00", "thiru", ("mei",))]


def test_only_major_holidays_have_a_backup_where_the_plan_names_them() -> None:
    leave = Leave(holiday_is_away=False, backup_on_holidays=True, major_holidays=("Founders Day",))
    roster = make_roster(countries={"thiru": "XX"}, calendar=XX, leave=leave, owners=(("thiru", "mei"),))
    assert standing_by(roster, "2025-01-15", "2025-01-18") == [
        ("15 00:00", "thiru", ("mei",)),
        ("16 00:00", "thiru", ()),
    ]


def test_a_holiday_of_another_place_needs_no_backup() -> None:
    roster = make_roster(countries={"thiru": "YY", "mei": "XX"}, calendar=XX, leave=BACKED, owners=(("thiru", "mei"),))
    assert standing_by(roster, "2025-01-15", "2025-01-16") == [("15 00:00", "thiru", ())]


def test_a_backup_who_has_the_same_holiday_stands_by_and_one_on_leave_does_not() -> None:
    changes = {"countries": {"thiru": "XX", "mei": "XX"}, "calendar": XX, "owners": (("thiru", "mei"),)}
    assert standing_by(make_roster(leave=BACKED, **changes), "2025-01-15", "2025-01-16")[0][2] == ("mei",)
    away = [make_absence("mei", "2025-01-15 12:00", "2025-01-20")]
    assert standing_by(make_roster(leave=BACKED, absences=away, **changes), "2025-01-15", "2025-01-16") == [
        ("15 00:00", "thiru", ("mei",)),
        ("15 12:00", "thiru", ()),
    ]


# several pipelines in one line


def test_one_pipeline_is_answered_with_its_own_watchers_and_all_with_everybodys() -> None:
    lines = [
        Line(pipelines=(key,), key=key, rotation="data", high_alert=alert)
        for key, alert in (("profit", ("mei",)), ("growth", ("nia",)))
    ]
    roster = make_roster(lines=fold(lines, Entries(), apart=False))
    assert [line.key for line in roster.lines] == [None]

    def on_deck(line: Line) -> tuple[str, ...]:
        return timeline(roster, line, moment("2025-01-26"), moment("2025-01-27"))[0].on_deck

    assert on_deck(roster.lines[0]) == ("mei", "nia")
    assert [on_deck(roster.line_of(key)) for key in ("profit", "growth")] == [("mei",), ("nia",)]
