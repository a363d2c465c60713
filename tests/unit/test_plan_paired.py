"""The plan of the engineers who own pipelines in pairs: its facts, its contradictions, its roster."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from store import runbooks
from store.domain.absence import Absence
from store.domain.check import Kind
from store.domain.oncall import on_call, timeline
from store.domain.pipeline import Owners
from store.domain.roster import Entries, Roster, build
from store.domain.shift import Shift, Source
from store.domain.swap import Swap, SwapState
from store.domain.team import Compensation, Cover
from store.domain.wall import at_clock, days_span, local_of
from store.holidays import holidays_in
from store.plans import Plan, check_plan, load_plan
from store.settings import PLANS

PAIRED = PLANS / "paired-engineers"
ZONE = "America/New_York"
EVERYBODY = {"de1", "de2", "de3", "de4"}
PROFIT, GROWTH = ("aggregate-profit", "unit-level-profit"), ("aggregate-growth", "daily-growth")
KEYS = sorted((*PROFIT, *GROWTH, "aggregate-engagement", "aggregate-investor"))


@cache
def plan() -> Plan:
    return load_plan(PAIRED)


@cache
def roster(entries: Entries = Entries()) -> Roster:  # noqa: B008 - frozen and empty
    return build(plan().team, plan().pipelines, entries, holidays_in)


def local(month: int, day: int, hour: int, *, year: int = 2026) -> datetime:
    return at_clock(date(year, month, day), time(hour), ZONE)


def holding(pipeline: str, at: datetime, entries: Entries | None = None) -> Shift:
    """Who holds the pipeline at that moment."""
    asked = roster(entries) if entries else roster()
    (shift,) = on_call(asked, asked.line_of(pipeline), at=at)
    return shift


def shifts(pipeline: str, first: date, last: date) -> tuple[Shift, ...]:
    return timeline(roster(), roster().line_of(pipeline), *days_span(first, last, ZONE))


def test_it_has_the_five_pipelines_and_the_one_that_waits_for_them() -> None:
    assert list(plan().pipelines) == KEYS


def test_what_its_document_contradicts_is_noticed_and_nothing_else() -> None:
    _, faults = check_plan(PAIRED)
    assert [(fault.level, fault.path, fault.key, fault.message) for fault in faults] == [
        (
            "notice",
            "aggregate-investor.md",
            "owners.secondary",
            "the same as the primary owner, so there is nobody to fall back on",
        ),
        ("notice", "daily-growth.md", "owners.primary", "is `de4`, the text below says `de3`"),
        ("notice", "daily-growth.md", "owners.secondary", "is `de3`, the text below says `de4`"),
        ("notice", "unit-level-profit.md", "owners.primary", "is `de2`, the text below says `de1`"),
        ("notice", "unit-level-profit.md", "owners.secondary", "is `de1`, the text below says `de2`"),
    ]


@pytest.mark.parametrize(
    ("key", "primary", "secondary"),
    [
        ("aggregate-profit", "de1", "de2"),
        ("unit-level-profit", "de2", "de1"),
        ("aggregate-growth", "de3", "de4"),
        ("daily-growth", "de4", "de3"),
        ("aggregate-engagement", "de1", "de3"),
    ],
)
def test_owners_are_those_of_the_table(key: str, primary: str, secondary: str) -> None:
    assert plan().pipelines[key].owners == Owners(primary=primary, secondary=secondary)


def test_everybody_owns_an_investor_pipeline() -> None:
    """As primary or as secondary: two of the four have theirs as secondary only."""
    owners = [plan().pipelines[key].owners for key in KEYS if key.startswith("aggregate") and "investor" not in key]
    assert {owner for pair in owners for owner in (pair.primary, pair.secondary)} == EVERYBODY
    assert {pair.primary for pair in owners} == {"de1", "de3"}


def test_the_ladder_is_half_an_hour_two_hours_four_hours() -> None:
    steps = [(step.after, step.unless, step.tell) for step in plan().team.escalation]
    assert steps == [
        (timedelta(0), "acknowledged", ("on-call",)),
        (timedelta(minutes=30), "acknowledged", ("on-call",)),
        (timedelta(hours=2), "resolved", ("secondary",)),
        (timedelta(hours=4), "resolved", ("lead",)),
    ]
    assert plan().team.teams["data-engineering"].lead == "rosa"


def test_other_teams_are_called_by_the_page_of_each_pipeline() -> None:
    told_teams = {key: {step.tell for step in plan().pipelines[key].escalation} for key in KEYS}
    assert {"finance", "engineering"} <= told_teams["aggregate-profit"] & told_teams["unit-level-profit"]
    assert {"accounts", "engineering"} <= told_teams["aggregate-growth"] & told_teams["daily-growth"]
    assert {"engineering", "frontend-contact"} <= told_teams["aggregate-engagement"]
    assert {"finance", "accounts", "engineering"} <= told_teams["aggregate-investor"]


def test_there_is_a_contact_on_the_frontend_team() -> None:
    (contact,) = [one for one in plan().team.people.values() if "frontend-contact" in one.roles]
    assert contact.teams == ("frontend",)


@pytest.mark.parametrize(
    ("keys", "within", "fix_within", "business_days"),
    [
        (PROFIT, timedelta(hours=24), timedelta(days=3), True),
        (GROWTH, None, timedelta(days=2), True),
        (("aggregate-engagement",), timedelta(hours=48), timedelta(days=7), False),
    ],
)
def test_freshness_and_repair_times(
    keys: tuple[str, ...], within: timedelta | None, fix_within: timedelta, business_days: bool
) -> None:
    for key in keys:
        promises = plan().pipelines[key].sla
        assert next((one.within for one in promises if one.within), None) == within
        assert [(one.fix_within, one.business_days) for one in promises if one.fix_within] == [
            (fix_within, business_days)
        ]


@pytest.mark.parametrize("key", KEYS)
def test_no_pipeline_may_miss_the_month_end_close(key: str) -> None:
    monthly = [one for one in plan().pipelines[key].sla if one.every == "month"]
    assert [(one.on, one.at, one.zone) for one in monthly] == [("last-business-day", time(17), ZONE)]


@pytest.mark.parametrize("key", GROWTH)
def test_account_statuses_are_up_to_date_at_the_end_of_the_week(key: str) -> None:
    assert [one.on for one in plan().pipelines[key].sla if one.every == "week"] == ["friday"]


@pytest.mark.parametrize("key", KEYS)
def test_automatic_alerts_have_the_documents_bounds(key: str) -> None:
    checks = {check.kind: check for check in plan().pipelines[key].checks}
    assert set(checks) == {Kind.FRESHNESS, Kind.ROWS, Kind.NULLS}
    assert (checks[Kind.FRESHNESS].warn, checks[Kind.FRESHNESS].fail) == (timedelta(hours=18), timedelta(hours=24))
    assert (checks[Kind.ROWS].warn, checks[Kind.ROWS].fail) == (0.2, None)
    assert checks[Kind.NULLS].fail == 0
    alerts = runbooks.section_named(plan(), key, "Checks and alerts")
    assert alerts is not None
    for said in ("18 hours | 24 hours", "20 %", "NULLs", "The run failed", "24 hours before the deadline"):
        assert said in alerts.text


def test_the_report_waits_for_profit_growth_and_engagement() -> None:
    upstreams = {key: set(plan().pipelines[key].upstreams) for key in KEYS if plan().pipelines[key].upstreams}
    assert upstreams == {"aggregate-investor": {"aggregate-profit", "aggregate-growth", "aggregate-engagement"}}


def test_two_pipelines_have_a_job() -> None:
    jobs = {key: pipeline.job for key, pipeline in plan().pipelines.items() if pipeline.job}
    assert jobs == {"aggregate-engagement": "aggregate-engagement", "daily-growth": "daily-growth"}
    for key in set(KEYS) - set(jobs):
        rerun = runbooks.section_named(plan(), key, "Rerun and backfill")
        assert rerun is not None
        assert "Baton does not run this pipeline" in rerun.text


def test_manual_checks_are_weekly_monthly_and_at_month_end() -> None:
    checks = {check.every: set(check.together_with) for check in plan().team.manual_checks}
    assert checks == {
        "week": set(),
        "month": {"finance", "accounts", "product"},
        "month-end": {"data-engineering"},
    }
    assert roster().people_of("data-engineering") == ("de1", "de2", "de3", "de4")


def test_leave_rules() -> None:
    leave = plan().team.leave
    assert leave.swap_notice == timedelta(days=7)
    assert set(leave.compensation) == {Compensation.COMP_DAY, Compensation.TIME_AND_A_HALF}
    assert {"Christmas Day", "New Year's Day", "Thanksgiving Day"} < set(leave.major_holidays)
    assert plan().team.cover == (Cover.SECONDARY,)
    assert plan().team.handoff.sync == timedelta(minutes=30)


def test_the_four_serve_a_week_each_in_order() -> None:
    weeks = [holding("aggregate-profit", local(1, 5, 10) + number * timedelta(days=7)).person for number in range(9)]
    assert weeks == ["de1", "de2", "de3", "de4", "de1", "de2", "de3", "de4", "de1"]
    assert holding("aggregate-profit", local(1, 12, 10) - timedelta(minutes=1)).person == "de1"


def test_the_handoff_stays_at_ten_when_the_clock_is_turned() -> None:
    """On 8 March 2026; the Monday after it is the tenth turn, so DE1 hands over to DE2."""
    assert holding("aggregate-profit", datetime(2026, 3, 9, 13, 59, tzinfo=UTC)).person == "de1"
    assert holding("aggregate-profit", datetime(2026, 3, 9, 14, 0, tzinfo=UTC)).person == "de2"


@pytest.mark.parametrize(
    ("pipeline", "backup"),
    [
        ("aggregate-profit", ("de2",)),
        ("unit-level-profit", ("de1",)),
        ("aggregate-growth", ("de4",)),
        ("daily-growth", ("de4",)),  # DE3 serves and is its secondary owner: the primary stands by
        ("aggregate-engagement", ("de1",)),  # likewise
    ],
)
def test_the_other_owner_stands_by_on_thanksgiving(pipeline: str, backup: tuple[str, ...]) -> None:
    shift = holding(pipeline, local(11, 26, 12))
    assert (shift.person, shift.source, shift.backup) == ("de3", Source.ROTATION, backup)
    assert holding(pipeline, local(11, 25, 12)).backup == ()
    assert holding(pipeline, local(11, 27, 12)).backup == ()


def test_a_lesser_holiday_needs_no_backup() -> None:
    """Columbus Day."""
    assert holding("aggregate-profit", local(10, 12, 12)).backup == ()


def test_who_is_on_call_on_a_holiday_serves_it() -> None:
    for key in KEYS:
        for shift in shifts(key, date(2026, 1, 6), date(2027, 12, 31)):
            assert shift.source in (Source.ROTATION, Source.NONE), shift


@pytest.mark.parametrize("key", KEYS)
def test_everybody_is_on_deck_in_the_months_last_seven_days_whatever_the_holiday(key: str) -> None:
    for shift in shifts(key, date(2026, 11, 1), date(2026, 11, 30)):
        last_week = local_of(shift.starts_at, ZONE).date() >= date(2026, 11, 24)
        assert set(shift.on_deck) == (EVERYBODY - {shift.person} if last_week else set())


@pytest.mark.parametrize("key", GROWTH)
def test_growth_has_nobody_on_call_outside_business_hours(key: str) -> None:
    for shift in shifts(key, date(2026, 3, 2), date(2026, 3, 20)):
        begins = local_of(shift.starts_at, ZONE)
        working = begins.weekday() < 5 and time(9) <= begins.time() < time(17)
        assert (shift.source, shift.person is not None) == (Source.ROTATION if working else Source.NONE, working)
    evening = holding(key, local(3, 4, 20))
    assert evening.why == plan().pipelines[key].on_call.why
    assert "business hours" in evening.why


@pytest.mark.parametrize("key", GROWTH)
def test_both_owners_of_growth_watch_at_month_end_also_at_night(key: str) -> None:
    assert {"de3", "de4"} <= set(holding(key, local(3, 31, 20)).on_deck)


@pytest.mark.parametrize(("keys", "people"), [(PROFIT, {"de1", "de2"}), (GROWTH, {"de3", "de4"})])
def test_owners_are_on_high_alert(keys: tuple[str, ...], people: set[str]) -> None:
    for key in keys:
        assert set(plan().pipelines[key].on_call.high_alert) == people


def test_leave_falls_to_the_pipelines_other_owner() -> None:
    """DE1 has the week of 5 January. Aggregate Growth is none of theirs, so its secondary owner takes it."""
    starts_at, ends_at = days_span(date(2026, 1, 6), date(2026, 1, 7), ZONE)
    away = Entries(absences=(Absence(person="de1", starts_at=starts_at, ends_at=ends_at),))
    at = local(1, 6, 12)
    cover = {key: holding(key, at, away).person for key in KEYS if key != "aggregate-investor"}
    assert cover == {
        "aggregate-profit": "de2",
        "unit-level-profit": "de2",
        "aggregate-growth": "de4",
        "daily-growth": "de3",
        "aggregate-engagement": "de3",
    }
    assert holding("aggregate-profit", local(1, 8, 12), away).person == "de1"


def test_nobody_is_left_when_both_owners_are_away() -> None:
    starts_at, ends_at = days_span(date(2026, 1, 6), date(2026, 1, 7), ZONE)
    away = Entries(absences=tuple(Absence(person=one, starts_at=starts_at, ends_at=ends_at) for one in ("de1", "de2")))
    assert holding("aggregate-profit", local(1, 6, 12), away).source is Source.GAP
    assert holding("aggregate-engagement", local(1, 6, 12), away).person == "de3"


def test_two_engineers_may_swap_their_weeks() -> None:
    """Thanksgiving is DE3's; DE2 takes it for the week of 16 November."""
    asked_at = datetime(2026, 10, 1, tzinfo=UTC)
    swap = Swap(
        rotation="data-engineers",
        asker="de3",
        gives=date(2026, 11, 23),
        other="de2",
        takes=date(2026, 11, 16),
        state=SwapState.ACCEPTED,
        asked_at=asked_at,
        decided_at=asked_at,
    )
    entries = Entries(swaps=(swap,))
    thanksgiving = holding("aggregate-profit", local(11, 26, 12), entries)
    assert (thanksgiving.person, thanksgiving.source, thanksgiving.backup) == ("de2", Source.SWAP, ("de1",))
    assert holding("aggregate-profit", local(11, 17, 12), entries).person == "de3"
