"""
Deliveries from Slack, kept before they are acknowledged.

The key makes a repeated delivery harmless, and what a crash left undone is taken up again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from store.session import insert_into
from store.tables import InboxRow


def receive(db: Session, *, key: str, payload: dict[str, Any], at: datetime) -> bool:
    """
    Keep one delivery.

    Args:
        key: Slack's event id or trigger id.
        payload: the body as Slack sent it.
    Returns: False where this delivery was kept before: its work is done or under way.
    """
    return receive_all(db, ((key, payload),), at=at)[0]


def receive_all(db: Session, deliveries: Sequence[tuple[str, dict[str, Any]]], *, at: datetime) -> tuple[bool, ...]:
    """
    Keep all that arrived together; one statement, because Slack's acknowledgements wait for it.

    Returns: for each of *deliveries* what `receive` would return; of two copies among them the first is new.
    """
    if not deliveries:
        return ()
    rows = [{"key": key, "payload": payload, "received_at": at} for key, payload in deliveries]
    new = insert_into(db, InboxRow).on_conflict_do_nothing().returning(col(InboxRow.key))
    kept = set(db.scalars(new, rows))
    firsts = {key: number for number, (key, _) in reversed(tuple(enumerate(deliveries)))}
    return tuple(key in kept and firsts[key] == number for number, (key, _) in enumerate(deliveries))


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
