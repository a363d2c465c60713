"""Issues: rows in here, domain values out there."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from store.domain.issue import Issue, IssueStatus
from store.domain.team import Severity
from store.session import insert_into
from store.tables import IssueRow


def save(
    db: Session,
    *,
    request_key: str,
    pipeline: str,
    summary: str,
    severity: Severity,
    by: str,
    at: datetime,
    details: str = "",
    day: date | None = None,
) -> Issue:
    """
    Keep what was reported.

    Args:
        request_key: names the submitted form; with the same key again the same issue is returned and nothing is new.
        by: Slack member id.
    """
    new = insert_into(db, IssueRow).values(
        request_key=request_key,
        pipeline=pipeline,
        summary=summary,
        details=details,
        severity=severity.value,
        day=day,
        reported_by=by,
        reported_at=at,
        status=IssueStatus.OPEN.value,
    )
    db.exec(new.on_conflict_do_nothing(index_elements=["request_key"]))
    return _issue_of(db.exec(select(IssueRow).where(IssueRow.request_key == request_key)).one())


def recent(
    db: Session, *, pipeline: str | None = None, status: IssueStatus | None = None, limit: int = 20
) -> tuple[Issue, ...]:
    """Return the issues reported last, newest first."""
    rows = select(IssueRow).order_by(col(IssueRow.id).desc()).limit(limit)
    if pipeline is not None:
        rows = rows.where(IssueRow.pipeline == pipeline)
    if status is not None:
        rows = rows.where(IssueRow.status == status.value)
    return tuple(_issue_of(row) for row in db.exec(rows))


def _issue_of(row: IssueRow) -> Issue:
    assert row.id is not None
    return Issue(
        id=row.id,
        pipeline=row.pipeline,
        summary=row.summary,
        details=row.details,
        severity=Severity(row.severity),
        day=row.day,
        reported_by=row.reported_by,
        reported_at=row.reported_at,
        status=IssueStatus(row.status),
    )
