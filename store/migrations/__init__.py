"""
Bring a database to the schema that this version of Baton knows.

One file per step under `versions/`, named `v<revision>_<what>.py`, its revision one above the last. Each is written by
hand; a test compares the outcome with `store.tables`. There is no alembic.ini: `upgrade` is all the configuration.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from store.domain.errors import UserError
from store.session import reach

HERE = Path(__file__).parent
KNOWN = tuple(sorted(path.stem[1:].partition("_")[0] for path in (HERE / "versions").glob("v*.py")))
"""Revisions from the first to the newest, read from the file names: a start with nothing to do loads no alembic."""

LOCK = 0x6261746F6E
"""Key of the advisory lock that PostgreSQL holds while one process migrates and others wait ("baton" in ASCII)."""
LOCK_TIMEOUT_S = 60


class NewerSchema(UserError):
    """The database belongs to a newer version; writing to it could lose what that version keeps."""

    def __init__(self, stored: str) -> None:
        super().__init__(
            f"This database has schema {stored}, and this version of Baton knows schemas up to {KNOWN[-1]}: a newer "
            "version has used it. Start that version again, or restore the backup made before it was installed."
        )
        self.stored = stored


def upgrade(engine: Engine) -> None:
    """
    Bring the database behind *engine* to the newest schema; nothing happens where it is there already.

    All of it is one transaction, so a process killed in the middle leaves the old schema. Several processes may
    start at once: one migrates, the others wait and then find nothing to do. A server that does not answer yet is
    waited for.

    Raises: NewerSchema, NoDatabase.
    """
    reach(engine)
    with engine.connect() as connection:
        if stored_revision(connection) == KNOWN[-1]:
            return
    with engine.execution_options(writes=True).begin() as connection:
        _wait_for_others(connection)
        if stored_revision(connection) != KNOWN[-1]:
            _migrate(connection)


def stored_revision(connection: Connection) -> str | None:
    """
    Return the revision of the database's schema, None for an empty database.

    Raises: NewerSchema.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    stored: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if stored is not None and stored not in KNOWN:
        raise NewerSchema(stored)
    return stored


def _wait_for_others(connection: Connection) -> None:
    """On SQLite the transaction began with the write lock; PostgreSQL needs a lock of its own for this."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def _migrate(connection: Connection) -> None:
    from alembic import command  # takes longer to import than the bot may take to start, and is seldom needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
