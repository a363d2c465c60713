from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from store import runs
from store.domain.check import Level
from store.domain.run import Cause, Figure, Period, Progress, Result, Run, RunStatus, Stage, advance
from store.session import Sessions
from tests.factories import AT, DAY, make_verdict
from tests.integration.store import hands

LEASE = timedelta(seconds=15)
SECOND = timedelta(seconds=1)


def ask(db: Session, key: str = "press-1", *, pipeline: str = "aggregate-engagement", day: date = DAY) -> Run:
    period = Period.of_day(day)
    return runs.request(db, key=key, pipeline=pipeline, period=period, by="U0AIDIL", channel="C0ONCALL", at=AT)


def ask_many(sessions: Sessions, count: int) -> list[int]:
    with sessions.writing() as db:
        return [ask(db, f"press-{each}", day=DAY + timedelta(days=each)).id for each in range(count)]


def claimed(sessions: Sessions, *, at: datetime = AT, worker: str = "one") -> Run:
    with sessions.writing() as db:
        run = runs.claim(db, worker=worker, at=at, lease=LEASE)
    assert run is not None
    return run


def running(sessions: Sessions) -> Run:
    """A run on its first attempt, as its worker holds it."""
    with sessions.writing() as db:
        ask(db)
    return claimed(sessions)


def loaded(sessions: Sessions, run: Run) -> Run:
    with sessions.reading() as db:
        return runs.load(db, run.id)


def revision(sessions: Sessions, run: Run) -> int:
    with sessions.reading() as db:
        return {each.id: revision for each, revision in runs.untold(db)}[run.id]


# asking


def test_a_run_asked_for_is_queued_as_it_was_asked(sessions: Sessions) -> None:
    with sessions.writing() as db:
        run = ask(db)
    assert run == Run(
        id=run.id,
        pipeline="aggregate-engagement",
        period=Period.of_day(DAY),
        status=RunStatus.QUEUED,
        requested_by="U0AIDIL",
        requested_at=AT,
        channel="C0ONCALL",
    )
    assert loaded(sessions, run) == run


def test_the_same_press_again_is_the_same_run(sessions: Sessions) -> None:
    with sessions.writing() as db:
        first, again = ask(db), ask(db)
    with sessions.reading() as db:
        assert again == first
        assert len(runs.recent(db)) == 1


def test_the_same_press_finds_its_run_after_it_has_ended(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        runs.finish(db, advance(run, RunStatus.SUCCEEDED, at=AT), attempt=1, picture=None)
        assert ask(db).id == run.id


def test_days_in_work_are_refused_to_another_press(sessions: Sessions) -> None:
    with sessions.writing() as db:
        run = ask(db)
    words = r"for 2024-06-03 is already queued\. Wait"
    with pytest.raises(runs.AlreadyOpen, match=words) as refused, sessions.writing() as db:
        ask(db, "press-2")
    assert refused.value.run == run


@pytest.mark.parametrize(
    ("starts_on", "days"), [(DAY, 1), (DAY - timedelta(days=2), 3), (DAY, 5), (DAY - timedelta(days=9), 30)]
)
def test_a_period_that_shares_a_day_with_an_open_run_is_refused(sessions: Sessions, starts_on: date, days: int) -> None:
    period = Period(starts_on, starts_on + timedelta(days=days))
    with sessions.writing() as db:
        ask(db)
        with pytest.raises(runs.AlreadyOpen):
            runs.request(
                db, key="press-2", pipeline="aggregate-engagement", period=period, by="U0CHOO", channel="", at=AT
            )


def test_neighbouring_days_and_other_pipelines_are_free(sessions: Sessions) -> None:
    with sessions.writing() as db:
        ask(db)
        ask(db, "press-2", day=DAY + timedelta(days=1))
        ask(db, "press-3", day=DAY - timedelta(days=1))
        ask(db, "press-4", pipeline="daily-growth")
        assert len(runs.open_runs(db)) == 4


def test_the_same_days_are_free_again_once_the_run_has_ended(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        runs.finish(db, advance(run, RunStatus.FAILED, at=AT, cause=Cause.CODE), attempt=1, picture=None)
        assert ask(db, "press-2").id != run.id


def test_one_of_many_presses_at_once_gets_the_days(sessions: Sessions) -> None:
    def press(each: int) -> int | None:
        try:
            with sessions.writing() as db:
                return ask(db, f"press-{each}").id
        except runs.AlreadyOpen:
            return None

    with ThreadPoolExecutor(8) as pool:
        got = [run_id for run_id in pool.map(press, range(24)) if run_id is not None]
    assert len(got) == 1


def test_one_press_delivered_many_times_at_once_is_one_run(sessions: Sessions) -> None:
    def press(_: int) -> int:
        with sessions.writing() as db:
            return ask(db).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(press, range(24)))) == 1


