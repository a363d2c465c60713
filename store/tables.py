"""The rows. They stay inside `store`: the functions beside this file turn them into domain values."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from store.columns import PlainText

OPEN_RUN = text("status IN ('queued', 'running')")
UNTOLD = text("revision > told")
OWED = text("wanted > delivered AND failed IS NULL")
UNPOSTED = text("ts IS NULL AND failed IS NULL")
UNDONE = text("done_at IS NULL")


class RunRow(SQLModel, table=True):
    """One execution of a pipeline for one period. Bot and worker meet here and nowhere else."""

    __tablename__ = "run"
    __table_args__ = (
        # The lock: at most one open run per pipeline and period, whoever asks, from wherever.
        Index(
            "run_open",
            "pipeline",
            "starts_on",
            "ends_on",
            unique=True,
            sqlite_where=OPEN_RUN,
            postgresql_where=OPEN_RUN,
        ),
        Index("run_status", "status"),
        Index("run_untold", "id", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    """One press, one run: names the confirmation that asked for it."""
    pipeline: str
    starts_on: date
    ends_on: date
    status: str
    cause: str | None = None
    note: str = Field(default="", sa_column=Column(PlainText, nullable=False))
    requested_by: str
    requested_at: datetime
    channel: str = ""
    attempt: int = 0
    worker: str | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    revision: int = 1
    """Grows with every change that somebody should see, in the transaction of the change."""
    told: int = 0
    """The revision that has been handed to the outbox. Behind `revision`: a message is owed."""


class PictureRow(SQLModel, table=True):
    """The small picture of a run's result, PNG, drawn by the worker and shown by the bot."""

    __tablename__ = "picture"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    png: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class WorkerRow(SQLModel, table=True):
    """A worker that has been seen; tells "queued" apart from "nobody is there to run it"."""

    __tablename__ = "worker"

    name: str = Field(primary_key=True)
    started_at: datetime
    seen_at: datetime


class InboxRow(SQLModel, table=True):
    """
    One delivery from Slack, kept before it is acknowledged.

    The key makes a repeated delivery harmless. Who keeps it has it in hand until `claimed_until`; once that has
    passed without `done_at`, another takes it up.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("inbox_undone", "claimed_until", sqlite_where=UNDONE, postgresql_where=UNDONE),
        Index("inbox_done", "done_at"),
    )

    key: str = Field(primary_key=True)
    """Slack's event id or trigger id."""
    payload: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """The body as Slack sent it; dropped once done."""
    received_at: datetime
    claimed_until: datetime
    tries: int = 1
    """How often somebody has had it in hand."""
    done_at: datetime | None = None


class OutboxRow(SQLModel, table=True):
    """
    A message as it should look in Slack, owed since the transaction that caused it.

    A living message is one row whose `payload` changes and whose `wanted` grows: only the newest state is
    delivered. `wanted > delivered` and not `failed`: something is owed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_owed", "id", sqlite_where=OWED, postgresql_where=OWED),
        # After hours without Slack thousands wait; each looks for an earlier first post of its thread.
        Index("outbox_unposted", "parent", "id", sqlite_where=UNPOSTED, postgresql_where=UNPOSTED),
        Index("outbox_unposted_there", "thread_ts", "id", sqlite_where=UNPOSTED, postgresql_where=UNPOSTED),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Names the thing it shows, such as `run:12`. It travels as message metadata, so that a copy can be found."""
    channel: str
    """Slack channel or member id (a direct message), or a channel's name with a hash."""
    parent: str | None = None
    """Key of the row that opens the thread; this one waits until that one has been posted."""
    thread_ts: str | None = None
    """A thread that is not ours to open."""
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """Arguments of chat.postMessage and chat.update: text, blocks, and `picture` (a run's id)."""
    wanted: int = 1
    delivered: int = 0
    channel_posted: str | None = None
    """Where it really stands (a direct message has a channel of its own)."""
    ts: str | None = None
    """Slack's name of the message, once posted."""
    attempts: int = 0
    """Tries since the last success. More than none and no `ts`: look before sending again."""
    due_at: datetime
    """Not before this instant (machine clock): retries and the pace of edits."""
    claimed_until: datetime | None = None
    trouble: str | None = Field(default=None, sa_column=Column(PlainText))
    """What went wrong the last time; nothing after a success."""
    failed: str | None = Field(default=None, sa_column=Column(PlainText))
    """Why it was given up."""
    created_at: datetime


class PlanBreakRow(SQLModel, table=True):
    """A time during which the plan's folder could not be used; its message lives as long."""

    __tablename__ = "plan_break"

    id: int | None = Field(default=None, primary_key=True)
    is_open: bool | None = Field(default=True, unique=True)
    """True until it is mended, then nothing: at most one is open."""
    began_at: datetime
    mended_at: datetime | None = None


class IssueRow(SQLModel, table=True):
    """Something wrong with data, as a person reported it."""

    __tablename__ = "issue"

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    pipeline: str
    summary: str = Field(sa_column=Column(PlainText, nullable=False))
    details: str = Field(default="", sa_column=Column(PlainText, nullable=False))
    severity: str
    day: date | None = None
    reported_by: str
    reported_at: datetime
    status: str = "open"


class AuditRow(SQLModel, table=True):
    """Who did, or was refused, what. Only ever added to."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    """Slack member id, worker name or `baton`."""
    action: str
    subject: str = Field(default="", sa_column=Column(PlainText, nullable=False))
    outcome: str
    """`done` or `refused`."""
    detail: str = Field(default="", sa_column=Column(PlainText, nullable=False))
