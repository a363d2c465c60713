"""The roster at a glance, where some pipelines have hours of duty and others have none."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from store.domain.absence import Absence
from store.domain.briefing import ahead
from store.domain.change import changes, moved, shifts_by_person
from store.domain.oncall import timeline
from store.domain.override import Override
from store.domain.roster import Entries, Roster, build
from store.domain.roundup import by_day, mine, roundup
from store.domain.wall import at_clock, days_span
from store.domain.workdays import Workdays
from store.holidays import holidays_in
from store.plans import load_plan
from store.settings import PLANS

ZONE = "America/New_York"
C = "engineer-c"


@pytest.fixture(scope="module")
def roster() -> Roster:
    """Growth has business hours, the others none; C has the week from 19 January 2026."""
    plan = load_plan(PLANS / "investor-reporting")
    return build(plan.team, plan.pipelines, Entries(), holidays_in)


def local(month: int, day: int, hour: int = 0) -> datetime:
    return at_clock(date(2026, month, day), time(hour), ZONE)


def away(roster: Roster, first: date, last: date) -> Roster:
    begins, ends = days_span(first, last, ZONE)
    absence = Absence(person=C, starts_at=begins, ends_at=ends, entered_at=datetime(2026, 1, 5, tzinfo=UTC))
    return replace(roster, entries=Entries(absences=(absence,)))


def test_a_persons_time_is_told_once_whatever_hours_some_pipelines_have(roster: Roster) -> None:
    turns = mine(roster, C, local(1, 20, 8), local(3, 1))
    assert [(one.shift.starts_at, one.shift.ends_at) for one in turns] == [
        (local(1, 20, 8), local(1, 26, 10)),
        (local(2, 16, 10), local(2, 23, 10)),
    ]
    assert {one.pipelines for one in turns} == {()}, "all of them"


def test_an_override_for_one_pipeline_ahead_splits_nobody_who_is_the_same_now() -> None:
    plan = load_plan(PLANS / "house")
    begins, ends = days_span(date(2026, 1, 21), date(2026, 1, 21), plan.team.zone)
    override = Override(
        person="aidil",
        starts_at=begins,
        ends_at=ends,
        pipelines=("daily-growth",),
        entered_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    known = build(plan.team, plan.pipelines, Entries(overrides=(override,)), holidays_in)
    (group,) = roundup(known, at=datetime(2026, 1, 13, 4, tzinfo=UTC))
    assert [shift.person for shift in group.now] == ["thiru"]
    assert [(one.shift.person, one.pipelines) for one in group.coming[:3]] == [
        ("choo", ()),
        ("aidil", ("daily-growth",)),
        ("spencer", ()),
    ]


def test_of_several_rotations_a_person_reads_which_pipelines_each_turn_is_for() -> None:
    plan = load_plan(PLANS / "xyz-tech")
    known = build(plan.team, plan.pipelines, Entries(), holidays_in)
    begins, ends = days_span(date(2026, 3, 30), date(2026, 4, 30), known.zone)
    assert [one.pipelines for one in mine(known, "aidil", begins, ends)][:2] == [
        ("aggregate-engagement", "aggregate-profit"),
        ("aggregate-growth",),
    ]


def test_a_day_is_its_engineers_though_most_of_it_is_off_duty(roster: Roster) -> None:
    week = date(2026, 1, 12), date(2026, 1, 18)
    days = by_day(timeline(roster, roster.line_of("growth"), *days_span(*week, ZONE)), *week, ZONE)
    assert [day.main and day.main.person for day in days] == ["engineer-b"] * 5 + [None] * 2


def test_a_days_leave_is_one_change_for_all_pipelines(roster: Roster) -> None:
    (change,) = changes(roster, away(roster, date(2026, 1, 21), date(2026, 1, 21)), local(1, 6), local(3, 1))
    assert (change.starts_at, change.ends_at) == (local(1, 21), local(1, 22))
    assert (change.before, change.after, change.pipelines) == (C, "engineer-d", ())


def test_both_people_read_of_it_in_one_line(roster: Roster) -> None:
    window = local(1, 6), local(3, 1)
    before = shifts_by_person(roster, *window)
    after = shifts_by_person(away(roster, date(2026, 1, 21), date(2026, 1, 22)), *window)
    for person, was, now in ((C, (), None), ("engineer-d", None, ())):
        (line,) = moved(before[person], after[person], *window)
        assert (line.starts_at, line.ends_at, line.before, line.after) == (local(1, 21), local(1, 23), was, now)


def test_the_last_week_names_who_watches_most_closely_and_a_holiday_who_stands_by() -> None:
    plan = load_plan(PLANS / "paired-engineers")
    paired = build(plan.team, plan.pipelines, Entries(), holidays_in)
    begin, end = local(11, 23, 10), local(11, 30, 10)
    found = ahead(paired, paired.lines, (), begin, end, workdays=Workdays())
    assert {one.pipelines: one.people for one in found.high_alert} == {
        ("aggregate-profit", "unit-level-profit"): ("de1", "de2"),
        ("aggregate-growth", "daily-growth"): ("de3", "de4"),
    }, "all four watch the others alike"
    assert {(one.starts_at, one.ends_at) for one in found.high_alert} == {(local(11, 24), end)}
    # Thanksgiving is DE3's: the other owner of each pipeline stands by, and of Growth within its hours.
    assert {(one.pipelines, one.people) for one in found.backup} == {
        (("aggregate-engagement", "unit-level-profit"), ("de1",)),
        (("aggregate-profit",), ("de2",)),
        (("aggregate-growth", "daily-growth"), ("de4",)),
        (("aggregate-investor",), ("de1", "de2", "de4")),
    }
    growth = next(one for one in found.backup if one.people == ("de4",))
    assert (growth.starts_at, growth.ends_at) == (local(11, 26, 9), local(11, 26, 17))
    (group,) = roundup(paired, at=local(11, 25, 12), pipelines=["aggregate-profit"])
    assert group.alert == ("de1", "de2")
    (group,) = roundup(paired, at=local(11, 23, 12), pipelines=["aggregate-profit"])
    assert group.alert == ()
