"""Due firings of scheduled things, each done once by whichever bot comes first."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from store.session import insert_into
from store.tables import OccurrenceRow


def claim(db: Session, *, name: str, due_at: datetime, at: datetime) -> bool:
    """
    Return whether the firing of *name* at *due_at* is ours to do, in this transaction.

    Whatever it causes is written in the same transaction: a process that dies before the commit has done nothing, and
    another one does it.
    """
    new = insert_into(db, OccurrenceRow).values(name=name, due_at=due_at, done_at=at)
    claimed = new.on_conflict_do_nothing(index_elements=["name", "due_at"]).returning(col(OccurrenceRow.name))
    return db.exec(claimed).first() is not None


def is_done(db: Session, *, name: str, due_at: datetime) -> bool:
    """Return whether the firing of *name* at *due_at* was claimed: a look before a write, for what is due for hours."""
    return db.get(OccurrenceRow, (name, due_at)) is not None


def last(db: Session, *, name: str) -> datetime | None:
    """Return the newest due instant of *name* that was done, or None."""
    found: datetime | None = db.exec(select(func.max(OccurrenceRow.due_at)).where(OccurrenceRow.name == name)).one()
    return found


def named(db: Session, *, prefix: str, since: datetime) -> frozenset[tuple[str, datetime]]:
    """Return (name, due_at) of every firing from *since* on whose name begins with *prefix*."""
    rows = select(OccurrenceRow.name, OccurrenceRow.due_at).where(
        col(OccurrenceRow.name).startswith(prefix, autoescape=True), col(OccurrenceRow.due_at) >= since
    )
    return frozenset((name, due_at) for name, due_at in db.exec(rows))


def undo(db: Session, *, name: str, due_at: datetime) -> None:
    """Let the firing of *name* at *due_at* come again."""
    db.exec(delete(OccurrenceRow).where(col(OccurrenceRow.name) == name, col(OccurrenceRow.due_at) == due_at))
