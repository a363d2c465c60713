"""The first tables: run, picture, worker, inbox, outbox, plan_break, issue, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
OPEN_RUN = sa.text("status IN ('queued', 'running')")
UNTOLD = sa.text("revision > told")
OWED = sa.text("wanted > delivered AND failed IS NULL")
UNPOSTED = sa.text("ts IS NULL AND failed IS NULL")
UNDONE = sa.text("done_at IS NULL")


def upgrade() -> None:
    _runs()
    _messages()
    _people()


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("pipeline", sa.String, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("cause", sa.String),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("requested_by", sa.String, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("worker", sa.String),
        sa.Column("lease_until", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("progress", sa.JSON),
        sa.Column("result", sa.JSON),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.UniqueConstraint("request_key"),
    )
    op.create_index(
        "run_open",
        "run",
        ["pipeline", "starts_on", "ends_on"],
        unique=True,
        sqlite_where=OPEN_RUN,
        postgresql_where=OPEN_RUN,
    )
    op.create_index("run_status", "run", ["status"])
    op.create_index("run_untold", "run", ["id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    op.create_table(
        "picture",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("png", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
    )


def _messages() -> None:
    op.create_table(
        "inbox",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("payload", sa.JSON),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("done_at", INSTANT),
    )
    op.create_index("inbox_undone", "inbox", ["claimed_until"], sqlite_where=UNDONE, postgresql_where=UNDONE)
    op.create_index("inbox_done", "inbox", ["done_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("parent", sa.String),
        sa.Column("thread_ts", sa.String),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("delivered", sa.Integer, nullable=False),
        sa.Column("channel_posted", sa.String),
        sa.Column("ts", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("trouble", sa.Text),
        sa.Column("failed", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_owed", "outbox", ["id"], sqlite_where=OWED, postgresql_where=OWED)
    op.create_index("outbox_unposted", "outbox", ["parent", "id"], sqlite_where=UNPOSTED, postgresql_where=UNPOSTED)
    op.create_index(
        "outbox_unposted_there", "outbox", ["thread_ts", "id"], sqlite_where=UNPOSTED, postgresql_where=UNPOSTED
    )
    op.create_table(
        "plan_break",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("is_open", sa.Boolean),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("mended_at", INSTANT),
        sa.UniqueConstraint("is_open"),
    )


def _people() -> None:
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("pipeline", sa.String, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("reported_by", sa.String, nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.UniqueConstraint("request_key"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
