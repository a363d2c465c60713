"""Who did, or was refused, what. Entries are only ever added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from store.tables import AuditRow

Outcome = Literal["done", "refused"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    at: datetime
    actor: str
    """Slack member id, worker name or `baton`."""
    action: str
    subject: str
    outcome: str
    detail: str


def note(
    db: Session, *, at: datetime, actor: str, action: str, subject: str, outcome: Outcome, detail: str = ""
) -> None:
    """Add an entry, in the transaction of what it tells about."""
    db.add(AuditRow(at=at, actor=actor, action=action, subject=subject, outcome=outcome, detail=detail))


def entries(db: Session, limit: int = 100) -> tuple[Entry, ...]:
    """Return the newest entries, newest first."""
    rows = db.exec(select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit))
    return tuple(
        Entry(
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            outcome=row.outcome,
            detail=row.detail,
        )
        for row in rows
    )
