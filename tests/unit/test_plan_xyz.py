"""The plan `xyz-tech` says what its ownership plan says, and answers as that would."""

from datetime import date, datetime, time, timedelta

import pytest

from store.domain.absence import Absence, Kind
from store.domain.check import Kind as CheckKind
from store.domain.oncall import on_call, timeline
from store.domain.pipeline import Owners, Purpose
from store.domain.roster import Roster
from store.domain.shift import Shift, Source
from store.domain.team import Cover
from store.holidays import feasts_in, holidays_in
from store.plans import Plan, check_plan, load_plan
from store.runbooks import section_named, sections
from store.settings import PLANS
from tests.editor import front, marked, told
from tests.plan_answers import away, clock, holders, roster
from tests.plan_pages import dead_ends, unexplained

FOLDER = PLANS / "xyz-tech"
HERE = "Asia/Kuala_Lumpur"
HOUR = timedelta(hours=1)
INVESTORS, EXPERIMENTS = Purpose.INVESTORS, Purpose.EXPERIMENTS
BUSINESS = ("aggregate-engagement", "aggregate-growth", "aggregate-profit")
PROJECTS = ("daily-growth", "unit-level-profit")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(FOLDER)


def local(*numbers: int) -> datetime:
    return clock(HERE, *numbers)


def gone(person: str, first: date, last: date, kind: Kind = Kind.LEAVE) -> Absence:
    return away(person, first, last, HERE, kind)


