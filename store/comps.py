"""The comp ledger: what serving on public holidays earned, and what was agreed for it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Session, col, select

from store.domain.comp import Earned
from store.domain.team import Compensation
from store.session import insert_into
from store.tables import CompRow


class CompState(StrEnum):
    EARNED = "earned"
    """The lead has not said yet what it is worth."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Comp:
    """One person's claim for one feast of one year."""

    id: int
    person: str
    feast: str
    year: int
    day: date
    """The first day of the feast on which the person served."""
    state: CompState
    choice: Compensation | None
    day_off: date | None
    earned_at: datetime
    decided_by: str | None
    """Slack member id."""
    decided_at: datetime | None


def save(db: Session, earned: Earned, *, at: datetime) -> Comp | None:
    """Keep a claim; None: it is in the ledger already."""
    new = insert_into(db, CompRow).values(
        person=earned.person,
        feast=earned.feast,
        year=earned.year,
        day=earned.day,
        state=CompState.EARNED.value,
        earned_at=at,
    )
    once = new.on_conflict_do_nothing(index_elements=["person", "feast", "year"]).returning(col(CompRow.id))
    number = db.exec(once).scalar_one_or_none()
    return find(db, number) if number is not None else None


def find(db: Session, number: int) -> Comp | None:
    row = db.get(CompRow, number, populate_existing=True)
    return _comp_of(row) if row else None


def ledger(db: Session, *, person: str | None = None, limit: int = 100) -> tuple[Comp, ...]:
    """Return the newest claims, newest first; all people's where *person* is None."""
    rows = select(CompRow).order_by(col(CompRow.day).desc(), col(CompRow.id).desc()).limit(limit)
    if person is not None:
        rows = rows.where(CompRow.person == person)
    return tuple(map(_comp_of, db.exec(rows)))


def decide(
    db: Session,
    comp: Comp,
    *,
    state: CompState,
    choice: Compensation | None,
    day_off: date | None,
    by: str,
    at: datetime,
) -> bool:
    """Note what was agreed. False: somebody else decided first, and nothing is changed."""
    open_still = (col(CompRow.id) == comp.id, col(CompRow.state) == CompState.EARNED.value)
    values = {
        "state": state.value,
        "choice": choice.value if choice else None,
        "day_off": day_off,
        "decided_by": by,
        "decided_at": at,
    }
    return db.exec(update(CompRow).where(*open_still).values(**values)).rowcount == 1


def _comp_of(row: CompRow) -> Comp:
    assert row.id is not None
    return Comp(
        id=row.id,
        person=row.person,
        feast=row.feast,
        year=row.year,
        day=row.day,
        state=CompState(row.state),
        choice=Compensation(row.choice) if row.choice else None,
        day_off=row.day_off,
        earned_at=row.earned_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
