"""The roster's tables: leave, overrides, swaps, calendars, occurrences, handoffs, comp."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _entries()
    _calendars()
    _told()
    _handoffs()
    _ledger()


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _span() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("entered_by", sa.String, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("cancelled_at", INSTANT),
        sa.UniqueConstraint("request_key"),
    )


def _entries() -> None:
    op.create_table(
        "absence",
        _id(),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        *_span(),
    )
    op.create_index("absence_time", "absence", ["ends_at"])
    op.create_table(
        "roster_override",
        _id(),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("replaces", sa.String),
        sa.Column("pipelines", sa.JSON, nullable=False),
        *_span(),
    )
    op.create_index("roster_override_time", "roster_override", ["ends_at"])
    op.create_table(
        "volunteer",
        _id(),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("pipelines", sa.JSON, nullable=False),
        *_span(),
    )
    op.create_index("volunteer_time", "volunteer", ["ends_at"])
    op.create_table(
        "swap",
        _id(),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("rotation", sa.String, nullable=False),
        sa.Column("asker", sa.String, nullable=False),
        sa.Column("gives", sa.Date, nullable=False),
        sa.Column("other", sa.String, nullable=False),
        sa.Column("takes", sa.Date, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("entered_by", sa.String, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.UniqueConstraint("request_key"),
    )
    op.create_index("swap_state", "swap", ["state"])


def _calendars() -> None:
    op.create_table(
        "calendar",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("read_at", INSTANT),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.Column("trouble", sa.Text),
        sa.Column("note", sa.Text),
    )
    op.create_table(
        "calendar_absence",
        _id(),
        sa.Column("source", sa.String, sa.ForeignKey("calendar.source"), nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
    )
    op.create_index("calendar_absence_source", "calendar_absence", ["source"])


def _told() -> None:
    op.create_table(
        "occurrence",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("due_at", INSTANT, primary_key=True),
        sa.Column("done_at", INSTANT, nullable=False),
    )
    op.create_table(
        "told_shifts",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("shifts", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )


def _handoffs() -> None:
    op.create_table(
        "handoff",
        _id(),
        sa.Column("rotation", sa.String, nullable=False),
        sa.Column("rotations", sa.JSON, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("small", sa.Boolean, nullable=False),
        sa.Column("outgoing", sa.JSON, nullable=False),
        sa.Column("incoming", sa.JSON, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        sa.Column("posted_at", INSTANT, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("started_by", sa.String),
        sa.Column("nudged", sa.Integer, nullable=False),
        sa.Column("lead_told_at", INSTANT),
        sa.Column("completed_at", INSTANT),
        sa.Column("carried_at", INSTANT),
    )
    op.create_index("handoff_due", "handoff", ["rotation", "due_at"], unique=True)
    op.create_table(
        "handoff_item",
        _id(),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoff.id"), nullable=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("done_by", sa.String),
        sa.Column("done_at", INSTANT),
        sa.Column("pressed_at", sa.String, nullable=False),
        sa.UniqueConstraint("request_key"),
    )
    op.create_index("handoff_item_of", "handoff_item", ["handoff_id"])
    op.create_table(
        "handoff_note",
        _id(),
        sa.Column("request_key", sa.String, nullable=False),
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoff.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_by", sa.String, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.UniqueConstraint("request_key"),
    )
    op.create_index("handoff_note_of", "handoff_note", ["handoff_id"])
    op.create_table(
        "handoff_confirmation",
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoff.id"), primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("confirmed_by", sa.String, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
    )


def _ledger() -> None:
    op.create_table(
        "comp",
        _id(),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("feast", sa.String, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("choice", sa.String),
        sa.Column("day_off", sa.Date),
        sa.Column("earned_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String),
        sa.Column("decided_at", INSTANT),
    )
    op.create_index("comp_once", "comp", ["person", "feast", "year"], unique=True)
    op.create_table(
        "secret",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
    )
