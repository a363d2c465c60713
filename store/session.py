"""The engine and the session scope: SQLite in WAL by default, PostgreSQL by address."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, SQLModel, create_engine

from store.domain.errors import UserError

BUSY_TIMEOUT_S = 5
"""How long a writer waits for another one. Writes here take milliseconds; longer means trouble."""
POOL = 24
"""Connections kept, one for each thread of a bot; one beyond is opened and tuned for a single transaction."""
CONNECT_TIMEOUT_S = 3
SILENCE_TIMEOUT_S = 10
"""After this long without a sign of a PostgreSQL server that was sent something, its connection counts as lost."""
REACH_S = 20
"""How long a starting process waits for a server that does not answer; it may be starting too."""
TURN_S = (0.001, 0.01)
"""How long a writer sleeps before it asks again whether it is its turn: at first, and at most."""
UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout)
"""What a busy or absent database raises; the same call may work a moment later."""
IDLE_TIMEOUT_S = 60
"""After this PostgreSQL ends a transaction whose process says nothing, so that a paused one frees its rows."""


class NoDatabase(UserError):
    """The address is wrong, or nobody answers there."""


def connect(database_url: str) -> Engine:
    """
    Return an engine for *database_url*, fit for several threads and several processes; opens no connection.

    What people wrote and Slack's tokens are parameters of statements, so no error or log shows any.

    Raises: NoDatabase: an address that cannot be one.
    """
    url = _read_address(database_url)
    if url.get_backend_name() == "sqlite":
        return _connect_sqlite(url)
    limits = {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": SILENCE_TIMEOUT_S * 1000}
    engine = create_engine(url, pool_pre_ping=True, pool_size=POOL, hide_parameters=True, connect_args=limits)
    event.listen(engine, "connect", _tune_postgresql)
    event.listen(engine, "handle_error", _hide_details)
    return engine


def _read_address(database_url: str) -> URL:
    """Raises: NoDatabase."""
    try:
        url = make_url(database_url)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
            return url
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise NoDatabase(
        "DATABASE_URL is no address of a database that Baton knows. Write postgresql://user:password@host/database or "
        "sqlite:////folder/baton.db, or leave it out: then the database is a file under BATON_DATA."
    )


def _connect_sqlite(url: URL) -> Engine:
    if url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoDatabase(f"The folder of the database {url.database} cannot be made: {error.strerror}.") from error
    # isolation_level None: SQLAlchemy says BEGIN itself, so that a writer can say BEGIN IMMEDIATE
    limits = {"timeout": BUSY_TIMEOUT_S, "isolation_level": None}
    engine = create_engine(url, pool_size=POOL, hide_parameters=True, connect_args=limits)
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def reach(engine: Engine, *, patience_s: float = REACH_S) -> None:
    """
    Return once the database behind *engine* answers; a file is there or not, a server is waited for.

    Raises: NoDatabase: it did not answer within *patience_s*.
    """
    give_up_at = time.monotonic() + (patience_s if engine.dialect.name == "postgresql" else 0)
    while True:
        try:
            with engine.connect():
                return
        except DBAPIError as error:
            if not isinstance(error, OperationalError) or time.monotonic() >= give_up_at:
                raise NoDatabase(
                    f"The database {engine.url.render_as_string()} cannot be used: {str(error.orig).strip()}. "
                    "Check DATABASE_URL, and that the database runs and lets this machine in."
                ) from error
        time.sleep(0.2)


def _hide_details(context: ExceptionContext) -> None:
    """Drop PostgreSQL's DETAIL, which repeats the row that was refused."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0],)


def _tune_postgresql(connection: Any, _record: object) -> None:
    connection.execute(f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT_S}s'")
    connection.commit()


def _tune_sqlite(connection: Any, _record: object) -> None:
    _use_wal(connection)
    # FULL: with NORMAL the last commits are gone after a power cut, and a message they caused would be sent again
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    # The first switch of a new file is the one statement that does not wait for another process doing the same.
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another has written in between:
    # whoever will write takes the lock at the start and waits for it.
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only = {int(options.get('reads', False))}")
    if options.get("writes", False):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """
    Wait for the one place of a writer, asking every millisecond or so.

    SQLite's own wait soon sleeps 100 ms at a time and misses turn after turn while others write often: beside 200 small
    transactions a second, acknowledgements came 100 to 300 ms late.
    """
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    give_up_at, wait_s = time.monotonic() + BUSY_TIMEOUT_S, TURN_S[0]
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < give_up_at:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.Error as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(wait_s)
            wait_s = min(wait_s * 1.2, TURN_S[1])
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # SQLAlchemy's, so that its error is raised
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")


class Sessions:
    """Short sessions. None may be open while Slack, JIRA or Spark is called."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(reads=True)
        if engine.dialect.name == "postgresql":
            self._reader = engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        self._writer = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See one state of the database, holding nobody up. Writing in here is refused by the database."""
        with Session(self._reader, expire_on_commit=False) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commit on leaving, roll back on an exception. On SQLite one writer at a time; others wait."""
        with Session(self._writer, expire_on_commit=False) as db, db.begin():
            yield db


def insert_into(db: Session, table: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, in the words of the database behind *db*."""
    if db.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
