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


class AbsenceRow(SQLModel, table=True):
    """Leave, as a person entered it."""

    __tablename__ = "absence"
    __table_args__ = (Index("absence_time", "ends_at"),)

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    """Names the submitted form: however often it arrives, it is one leave."""
    person: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    entered_by: str
    """Slack member id."""
    entered_at: datetime
    cancelled_at: datetime | None = None


class OverrideRow(SQLModel, table=True):
    """Somebody put on call by hand."""

    __tablename__ = "roster_override"
    __table_args__ = (Index("roster_override_time", "ends_at"),)

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    person: str | None = None
    replaces: str | None = None
    pipelines: list[str] = Field(sa_column=Column(JSON, nullable=False))
    starts_at: datetime
    ends_at: datetime
    entered_by: str
    """Slack member id."""
    entered_at: datetime
    cancelled_at: datetime | None = None


class VolunteerRow(SQLModel, table=True):
    """An offer to cover."""

    __tablename__ = "volunteer"
    __table_args__ = (Index("volunteer_time", "ends_at"),)

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    person: str
    pipelines: list[str] = Field(sa_column=Column(JSON, nullable=False))
    starts_at: datetime
    ends_at: datetime
    entered_by: str
    """Slack member id."""
    entered_at: datetime
    cancelled_at: datetime | None = None


class SwapRow(SQLModel, table=True):
    """Two turns that two people exchange, from the asking to the end of it."""

    __tablename__ = "swap"
    __table_args__ = (Index("swap_state", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    rotation: str
    asker: str
    gives: date
    other: str
    takes: date
    state: str
    entered_by: str
    """Key of a person."""
    asked_at: datetime
    accepted_at: datetime | None = None
    decided_at: datetime | None = None


class CalendarRow(SQLModel, table=True):
    """A shared leave calendar, as it was last read without fault."""

    __tablename__ = "calendar"

    source: str = Field(primary_key=True)
    """The address or file of the plan."""
    read_at: datetime | None = None
    """When the copy that is in force was read."""
    tried_at: datetime
    trouble: str | None = Field(default=None, sa_column=Column(PlainText))
    """Why the last try failed; nothing after a success."""
    note: str | None = Field(default=None, sa_column=Column(PlainText))
    """What the copy in force holds that nobody could be told from."""


class CalendarAbsenceRow(SQLModel, table=True):
    """A time blocked in a shared calendar; replaced as a whole when the calendar is read again."""

    __tablename__ = "calendar_absence"
    __table_args__ = (Index("calendar_absence_source", "source"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(foreign_key="calendar.source")
    person: str
    starts_at: datetime
    ends_at: datetime


class OccurrenceRow(SQLModel, table=True):
    """One due firing of a scheduled thing, written in the transaction of what it caused: so it happens once."""

    __tablename__ = "occurrence"

    name: str = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True)
    done_at: datetime


class ToldShiftsRow(SQLModel, table=True):
    """The coming shifts of a person as that person was last told, to tell what has changed since, once."""

    __tablename__ = "told_shifts"

    person: str = Field(primary_key=True)
    until: datetime
    """How far ahead the person has been told."""
    shifts: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    revision: int = 1


class HandoffRow(SQLModel, table=True):
    """A change of hands with its checklist."""

    __tablename__ = "handoff"
    __table_args__ = (Index("handoff_due", "rotation", "due_at", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    rotation: str
    """The first of `rotations`."""
    rotations: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Those that change hands at once between the same people."""
    due_at: datetime
    """The instant at which hands change."""
    held_at: datetime
    """When its checklist is due: later where a holiday moves it."""
    ends_at: datetime
    """When hands change next."""
    small: bool = False
    """Within a turn, such as the end of an override."""
    outgoing: list[str] = Field(sa_column=Column(JSON, nullable=False))
    incoming: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Keys of people; whoever covers stands in the place of who is away."""
    remarks: list[str] = Field(sa_column=Column(JSON, nullable=False))
    posted_at: datetime
    late: bool = False
    started_by: str | None = None
    """Slack member id of who started it by hand."""
    nudged: int = 0
    """How many times whoever has not confirmed was asked again."""
    lead_told_at: datetime | None = None
    completed_at: datetime | None = None
    carried_at: datetime | None = None
    """When the next one took over what was unfinished."""


class HandoffItemRow(SQLModel, table=True):
    """One item of a checklist."""

    __tablename__ = "handoff_item"
    __table_args__ = (Index("handoff_item_of", "handoff_id"),)

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    """Names the form that a person filled in, or the item's place in its handoff."""
    handoff_id: int = Field(foreign_key="handoff.id")
    group: str
    """Where it came from: a person, the plan's checklist, a manual check."""
    text: str = Field(sa_column=Column(PlainText, nullable=False))
    since: datetime
    """Due instant of the handoff in which it first stood."""
    done_by: str | None = None
    """Slack member id."""
    done_at: datetime | None = None
    pressed_at: str = "0"
    """Slack's stamp of the press that last changed it: one that was overtaken changes nothing."""


class HandoffNoteRow(SQLModel, table=True):
    """What a person wrote beside the checklist."""

    __tablename__ = "handoff_note"
    __table_args__ = (Index("handoff_note_of", "handoff_id"),)

    id: int | None = Field(default=None, primary_key=True)
    request_key: str = Field(unique=True)
    handoff_id: int = Field(foreign_key="handoff.id")
    text: str = Field(sa_column=Column(PlainText, nullable=False))
    written_by: str
    """Slack member id."""
    written_at: datetime


class HandoffConfirmationRow(SQLModel, table=True):
    """One person's word that the handoff is done."""

    __tablename__ = "handoff_confirmation"

    handoff_id: int = Field(foreign_key="handoff.id", primary_key=True)
    person: str = Field(primary_key=True)
    confirmed_by: str
    """Slack member id; the lead may confirm for somebody."""
    confirmed_at: datetime


class CompRow(SQLModel, table=True):
    """A compensation that somebody earned by being on call on a public holiday."""

    __tablename__ = "comp"
    __table_args__ = (Index("comp_once", "person", "feast", "year", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    person: str
    feast: str
    year: int
    day: date
    state: str = "earned"
    """`earned`, `confirmed` or `refused`."""
    choice: str | None = None
    day_off: date | None = None
    earned_at: datetime
    decided_by: str | None = None
    """Slack member id."""
    decided_at: datetime | None = None


class SecretRow(SQLModel, table=True):
    """A secret that Baton made for itself, such as the one behind the addresses of calendars."""

    __tablename__ = "secret"

    name: str = Field(primary_key=True)
    value: str
    made_at: datetime