# claiming


def test_the_oldest_run_is_claimed_first(sessions: Sessions) -> None:
    asked = ask_many(sessions, 3)
    assert [claimed(sessions).id for _ in asked] == asked


def test_a_claimed_run_says_who_holds_it_and_until_when(sessions: Sessions) -> None:
    run = running(sessions)
    assert (run.status, run.worker, run.attempt) == (RunStatus.RUNNING, "one", 1)
    assert (run.started_at, run.lease_until) == (AT, AT + LEASE)
    assert loaded(sessions, run) == run


def test_one_run_can_be_claimed_before_its_turn(sessions: Sessions) -> None:
    first, second = ask_many(sessions, 2)
    with sessions.writing() as db:
        run = runs.claim(db, worker="shell", at=AT, lease=LEASE, run_id=second)
        assert run is not None
        assert run.id == second
        assert runs.claim(db, worker="shell", at=AT, lease=LEASE, run_id=second) is None
    assert claimed(sessions).id == first


def test_nothing_queued_is_nothing_to_claim(sessions: Sessions) -> None:
    running(sessions)
    with sessions.writing() as db:
        assert runs.claim(db, worker="two", at=AT, lease=LEASE) is None


def test_a_claim_waits_for_no_other_claim(postgres_sessions: Sessions) -> None:
    asked = ask_many(postgres_sessions, 2)
    with postgres_sessions.writing() as db:
        first = runs.claim(db, worker="slow", at=AT, lease=LEASE)
        assert first is not None
        assert [first.id, claimed(postgres_sessions, worker="quick").id] == asked


def test_threads_claim_each_run_once(sessions: Sessions) -> None:
    asked = ask_many(sessions, 40)

    def work(worker: int) -> list[int]:
        mine: list[int] = []
        while True:
            with sessions.writing() as db:
                run = runs.claim(db, worker=str(worker), at=AT, lease=LEASE)
            if run is None:
                return mine
            mine.append(run.id)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(work, range(8)))
    assert sorted(run_id for mine in taken for run_id in mine) == asked
    assert all(mine == sorted(mine) for mine in taken), "oldest first"


def test_processes_claim_each_run_once(sessions: Sessions, database_url: str) -> None:
    asked = ask_many(sessions, 60)
    taken = hands.at_once(hands.claim_all, *[(database_url, f"worker-{each}") for each in range(4)])
    assert sorted(run_id for mine in taken for run_id in mine) == asked
    assert all(mine == sorted(mine) for mine in taken), "oldest first"


# holding


