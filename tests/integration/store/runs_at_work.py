"""Runs on their way, as the tests of `store.runs` need them."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from store import runs
from store.domain.run import Period, Run
from store.session import Sessions
from tests.factories import AT, DAY

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


def taken_over(sessions: Sessions) -> Run:
    """A run as its first worker still sees it, while a second one holds it."""
    late = running(sessions)
    with sessions.writing() as db:
        runs.release_lost(db, at=AT + LEASE + SECOND)
    assert claimed(sessions, at=AT + LEASE + SECOND, worker="two").attempt == 2
    return late
