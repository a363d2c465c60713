"""
Messages owed to Slack, written in the transaction that causes them.

One row is one message. While it lives, only its newest state counts: `wanted` grows with each state and a delivery
says which one it showed, so that a state which came while another was under way is still owed afterwards.

All instants here are the machine's, also where the team's clock runs fast.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from store.columns import PlainText
from store.session import insert_into
from store.tables import OutboxRow

Parent = aliased(OutboxRow, name="parent")
Unposted = aliased(OutboxRow, name="unposted")


@dataclass(frozen=True)
class Owed:
    """A message as it should look now, held by whoever got it from `claim_due`."""

    id: int
    key: str
    channel: str
    """Where to post: Slack channel or member id. In the thread of another message, that message's channel."""
    thread_ts: str | None
    payload: dict[str, Any]
    wanted: int
    """The state that `payload` shows."""
    ts: str | None
    """Slack's name of the message; None: it is not posted yet, as far as is known."""
    channel_posted: str | None
    """Where it stands; an edit goes there."""
    attempts: int
    """Tries before this one since the last success. More than none and no `ts`: a copy may stand in Slack already."""
    claimed_until: datetime | None = None
    """The claim this is held by; whoever comes with an older one changes nothing of a newer."""


class NoSuchParent(Exception):
    """A reply was owed before the message that opens its thread; a bug."""

    def __init__(self, key: str, parent: str) -> None:
        super().__init__(f"{key} answers {parent}, which the outbox does not know")


def owe(
    db: Session,
    *,
    key: str,
    channel: str,
    payload: dict[str, Any],
    at: datetime,
    parent: str | None = None,
    thread_ts: str | None = None,
) -> None:
    """
    Owe a message, or a new state of the one that *key* names. The same payload again owes nothing.

    A message that was given up is tried again with its new state.

    Args:
        channel: Slack channel or member id.
        parent: key of the message whose thread this belongs in; a thread in a thread is the outer one, as in Slack.
        thread_ts: a thread that another opened.
    Raises: NoSuchParent.
    """
    if parent is not None:
        parent, thread_ts = _thread_of(db, key, parent)
    payload = json.loads(json.dumps(payload))  # as it will come back: a tuple is no new state of a list
    new = insert_into(db, OutboxRow).values(
        key=key,
        channel=channel,
        parent=parent,
        thread_ts=thread_ts,
        payload=payload,
        wanted=1,
        delivered=0,
        attempts=0,
        due_at=at,
        created_at=at,
    )
    if db.exec(new.on_conflict_do_nothing(index_elements=["key"]).returning(col(OutboxRow.id))).first() is not None:
        return
    row = db.exec(select(OutboxRow).where(OutboxRow.key == key).with_for_update()).one()
    if row.payload != payload:
        row.payload, row.wanted, row.failed = payload, row.wanted + 1, None
        db.flush()


def _thread_of(db: Session, key: str, parent: str) -> tuple[str | None, str | None]:
    """Return (parent, thread_ts) of a reply to *parent*."""
    opener = db.exec(select(OutboxRow).where(OutboxRow.key == parent)).first()
    if opener is None:
        raise NoSuchParent(key, parent)
    if opener.parent is not None or opener.thread_ts is not None:
        return opener.parent, opener.thread_ts
    return parent, None


