"""A month of the roster, laid out by the hour of the wall clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.roster_page.month import HOURS, month_of
from bot.roster_page.values import Month
from store.domain.absence import Absence, Kind
from store.domain.override import Override
from store.domain.roster import Entries
from store.plans import Plan
from store.rosters import roster_of

AT = datetime(2026, 1, 7, 2, 20, tzinfo=UTC)
REACH = timedelta(days=400)


def in_zone(plan: Plan, zone: str) -> Plan:
    rotation = replace(plan.team.rotations["data-engineers"], zone=zone)
    leave = replace(plan.team.leave, holiday_is_away=False)
    return replace(plan, team=replace(plan.team, zone=zone, leave=leave, rotations={"data-engineers": rotation}))


def drawn(
    plan: Plan, first: date = date(2026, 1, 1), *, pipeline: str | None = None, at: datetime = AT, **entries: Any
) -> Month:
    return month_of(plan, roster_of(plan, Entries(**entries)), first=first, pipeline=pipeline, at=at, reach=REACH)


def bars(month: Month) -> list[list[str]]:
    """Return each week's bars: from hour, to hour, who."""
    return [[f"{bar.begins - 1}-{bar.ends - 1} {bar.person}" for bar in week.bars] for week in month.weeks]


def test_a_month_is_whole_weeks_from_monday(house: Plan) -> None:
    month = drawn(house)
    days = [day for week in month.weeks for day in week.days]
    assert (days[0].day, days[-1].day) == (date(2025, 12, 29), date(2026, 2, 1))
    assert [day.day.day for day in days if day.inside] == list(range(1, 32))
    assert [day.day for day in days if day.today] == [date(2026, 1, 7)]
    assert [week.now for week in month.weeks] == [None, 2 * 24 + 10 + 1, None, None, None]
    assert (month.before, month.after) == (date(2025, 12, 1), date(2026, 2, 1))


def test_the_handoff_stands_at_its_hour(house: Plan) -> None:
    plan = in_zone(house, "Asia/Kuala_Lumpur")
    assert bars(drawn(plan))[1:3] == [["10-168 Aidil"], ["0-10 Aidil", "10-168 Thiru"]]
    assert bars(drawn(plan))[0] == [], "before the anchor there is nobody"
    second = drawn(plan).weeks[2]
    assert [(bar.came_on, bar.goes_on, bar.labelled) for bar in second.bars] == [
        (True, False, False),
        (False, True, True),
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"])
def test_a_week_in_which_the_clock_changes_has_its_hours_all_the_same(house: Plan, zone: str) -> None:
    plan = in_zone(house, zone)
    for first in (date(2026, 3, 1), date(2026, 4, 1), date(2026, 9, 1), date(2026, 10, 1)):
        for week in bars(drawn(plan, first)):
            (one, other) = week
            assert one.startswith("0-10 ")
            assert other.startswith(f"10-{HOURS} ")


def test_bars_at_the_same_time_have_lanes_of_their_own_that_stay(house: Plan) -> None:
    plan = in_zone(house, "Asia/Kuala_Lumpur")
    begins = datetime(2026, 1, 6, 2, tzinfo=UTC)
    one = Override(
        person="choo", starts_at=begins, ends_at=begins + timedelta(days=14), entered_at=AT, pipelines=("daily-growth",)
    )
    month = drawn(plan, overrides=(one,))
    for week in month.weeks:
        spans = [(bar.lane, bar.begins, bar.ends) for bar in week.bars]
        for lane, begin, end in spans:
            assert [other for other in spans if other[0] == lane and other[1] < end and begin < other[2]] == [
                (lane, begin, end)
            ]
    choos = [bar for week in month.weeks for bar in week.bars if bar.person == "Choo" and bar.of]
    assert {bar.of for bar in choos} == {"Daily Growth"}
    assert {bar.kind for bar in choos} == {"by hand"}
    alone = drawn(plan, pipeline="daily-growth", overrides=(one,))
    assert {week.lanes for week in alone.weeks} == {1}
    assert {bar.of for week in alone.weeks for bar in week.bars} == {""}


def test_a_bar_tells_its_true_ends_and_its_reason(house: Plan) -> None:
    plan = in_zone(house, "Asia/Kuala_Lumpur")
    begins = AT + timedelta(days=7)
    away = Absence(person="thiru", starts_at=begins, ends_at=begins + timedelta(hours=5), entered_at=AT)
    month = drawn(plan, absences=(away,))
    listed = [(bar.person, bar.kind, bar.span) for bar in month.listed]
    assert listed[1:4] == [
        ("Thiru", "", "Mon 12 Jan 10:00 – Wed 14 Jan 10:20"),
        ("Aidil", "for Thiru", "Wed 14 Jan 10:20 – Wed 14 Jan 15:20"),
        ("Thiru", "", "Wed 14 Jan 15:20 – Mon 19 Jan 10:00"),
    ]
    assert listed[-1][2] == "Mon 26 Jan 10:00 – Mon 02 Feb 10:00", "beyond the month's end"
    assert month.listed[2].tip == (("Why", "covers for Thiru (leave) as last week’s on-call"),)


def test_reasons_for_being_away_stay_private(house: Plan) -> None:
    spans: dict[str, Any] = {"starts_at": AT, "ends_at": AT + timedelta(days=2), "entered_at": AT}
    absences = tuple(
        Absence(person=person, kind=kind, **spans)
        for person, kind in (
            ("choo", Kind.EMERGENCY),
            ("thiru", Kind.CALENDAR),
            ("spencer", Kind.DAY_OFF),
            ("farah", Kind.LEAVE),
        )
    )
    marks = [
        mark.text
        for week in drawn(house, absences=absences).weeks
        for day in week.days
        if day.day == date(2026, 1, 8)
        for mark in day.marks
    ]
    assert marks == ["Choo away", "Thiru away", "Spencer day off"], "and nobody who has no part in the roster"


def test_days_on_deck_begin_once_a_week(house: Plan) -> None:
    days = [day for week in drawn(house).weeks for day in week.days]
    assert [day.day.day for day in days if day.deck] == [29, 30, 31, *range(25, 32)]
    assert [day.day.day for day in days if day.deck_begins] == [29, 25, 26]


def test_shares_of_the_month_add_up(house: Plan) -> None:
    month = drawn(in_zone(house, "Asia/Kuala_Lumpur"), date(2026, 2, 1))
    shares = {person.name: person.days for person in month.people}
    assert shares == {"Aidil": "7 days", "Thiru": "7 days", "Choo": "7 days", "Spencer": "7 days"}


def test_neighbours_in_the_order_have_colours_of_their_own(house: Plan) -> None:
    assert len({person.hue for person in drawn(house).people}) == 4


def test_one_may_not_turn_pages_for_ever(house: Plan) -> None:
    first = (AT + REACH).date().replace(day=1)
    assert drawn(house, first).after is None
    assert drawn(house, (AT - REACH).date().replace(day=1)).before is None
