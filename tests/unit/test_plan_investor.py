"""The plan of investor reporting: the facts of its document, and its roster."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from store import runbooks
from store.domain.absence import Absence
from store.domain.check import Kind
from store.domain.comp import earned, suggested_day_off
from store.domain.fairness import fairness
from store.domain.oncall import on_call, timeline
from store.domain.pipeline import Owners, Purpose, find_pipeline
from store.domain.roster import Entries, Roster, build
from store.domain.shift import Shift, Source
from store.domain.team import Compensation, Cover
from store.domain.wall import at_clock, days_span, local_of
from store.holidays import holidays_in
from store.plans import Plan, check_plan, load_plan
from store.settings import PLANS

INVESTOR = PLANS / "investor-reporting"
ZONE = "America/New_York"
A, B, C, D = ENGINEERS = ("engineer-a", "engineer-b", "engineer-c", "engineer-d")
OWNERS = {
    "profit": "finance-risk",
    "unit-level-profit": "finance-risk",
    "aggregate-profit": "business-analytics",
    "growth": "accounts",
    "daily-growth": "data-science",
    "aggregate-growth": "business-analytics",
    "engagement": "software-frontend",
    "aggregate-engagement": "business-analytics",
}
AGGREGATES = ("aggregate-profit", "aggregate-growth", "aggregate-engagement", "executive-investor")
EXPERIMENTS = ("unit-level-profit", "daily-growth")
OFFICE_HOURS = ("growth", *EXPERIMENTS)


@cache
def plan() -> Plan:
    return load_plan(INVESTOR)


@cache
def roster(*absences: Absence) -> Roster:
    return build(plan().team, plan().pipelines, Entries(absences=absences), holidays_in)


def local(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return at_clock(day, time(hour, minute), ZONE)


def holding(pipeline: str, at: datetime, *absences: Absence) -> Shift:
    """Who holds the pipeline at that moment."""
    (shift,) = on_call(roster(*absences), roster(*absences).line_of(pipeline), at=at)
    return shift


def away(person: str, first: date, last: date) -> Absence:
    begins, ends = days_span(first, last, ZONE)
    return Absence(person=person, starts_at=begins, ends_at=ends)


def told(pipeline: str, first: date, last: date, *absences: Absence) -> list[tuple[str, str | None, Source]]:
    """The shifts of these days: when each begins in New York, who, and by what."""
    shifts = timeline(roster(*absences), roster(*absences).line_of(pipeline), *days_span(first, last, ZONE))
    return [(f"{local_of(shift.starts_at, ZONE):%a %d %b %H:%M}", shift.person, shift.source) for shift in shifts]


def test_nothing_is_wrong_with_it_and_nothing_contradicts_itself() -> None:
    assert [str(fault) for fault in check_plan(INVESTOR)[1]] == []


# The table of owners


def test_it_has_the_eight_pipelines_of_the_table_and_the_merged_one() -> None:
    assert set(plan().pipelines) == {*OWNERS, "executive-investor"}


@pytest.mark.parametrize(("pipeline", "owner"), OWNERS.items())
def test_each_team_owns_its_row_and_data_engineering_is_second(pipeline: str, owner: str) -> None:
    assert plan().pipelines[pipeline].owners == Owners(primary=owner, secondary="data-engineering")


def test_the_teams_go_by_their_names() -> None:
    names = {key: team.name for key, team in plan().team.teams.items()}
    assert names == {
        "data-engineering": "Data Engineering",
        "finance-risk": "Finance and Risk",
        "profit-bi": "Profit BI",
        "business-analytics": "Business Analytics",
        "accounts": "Accounts",
        "data-science": "Data Science",
        "software-frontend": "Software Frontend",
    }


def test_the_data_engineers_are_four() -> None:
    assert roster().teams["data-engineering"] == ENGINEERS


def test_experiments_are_told_apart_from_investors() -> None:
    found = {key for key, pipeline in plan().pipelines.items() if pipeline.purpose is Purpose.EXPERIMENTS}
    assert found == set(EXPERIMENTS)


def test_the_merged_data_waits_for_profit_growth_and_engagement() -> None:
    upstreams = {key: pipeline.upstreams for key, pipeline in plan().pipelines.items() if pipeline.upstreams}
    assert upstreams == {"executive-investor": ("profit", "growth", "engagement")}
    assert find_pipeline(plan().pipelines, "executives").key == "executive-investor"


@pytest.mark.parametrize(
    ("pipeline", "data"),
    [
        ("profit", ("revenue", "expenses", "salaries, summed")),
        ("growth", ("changes of licenses", "updates of subscriptions")),
        ("engagement", ("clicks", "time that users spend")),
        ("executive-investor", ("profit", "growth", "engagement")),
    ],
)
def test_each_reads_the_kinds_of_data_of_the_document(pipeline: str, data: tuple[str, ...]) -> None:
    reads = "\n".join(plan().pipelines[pipeline].reads).casefold()
    assert [kind for kind in data if kind not in reads] == []


def test_the_bot_runs_the_two_that_have_a_job() -> None:
    jobs = {key: pipeline.job for key, pipeline in plan().pipelines.items() if pipeline.job}
    assert jobs == {"daily-growth": "daily-growth", "aggregate-engagement": "aggregate-engagement"}


# Promises


def test_profit_is_reviewed_by_the_account_teams_once_a_month() -> None:
    (sla,) = plan().pipelines["profit"].sla
    assert (sla.every, sla.on) == ("month", "last-business-day")
    reviews = [check for check in plan().team.manual_checks if "accounts" in check.together_with]
    assert [check.every for check in reviews] == ["month"]


def test_statuses_of_accounts_are_right_by_the_end_of_the_week() -> None:
    (sla,) = plan().pipelines["growth"].sla
    assert (sla.every, sla.on, sla.at, sla.zone) == ("week", "friday", time(18), ZONE)


def test_engagement_is_there_in_48_hours_and_repaired_in_a_week() -> None:
    fresh, repair = plan().pipelines["engagement"].sla
    assert fresh.within == timedelta(hours=48)
    assert (repair.fix_within, repair.business_days) == (timedelta(days=7), False)


@pytest.mark.parametrize("pipeline", AGGREGATES)
def test_what_investors_read_is_repaired_before_the_month_ends(pipeline: str) -> None:
    (sla,) = plan().pipelines[pipeline].sla
    assert (sla.every, sla.on, sla.at, sla.zone) == ("month", "last-day", time(23, 59), ZONE)


@pytest.mark.parametrize("pipeline", EXPERIMENTS)
def test_experiments_have_more_time_than_anything_else(pipeline: str) -> None:
    (sla,) = plan().pipelines[pipeline].sla
    assert (sla.fix_within, sla.business_days) == (timedelta(days=10), True)
    others = [one for key in OWNERS if key not in EXPERIMENTS for one in plan().pipelines[key].sla]
    assert max(one.fix_within for one in others if one.fix_within) < timedelta(days=10)


def test_stale_events_fail_where_the_48_hours_end() -> None:
    bounds = {check.kind: check.fail for check in plan().pipelines["aggregate-engagement"].checks}
    assert bounds[Kind.FRESHNESS] == timedelta(hours=48)


# The roster


@pytest.mark.parametrize("pipeline", ["profit", "engagement", "executive-investor"])
def test_the_four_have_a_week_each_from_monday_at_ten(pipeline: str) -> None:
    assert told(pipeline, date(2026, 1, 6), date(2026, 1, 24))[1:] == [
        ("Mon 12 Jan 10:00", B, Source.ROTATION),
        ("Mon 19 Jan 10:00", C, Source.ROTATION),
    ]
    weeks = [date(2026, 1, 7) + number * timedelta(days=7) for number in range(8)]
    assert [holding(pipeline, local(day)).person for day in weeks] == [A, B, C, D, A, B, C, D]


def test_nobody_is_on_call_before_the_plan_begins() -> None:
    assert holding("profit", local(date(2026, 1, 5), 9, 59)).source is Source.NONE
    assert holding("profit", local(date(2026, 1, 5), 10)).person == A


def test_the_handoff_stays_at_ten_when_the_clocks_change() -> None:
    before, after = (holding("profit", local(day)) for day in (date(2026, 3, 4), date(2026, 3, 11)))
    assert before.starts_at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert before.ends_at == after.starts_at == datetime(2026, 3, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize("pipeline", OFFICE_HOURS)
def test_growth_and_experiments_have_somebody_in_business_hours_only(pipeline: str) -> None:
    assert told(pipeline, date(2026, 1, 16), date(2026, 1, 19)) == [
        ("Fri 16 Jan 00:00", None, Source.NONE),
        ("Fri 16 Jan 09:00", B, Source.ROTATION),
        ("Fri 16 Jan 18:00", None, Source.NONE),
        ("Mon 19 Jan 09:00", B, Source.ROTATION),  # the handoff comes an hour after the opening
        ("Mon 19 Jan 10:00", C, Source.ROTATION),
        ("Mon 19 Jan 18:00", None, Source.NONE),
    ]


def test_growth_says_why_nobody_is_on_call_at_night() -> None:
    assert "business hours only" in holding("growth", local(date(2026, 1, 17), 3)).why


@pytest.mark.parametrize("pipeline", sorted({*OWNERS, "executive-investor"} - set(OFFICE_HOURS)))
def test_the_others_have_somebody_at_night(pipeline: str) -> None:
    assert holding(pipeline, local(date(2026, 1, 17), 3)).person == B


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 25), date(2026, 1, 31)),
        (date(2026, 2, 22), date(2026, 2, 28)),
        (date(2028, 2, 23), date(2028, 2, 29)),  # a leap year
        (date(2026, 8, 25), date(2026, 8, 31)),  # a Monday: its calendar week would be that day alone
    ],
)
@pytest.mark.parametrize("pipeline", AGGREGATES)
def test_all_four_watch_in_the_last_seven_days_of_the_month(pipeline: str, first: date, last: date) -> None:
    for at in (local(first, 0), local(first + timedelta(days=3)), local(last, 23, 59)):
        shift = holding(pipeline, at)
        assert {shift.person, *shift.on_deck} == set(ENGINEERS)
    for at in (local(first, 0) - timedelta(minutes=1), local(last + timedelta(days=1), 0)):
        assert holding(pipeline, at).on_deck == ()


# Holidays and leave


def test_whoever_has_a_public_holiday_serves_through_it() -> None:
    thanksgiving = date(2026, 11, 26)
    assert [each.name for each in holidays_in("US", "CA", 2026) if each.day == thanksgiving] == ["Thanksgiving Day"]
    shift = holding("profit", local(thanksgiving))
    assert (shift.person, shift.source) == (C, Source.ROTATION)  # the 47th week: eleven rounds and three


def test_it_earns_a_day_off_in_the_next_turn() -> None:
    assert plan().team.leave.compensation == (Compensation.DAY_OFF_NEXT_ROTATION,)
    window = days_span(date(2026, 1, 13), date(2026, 2, 14), ZONE)
    # Martin Luther King Jr. Day is a Monday: C has 14 hours of it, B ten. Lincoln's Birthday is New York's alone.
    assert [(one.day, one.person) for one in earned(roster(), *window)] == [
        (date(2026, 1, 19), C),
        (date(2026, 2, 12), B),
    ]
    # C's next turn begins on Monday 16 February, which is a holiday itself.
    assert suggested_day_off(roster(), C, local(date(2026, 1, 20))) == date(2026, 2, 17)


def test_a_holiday_of_another_state_earns_nothing() -> None:
    chavez = date(2026, 3, 31)  # California's; the week is that of A, in New York
    assert chavez in [each.day for each in holidays_in("US", "CA", 2026)]
    assert holding("profit", local(chavez)).person == A
    assert earned(roster(), *days_span(chavez, chavez, ZONE)) == ()


def test_who_served_least_covers() -> None:
    assert plan().team.cover == (Cover.LEAST_LOADED,)
    leave = away(B, date(2026, 1, 14), date(2026, 1, 16))
    # A has had a week, C and D nothing; C is next in the order.
    assert told("profit", date(2026, 1, 13), date(2026, 1, 17), leave) == [
        ("Tue 13 Jan 00:00", B, Source.ROTATION),
        ("Wed 14 Jan 00:00", C, Source.COVER),
        ("Sat 17 Jan 00:00", B, Source.ROTATION),
    ]


def test_who_was_covered_is_the_next_to_cover() -> None:
    earlier, later = away(B, date(2026, 1, 14), date(2026, 1, 16)), away(A, date(2026, 2, 3), date(2026, 2, 4))
    # After the first round A and D have a week each, C three days more, B three days less.
    shift = holding("profit", local(date(2026, 2, 3)), earlier, later)
    assert (shift.person, shift.instead_of, shift.source) == (B, A, Source.COVER)
    assert "least on call this year" in shift.why


def test_a_gap_is_left_only_when_all_four_are_away() -> None:
    day = date(2026, 1, 14)
    gone = tuple(away(person, day, day) for person in (B, C, D))
    assert holding("profit", local(day), *gone).person == A
    assert holding("profit", local(day), *gone, away(A, day, day)).source is Source.GAP


def test_a_year_is_spread_evenly() -> None:
    assert plan().team.leave.spread_holidays
    loads = fairness(roster(), local(date(2026, 1, 5), 10), local(date(2027, 1, 4), 10))
    assert {load.person: round(load.days) for load in loads} == dict.fromkeys(ENGINEERS, 91)


# Who watches and who is told


def test_bi_of_the_profit_team_watches_profit() -> None:
    profit = plan().pipelines["profit"]
    assert profit.on_call.rotation == "data-engineers"
    assert re.search("BI .*profit team watch", profit.on_call.why)
    assert "profit-bi" in [step.tell for step in profit.escalation]
    weekly = [check.together_with for check in plan().team.manual_checks if check.every == "week"]
    assert weekly == [("profit-bi",)]


def test_whoever_takes_over_engagement_has_thirty_minutes() -> None:
    assert plan().team.handoff.sync == timedelta(minutes=30)
    assert "30-minute onboarding" in plan().pipelines["engagement"].on_call.why
    assert plan().team.handoff.checklist[0].startswith("Engagement")


@pytest.mark.parametrize(
    ("pipeline", "pattern"),
    [
        ("profit", "differ between accounts and filings"),
        ("profit", "outside accountant.*Robert Hale"),
        ("growth", "holes.*step.*not completed.*business hours"),
        ("engagement", "late in the Kafka queues.*consumers"),
        ("engagement", "Kafka is down.*lost.*hole"),
        ("engagement", "Duplicate events.*twice.*deduplication"),
        ("executive-investor", r"Spark join.*memory.*\(OOM\).*large"),
        ("executive-investor", "stale.*backfills wait in the queue.*oldest first"),
        ("executive-investor", "NA, or a division by zero.*lacks the period"),
        ("unit-level-profit", "investor pipeline first"),
    ],
)
def test_every_issue_of_the_document_has_its_steps(pipeline: str, pattern: str) -> None:
    symptoms = [one for one in runbooks.sections(plan(), pipeline) if one.path[:1] == ("Symptoms",)]
    assert any(re.search(pattern, f"{one.heading} {one.text}", re.DOTALL) for one in symptoms)