def claim_due(db: Session, *, at: datetime, hold: timedelta, limit: int = 50) -> tuple[Owed, ...]:
    """
    Take what may be sent at the instant *at*; oldest first.

    A reply waits until its thread has been opened, and the first posts of one thread go out in the order in which
    they were owed. What another process holds is left alone until its claim ends at `at + hold`; the try is counted
    here, so that one killed while sending leaves a trace.
    """
    free = or_(col(OutboxRow.claimed_until).is_(None), col(OutboxRow.claimed_until) <= at)
    rows = db.exec(
        select(OutboxRow, Parent)
        .outerjoin(Parent, col(Parent.key) == col(OutboxRow.parent))
        .where(*_sendable(), col(OutboxRow.due_at) <= at, free)
        .order_by(col(OutboxRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=OutboxRow)
    ).all()
    for row, _ in rows:
        row.claimed_until, row.attempts = at + hold, row.attempts + 1
    db.flush()
    return tuple(_owed(row, parent, attempts=row.attempts - 1) for row, parent in rows)


def next_due(db: Session) -> datetime | None:
    """Return the instant from which `claim_due` has something, None while nothing is owed. It may be past."""
    due = case(
        (col(OutboxRow.claimed_until) > col(OutboxRow.due_at), col(OutboxRow.claimed_until)),
        else_=col(OutboxRow.due_at),
    )
    soonest = select(func.min(due)).outerjoin(Parent, col(Parent.key) == col(OutboxRow.parent)).where(*_sendable())
    instant: datetime | None = db.exec(soonest).one()
    return instant


def _sendable() -> tuple[ColumnElement[bool], ...]:
    """Say which rows are owed and wait for no other row; `Parent` is joined."""
    posted = col(OutboxRow.ts).is_not(None)
    alone = and_(col(OutboxRow.parent).is_(None), col(OutboxRow.thread_ts).is_(None))
    # a thread whose opener was given up: better told in the channel than not at all
    opened = or_(col(Parent.ts).is_not(None), col(Parent.failed).is_not(None))
    # The least id of each thread, not "no smaller id exists": PostgreSQL makes a join of that, and compares thousands
    # of waiting messages with each other.
    first = select(func.min(Unposted.id)).where(col(Unposted.ts).is_(None), col(Unposted.failed).is_(None))
    first_of_ours = first.where(col(Unposted.parent) == col(OutboxRow.parent)).scalar_subquery()
    first_there = first.where(
        col(Unposted.thread_ts) == col(OutboxRow.thread_ts), col(Unposted.channel) == col(OutboxRow.channel)
    ).scalar_subquery()
    return (
        col(OutboxRow.wanted) > col(OutboxRow.delivered),
        col(OutboxRow.failed).is_(None),
        or_(
            posted,
            alone,
            and_(opened, col(OutboxRow.id) == first_of_ours),
            col(OutboxRow.id) == first_there,
        ),
    )


def hold_on(db: Session, owed: Owed, *, until: datetime) -> Owed | None:
    """Hold the message longer, for a sending that takes its time. None: another process has taken it over."""
    longer = update(OutboxRow).where(*_held(owed)).values(claimed_until=until)
    return replace(owed, claimed_until=until) if db.exec(longer).rowcount else None


def delivered(db: Session, owed: Owed, *, ts: str, channel: str, at: datetime, pace: timedelta) -> None:
    """
    Note that the state in *owed* stands in Slack; the next edit waits until `at + pace`.

    Where the claim ran out and another process took over, only a missing `ts` is filled in: that one goes on.
    """
    done = {
        "ts": ts,
        "channel_posted": channel,
        "delivered": owed.wanted,
        "attempts": 0,
        "trouble": None,
        "claimed_until": None,
        "due_at": at + pace,
    }
    if db.exec(update(OutboxRow).where(*_held(owed)).values(**done)).rowcount == 0:
        missing = update(OutboxRow).where(col(OutboxRow.id) == owed.id, col(OutboxRow.ts).is_(None))
        db.exec(missing.values(ts=ts, channel_posted=channel))


def retry(db: Session, owed: Owed, *, due_at: datetime, why: str, sent: bool = True) -> None:
    """
    Try again at *due_at*.

    Args:
        sent: whether Slack may have got it; a try that never left us is not counted.
    """
    counted = OutboxRow.attempts if sent else OutboxRow.attempts - 1
    later = update(OutboxRow).where(*_held(owed))
    db.exec(later.values(due_at=due_at, claimed_until=None, trouble=why, attempts=counted))


def turn_to(db: Session, owed: Owed, *, channel: str, at: datetime, why: str) -> None:
    """Owe the message anew, outside any thread, to another channel or person; what stood elsewhere is left there."""
    anew = {
        "channel": channel,
        "parent": None,
        "thread_ts": None,
        "channel_posted": None,
        "ts": None,
        "attempts": 0,
        "claimed_until": None,
        "due_at": at,
        "trouble": why,
    }
    db.exec(update(OutboxRow).where(*_held(owed)).values(**anew))


def give_up(db: Session, owed: Owed, *, why: str) -> None:
    """
    Send this state never; the row stays and says *why*, and what waited for it goes on without it.

    A newer state that came meanwhile is still owed.
    """
    failed = case((col(OutboxRow.wanted) == owed.wanted, literal(why, PlainText())), else_=None)
    db.exec(update(OutboxRow).where(*_held(owed)).values(failed=failed, trouble=why, claimed_until=None))


def find(db: Session, key: str) -> Owed | None:
    """Return the message that *key* names, owed or not."""
    found = db.exec(
        select(OutboxRow, Parent)
        .outerjoin(Parent, col(Parent.key) == col(OutboxRow.parent))
        .where(OutboxRow.key == key)
    ).first()
    return None if found is None else _owed(*found, attempts=found[0].attempts)


def _held(owed: Owed) -> tuple[ColumnElement[bool], ...]:
    """Address the row for as long as the claim behind *owed* is the newest."""
    return col(OutboxRow.id) == owed.id, col(OutboxRow.claimed_until) == owed.claimed_until


def _owed(row: OutboxRow, parent: OutboxRow | None, *, attempts: int) -> Owed:
    assert row.id is not None
    opened = parent is not None and parent.ts is not None
    return Owed(
        id=row.id,
        key=row.key,
        channel=(parent.channel_posted if parent and opened else None) or row.channel,
        thread_ts=parent.ts if parent and opened else row.thread_ts,
        payload=row.payload,
        wanted=row.wanted,
        ts=row.ts,
        channel_posted=row.channel_posted,
        attempts=attempts,
        claimed_until=row.claimed_until,
    )
