"""The plan of the engineers who own their pipelines by name: the facts of its document, and its roster."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
from icalendar import Calendar

from store import runbooks
from store.domain.absence import Absence, Kind
from store.domain.oncall import on_call, timeline
from store.domain.pipeline import Owners, Purpose
from store.domain.roster import Entries, Roster, build
from store.domain.shift import Shift, Source
from store.domain.swap import Swap, SwapState
from store.domain.team import Cover
from store.domain.wall import at_clock, days_span
from store.holidays import holidays_in
from store.plans import Plan, check_plan, load_plan
from store.settings import PLANS

OWNED = PLANS / "engineer-owned"
ZONE = "Europe/Berlin"
A, B, C, D = ENGINEERS = ("engineer-a", "engineer-b", "engineer-c", "engineer-d")
OWNERS = {
    "unit-level-profit": (A, B),
    "aggregate-profit": (B, C),
    "aggregate-growth": (C, D),
    "daily-growth": (D, A),
    "aggregate-engagement": (A, D),
}
WEEKS = {A: date(2026, 1, 5), B: date(2026, 1, 12), C: date(2026, 1, 19), D: date(2026, 1, 26)}
"""The Monday on which each has the first turn."""


@cache
def plan() -> Plan:
    return load_plan(OWNED)


@cache
def roster(entries: Entries = Entries()) -> Roster:  # noqa: B008 - frozen and empty
    return build(plan().team, plan().pipelines, entries, holidays_in)


def local(day: date, hour: int = 12) -> datetime:
    return at_clock(day, time(hour), ZONE)


def away(person: str, first: date, last: date) -> Absence:
    begins, ends = days_span(first, last, ZONE)
    return Absence(person=person, starts_at=begins, ends_at=ends)


def holding(pipeline: str, at: datetime, entries: Entries | None = None) -> Shift:
    """Who holds the pipeline at that moment."""
    asked = roster(entries) if entries else roster()
    (shift,) = on_call(asked, asked.line_of(pipeline), at=at)
    return shift


def test_nothing_is_wrong_with_it_and_nothing_contradicts_itself() -> None:
    assert [str(fault) for fault in check_plan(OWNED)[1]] == []


# Facts


def test_engineers_own_the_five_pipelines_by_name() -> None:
    owners = {key: pipeline.owners for key, pipeline in plan().pipelines.items()}
    assert owners == {key: Owners(primary=one, secondary=two) for key, (one, two) in OWNERS.items()}


def test_two_serve_experiments_and_three_investors() -> None:
    found = {key for key, pipeline in plan().pipelines.items() if pipeline.purpose is Purpose.EXPERIMENTS}
    assert found == {"unit-level-profit", "daily-growth"}


def test_what_the_document_does_not_promise_is_not_watched() -> None:
    assert [key for key, pipeline in plan().pipelines.items() if pipeline.sla or pipeline.on_call.duty] == []
    assert plan().team.on_deck == ()
    assert plan().team.leave.compensation == ()


def test_the_bot_runs_the_two_that_have_a_job() -> None:
    jobs = {key: pipeline.job for key, pipeline in plan().pipelines.items() if pipeline.job}
    assert jobs == {"daily-growth": "daily-growth", "aggregate-engagement": "aggregate-engagement"}


@pytest.mark.parametrize(
    ("pipeline", "reads", "writes"),
    [
        ("unit-level-profit", "transactional databases.*tracking logs", "data warehouse.*dashboards"),
        ("aggregate-profit", "financial systems.*ERP", "secure reporting database.*dashboards and presentations"),
        ("aggregate-growth", "user activity.*revenue", "data warehouse, both history and real time.*charts and graphs"),
        ("daily-growth", "user activity logs.*tracking logs", "data lake.*dashboards that watch experiments"),
        ("aggregate-engagement", "user activity logs.*CRM", "long-term.*reporting database.*dashboard"),
    ],
)
def test_each_reads_and_writes_what_its_components_say(pipeline: str, reads: str, writes: str) -> None:
    facts = plan().pipelines[pipeline]
    for pattern, text in ((reads, facts.reads), (writes, facts.writes)):
        assert re.search(pattern, "\n".join(text), re.DOTALL | re.IGNORECASE)


@pytest.mark.parametrize(
    ("pipeline", "pattern"),
    [
        ("unit-level-profit", "by unit and by experiment.*profit"),
        ("aggregate-profit", "over regions and over categories"),
        ("aggregate-growth", "over time"),
        ("daily-growth", "growth rate for each segment.*temporary"),
        ("aggregate-engagement", r"\(DAU\).*\(MAU\)"),
    ],
)
def test_each_says_how_it_is_worked_out(pipeline: str, pattern: str) -> None:
    assert re.search(pattern, text_of(pipeline, "Components"), re.DOTALL)


@pytest.mark.parametrize(
    ("pipeline", "steps"),
    [
        ("unit-level-profit", ("input", "tags", "log")),
        ("aggregate-profit", ("schema", "log", "sums.*backup")),
        ("aggregate-growth", ("history", "updates.*schedule.*log", "transformations")),
        ("daily-growth", ("log systems", "thresholds", "Run it again")),
        ("aggregate-engagement", ("data.*fresh", "log", "aggregation.*DAU and MAU")),
    ],
)
def test_troubleshooting_begins_with_three_steps_in_their_order(pipeline: str, steps: tuple[str, ...]) -> None:
    listed = re.findall(r"^\d\. (.+)$", text_of(pipeline, "Where to begin"), re.MULTILINE)
    assert len(listed) == 3
    for line, pattern in zip(listed, steps, strict=True):
        assert re.search(pattern, line), line


@pytest.mark.parametrize(
    ("pipeline", "patterns"),
    [
        ("unit-level-profit", ("Transactions.*late or missing", "tags.*wrong.*match", "times out.*resources")),
        ("aggregate-profit", ("source changed its schema", "aggregation.*late", "Regions do not add up")),
        ("aggregate-growth", ("contradicts itself.*incomplete", "History.*missing", "was not updated.*periodic")),
        ("daily-growth", ("logs are late or missing", "outlier", "spike or a dip.*alarm.*false")),
        ("aggregate-engagement", ("logs of key users.*cohort", "CRM updates are late", "counted in two ways")),
    ],
)
def test_every_failure_of_the_document_has_its_steps(pipeline: str, patterns: tuple[str, ...]) -> None:
    symptoms = [one for one in runbooks.sections(plan(), pipeline) if one.path[:1] == ("Symptoms",)]
    for pattern in patterns:
        assert any(re.search(pattern, f"{one.heading} {one.text}", re.DOTALL) for one in symptoms), pattern


@pytest.mark.parametrize(
    ("pipeline", "patterns"),
    [
        ("unit-level-profit", ("range that is expected", "history")),
        ("aggregate-profit", ("projections for the quarter", "trend of past periods")),
        ("aggregate-growth", ("benchmarks", "consistent with the other metrics")),
        ("daily-growth", ("pattern of past weeks", "growth of one segment")),
        ("aggregate-engagement", ("DAU over MAU", "reporting periods before")),
    ],
)
def test_figures_are_validated_as_the_document_says(pipeline: str, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        assert re.search(pattern, text_of(pipeline, "Validate the figures")), pattern


def text_of(pipeline: str, heading: str) -> str:
    section = runbooks.section_named(plan(), pipeline, heading)
    assert section is not None
    return section.text


def test_the_meeting_at_the_end_of_the_week_has_its_four_topics() -> None:
    handoff = plan().team.handoff
    assert timedelta(minutes=20) <= handoff.sync <= timedelta(minutes=30)
    for topic, pattern in zip(handoff.checklist, ("Issues", "Outages and delays", "all five", "Action"), strict=True):
        assert re.search(pattern, topic)


# The roster


@pytest.mark.parametrize("pipeline", OWNERS)
def test_each_has_one_week_of_four_whoever_owns_the_pipeline(pipeline: str) -> None:
    shifts = timeline(roster(), roster().line_of(pipeline), local(WEEKS[A], 10), local(date(2026, 3, 2), 10))
    assert [shift.person for shift in shifts] == [A, B, C, D, A, B, C, D]
    assert [shift.starts_at for shift in shifts[:4]] == [local(monday, 10) for monday in WEEKS.values()]


@pytest.mark.parametrize(
    ("person", "covers"),
    [
        # The second owner; where that is the one who is away, the first.
        (A, {"unit-level-profit": B, "aggregate-profit": C, "aggregate-growth": D, "daily-growth": D}),
        (B, {"unit-level-profit": A, "aggregate-profit": C, "aggregate-growth": D, "daily-growth": A}),
        (C, {"unit-level-profit": B, "aggregate-profit": B, "aggregate-growth": D, "daily-growth": A}),
        (D, {"unit-level-profit": B, "aggregate-profit": C, "aggregate-growth": C, "daily-growth": A}),
    ],
)
def test_a_pipelines_second_owner_steps_in(person: str, covers: dict[str, str]) -> None:
    assert plan().team.cover == (Cover.SECONDARY,)
    wednesday = WEEKS[person] + timedelta(days=2)
    entries = Entries(absences=(away(person, wednesday, wednesday),))
    engagement = A if person == D else D  # A owns it, D is second
    for pipeline, cover in {**covers, "aggregate-engagement": engagement}.items():
        shift = holding(pipeline, local(wednesday), entries)
        assert (shift.person, shift.instead_of, shift.source) == (cover, person, Source.COVER), pipeline
        role = "primary owner" if OWNERS[pipeline][0] == cover else "secondary owner"
        assert role in shift.why


def test_only_the_blocked_days_are_covered_and_the_weeks_stay_as_they_are() -> None:
    entries = Entries(absences=(away(B, date(2026, 1, 14), date(2026, 1, 15)),))
    line = roster(entries).line_of("aggregate-profit")
    shifts = timeline(roster(entries), line, local(WEEKS[B], 10), local(WEEKS[D], 10))
    assert [(shift.starts_at, shift.person) for shift in shifts] == [
        (local(WEEKS[B], 10), B),
        (local(date(2026, 1, 14), 0), C),
        (local(date(2026, 1, 16), 0), B),
        (local(WEEKS[C], 10), C),
    ]


def test_there_is_a_gap_for_the_pipelines_whose_stand_in_is_away_too() -> None:
    day = date(2026, 1, 7)
    entries = Entries(absences=(away(A, day, day), away(D, day, day)))
    answers = {key: holding(key, local(day), entries) for key in OWNERS}
    # A is on call. Daily Growth is D's and then A's; for the next two the second owner is D.
    gaps = {"daily-growth", "aggregate-growth", "aggregate-engagement"}
    assert {key for key, shift in answers.items() if shift.source is Source.GAP} == gaps
    assert (answers["unit-level-profit"].person, answers["aggregate-profit"].person) == (B, C)
    assert "Engineer D, secondary owner, is away too" in answers["aggregate-growth"].why


def test_engineers_swap_weeks_without_notice() -> None:
    assert plan().team.leave.swap_notice == timedelta(0)
    swap = Swap(
        rotation="engineers",
        asker=A,
        gives=WEEKS[A],
        other=C,
        takes=WEEKS[C],
        state=SwapState.ACCEPTED,
        asked_at=datetime(2026, 1, 4, tzinfo=UTC),
        decided_at=datetime(2026, 1, 4, 1, tzinfo=UTC),
    )
    weeks = [holding("daily-growth", local(monday), Entries(swaps=(swap,))) for monday in WEEKS.values()]
    assert [shift.person for shift in weeks] == [C, B, A, D]
    assert [shift.source for shift in weeks] == [Source.SWAP, Source.ROTATION, Source.SWAP, Source.ROTATION]


def test_a_public_holiday_alone_takes_nobody_off() -> None:
    ascension = date(2026, 5, 14)  # 18 weeks after the first, so it lies in C's turn
    assert ascension in [each.day for each in holidays_in("DE", "HH", 2026)]
    shift = holding("aggregate-growth", local(ascension))
    assert (shift.person, shift.source) == (C, Source.ROTATION)


# The shared calendar


@cache
def blocked() -> tuple[Absence, ...]:
    """The days that the plan's own calendar blocks."""
    name = plan().team.leave.calendar_ics
    assert name is not None
    by_email = {f"mailto:{person.email}": key for key, person in plan().team.people.items()}
    return tuple(
        Absence(
            person=by_email[str(event["ATTENDEE"])],
            starts_at=local(event.start, 0),
            ends_at=local(event.end, 0),
            kind=Kind.CALENDAR,
        )
        for event in Calendar.from_ical((OWNED / name).read_bytes()).events
    )


def test_the_sample_calendar_blocks_days_of_the_engineers() -> None:
    assert [(one.person, one.starts_at, one.ends_at) for one in blocked()] == [
        (B, local(date(2026, 1, 14), 0), local(date(2026, 1, 17), 0)),
        (D, local(date(2026, 3, 26), 0), local(date(2026, 3, 30), 0)),
    ]


def test_blocked_days_across_a_change_of_the_clocks_are_covered_to_the_minute() -> None:
    entries = Entries(absences=blocked())
    shifts = timeline(roster(entries), roster(entries).line_of("daily-growth"), *week_of(date(2026, 3, 23)))
    assert [(shift.starts_at, shift.person) for shift in shifts] == [
        (datetime(2026, 3, 23, 9, tzinfo=UTC), D),
        (datetime(2026, 3, 25, 23, tzinfo=UTC), A),
        (datetime(2026, 3, 29, 22, tzinfo=UTC), D),  # summer time since that morning
    ]
    assert shifts[-1].ends_at == datetime(2026, 3, 30, 8, tzinfo=UTC)


def week_of(monday: date) -> tuple[datetime, datetime]:
    return local(monday, 10), local(monday + timedelta(days=7), 10)
