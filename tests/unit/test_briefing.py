"""What whoever takes over has to know."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from store.domain.absence import Absence, Kind
from store.domain.briefing import Ahead, ahead, checks_due, overdue, said_of, standing, worst_first
from store.domain.override import Override
from store.domain.pipeline import Pipeline, Sla
from store.domain.roster import Line, Roster
from store.domain.run import Period, Result, Run, RunStatus
from store.domain.team import Cover, Leave, ManualCheck, OnDeck, Severity
from store.domain.workdays import Workdays
from tests.factories import make_issue, make_pipeline, make_roster, make_rotation, make_run, moment

AT = moment("2025-01-13 10:00")
WORKDAYS = Workdays()
BY_NINE = Sla(promise="There by nine", every="day", at=time(9), zone="UTC")


def published(day: str, **changes: Any) -> Run:
    result = Result(rows_in=1, rows_out=1, published=True)
    period = Period.of_day(date.fromisoformat(day))
    return make_run(**{"period": period, "status": RunStatus.SUCCEEDED, "finished_at": AT, "result": result, **changes})


def stands(pipeline: Pipeline, *runs: Run, workdays: Workdays = WORKDAYS) -> Any:
    return standing(pipeline, runs, at=AT, workdays=workdays, zone="UTC")


def test_data_that_is_there_by_the_deadline_is_no_trouble() -> None:
    found = stands(make_pipeline(sla=(BY_NINE,)), published("2025-01-12"))
    assert (found.trouble, found.newest_day) == ("", date(2025, 1, 12))
    assert found.next_due.due_at == moment("2025-01-14 09:00")


def test_data_that_missed_its_deadline_is_late() -> None:
    found = stands(make_pipeline(sla=(BY_NINE,)), published("2025-01-11"))
    assert found.trouble == "late: the newest data is of Sat 11 Jan, and “There by nine” has passed"


def test_a_day_that_is_late_is_written_as_all_dates_are() -> None:
    found = stands(make_pipeline(sla=(BY_NINE,)), published("2025-01-08"))
    assert found.trouble.startswith("late: the newest data is of Wed 08 Jan")


def test_a_rerun_of_an_old_day_does_not_make_the_data_look_old() -> None:
    runs = published("2025-01-02", id=14), published("2025-01-12", id=13)
    found = stands(make_pipeline(sla=(BY_NINE,)), *runs)
    assert (found.trouble, found.last.id) == ("", 14)


def test_a_working_days_promise_does_not_wait_for_the_weekend() -> None:
    working = make_pipeline(sla=(Sla(promise="Next working day", every="working-day", at=time(11), zone="UTC"),))
    assert stands(working, published("2025-01-09")).trouble == "", "Friday 11:00 was kept, Monday 11:00 is to come"
    assert "late" in stands(working, published("2025-01-08")).trouble


def test_data_older_than_its_promise_is_late() -> None:
    day = make_pipeline(sla=(Sla(promise="Never older than 24 hours", within=timedelta(hours=24)),))
    assert stands(day, published("2025-01-12")).trouble == ""
    assert "Never older" in stands(day, published("2025-01-11")).trouble


def test_unknown_is_not_late() -> None:
    assert stands(make_pipeline(sla=(BY_NINE,))).trouble == ""


def test_a_failed_run_is_trouble_even_where_the_data_is_there() -> None:
    failed = make_run(id=15, status=RunStatus.FAILED, finished_at=AT, note="Out of memory in the join.")
    assert (
        stands(make_pipeline(sla=(BY_NINE,)), failed, published("2025-01-12")).trouble == "Out of memory in the join."
    )


def test_a_run_in_flight_does_not_hide_the_one_before() -> None:
    found = stands(make_pipeline(), make_run(id=20), published("2025-01-12"))
    assert found.last.status is RunStatus.SUCCEEDED


def test_a_run_over_its_time_is_told() -> None:
    run = make_run(status=RunStatus.RUNNING, started_at=AT - timedelta(hours=2, seconds=1))
    assert overdue(run, make_pipeline(), at=AT)
    assert not overdue(run, make_pipeline(max_runtime=timedelta(hours=3)), at=AT)
    assert not overdue(run, None, at=AT), "its page has left the plan"


def test_the_worst_issue_comes_first_and_of_equals_the_oldest() -> None:
    old, new = make_issue(id=1), make_issue(id=3, reported_at=AT)
    high = make_issue(id=2, severity=Severity.HIGH, reported_at=AT)
    assert [one.id for one in worst_first([new, old, high])] == [2, 1, 3]


# -- the time until hands change again


def coming(roster: Roster, *pipelines: Pipeline) -> Ahead:
    return ahead(roster, roster.lines, pipelines, AT, AT + timedelta(weeks=1), workdays=WORKDAYS)


def test_leave_is_told_with_who_covers() -> None:
    begin, end = moment("2025-01-15"), moment("2025-01-17")
    away = Absence(person="thiru", starts_at=begin, ends_at=end, entered_at=AT)
    found = coming(make_roster(cover=(Cover.NEXT,), absences=[away]))
    assert found.away == (away,)
    assert [(one.after, one.before, one.starts_at, one.ends_at) for one in found.changes] == [
        ("choo", "thiru", begin, end)
    ]


def test_leave_of_others_in_the_rotation_is_told_and_that_of_last_week_is_not() -> None:
    coming_leave = Absence(person="fahmi", starts_at=moment("2025-01-18"), ends_at=moment("2025-02-01"), entered_at=AT)
    past = Absence(person="aidil", starts_at=moment("2025-01-08"), ends_at=moment("2025-01-10"), entered_at=AT)
    assert coming(make_roster(absences=[coming_leave, past])).away == (coming_leave,)


def test_a_public_holiday_is_told_also_where_it_does_not_count_as_away() -> None:
    calendar = {"MY": [("2025-01-14", "Thaipusam")]}
    roster = make_roster(countries={"choo": "MY"}, calendar=calendar, leave=Leave(holiday_is_away=False))
    (holiday,) = coming(roster).away
    assert (holiday.person, holiday.kind, holiday.name) == ("choo", Kind.HOLIDAY, "Thaipusam")


def test_the_last_week_of_the_month_is_told_once_with_everybody_beside_whoever_is_on_call() -> None:
    roster = make_roster(on_deck=(OnDeck(why="Month end"),))
    begin = moment("2025-01-27 10:00")
    found = ahead(roster, roster.lines, (), begin, begin + timedelta(weeks=1), workdays=WORKDAYS)
    (deck,) = found.on_deck
    assert deck.on_deck == ("aidil", "choo", "thiru"), "Fahmi is on call anyway"
    assert (deck.starts_at, deck.ends_at) == (begin, moment("2025-02-01"))


def test_leave_does_not_part_the_time_on_deck() -> None:
    begin = moment("2025-01-27 10:00")
    away = Absence(person="choo", starts_at=moment("2025-01-29"), ends_at=moment("2025-01-30"), entered_at=AT)
    roster = make_roster(on_deck=(OnDeck(why="Month end"),), absences=[away])
    (deck,) = ahead(roster, roster.lines, (), begin, begin + timedelta(weeks=1), workdays=WORKDAYS).on_deck
    assert (deck.starts_at, deck.ends_at, "choo" in deck.on_deck) == (begin, moment("2025-02-01"), True)


def test_whoever_is_on_call_for_a_part_of_the_time_on_deck_is_named_for_the_rest() -> None:
    begin = moment("2025-01-27 10:00")
    taken = Override(
        person="choo", starts_at=moment("2025-01-29"), ends_at=moment("2025-01-30"), entered_at=AT, entered_by="U1"
    )
    roster = make_roster(on_deck=(OnDeck(why="Month end"),), overrides=[taken])
    (deck,) = ahead(roster, roster.lines, (), begin, begin + timedelta(weeks=1), workdays=WORKDAYS).on_deck
    assert deck.on_deck == ("aidil", "choo", "fahmi", "thiru")


def test_whoever_is_on_call_for_other_pipelines_all_the_time_is_not_on_deck_beside() -> None:
    begin = moment("2025-01-27 10:00")
    rotations = {"data": make_rotation(), "ops": make_rotation(order=("aidil", "thiru", "fahmi", "choo"))}
    lines = tuple(Line(pipelines=(key,), key=key, rotation=key) for key in rotations)
    roster = make_roster(on_deck=(OnDeck(why="Month end"),), rotations=rotations, lines=lines)
    (deck,) = ahead(roster, roster.lines, (), begin, begin + timedelta(weeks=1), workdays=WORKDAYS).on_deck
    assert deck.on_deck == ("aidil", "thiru"), "Fahmi and Choo hold a rotation each"


def test_dates_of_weeks_and_months_are_told_each_and_daily_ones_once() -> None:
    weekly = Sla(promise="Fridays", every="week", on="friday", at=time(18), zone="UTC")
    found = coming(make_roster(), make_pipeline(sla=(BY_NINE, weekly)))
    assert [one.due_at for one in found.deadlines] == [moment("2025-01-17 18:00")]
    assert [one.due_at for one in found.daily] == [moment("2025-01-14 09:00")]


# -- manual checks


def due(every: str, starts_at: str, workdays: Workdays = WORKDAYS) -> bool:
    begin = moment(starts_at)
    check = ManualCheck(every=every, do="Look")
    return bool(checks_due([check], begin, begin + timedelta(weeks=1), workdays=workdays, zone="UTC"))


@pytest.mark.parametrize(
    ("every", "monday", "is_due"),
    [
        ("week", "2025-01-13 10:00", True),
        ("month", "2025-01-13 10:00", False),
        ("month", "2025-01-27 10:00", False),  # 1 February is a Saturday: the first working day is the 3rd
        ("month", "2025-02-03 10:00", True),
        ("month", "2025-03-31 10:00", True),  # holds 1 April
        ("month-end", "2025-01-27 10:00", True),  # Friday the 31st
        ("month-end", "2025-02-24 10:00", True),
        ("month-end", "2025-03-24 10:00", False),
        ("month-end", "2025-03-31 10:00", True),  # Monday the 31st itself
    ],
)
def test_a_check_belongs_to_the_handoff_whose_week_holds_it(every: str, monday: str, is_due: bool) -> None:
    assert due(every, monday) is is_due


@pytest.mark.parametrize("every", ["month", "month-end"])
def test_every_month_has_its_check_in_exactly_one_week(every: str) -> None:
    first = moment("2024-12-30 10:00")
    weeks = [first + count * timedelta(weeks=1) for count in range(104)]
    assert sum(due(every, str(week.replace(tzinfo=None))) for week in weeks) == 24


def test_a_check_names_who_takes_part() -> None:
    check = ManualCheck(every="month", do="Reconcile", together_with=("finance", "mei"))
    assert said_of(check, {"finance": "Finance"}) == "Reconcile (with Finance, mei)"
