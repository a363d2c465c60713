"""The times during which the plan's folder could not be used: one is open until it is mended."""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from store.session import insert_into
from store.tables import PlanBreakRow


def begin(db: Session, *, at: datetime) -> int:
    """Return the id of the break that is open, a new one where none is; several bots get the same."""
    new = insert_into(db, PlanBreakRow).values(is_open=True, began_at=at)
    db.exec(new.on_conflict_do_nothing(index_elements=["is_open"]))
    found = db.exec(select(PlanBreakRow.id).where(_is_open())).one()
    assert found is not None
    return found


def mend(db: Session, *, at: datetime) -> int | None:
    """Note that the open break is mended and return its id; None where none was open."""
    mended = update(PlanBreakRow).where(_is_open()).values(is_open=None, mended_at=at)
    return db.exec(mended.returning(col(PlanBreakRow.id))).scalars().first()


def _is_open() -> ColumnElement[bool]:
    return col(PlanBreakRow.is_open).is_(True)
