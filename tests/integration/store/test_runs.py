from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from store import runs
from store.domain.run import Cause, Period, Run, RunStatus, advance
from store.session import Sessions
from tests.factories import AT, DAY
from tests.integration.store import hands
from tests.integration.store.runs_at_work import (
    LEASE,
    ask,
    ask_many,
    claimed,
    loaded,
    running,
)

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