def shifts(of: Roster, pipeline: str, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
    return timeline(of, of.line_of(pipeline), starts_at, ends_at)


def holder(of: Roster, pipeline: str, *numbers: int) -> str | None:
    (shift,) = on_call(of, of.line_of(pipeline), at=local(*numbers))
    return shift.person


def test_nothing_is_wrong_with_it_and_nothing_contradicts_itself() -> None:
    assert [str(fault) for fault in check_plan(FOLDER)[1]] == []


# its facts


@pytest.mark.parametrize(
    ("key", "purpose", "primary", "secondary"),
    [
        ("unit-level-profit", EXPERIMENTS, "aidil", "spencer"),
        ("daily-growth", EXPERIMENTS, "thiru", "choo"),
        ("aggregate-profit", INVESTORS, "business-analytics", "data-engineering"),
        ("aggregate-engagement", INVESTORS, "business-analytics", "data-engineering"),
        ("aggregate-growth", INVESTORS, "accounts", "data-engineering"),
    ],
)
def test_each_pipeline_has_the_owners_of_the_table(
    plan: Plan, key: str, purpose: Purpose, primary: str, secondary: str
) -> None:
    assert plan.pipelines[key].owners == Owners(primary=primary, secondary=secondary)
    assert plan.pipelines[key].purpose is purpose
    assert set(plan.pipelines) == {*BUSINESS, *PROJECTS}


@pytest.mark.parametrize("key", PROJECTS)
def test_nobody_is_on_call_for_experiments_and_the_plan_says_why(plan: Plan, key: str) -> None:
    of = roster(plan)
    (shift,) = shifts(of, key, local(2026, 1, 5, 10), local(2026, 2, 2, 10))
    assert (shift.person, shift.source) == (None, Source.NONE)
    assert "not a production pipeline" in shift.why
    assert "office hours" in shift.why


@pytest.mark.parametrize("key", BUSINESS)
def test_the_owning_team_hears_first_and_the_engineer_on_duty_after_it(plan: Plan, key: str) -> None:
    pipeline = plan.pipelines[key]
    assert [step.tell for step in pipeline.escalation] == [pipeline.owners.primary, "data-engineering"]
    assert [step.tell for step in plan.team.escalation] == [("owner",), ("on-call",)]


def test_the_three_figures_of_the_alerts_are_watched(plan: Plan) -> None:
    """Not complete at 09:00 of the next working day, a lag over 16 hours, a run over 2 hours."""
    (complete,) = plan.pipelines["aggregate-profit"].sla
    assert (complete.every, complete.at, complete.zone) == ("working-day", time(9), HERE)
    engagement = plan.pipelines["aggregate-engagement"]
    assert [sla.within for sla in engagement.sla] == [16 * HOUR]
    assert {check.kind: check.warn for check in engagement.checks}[CheckKind.FRESHNESS] == 16 * HOUR
    assert plan.pipelines["aggregate-growth"].max_runtime == 2 * HOUR


def test_the_alerts_without_a_figure_are_checks_or_stand_on_the_page(plan: Plan) -> None:
    """Discrepancies; sudden changes and failures; anomalies of growth and missing key metrics."""
    (missing,) = plan.pipelines["aggregate-growth"].checks
    assert (missing.kind, missing.fail) == (CheckKind.NULLS, 0)
    assert CheckKind.ROWS in {check.kind for check in plan.pipelines["aggregate-engagement"].checks}
    for key, words in {
        "aggregate-profit": ("09:00 on the next working day", "Discrepancy"),
        "aggregate-engagement": ("Lag", "Sudden drop or rise", "Failure"),
        "aggregate-growth": ("Long run", "Anomaly in growth", "Missing data"),
    }.items():
        alerts = section_named(plan, key, "Checks and alerts")
        assert alerts is not None
        assert [word for word in words if word not in alerts.text] == []


def test_critical_inputs_and_outputs_are_facts_of_the_page(plan: Plan) -> None:
    def held(key: str) -> tuple[int, int]:
        return len(plan.pipelines[key].reads), len(plan.pipelines[key].writes)

    assert {key: held(key) for key in BUSINESS} == {
        "aggregate-profit": (2, 2),  # revenue and expenses; the dashboard and the quarter's report
        "aggregate-engagement": (3, 2),  # logs, sessions, market trends; the dashboard and the files
        "aggregate-growth": (3, 2),  # revenue, users, benchmarks; dashboards and reports
    }
    assert "optional" in plan.pipelines["aggregate-engagement"].reads[-1]


def test_there_are_five_kinds_of_cause_and_each_page_helps_to_choose(plan: Plan) -> None:
    assert list(plan.team.causes) == ["data", "processing", "infrastructure", "human-error", "external-dependency"]
    for key in plan.pipelines:
        choice = section_named(plan, key, "Which kind of cause is it?")
        assert choice is not None
        rows = [line.split("|")[1].strip().lower().replace(" ", "-") for line in choice.text.splitlines()[2:]]
        assert rows == list(plan.team.causes)


def test_emergency_leave_needs_no_notice_and_next_week_covers(plan: Plan) -> None:
    assert plan.team.leave.notice == timedelta(0)
    assert plan.team.leave.holiday_is_away
    assert plan.team.cover == (Cover.NEXT,)


def test_baton_runs_the_two_pipelines_that_it_has_jobs_for_and_explains_every_failure_of_theirs(plan: Plan) -> None:
    runnable = {key: pipeline.job for key, pipeline in plan.pipelines.items() if pipeline.job}
    assert runnable == {"aggregate-engagement": "aggregate-engagement", "daily-growth": "daily-growth"}
    assert {key: unexplained(plan, key) for key in runnable} == {"aggregate-engagement": [], "daily-growth": []}


# its answers


def test_each_rotation_follows_its_row_of_the_table_for_four_weeks_and_begins_again(plan: Plan) -> None:
    of, span = roster(plan), (local(2026, 4, 27, 10), local(2026, 6, 1, 10))
    weeks = [
        "Mon 27 Apr 10:00 to Mon 4 May 10:00",
        "Mon 4 May 10:00 to Mon 11 May 10:00",
        "Mon 11 May 10:00 to Mon 18 May 10:00",
        "Mon 18 May 10:00 to Mon 25 May 10:00",
    ]
    rows = {
        "aggregate-profit": ("aidil", "thiru", "choo", "spencer"),
        "aggregate-engagement": ("aidil", "thiru", "choo", "spencer"),
        "aggregate-growth": ("spencer", "choo", "aidil", "thiru"),
    }
    for key, order in rows.items():
        told = holders(shifts(of, key, *span), HERE)
        assert told[:4] == [f"{person}: {week}" for person, week in zip(order, weeks, strict=True)]
        assert told[4].startswith(f"{order[0]}: Mon 25 May 10:00 to ")


def test_two_engineers_are_on_duty_each_week_and_never_the_same_one_twice(plan: Plan) -> None:
    of = roster(plan)
    for week in range(8):
        at = local(2026, 1, 5, 12) + week * timedelta(days=7)
        people = [shift.person for key in BUSINESS for shift in on_call(of, of.line_of(key), at=at)]
        assert len(set(people)) == 2, at


def test_choos_new_year_is_covered_by_next_weeks_engineer_on_the_two_days_alone(plan: Plan) -> None:
    """17 and 18 February 2026 lie in Choo's week."""
    assert holders(shifts(roster(plan), "aggregate-profit", local(2026, 2, 16, 10), local(2026, 2, 23, 10)), HERE) == [
        "choo: Mon 16 Feb 10:00 to Tue 17 Feb 00:00",
        "spencer: Tue 17 Feb 00:00 to Thu 19 Feb 00:00",
        "choo: Thu 19 Feb 00:00 to Mon 23 Feb 10:00",
    ]


@pytest.mark.parametrize(
    ("feast", "day", "pipeline", "whose", "covers"),
    [
        ("Good Friday", date(2026, 4, 3), "aggregate-growth", "spencer", "choo"),
        ("Eid al-Adha", date(2026, 5, 27), "aggregate-profit", "aidil", "thiru"),
        ("Deepavali (Diwali)", date(2026, 11, 8), "aggregate-growth", "thiru", "spencer"),
        ("Chinese New Year", date(2026, 2, 17), "aggregate-engagement", "choo", "spencer"),
    ],
)
def test_a_feast_takes_off_who_keeps_it_and_next_week_covers(
    plan: Plan, feast: str, day: date, pipeline: str, whose: str, covers: str
) -> None:
    of = roster(plan)
    (shift,) = on_call(of, of.line_of(pipeline), at=local(day.year, day.month, day.day, 12))
    assert (shift.person, shift.instead_of, shift.source) == (covers, whose, Source.COVER)
    assert feast in shift.why


@pytest.mark.parametrize("person", ["aidil", "spencer", "thiru", "choo"])
def test_every_feast_that_somebody_keeps_is_in_the_calendar_of_their_state(plan: Plan, person: str) -> None:
    known = plan.team.people[person]
    assert known.country
    assert known.observes
    feasts = feasts_in(known.country, known.subdivision, (2026, 2027))
    for name in known.observes:
        assert any(name in feast for feast in feasts), name


def test_nobody_keeps_a_feast_of_another(plan: Plan) -> None:
    kept = [name for person in plan.team.people.values() for name in person.observes]
    assert len(kept) == len(set(kept)) == 12


def test_a_day_that_all_four_have_off_moves_nobody_as_nobody_could_cover(plan: Plan) -> None:
    """National Day: 31 August 2026, the Monday on which Thiru hands over to Choo."""
    assert any(holiday.name == "National Day" for holiday in holidays_in("MY", "14", 2026))
    day = shifts(roster(plan), "aggregate-profit", local(2026, 8, 31), local(2026, 9, 1))
    assert holders(day, HERE) == [
        "thiru: Mon 31 Aug 00:00 to Mon 31 Aug 10:00",
        "choo: Mon 31 Aug 10:00 to Tue 1 Sep 00:00",
    ]


def test_the_hope_that_no_holidays_clash_comes_true_in_2026_and_2027(plan: Plan) -> None:
    of = roster(plan)
    for key in BUSINESS:
        two_years = shifts(of, key, local(2026, 1, 5, 10), local(2028, 1, 3, 10))
        assert [shift.why for shift in two_years if shift.source is Source.GAP] == []


def test_emergency_leave_at_once_goes_to_next_week_from_that_day_on(plan: Plan) -> None:
    of = roster(plan, gone("spencer", date(2026, 5, 21), date(2026, 5, 22), Kind.EMERGENCY))
    assert holders(shifts(of, "aggregate-profit", local(2026, 5, 18, 10), local(2026, 5, 25, 10)), HERE) == [
        "spencer: Mon 18 May 10:00 to Thu 21 May 00:00",
        "aidil: Thu 21 May 00:00 to Sat 23 May 00:00",
        "spencer: Sat 23 May 00:00 to Mon 25 May 10:00",
    ]


def test_in_week_two_cover_for_thiru_puts_all_three_pipelines_on_choo(plan: Plan) -> None:
    of = roster(plan, gone("thiru", date(2026, 5, 5), date(2026, 5, 5)))
    assert {holder(of, key, 2026, 5, 5, 12) for key in BUSINESS} == {"choo"}
    assert {holder(of, key, 2026, 5, 6, 12) for key in BUSINESS} == {"thiru", "choo"}


def test_next_weeks_engineer_away_too_is_a_gap_that_says_so(plan: Plan) -> None:
    day = date(2026, 5, 5)
    of = roster(plan, gone("thiru", day, day), gone("choo", day, day, Kind.EMERGENCY))
    (gap,) = on_call(of, of.line_of("aggregate-profit"), at=local(2026, 5, 5, 12))
    assert (gap.person, gap.source) == (None, Source.GAP)
    assert [one.person for one in gap.passed] == ["choo"]
    assert holder(of, "aggregate-growth", 2026, 5, 5, 12) == "aidil"


# its pages


def test_no_step_of_a_page_leads_nowhere(plan: Plan) -> None:
    assert dead_ends(plan) == []


def test_an_editor_finds_nothing_wrong_with_its_files(plan: Plan) -> None:
    assert told("team", marked((FOLDER / "team.yaml").read_text(encoding="utf-8"))) == []
    for page in plan.pages.values():
        assert told("pipeline", front(page.path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("key", "failures"),
    [
        (
            "aggregate-profit",
            ("The accounting API is down", "Profit is calculated wrongly", "Data reaches the dashboard late"),
        ),
        (
            "aggregate-engagement",
            (
                "Logs are missing",
                "The data lags by more than 16 hours",
                "Averages or totals are wrong",
                "The schema of an input changed",
            ),
        ),
        (
            "aggregate-growth",
            (
                "Revenue or user acquisition is missing",
                "Growth rates are wrong",
                "Entries are repeated",
                "The accounting or CRM API is down",
            ),
        ),
    ],
)
def test_each_common_failure_has_steps(plan: Plan, key: str, failures: tuple[str, ...]) -> None:
    from_page = {section.heading: section.text for section in sections(plan, key)}
    for failure in failures:
        assert "**Do:**" in from_page[failure]
        assert "**Escalate:**" in from_page[failure]
