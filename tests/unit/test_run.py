from datetime import UTC, date, datetime, timedelta

import pytest

from store.domain.run import (
    ARROWS,
    OPEN,
    BadDay,
    Cause,
    Period,
    Progress,
    Result,
    RunStatus,
    Stage,
    WrongTurn,
    advance,
    parse_day,
    parse_period,
)
from tests.factories import AT, make_run

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = RunStatus
LEASE = AT + timedelta(seconds=15)
LATER = AT + timedelta(minutes=3)
TODAY = date(2024, 6, 4)
DRAWN = {
    (QUEUED, RUNNING),
    (QUEUED, CANCELLED),
    (QUEUED, FAILED),
    (RUNNING, SUCCEEDED),
    (RUNNING, FAILED),
    (RUNNING, CANCELLED),
    (RUNNING, QUEUED),
}
PAIRS = [(before, after) for before in RunStatus for after in RunStatus]


# arrows


@pytest.mark.parametrize(("before", "after"), sorted(DRAWN))
def test_a_run_goes_along_every_arrow(before: RunStatus, after: RunStatus) -> None:
    assert advance(make_run(status=before), after, at=AT).status is after


@pytest.mark.parametrize(("before", "after"), sorted(set(PAIRS) - DRAWN))
def test_a_run_goes_no_other_way(before: RunStatus, after: RunStatus) -> None:
    run = make_run(status=before)
    with pytest.raises(WrongTurn, match=f"run 12 cannot go from {before} to {after}") as wrong:
        advance(run, after, at=AT)
    assert (wrong.value.run, wrong.value.status) == (run, after)


def test_a_run_that_has_ended_stays_as_it_is() -> None:
    assert {status for status in RunStatus if not ARROWS[status]} == set(RunStatus) - OPEN


def test_the_value_that_was_moved_is_left_as_it_was() -> None:
    run = make_run()
    advance(run, RUNNING, at=AT)
    assert run == make_run()


# what each arrow leaves behind


def test_a_claim_counts_the_attempt_and_notes_who_holds_the_run() -> None:
    run = advance(make_run(attempt=1, note="The worker stopped."), RUNNING, at=AT, worker="one", lease_until=LEASE)
    assert (run.attempt, run.started_at, run.worker, run.lease_until, run.note) == (2, AT, "one", LEASE, "")


def test_back_in_the_queue_nobody_holds_the_run() -> None:
    progress = Progress(stage=Stage.COMPUTE, tasks_done=3, tasks_total=9)
    run = advance(make_run(), RUNNING, at=AT, worker="one", lease_until=LEASE, progress=progress)
    back = advance(run, QUEUED, at=LATER, note="The worker stopped.")
    assert (back.worker, back.lease_until, back.progress) == (None, None, None)
    assert (back.attempt, back.finished_at, back.note) == (1, None, "The worker stopped.")


@pytest.mark.parametrize("status", sorted(set(RunStatus) - OPEN))
def test_the_end_is_stamped_and_frees_the_lease(status: RunStatus) -> None:
    run = advance(advance(make_run(), RUNNING, at=AT, worker="one", lease_until=LEASE), status, at=LATER)
    assert (run.started_at, run.finished_at, run.lease_until) == (AT, LATER, None)
    assert run.worker == "one", "who did it is still worth knowing"


def test_a_failure_keeps_its_cause_note_and_what_was_measured() -> None:
    result = Result(rows_in=1_000, rows_out=0)
    running = advance(make_run(), RUNNING, at=AT)
    run = advance(running, FAILED, at=LATER, cause=Cause.CHECKS, note="No rows.", result=result)
    assert (run.cause, run.note, run.result) == (Cause.CHECKS, "No rows.", result)


# periods


def test_a_day_is_half_open_in_utc() -> None:
    period = Period.of_day(date(2024, 12, 31))
    assert (period.starts_at, period.ends_at) == (
        datetime(2024, 12, 31, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert (period.days, str(period)) == (1, "2024-12-31")


def test_a_range_reads_as_it_is_typed() -> None:
    period = Period(date(2024, 2, 28), date(2024, 3, 2))
    assert (period.days, str(period)) == (3, "2024-02-28..2024-03-01")
    assert parse_period(str(period), today=TODAY) == period


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2024-06-03", date(2024, 6, 3)),
        (" 2024-06-04 ", TODAY),
        ("today", TODAY),
        ("Yesterday", date(2024, 6, 3)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_a_day_is_understood(typed: str, day: date) -> None:
    assert parse_day(typed, today=TODAY) == Period.of_day(day)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "is not a day"),
        ("03/06/2024", "is not a day"),
        ("2024-6-3", "is not a day"),
        ("20240603", "is not a day"),
        ("2024-W23-1", "is not a day"),
        ("２０２４-０６-０３", "is not a day"),
        ("2024-06-03\n--conf", "is not a day"),
        ("2023-02-29", "is not in the calendar"),
        ("2024-06-00", "is not in the calendar"),
        ("2024-06-05", "has not begun"),
        ("9999-12-31", "has not begun"),
    ],
)
def test_what_is_no_day_is_refused_with_an_example(typed: str, words: str) -> None:
    with pytest.raises(BadDay, match=words) as bad:
        parse_day(typed, today=TODAY)
    assert "2024-06-0" in str(bad.value), "it shows a day that would do"


def test_a_range_holds_both_its_ends() -> None:
    assert parse_period("2024-06-01..2024-06-03", today=TODAY) == Period(date(2024, 6, 1), date(2024, 6, 4))
    assert parse_period("yesterday..today", today=TODAY).days == 2
    assert parse_period("2024-06-01", today=TODAY) == Period.of_day(date(2024, 6, 1))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2024-06-03..2024-06-01", "runs backwards"),
        ("2024-05-01..2024-06-01", r"is 32 days; one run takes at most 31"),
        ("2024-06-01..2024-06-09", "has not begun"),
        ("2024-06-01..", "is not a day"),
        ("2024-06-01...2024-06-03", "is not a day"),
        ("..", "is not a day"),
    ],
)
def test_a_range_that_cannot_be_run_is_refused(typed: str, words: str) -> None:
    with pytest.raises(BadDay, match=words):
        parse_period(typed, today=TODAY)


def test_a_month_is_not_too_long() -> None:
    assert parse_period("2024-05-01..2024-05-31", today=TODAY).days == 31
