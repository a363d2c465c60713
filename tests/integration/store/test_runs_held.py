from store import runs
from store.domain.check import Level
from store.domain.run import Cause, Figure, Progress, Result, RunStatus, Stage, advance
from store.session import Sessions
from tests.factories import AT, make_verdict
from tests.integration.store import hands
from tests.integration.store.runs_at_work import LEASE, SECOND, ask_many, claimed, loaded, revision, running, taken_over

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
