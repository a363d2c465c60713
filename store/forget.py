"""What has served its time is deleted: what people wrote is kept no longer than it is of use."""

from datetime import datetime

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col

from store.tables import OutboxRow

LIVING = ("run:%", "swap:%", "override:%", "gap:%", "comp:%")
"""Messages of what may go on for longer than any limit; none holds anything that somebody typed."""


def delivered_messages(db: Session, *, before: datetime) -> int:
    """
    Forget messages that were delivered or given up and have not changed since *before*; return how many.

    Those that may still be edited stay: a run may wait for weeks, and a swap may fall months after it was asked for.
    """
    settled = or_(col(OutboxRow.wanted) == col(OutboxRow.delivered), col(OutboxRow.failed).is_not(None))
    old = and_(col(OutboxRow.due_at) < before, col(OutboxRow.created_at) < before)
    living = [col(OutboxRow.key).not_like(kind) for kind in LIVING]
    rows = delete(OutboxRow).where(settled, old, *living)
    return db.exec(rows).rowcount
