import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from store import migrations
from store.session import connect
from store.tables import RunRow
from tests.integration.store import hands

TABLES = {
    *("run", "picture", "worker", "inbox", "outbox", "plan_break", "issue", "audit"),
    *("absence", "roster_override", "volunteer", "swap", "calendar", "calendar_absence", "occurrence", "told_shifts"),
    *("handoff", "handoff_item", "handoff_note", "handoff_confirmation", "comp", "secret"),
}


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


def tables_in(url: str) -> set[str]:
    with engine_of(url) as engine:
        return set(inspect(engine).get_table_names())


def drawn(connection: Connection) -> set[str]:
    """Tables, columns and indexes in the database's own words, conditions of partial indexes included."""
    if connection.dialect.name == "sqlite":
        names = "SELECT sql FROM sqlite_master WHERE tbl_name <> 'alembic_version' AND sql IS NOT NULL"
    else:
        names = """
            SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
            UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
            UNION SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
        """
    return set(connection.scalars(text(names)))


def test_an_empty_database_gets_every_table(empty_url: str) -> None:
    with engine_of(empty_url) as engine:
        migrations.upgrade(engine)
    assert tables_in(empty_url) == TABLES | {"alembic_version"}


def test_alembic_sees_no_difference_between_migrations_and_tables(empty_url: str) -> None:
    with engine_of(empty_url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, RunRow.metadata) != []
        connection.rollback()
        migrations.upgrade(engine)
        assert compare_metadata(context, RunRow.metadata) == []


def test_migrations_draw_what_the_tables_would_draw_themselves(empty_url: str) -> None:
    """Alembic does not compare the conditions of partial indexes, and two of ours are the whole point of the index."""
    with engine_of(empty_url) as engine:
        migrations.upgrade(engine)
        with engine.begin() as connection:
            migrated = drawn(connection)
            RunRow.metadata.drop_all(connection)
            assert drawn(connection) == set()
            RunRow.metadata.create_all(connection)
            assert drawn(connection) == migrated


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    with engine_of(database_url) as engine:
        with engine.connect() as connection:
            before = drawn(connection)
        migrations.upgrade(engine)
        with engine.connect() as connection:
            assert drawn(connection) == before
            assert migrations.stored_revision(connection) == migrations.KNOWN[-1]


def test_a_start_with_nothing_to_migrate_loads_no_alembic(sqlite_file: Path) -> None:
    program = (
        "import sys; from store import migrations; from store.session import connect;"
        f"migrations.upgrade(connect('sqlite:///{sqlite_file}')); print('alembic' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "False"


def test_file_names_tell_the_order_that_alembic_follows() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    script = ScriptDirectory.from_config(config)
    assert tuple(step.revision for step in script.walk_revisions())[::-1] == migrations.KNOWN
    assert script.get_heads() == [migrations.KNOWN[-1]]


def test_a_newer_database_is_refused_and_left_alone(database_url: str) -> None:
    with engine_of(database_url) as engine:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        try:
            with pytest.raises(migrations.NewerSchema, match=r"schema 9999.*Start that version again") as refused:
                migrations.upgrade(engine)
            assert refused.value.stored == "9999"
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        finally:  # the next test gets this database too
            with engine.begin() as connection:
                head = {"head": migrations.KNOWN[-1]}
                connection.execute(text("UPDATE alembic_version SET version_num = :head"), head)


def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    assert hands.at_once(hands.upgrade, *[(empty_url,)] * 5) == [True] * 5
    assert tables_in(empty_url) == TABLES | {"alembic_version"}


def test_a_process_killed_at_any_statement_leaves_nothing_half_done(empty_url: str) -> None:
    seen = []
    for statement in range(1, 60):
        child = hands.processes().Process(target=hands.upgrade_and_die, args=(empty_url, statement))
        child.start()
        child.join(30)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        seen.append(tables_in(empty_url))
    assert len(seen) > 12, "it was killed before and after each table"
    assert all(tables == set() for tables in seen)
    assert tables_in(empty_url) == TABLES | {"alembic_version"}
