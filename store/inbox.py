"""
Deliveries from Slack, kept before they are acknowledged.

The key makes a repeated delivery harmless, and what a crash left undone is taken up again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from store.session import insert_into
from store.tables import InboxRow


def receive(db: Session, *, key: str, payload: dict[str, Any], at: datetime) -> bool:
    """
    Keep one delivery; a single insert, because Slack's acknowledgement waits for it.

    Args:
        key: Slack's event id or trigger id.
        payload: the body as Slack sent it.
    Returns: False where this delivery was kept before: its work is done or under way.
    """
    new = insert_into(db, InboxRow).values(key=key, payload=payload, received_at=at)
    return db.exec(new.on_conflict_do_nothing().returning(col(InboxRow.key))).first() is not None


def done(db: Session, *, key: str, at: datetime) -> None:
    """Note that its work is done, and drop the payload: what people wrote is kept no longer than needed."""
    db.exec(update(InboxRow).where(col(InboxRow.key) == key).values(done_at=at, payload=None))


def undone(db: Session, *, before: datetime) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return key and payload of what was received before *before* and is not done; oldest first."""
    rows = select(InboxRow).where(col(InboxRow.done_at).is_(None), InboxRow.received_at < before)
    oldest_first = rows.order_by(col(InboxRow.received_at), col(InboxRow.key))
    return tuple((row.key, row.payload or {}) for row in db.exec(oldest_first))


def purge(db: Session, *, before: datetime) -> int:
    """
    Delete what was done before *before*; return how many. What is not done stays.

    Slack repeats a delivery for minutes, so days are ample.
    """
    return db.exec(delete(InboxRow).where(col(InboxRow.done_at) < before)).rowcount