def test_a_heartbeat_moves_the_lease_on(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        assert runs.beat(db, run.id, attempt=1, at=AT + 10 * SECOND, lease=LEASE)
    assert loaded(sessions, run).lease_until == AT + 10 * SECOND + LEASE


def test_progress_is_kept_and_told(sessions: Sessions) -> None:
    run = running(sessions)
    before = revision(sessions, run)
    progress = Progress(stage=Stage.COMPUTE, tasks_done=7, tasks_total=200, rows=1_000, at=AT)
    with sessions.writing() as db:
        assert runs.save_progress(db, run.id, attempt=1, progress=progress)
    assert loaded(sessions, run).progress == progress
    assert revision(sessions, run) == before + 1


def test_a_heartbeat_is_nothing_to_tell(sessions: Sessions) -> None:
    run = running(sessions)
    before = revision(sessions, run)
    with sessions.writing() as db:
        runs.beat(db, run.id, attempt=1, at=AT, lease=LEASE)
    assert revision(sessions, run) == before


def test_the_whole_result_is_kept(sessions: Sessions) -> None:
    run = running(sessions)
    result = Result(
        rows_in=1_000,
        rows_out=36,
        figures=(Figure(label="Daily active accounts", value="28", change="+12 %"),),
        verdicts=(make_verdict(), make_verdict(check="nulls account_id", level=Level.WARN, section="NULLs")),
        published=True,
        version=4,
        seconds={"read": 1.25, "compute": 3.5},
    )
    ended = advance(run, RunStatus.SUCCEEDED, at=AT + SECOND, note="All checks passed.", result=result)
    with sessions.writing() as db:
        assert runs.finish(db, ended, attempt=1, picture=b"\x89PNG\0")
        assert runs.picture(db, run.id) == b"\x89PNG\0"
    assert loaded(sessions, run) == ended


def test_a_run_may_end_without_a_picture(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        runs.finish(db, advance(run, RunStatus.CANCELLED, at=AT), attempt=1, picture=None)
        assert runs.picture(db, run.id) is None


def test_a_note_may_hold_what_a_log_holds(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        runs.finish(db, advance(run, RunStatus.FAILED, at=AT, note="bad\0byte \ud83d"), attempt=1, picture=None)
    assert loaded(sessions, run).note == "bad\ufffdbyte \ufffd"


# losing


def taken_over(sessions: Sessions) -> Run:
    """A run as its first worker still sees it, while a second one holds it."""
    late = running(sessions)
    with sessions.writing() as db:
        runs.release_lost(db, at=AT + LEASE + SECOND)
    assert claimed(sessions, at=AT + LEASE + SECOND, worker="two").attempt == 2
    return late


def test_a_lease_that_ran_out_brings_the_run_back_to_the_queue(sessions: Sessions) -> None:
    run = running(sessions)
    before = revision(sessions, run)
    with sessions.writing() as db:
        (lost,) = runs.release_lost(db, at=AT + LEASE + SECOND)
    assert (lost.status, lost.worker, lost.attempt) == (RunStatus.QUEUED, None, 1)
    assert "worker one stopped answering" in lost.note
    assert loaded(sessions, run) == lost
    assert revision(sessions, run) == before + 1


def test_a_lease_that_holds_is_left_alone(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        assert runs.release_lost(db, at=AT + LEASE) == ()
    assert loaded(sessions, run) == run


def test_a_run_lost_twice_fails_and_says_so(sessions: Sessions) -> None:
    run = taken_over(sessions)
    with sessions.writing() as db:
        (lost,) = runs.release_lost(db, at=AT + 3 * LEASE)
    assert (lost.status, lost.cause) == (RunStatus.FAILED, Cause.WORKER_LOST)
    assert "worker two stopped answering, on attempt 2 of 2" in lost.note
    assert loaded(sessions, run).finished_at == AT + 3 * LEASE


def test_a_loss_is_acted_on_once_by_many_processes(sessions: Sessions, database_url: str) -> None:
    ask_many(sessions, 10)
    for _ in range(10):
        claimed(sessions)
    released = hands.at_once(hands.release, *[(database_url, AT + LEASE + SECOND)] * 4)
    everyone = sorted(run_id for mine in released for run_id in mine)
    assert len(everyone) == len(set(everyone)) == 10
    with sessions.reading() as db:
        assert {(run.status, run.attempt) for run in runs.open_runs(db)} == {(RunStatus.QUEUED, 1)}


def test_a_loss_that_is_just_being_acted_on_is_left_alone(postgres_sessions: Sessions) -> None:
    running(postgres_sessions)
    with postgres_sessions.writing() as db, postgres_sessions.writing() as other:
        assert len(runs.release_lost(db, at=AT + LEASE + SECOND)) == 1
        assert runs.release_lost(other, at=AT + LEASE + SECOND) == ()


def test_whoever_lost_the_lease_changes_nothing(sessions: Sessions) -> None:
    late = taken_over(sessions)
    now, told = loaded(sessions, late), revision(sessions, late)
    ended = advance(late, RunStatus.SUCCEEDED, at=AT, result=Result(rows_in=1, rows_out=1))
    with sessions.writing() as db:
        assert not runs.beat(db, late.id, attempt=1, at=AT, lease=LEASE)
        assert not runs.save_progress(db, late.id, attempt=1, progress=Progress(stage=Stage.PUBLISH))
        assert not runs.finish(db, ended, attempt=1, picture=b"late")
        assert runs.picture(db, late.id) is None
    assert loaded(sessions, late) == now
    assert revision(sessions, late) == told


def test_a_run_in_the_queue_is_held_by_nobody(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        runs.release_lost(db, at=AT + LEASE + SECOND)
        assert not runs.beat(db, run.id, attempt=1, at=AT, lease=LEASE)


def test_a_run_that_has_ended_ends_once(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        assert runs.finish(db, advance(run, RunStatus.SUCCEEDED, at=AT), attempt=1, picture=None)
        assert not runs.finish(db, advance(run, RunStatus.FAILED, at=AT), attempt=1, picture=None)
    assert loaded(sessions, run).status is RunStatus.SUCCEEDED


def test_the_second_attempt_replaces_the_picture_of_the_first(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        back = advance(run, RunStatus.QUEUED, at=AT)
        assert runs.finish(db, back, attempt=1, picture=b"first")
    second = claimed(sessions)
    with sessions.writing() as db:
        runs.finish(db, advance(second, RunStatus.SUCCEEDED, at=AT), attempt=2, picture=b"second")
        assert runs.picture(db, run.id) == b"second"


# reading


def test_an_unknown_run_is_said_to_be_unknown(sessions: Sessions) -> None:
    with pytest.raises(runs.NoSuchRun, match="no run 404"), sessions.reading() as db:
        runs.load(db, 404)


def test_recent_runs_come_newest_first_and_by_pipeline(sessions: Sessions) -> None:
    asked = ask_many(sessions, 4)
    with sessions.writing() as db:
        other = ask(db, "other", pipeline="daily-growth")
        assert [run.id for run in runs.recent(db, limit=2)] == [other.id, asked[3]]
        assert [run.id for run in runs.recent(db, pipeline="daily-growth")] == [other.id]
        assert [run.id for run in runs.open_runs(db)] == [*asked, other.id]


def test_a_change_is_owed_until_it_is_told(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        ((_, told),) = runs.untold(db)
        runs.save_progress(db, run.id, attempt=1, progress=Progress(stage=Stage.READ))
        runs.mark_told(db, run.id, told)
        ((now, newest),) = runs.untold(db)
        assert now.progress == Progress(stage=Stage.READ)
        runs.mark_told(db, run.id, newest)
        assert runs.untold(db) == ()


def test_what_one_bot_is_just_telling_another_leaves_alone(postgres_sessions: Sessions) -> None:
    run = running(postgres_sessions)
    with postgres_sessions.writing() as db:
        ((_, revision),) = runs.take_untold(db)
        with postgres_sessions.writing() as other:
            assert runs.take_untold(other) == ()
        runs.mark_told(db, run.id, revision - 1)
    with postgres_sessions.writing() as other:
        assert runs.take_untold(other) == ((run, revision),), "what was not told to the end is free again"


def test_what_is_taken_to_be_told_is_what_is_untold(sessions: Sessions) -> None:
    running(sessions)
    with sessions.writing() as db:
        assert runs.take_untold(db) == runs.untold(db) != ()


def test_an_older_revision_never_takes_back_what_was_told(sessions: Sessions) -> None:
    run = running(sessions)
    with sessions.writing() as db:
        ((_, told),) = runs.untold(db)
        runs.mark_told(db, run.id, told)
        runs.mark_told(db, run.id, told - 1)
        assert runs.untold(db) == ()


def test_workers_are_those_seen_lately(sessions: Sessions) -> None:
    with sessions.writing() as db:
        runs.seen(db, worker="one", at=AT)
        runs.seen(db, worker="two", at=AT + 60 * SECOND)
        runs.seen(db, worker="gone", at=AT - 60 * SECOND)
        runs.seen(db, worker="one", at=AT + 61 * SECOND)
        assert runs.workers(db, since=AT + 60 * SECOND) == ("one", "two")


def test_an_instant_without_a_zone_is_refused(sessions: Sessions) -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(StatementError, match="must have timezone"), sessions.writing() as db:
        runs.seen(db, worker="one", at=naive)
