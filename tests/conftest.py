"""What all tests share: databases of both kinds, and no way out of this machine."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from sqlalchemy import Engine

from store import migrations
from store.session import Sessions, connect
from store.tables import RunRow
from tests.postgres import BINARIES, Cluster

# Time limits per example say more about a busy machine than about the code.
hypothesis.settings.register_profile("baton", deadline=None, database=None)
hypothesis.settings.load_profile("baton")

DATABASES = count(1)
EMPTY = "; ".join(f"DELETE FROM {table.name}" for table in reversed(RunRow.metadata.sorted_tables))
RENUMBER = "; ".join(
    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false)"
    for table in RunRow.metadata.sorted_tables
    if table.autoincrement_column is not None and table.autoincrement_column.name == "id"
)


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_stay_on_this_machine)
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist inherit the folder
        folder = Path(tempfile.gettempdir()) / f"baton-pg-{secrets.token_hex(4)}"  # short, as a socket's path must be
        os.environ["BATON_TEST_POSTGRES"] = f"{os.getpid()}:{folder}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _cluster().stop()


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test wanted to connect to {address[0]}")


def _cluster() -> Cluster:
    owner, folder = os.environ["BATON_TEST_POSTGRES"].split(":", 1)
    return Cluster(Path(folder), int(owner))


@pytest.fixture(scope="session")
def postgres() -> Cluster:
    """The private PostgreSQL of this test run."""
    if BINARIES is None:
        pytest.skip("PostgreSQL is not installed under /usr/lib/postgresql")
    cluster = _cluster()
    cluster.start()
    return cluster


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    """A database at head for all tests of this process: emptying it is a hundred times quicker than a new one."""
    url = postgres.create(f"shared_{os.getpid()}")
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at head to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    with _engine(url) as engine:
        migrations.upgrade(engine)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database at head without any row, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_file'), tmp_path / 'baton.db')}"
    return _emptied(request.getfixturevalue("postgres_url"))


def _emptied(postgres_url: str) -> str:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"{EMPTY}; {RENUMBER}")
    return postgres_url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'baton.db'}"
        return
    postgres: Cluster = request.getfixturevalue("postgres")
    name = f"test_{os.getpid()}_{next(DATABASES)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """Sessions on a database at head: the test runs once on SQLite and once on PostgreSQL."""
    with _engine(database_url) as engine:
        yield Sessions(engine)


@pytest.fixture
def sqlite_sessions(sqlite_file: Path, tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on a SQLite database at head, for tests that are not about the database."""
    with _engine(f"sqlite:///{shutil.copy(sqlite_file, tmp_path / 'baton.db')}") as engine:
        yield Sessions(engine)


@pytest.fixture
def postgres_sessions(postgres_url: str) -> Iterator[Sessions]:
    """Sessions on a PostgreSQL database at head, for what only a server does."""
    with _engine(_emptied(postgres_url)) as engine:
        yield Sessions(engine)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()
