from datetime import timedelta

from store import audit
from store.session import Sessions
from tests.factories import AT


def test_entries_come_newest_first(sessions: Sessions) -> None:
    with sessions.writing() as db:
        audit.note(db, at=AT, actor="U0AIDIL", action="rerun", subject="run:12", outcome="done")
        audit.note(
            db,
            at=AT - timedelta(days=1),
            actor="U0GUEST",
            action="rerun",
            subject="aggregate-profit \0",
            outcome="refused",
            detail="not an engineer",
        )
    with sessions.reading() as db:
        newest, oldest = audit.entries(db, 10)
        assert audit.entries(db, 1) == (newest,)
    assert newest == audit.Entry(
        at=AT - timedelta(days=1),
        actor="U0GUEST",
        action="rerun",
        subject="aggregate-profit \ufffd",
        outcome="refused",
        detail="not an engineer",
    )
    assert (oldest.actor, oldest.outcome, oldest.detail) == ("U0AIDIL", "done", "")
