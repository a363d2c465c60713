"""Deliveries are kept before they are acknowledged, whatever else goes on."""

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlmodel import col, select, update

from bot import inbox
from bot.app import build_deps
from bot.deps import Deps
from bot.inbox import HOLD, Inbox, InboxClosed
from store import migrations
from store.inbox import TRIES
from store.settings import Settings
from store.tables import InboxRow


@pytest.fixture
def deps(tmp_path: Path) -> Iterator[Deps]:
    deps = build_deps(
        Settings(database_url=f"sqlite:///{tmp_path / 'baton.db'}", baton_data=tmp_path), nudge=lambda: None
    )
    migrations.upgrade(deps.sessions.engine)
    yield deps
    deps.sessions.engine.dispose()


def kept(deps: Deps) -> list[str]:
    with deps.sessions.reading() as db:
        return list(db.exec(select(InboxRow.key).where(col(InboxRow.done_at).is_(None))))


async def test_copies_that_arrive_together_are_one_delivery(deps: Deps) -> None:
    box = Inbox(deps)
    keys = ["one", "two", "one", "three", "two"]
    assert await asyncio.gather(*(box.keep(key, {}) for key in keys)) == [True, True, False, True, False]
    assert not await box.keep("one", {})
    assert sorted(kept(deps)) == ["one", "three", "two"]


async def test_what_arrives_together_is_one_transaction(deps: Deps) -> None:
    box = Inbox(deps)
    await asyncio.gather(*(box.keep(str(number), {}) for number in range(25)))
    assert len(set(_received(deps))) == 1


async def test_keeping_waits_for_no_work(deps: Deps) -> None:
    """Every thread for work may hang on a Slack that does not answer."""
    released = Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    work = asyncio.create_task(asyncio.to_thread(released.wait))
    await asyncio.sleep(0)
    assert await Inbox(deps).keep("one", {})
    assert not work.done()
    released.set()
    await work


async def test_work_lets_what_waits_be_kept_first_but_not_for_ever(deps: Deps, tmp_path: Path) -> None:
    box = Inbox(deps)
    await box.quiet(at_most_s=60)
    with _locked(tmp_path):
        keeping = asyncio.create_task(box.keep("one", {}))
        await asyncio.sleep(0)
        await box.quiet(at_most_s=0.01)
        assert not keeping.done()
    await box.quiet(at_most_s=60)
    assert await keeping


async def test_what_was_refused_for_want_of_time_is_not_kept_after_all(
    deps: Deps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person read that nothing was done; they do it again."""
    monkeypatch.setattr(inbox, "PATIENCE_S", 0.05)
    box = Inbox(deps)
    with _locked(tmp_path):
        with pytest.raises(InboxClosed):
            await box.keep("refused", {})
        monkeypatch.setattr(inbox, "PATIENCE_S", 10)
        later = asyncio.create_task(box.keep("later", {}))
        await asyncio.sleep(0)
    assert await later
    assert kept(deps) == ["later"]


async def test_what_a_living_bot_has_in_hand_no_other_takes_up(deps: Deps) -> None:
    ours, theirs = Inbox(deps), Inbox(deps)
    await ours.keep("one", {"text": "hello"})
    assert theirs.take_up() == ()
    _let_claims_run_out(deps)
    ours.renew(["one"])
    assert theirs.take_up() == (), "renewed"
    _let_claims_run_out(deps)
    assert theirs.take_up() == (("one", {"text": "hello"}),)
    assert ours.take_up() == (), "in other hands now"


async def test_what_breaks_every_bot_is_given_up_and_the_log_says_so(
    deps: Deps, caplog: pytest.LogCaptureFixture
) -> None:
    box = Inbox(deps)
    await box.keep("one", {})
    for _ in range(TRIES - 1):
        _let_claims_run_out(deps)
        assert [key for key, _ in box.take_up()] == ["one"]
    _let_claims_run_out(deps)
    assert box.take_up() == ()
    assert f"Delivery one given up after {TRIES} tries" in caplog.text
    assert kept(deps) == []


def _let_claims_run_out(deps: Deps) -> None:
    with deps.sessions.writing() as db:
        db.exec(update(InboxRow).values(claimed_until=datetime.now(UTC) - timedelta(seconds=1)))


async def test_a_claim_lasts_no_longer_than_people_wait_for_an_answer(deps: Deps) -> None:
    await Inbox(deps).keep("one", {})
    with deps.sessions.reading() as db:
        row = db.exec(select(InboxRow)).one()
    assert timedelta(seconds=2) < row.claimed_until - row.received_at == HOLD <= timedelta(seconds=10)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Somebody else writes, until the block ends."""
    with closing(sqlite3.connect(folder / "baton.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")


def _received(deps: Deps) -> list[str]:
    with deps.sessions.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT received_at FROM inbox").scalars())
