"""What has served its time is deleted: what people wrote is kept no longer than it is of use."""

from datetime import datetime

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col

from store.tables import OutboxRow

RUN = "run:%"


def delivered_messages(db: Session, *, before: datetime) -> int:
    """
    Forget messages that were delivered or given up and have not changed since *before*; return how many.

    The messages of runs stay: they hold nothing that somebody typed, and a run may wait for longer than any limit.
    """
    settled = or_(col(OutboxRow.wanted) == col(OutboxRow.delivered), col(OutboxRow.failed).is_not(None))
    old = and_(col(OutboxRow.due_at) < before, col(OutboxRow.created_at) < before)
    rows = delete(OutboxRow).where(settled, old, col(OutboxRow.key).not_like(RUN))
    return db.exec(rows).rowcount
