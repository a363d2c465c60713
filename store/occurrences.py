"""Due firings of scheduled things, each done once by whichever bot comes first."""

from datetime import datetime

from sqlalchemy import func
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


def last(db: Session, *, name: str) -> datetime | None:
    """Return the newest due instant of *name* that was done, or None."""
    found: datetime | None = db.exec(select(func.max(OccurrenceRow.due_at)).where(OccurrenceRow.name == name)).one()
    return found
