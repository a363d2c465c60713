"""
Deliveries from Slack, kept before they are acknowledged.

The key makes a repeated delivery harmless. Whoever keeps or takes up a delivery has it in hand for a while, says so
again as long as the work goes on, and ticks it off; what nobody has in hand any more is taken up by the next who looks.

All instants here are the machine's, also where the team's clock runs fast.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, select

from store.session import insert_into
from store.tables import InboxRow

TRIES = 5
"""How often a delivery is taken in hand; one that breaks whoever does its work must not do so for ever."""

Payload = dict[str, Any]


def receive(
    db: Session, deliveries: Sequence[tuple[str, Payload]], *, at: datetime, hold: timedelta
) -> tuple[bool, ...]:
    """
    Keep all that arrived together, in hand until `at + hold`; one statement, since acknowledgements wait for it.

    Args:
        deliveries: key (Slack's event id or trigger id) and body as Slack sent it.
    Returns: for each whether it is new. False: kept before, its work is done or under way; of two copies among
        *deliveries* the first is new.
    """
    if not deliveries:
        return ()
    each = {"received_at": at, "claimed_until": at + hold, "tries": 1}
    rows = [{"key": key, "payload": payload, **each} for key, payload in deliveries]
    new = insert_into(db, InboxRow).on_conflict_do_nothing().returning(col(InboxRow.key))
    kept = set(db.scalars(new, rows))
    firsts = {key: number for number, (key, _) in reversed(tuple(enumerate(deliveries)))}
    return tuple(key in kept and firsts[key] == number for number, (key, _) in enumerate(deliveries))


def done(db: Session, *, key: str, at: datetime) -> None:
    """Note that its work is done, and drop the payload: what people wrote is kept no longer than needed."""
    db.exec(update(InboxRow).where(col(InboxRow.key) == key).values(done_at=at, payload=None))


def renew(db: Session, keys: Collection[str], *, until: datetime) -> None:
    """Have these in hand for longer."""
    ours = update(InboxRow).where(col(InboxRow.key).in_(keys), col(InboxRow.done_at).is_(None))
    db.exec(ours.values(claimed_until=until))


def is_any_left(db: Session, *, at: datetime) -> bool:
    """Return whether `take_up` would find something; looking holds nobody up."""
    return db.exec(select(InboxRow.key).where(*_left(at)).limit(1)).first() is not None


def take_up(
    db: Session, *, at: datetime, hold: timedelta, limit: int = 50
) -> tuple[tuple[tuple[str, Payload], ...], tuple[str, ...]]:
    """
    Take in hand what nobody has in hand any more; oldest first.

    Returns: (key and payload of each that is now ours until `at + hold`, keys of those given up after `TRIES`).
    """
    rows = select(InboxRow).where(*_left(at)).order_by(col(InboxRow.received_at), col(InboxRow.key)).limit(limit)
    taken, given_up = [], []
    for row in db.exec(rows.with_for_update(skip_locked=True)):
        if row.tries >= TRIES:
            given_up.append(row.key)
            row.done_at, row.payload = at, None
        else:
            taken.append((row.key, row.payload or {}))
            row.claimed_until, row.tries = at + hold, row.tries + 1
    db.flush()
    return tuple(taken), tuple(given_up)


def purge(db: Session, *, before: datetime) -> int:
    """
    Delete what was done before *before*; return how many. What is not done stays.

    Slack repeats a delivery for minutes, so days are ample.
    """
    return db.exec(delete(InboxRow).where(col(InboxRow.done_at) < before)).rowcount


def _left(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(InboxRow.done_at).is_(None), col(InboxRow.claimed_until) <= at
