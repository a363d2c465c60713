"""What each person was last told of their coming time on call: rows in here, domain values out there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from store.domain.change import Time
from store.session import insert_into
from store.tables import ToldShiftsRow


@dataclass(frozen=True)
class Told:
    person: str
    until: datetime
    """How far ahead the person has been told."""
    times: tuple[Time, ...]
    revision: int


def load(db: Session) -> dict[str, Told]:
    """Return what everybody was told, by person."""
    return {row.person: _told_of(row) for row in db.exec(select(ToldShiftsRow))}


def first(db: Session, person: str, times: Iterable[Time], *, until: datetime) -> bool:
    """Note what a person is on call for at first sight. False: another bot saw them first."""
    new = insert_into(db, ToldShiftsRow).values(person=person, until=until, shifts=_shifts(times), revision=1)
    noted = new.on_conflict_do_nothing(index_elements=["person"]).returning(col(ToldShiftsRow.person))
    return db.exec(noted).first() is not None


def replace(db: Session, before: Told, times: Iterable[Time], *, until: datetime) -> int | None:
    """Note what a person is told now; return the new revision. None: another bot was first, and nothing is changed."""
    same = (col(ToldShiftsRow.person) == before.person, col(ToldShiftsRow.revision) == before.revision)
    values = {"until": until, "shifts": _shifts(times), "revision": before.revision + 1}
    return before.revision + 1 if db.exec(update(ToldShiftsRow).where(*same).values(**values)).rowcount else None


def _shifts(times: Iterable[Time]) -> list[dict[str, Any]]:
    return [
        {"starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat(), "pipelines": list(one.pipelines)}
        for one in times
    ]


def _told_of(row: ToldShiftsRow) -> Told:
    times = (
        Time(
            starts_at=datetime.fromisoformat(each["starts_at"]),
            ends_at=datetime.fromisoformat(each["ends_at"]),
            pipelines=tuple(each["pipelines"]),
        )
        for each in row.shifts
    )
    return Told(row.person, row.until, tuple(times), row.revision)
