import logging
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import insert, select

from store import runs, session
from store.session import BUSY_TIMEOUT_S, NoDatabase, Sessions, connect, reach
from store.tables import InboxRow, WorkerRow
from tests.factories import AT


def names(sessions: Sessions) -> tuple[str, ...]:
    with sessions.reading() as db:
        return runs.workers(db, since=AT)


def test_what_was_written_is_kept_on_leaving(sessions: Sessions) -> None:
    with sessions.writing() as db:
        runs.seen(db, worker="one", at=AT)
    assert names(sessions) == ("one",)


def test_nothing_is_kept_of_what_broke_in_the_middle(sessions: Sessions) -> None:
    def break_in_the_middle() -> None:
        with sessions.writing() as db:
            runs.seen(db, worker="one", at=AT)
            raise LookupError

    with pytest.raises(LookupError):
        break_in_the_middle()
    assert names(sessions) == ()


def test_a_reader_cannot_write(sessions: Sessions) -> None:
    with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"), sessions.reading() as db:
        runs.seen(db, worker="one", at=AT)
    with sessions.writing() as db:
        runs.seen(db, worker="two", at=AT)
    assert names(sessions) == ("two",), "and the connection it used can write again"


def test_a_reader_sees_one_state_and_holds_nobody_up(sessions: Sessions) -> None:
    with sessions.reading() as db:
        assert runs.workers(db, since=AT) == ()
        with sessions.writing() as other:
            runs.seen(other, worker="one", at=AT)
        assert runs.workers(db, since=AT) == ()
    assert names(sessions) == ("one",)


def test_writers_that_read_first_wait_for_each_other(sqlite_sessions: Sessions) -> None:
    """With a plain BEGIN the slower of two such writers fails at once, however long it would wait."""
    with sqlite_sessions.writing() as db:
        runs.seen(db, worker="one", at=AT)

    def add_a_second(_: int) -> None:
        with sqlite_sessions.writing() as db:
            row = db.exec(select(WorkerRow)).one()
            row.seen_at += timedelta(seconds=1)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_a_second, range(60)))
    with sqlite_sessions.reading() as db:
        assert db.exec(select(WorkerRow.seen_at)).one() == AT + timedelta(seconds=60)


def test_a_sqlite_commit_reaches_the_disk(sqlite_sessions: Sessions) -> None:
    with sqlite_sessions.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_no_wait_for_a_lock_is_endless(sessions: Sessions) -> None:
    limit = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}[sessions.engine.dialect.name]
    with sessions.engine.connect() as connection:
        assert connection.scalar(text(limit)) in (BUSY_TIMEOUT_S * 1000, f"{BUSY_TIMEOUT_S}s")


def test_a_writer_that_waits_too_long_says_so_and_the_connection_goes_on(
    sqlite_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_TIMEOUT_S", 0)

    def write_beside() -> None:
        with sqlite_sessions.writing() as db:
            runs.seen(db, worker="two", at=AT)

    with sqlite_sessions.writing() as db:
        runs.seen(db, worker="one", at=AT)
        with pytest.raises(OperationalError, match="database is locked"):
            write_beside()
    with sqlite_sessions.writing() as db:
        runs.seen(db, worker="three", at=AT)
    assert names(sqlite_sessions) == ("one", "three")


def test_a_writer_whose_turn_cannot_come_is_an_error_that_callers_know(sqlite_sessions: Sessions) -> None:
    """Not a bare one of sqlite3, which nobody up there expects."""
    with sqlite_sessions.engine.execution_options(writes=True).connect() as connection:
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("BEGIN")
        with pytest.raises(OperationalError, match="within a transaction"):
            connection.begin()


SECRET = "xoxb-1234-secret"


def test_no_error_and_no_log_repeats_what_was_to_be_written(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    bad = {"key": None, "payload": {"token": SECRET, "text": SECRET}, "received_at": AT}

    def insert_nothing_valid() -> None:
        with sessions.writing() as db:
            db.connection().execute(insert(InboxRow), [bad, bad])

    with pytest.raises(DBAPIError) as caught:
        insert_nothing_valid()
    with caplog.at_level(logging.ERROR):
        logging.getLogger("test").error("It failed", exc_info=caught.value)
    assert "inbox" in caplog.text
    assert SECRET not in caplog.text


def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    together = Barrier(8)

    def open_it(_: int) -> str:
        engine = connect(f"sqlite:///{tmp_path / 'new' / 'baton.db'}")
        together.wait()
        with engine.connect() as connection:
            mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        engine.dispose()
        return mode

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(open_it, range(8))) == {"wal"}


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "baton.db"
    path.write_bytes(b"not a database, whatever it is called" * 100)
    engine = connect(f"sqlite:///{path}")
    with pytest.raises((DBAPIError, sqlite3.DatabaseError), match="not a database"):
        engine.connect()
    assert path.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize(
    "address",
    ["my-database", "mysql://u:pw-secret@h/d", "http://x", "://pw-secret", "postgresql://u:pw-secret@h:port/d"],
)
def test_an_address_of_no_database_is_explained_without_repeating_it(address: str) -> None:
    with pytest.raises(NoDatabase, match="DATABASE_URL is no address") as refused:
        connect(address)
    assert "pw-secret" not in str(refused.value)


def test_a_server_that_does_not_answer_is_waited_for_a_while_and_named_without_its_password() -> None:
    engine = connect("postgresql://baton:pw-secret@127.0.0.1:1/d")
    begun = time.monotonic()
    with pytest.raises(NoDatabase, match=r"baton:\*\*\*@127\.0\.0\.1.* cannot be used: .*refused") as gone:
        reach(engine, patience_s=0.3)
    assert 0.3 < time.monotonic() - begun < 3
    assert "pw-secret" not in str(gone.value)


def test_a_file_that_cannot_be_opened_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "baton.db").mkdir()
    with pytest.raises(NoDatabase, match="unable to open database file"):
        reach(connect(f"sqlite:///{tmp_path / 'baton.db'}"))


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_way_to_write_a_postgres_address_is_understood(url: str) -> None:
    engine = connect(url)
    assert (engine.dialect.name, engine.dialect.driver) == ("postgresql", "psycopg")
