"""Shared leave calendars: the last good copy of each, how old it is, and why no newer one was had."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from store.domain.absence import Absence
from store.session import insert_into
from store.tables import CalendarAbsenceRow, CalendarRow


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What is known of a calendar."""

    read_at: datetime | None
    """When the copy in force was read; None: there is none."""
    tried_at: datetime
    trouble: str | None
    """Why the last try failed."""
    note: str | None
    """What the copy holds that nobody could be told from."""


def find(db: Session, source: str) -> Copy | None:
    """Return what is known of a calendar, None: it was never tried."""
    row = db.get(CalendarRow, source)
    return Copy(read_at=row.read_at, tried_at=row.tried_at, trouble=row.trouble, note=row.note) if row else None


def claim(db: Session, source: str, *, at: datetime, every: timedelta) -> bool:
    """Return whether it is ours to read the calendar now: it was not tried for *every*, by anybody."""
    new = insert_into(db, CalendarRow).values(source=source, tried_at=at)
    if db.exec(new.on_conflict_do_nothing(index_elements=["source"]).returning(col(CalendarRow.source))).first():
        return True
    due = update(CalendarRow).where(
        col(CalendarRow.source) == source,
        # a clock that was set back does not stop the reading
        or_(col(CalendarRow.tried_at) <= at - every, col(CalendarRow.tried_at) > at),
    )
    return db.exec(due.values(tried_at=at)).rowcount == 1


def note_trouble(db: Session, source: str, trouble: str) -> None:
    """Keep why the reading failed; the copy in force stays."""
    db.exec(update(CalendarRow).where(col(CalendarRow.source) == source).values(trouble=trouble))


def replace(db: Session, source: str, absences: Iterable[Absence], *, at: datetime, note: str | None = None) -> None:
    """
    Take over a copy that was read at the instant *at*. What is past of the copy before stays as it was.

    The first copy is taken whole. Of a later one, what lies before *at* and was not known then comes too late: the past
    of the roster does not change.
    """
    row = db.get(CalendarRow, source)
    assert row is not None, "claimed before it was read"
    coming = [absence for absence in absences if row.read_at is None or absence.ends_at > at]
    for absence in _keep_past(db, source, coming, at=at):
        begins = absence.starts_at if row.read_at is None else max(absence.starts_at, at)
        db.add(CalendarAbsenceRow(source=source, person=absence.person, starts_at=begins, ends_at=absence.ends_at))
    row.read_at, row.trouble, row.note = at, None, note
    db.flush()


def drop_others(db: Session, source: str | None, *, at: datetime) -> bool:
    """End from *at* on what calendars other than *source* say; return whether there was any."""
    others = select(CalendarAbsenceRow.source).where(col(CalendarAbsenceRow.ends_at) > at).distinct()
    dropped = [each for each in db.exec(others) if each != source]
    for each in dropped:
        _keep_past(db, each, [], at=at)
    return bool(dropped)


def has_others(db: Session, source: str | None, *, at: datetime) -> bool:
    """Return whether calendars other than *source* say anything from *at* on."""
    held = select(CalendarAbsenceRow.source).where(col(CalendarAbsenceRow.ends_at) > at).distinct()
    return any(each != source for each in db.exec(held))


def _keep_past(db: Session, source: str, coming: list[Absence], *, at: datetime) -> list[Absence]:
    """Remove what is to come of the rows there, let running ones end as *coming* says; return what is new of it."""
    rest = list(coming)
    held = col(CalendarAbsenceRow.source) == source
    for row in db.exec(select(CalendarAbsenceRow).where(held, col(CalendarAbsenceRow.ends_at) > at)).all():
        if row.starts_at >= at:
            db.delete(row)
            continue
        same = next((one for one in rest if one.person == row.person and one.starts_at <= at < one.ends_at), None)
        if same is not None:
            rest.remove(same)
        row.ends_at = same.ends_at if same else at
    db.flush()
    return rest
