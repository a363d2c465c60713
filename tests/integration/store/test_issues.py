from typing import Any

from sqlmodel import Session

from store import issues
from store.domain.issue import Issue, IssueStatus
from store.domain.team import Severity
from store.session import Sessions
from tests.factories import AT, DAY, make_issue


def report(db: Session, key: str = "form-1", **changes: Any) -> Issue:
    fields: dict[str, Any] = {
        "pipeline": "aggregate-engagement",
        "summary": "Active accounts dropped to nothing",
        "severity": Severity.MEDIUM,
        "day": DAY,
        "by": "U0CHOO",
        "at": AT,
    }
    return issues.save(db, request_key=key, **{**fields, **changes})


def test_an_issue_is_kept_as_it_was_reported(sessions: Sessions) -> None:
    with sessions.writing() as db:
        issue = report(db, details="Since 09:00,\nsee the dashboard")
    assert issue == make_issue(id=issue.id, details="Since 09:00,\nsee the dashboard")
    with sessions.reading() as db:
        assert issues.recent(db) == (issue,)


def test_the_same_form_again_is_the_same_issue(sessions: Sessions) -> None:
    with sessions.writing() as db:
        first = report(db)
    with sessions.writing() as db:
        assert report(db, summary="changed on the way") == first
        assert issues.recent(db) == (first,)


def test_an_issue_needs_no_day(sessions: Sessions) -> None:
    with sessions.writing() as db:
        report(db, day=None)
        assert issues.recent(db)[0].day is None


def test_what_was_pasted_into_an_issue_is_kept_as_far_as_it_is_text(sessions: Sessions) -> None:
    with sessions.writing() as db:
        report(db, summary="half a \ud83d", details="'; DROP TABLE run; -- \0 \u202e <!channel>")
    with sessions.reading() as db:
        (kept,) = issues.recent(db)
    assert (kept.summary, kept.details) == ("half a \ufffd", "'; DROP TABLE run; -- \ufffd \u202e <!channel>")


def test_recent_issues_come_newest_first_and_by_pipeline(sessions: Sessions) -> None:
    with sessions.writing() as db:
        first, second = report(db, "1"), report(db, "2", pipeline="daily-growth")
        third = report(db, "3")
        assert issues.recent(db, limit=2) == (third, second)
        assert issues.recent(db, pipeline="aggregate-engagement") == (third, first)
        assert issues.recent(db, status=IssueStatus.RESOLVED) == ()
        assert issues.recent(db, status=IssueStatus.OPEN) == (third, second, first)
