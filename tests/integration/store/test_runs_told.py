from itertools import count
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import StatementError
from sqlmodel import col

from store import runs
from store.domain.run import Progress, Stage
from store.session import Sessions
from store.tables import RunRow
from tests.factories import AT
from tests.integration.store.runs_at_work import SECOND, ask, ask_many, running

REVISIONS = count(100)


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


@pytest.mark.parametrize(
    "damage", [{"status": "pondering"}, {"cause": "boredom"}, {"progress": {"stage": "dreaming"}}, {"result": []}]
)
def test_a_run_that_cannot_be_read_hides_no_other_and_is_said_once(
    sessions: Sessions, damage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    odd, *others = ask_many(sessions, 3)
    with sessions.writing() as db:
        db.exec(update(RunRow).where(col(RunRow.id) == odd).values(**damage, revision=next(REVISIONS)))
    with sessions.writing() as db:
        for _ in range(3):
            assert [run.id for run, _ in runs.untold(db)] == others
            assert [run.id for run, _ in runs.take_untold(db)] == others
            assert [run.id for run in runs.recent(db)] == others[::-1]
            assert [run.id for run in runs.open_runs(db)] == others
    assert caplog.text.count(f"Run {odd} cannot be read") == 1


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
