"""The plan `saas-analytics` says what its ownership plan says, and answers as that would."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from store.domain.absence import Absence
from store.domain.oncall import on_call, timeline
from store.domain.override import Volunteer
from store.domain.pipeline import Owners, Purpose
from store.domain.roster import Roster
from store.domain.shift import Shift, Source
from store.domain.team import Cover, LastWeek, Severity
from store.domain.wall import DAY, days_span
from store.domain.watch import deck_spans
from store.plans import Plan, check_plan, load_plan
from store.runbooks import sections
from store.settings import PLANS
from tests.editor import front, marked, told
from tests.plan_answers import away, clock, holders, roster
from tests.plan_pages import dead_ends, unexplained

FOLDER = PLANS / "saas-analytics"
LONDON = "Europe/London"
HOUR = timedelta(hours=1)
INVESTORS, EXPERIMENTS = Purpose.INVESTORS, Purpose.EXPERIMENTS


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(FOLDER)


def london(*numbers: int) -> datetime:
    return clock(LONDON, *numbers)


def gone(person: str, first: date, last: date) -> Absence:
    return away(person, first, last, LONDON)


def shifts(of: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
    (line,) = of.lines
    return timeline(of, line, starts_at, ends_at)


# what it says twice


def test_it_tells_of_the_three_owners_that_are_named_in_two_ways_and_of_nothing_else() -> None:
    assert [(fault.path, fault.key, fault.level, fault.message) for fault in check_plan(FOLDER)[1]] == [
        (
            "aggregate-growth.md",
            "owners.primary",
            "notice",
            "is `accounts`, the text below says `business-analytics`, `finance-team`",
        ),
        ("aggregate-profit.md", "owners.primary", "notice", "is `finance-team`, the text below says `finance-risk`"),
        ("daily-growth.md", "owners.secondary", "notice", "is `product-analytics`, the text below says `data-science`"),
    ]


def test_finance_and_finance_risk_stay_two_teams_until_somebody_settles_it(plan: Plan) -> None:
    assert plan.team.teams["finance-team"].name == "Finance Team"
    assert plan.team.teams["finance-risk"].name == "Finance/Risk Team"
    assert not [person for person in plan.team.people.values() if "finance-risk" in person.teams]


# its facts


@pytest.mark.parametrize(
    ("key", "purpose", "primary", "secondary"),
    [
        ("unit-level-profit", EXPERIMENTS, "data-engineering", "data-science"),
        ("aggregate-profit", INVESTORS, "finance-team", "data-engineering"),
        ("aggregate-growth", INVESTORS, "accounts", "data-engineering"),
        ("daily-growth", EXPERIMENTS, "data-engineering", "product-analytics"),
        ("aggregate-engagement", INVESTORS, "software-engineering", "data-engineering"),
    ],
)
def test_each_pipeline_has_the_owners_of_the_table(
    plan: Plan, key: str, purpose: Purpose, primary: str, secondary: str
) -> None:
    assert plan.pipelines[key].owners == Owners(primary=primary, secondary=secondary)
    assert plan.pipelines[key].purpose is purpose
    assert len(plan.pipelines) == 5


def test_the_promises_have_the_hours_that_are_given_and_no_others(plan: Plan) -> None:
    def promised(key: str) -> list[tuple[object, ...]]:
        return [(sla.every, sla.on, sla.at, sla.zone, sla.within) for sla in plan.pipelines[key].sla]

    assert promised("unit-level-profit") == [("day", None, time(9), "UTC", None)]
    assert promised("daily-growth") == [("day", None, time(9), "UTC", None)]
    assert promised("aggregate-profit") == [("month", 28, None, None, None)]
    assert promised("aggregate-growth") == [
        ("week", "friday", None, None, None),
        ("month", "last-day", None, None, None),
    ]
    assert promised("aggregate-engagement") == [
        (None, None, None, None, 48 * HOUR),
        ("month", "last-business-day", None, None, None),
    ]


@pytest.mark.parametrize(
    ("key", "told_whom"),
    [
        ("unit-level-profit", ["data-science"]),
        ("aggregate-profit", ["finance-lead"]),
        ("aggregate-growth", ["accounts-lead"]),
        ("daily-growth", ["product-analyst"]),
        ("aggregate-engagement", ["swe-kafka", "platform-pm"]),
    ],
)
def test_each_pipeline_escalates_to_whom_its_section_names(plan: Plan, key: str, told_whom: list[str]) -> None:
    assert [step.tell for step in plan.pipelines[key].escalation] == told_whom


def test_low_and_medium_are_tickets_of_a_business_day_and_high_travels_within_two_hours(plan: Plan) -> None:
    rules = plan.team.severities
    for severity in (Severity.LOW, Severity.MEDIUM):
        assert (rules[severity].handled_within, rules[severity].business_hours) == (24 * HOUR, True)
    assert (rules[Severity.HIGH].handled_within, rules[Severity.HIGH].business_hours) == (2 * HOUR, False)
    assert (plan.team.channels.alerts, plan.team.channels.incidents) == ("on-call-alerts", "incident-response")
    assert [(step.after, step.unless, step.tell) for step in plan.team.escalation] == [
        (timedelta(0), "acknowledged", ("on-call",)),
        (2 * HOUR, "resolved", ("manager", "owner")),
    ]


def test_leave_is_entered_two_weeks_ahead_and_covered_by_last_week_then_by_a_volunteer(plan: Plan) -> None:
    assert plan.team.leave.notice == 14 * DAY
    assert plan.team.leave.calendar == "The shared team calendar"
    assert plan.team.cover == (Cover.PREVIOUS, Cover.VOLUNTEER)


def test_the_handoff_is_a_sync_of_half_an_hour_with_the_channel_and_the_board(plan: Plan) -> None:
    assert plan.team.handoff.sync == HOUR / 2
    assert "#de-on-call" in plan.team.handoff.checklist[0]
    assert "JIRA board" in plan.team.handoff.checklist[0]


def test_finance_reviews_profit_every_month(plan: Plan) -> None:
    assert [(check.every, check.together_with) for check in plan.team.manual_checks] == [("month", ("finance-team",))]


def test_baton_runs_the_two_pipelines_that_it_has_jobs_for_and_explains_every_failure_of_theirs(plan: Plan) -> None:
    runnable = {key: pipeline.job for key, pipeline in plan.pipelines.items() if pipeline.job}
    assert runnable == {"aggregate-engagement": "aggregate-engagement", "daily-growth": "daily-growth"}
    assert {key: unexplained(plan, key) for key in runnable} == {"aggregate-engagement": [], "daily-growth": []}


# its answers


def test_four_engineers_take_a_week_each_and_hand_over_at_ten_in_london_also_when_the_clock_changes(plan: Plan) -> None:
    """Weeks of 9 March to 6 April 2026; British clocks go forward on 29 March."""
    assert holders(shifts(roster(plan), london(2026, 3, 9, 10), london(2026, 4, 6, 10)), LONDON) == [
        "daniel: Mon 9 Mar 10:00 to Mon 16 Mar 10:00",
        "priya: Mon 16 Mar 10:00 to Mon 23 Mar 10:00",
        "tom: Mon 23 Mar 10:00 to Mon 30 Mar 10:00",
        "amelia: Mon 30 Mar 10:00 to Mon 6 Apr 10:00",
    ]


def test_one_engineer_holds_all_five_pipelines(plan: Plan) -> None:
    (line,) = roster(plan).lines
    assert set(line.pipelines) == set(plan.pipelines)


def test_in_summer_the_engineer_who_comes_in_has_the_deadline_of_the_same_minute(plan: Plan) -> None:
    """09:00 UTC is 10:00 in London from the end of March on."""
    of = roster(plan)
    (line,) = of.lines
    (winter,) = on_call(of, line, at=datetime(2026, 3, 23, 9, tzinfo=UTC))
    (summer,) = on_call(of, line, at=datetime(2026, 3, 30, 9, tzinfo=UTC))
    assert (winter.person, winter.ends_at) == ("priya", datetime(2026, 3, 23, 10, tzinfo=UTC))
    assert (summer.person, summer.starts_at) == ("amelia", datetime(2026, 3, 30, 9, tzinfo=UTC))


def test_a_vacation_goes_to_last_weeks_engineer_for_its_days_alone(plan: Plan) -> None:
    of = roster(plan, gone("priya", date(2026, 3, 17), date(2026, 3, 18)))
    assert holders(shifts(of, london(2026, 3, 16, 10), london(2026, 3, 23, 10)), LONDON) == [
        "priya: Mon 16 Mar 10:00 to Tue 17 Mar 00:00",
        "daniel: Tue 17 Mar 00:00 to Thu 19 Mar 00:00",
        "priya: Thu 19 Mar 00:00 to Mon 23 Mar 10:00",
    ]


def test_last_weeks_engineer_away_too_leaves_a_gap_until_a_teammate_volunteers(plan: Plan) -> None:
    both = (gone("priya", date(2026, 3, 17), date(2026, 3, 17)), gone("daniel", date(2026, 3, 17), date(2026, 3, 17)))
    tuesday = days_span(date(2026, 3, 17), date(2026, 3, 17), LONDON)
    (gap,) = shifts(roster(plan, *both), *tuesday)
    assert (gap.person, gap.source, gap.instead_of) == (None, Source.GAP, "priya")
    assert [one.person for one in gap.passed] == ["daniel"]
    offer = Volunteer(person="tom", starts_at=tuesday[0], ends_at=tuesday[1], entered_at=london(2026, 3, 16, 10, 20))
    (covered,) = shifts(roster(plan, *both, volunteers=(offer,)), *tuesday)
    assert (covered.person, covered.source) == ("tom", Source.COVER)


def test_a_bank_holiday_that_nobody_entered_takes_nobody_off_call(plan: Plan) -> None:
    """Good Friday is 3 April 2026, Easter Monday the 6th; vacations are entered, holidays are not."""
    of = roster(plan)
    assert {holiday.day for holiday in of.holidays_of("amelia", 2026)} >= {date(2026, 4, 3), date(2026, 4, 6)}
    assert {shift.source for shift in shifts(of, london(2026, 3, 30, 10), london(2026, 4, 13, 10))} == {Source.ROTATION}


def test_bi_watches_from_the_first_of_the_last_seven_days_to_the_end_of_the_month(plan: Plan) -> None:
    month = shifts(roster(plan), london(2026, 3, 9, 10), london(2026, 4, 6, 10))
    assert holders((shift for shift in month if shift.on_deck == ("hugo",)), LONDON) == [
        "tom: Wed 25 Mar 00:00 to Mon 30 Mar 10:00",
        "amelia: Mon 30 Mar 10:00 to Wed 1 Apr 00:00",
    ]
    assert {shift.on_deck for shift in month} == {(), ("hugo",)}
    assert "bi" in plan.team.people["hugo"].teams


def test_the_last_week_holds_the_28th_in_every_month_which_a_calendar_week_would_not(plan: Plan) -> None:
    (deck,) = plan.team.on_deck
    assert deck.counted is LastWeek.LAST_DAYS
    of = roster(plan)
    for number in range(48):
        final = london(2026 + number // 12, number % 12 + 1, 28, 12)
        assert list(deck_spans(of, deck, (final, final + HOUR))), final


# its pages


def test_no_step_of_a_page_leads_nowhere(plan: Plan) -> None:
    assert dead_ends(plan) == []


def test_an_editor_finds_nothing_wrong_with_its_files(plan: Plan) -> None:
    assert told("team", marked((FOLDER / "team.yaml").read_text(encoding="utf-8"))) == []
    for page in plan.pages.values():
        assert told("pipeline", front(page.path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("key", "issues"),
    [
        (
            "unit-level-profit",
            (
                "Costs are late and belong to no account",
                "Subscriber counts are missing",
                "Costs are mapped to the wrong account",
            ),
        ),
        (
            "aggregate-profit",
            (
                "Our figures and the books do not match",
                "Salaries are late or missing",
                "An account counts twice",
            ),
        ),
        (
            "aggregate-growth",
            (
                "A step is missing in an account's life",
                "Retention is off around midnight",
                "The CRMs tell the same change twice",
            ),
        ),
        (
            "daily-growth",
            (
                "Trial conversions are missing",
                "The log is partial: the provider's API timed out",
                "The export was processed before its source had loaded",
            ),
        ),
        (
            "aggregate-engagement",
            (
                "Clickstream is late: Kafka is delayed",
                "A day is lost: Kafka was down",
                "Events are there twice",
            ),
        ),
    ],
)
def test_each_common_issue_has_steps(plan: Plan, key: str, issues: tuple[str, ...]) -> None:
    from_page = {section.heading: section.text for section in sections(plan, key)}
    for issue in issues:
        assert "**Do:**" in from_page[issue]
        assert "**Escalate:**" in from_page[issue]
