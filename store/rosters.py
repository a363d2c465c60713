"""What people entered about the roster: rows in here, domain values out there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from store.domain.absence import Absence, Kind
from store.domain.override import Override, Volunteer
from store.domain.roster import Entries, Roster, build
from store.domain.swap import Swap, SwapState
from store.holidays import holidays_in
from store.plans import Plan
from store.session import insert_into
from store.tables import AbsenceRow, CalendarAbsenceRow, OverrideRow, SwapRow, VolunteerRow

Entered = TypeVar("Entered", AbsenceRow, OverrideRow, VolunteerRow)
LONG_PAST = timedelta(days=400)
"""What was over before then has no say in what is on call today: the count of least-loaded goes back to 1 January."""
STANDING = (SwapState.ASKED.value, SwapState.ACCEPTED.value)


def roster_of(plan: Plan, entries: Entries) -> Roster:
    return build(plan.team, plan.pipelines, entries, holidays_in)


def load_roster(db: Session, plan: Plan) -> Roster:
    """Return the roster of *plan* with everything that was ever entered and still holds."""
    return roster_of(plan, load_entries(db))


class Recent:
    """
    The roster without what is long past, for those who look again and again.

    As long as nobody entered or edited anything it is the same object, with what it has worked out.
    """

    def __init__(self) -> None:
        self._last: tuple[str, Roster] | None = None

    def load(self, db: Session, plan: Plan, *, at: datetime) -> Roster:
        """Return the roster of *plan* with what people entered, right from `LONG_PAST` before *at* on."""
        entries, last = load_entries(db, since=at - LONG_PAST), self._last
        if last is not None and (last[0], last[1].entries) == (plan.digest, entries):
            return last[1]
        roster = roster_of(plan, entries)
        self._last = plan.digest, roster
        return roster


def load_entries(db: Session, *, since: datetime | None = None) -> Entries:
    """
    Return what holds: no cancelled entry, no swap that never came to anything.

    Args:
        since: leave out what was over by then.
    """
    swaps = select(SwapRow).where(_counts).order_by(_ID)
    if since is not None:
        swaps = swaps.where(or_(col(SwapRow.gives) >= since.date(), col(SwapRow.takes) >= since.date()))
    return Entries(
        absences=(*map(_absence_of, _holding(db, AbsenceRow, since)), *_blocked(db, since)),
        overrides=tuple(map(_override_of, _holding(db, OverrideRow, since))),
        volunteers=tuple(map(_volunteer_of, _holding(db, VolunteerRow, since))),
        swaps=tuple(map(_swap_of, db.exec(swaps))),
    )


_ID = col(SwapRow.id)
_counts = or_(col(SwapRow.state).in_(STANDING), col(SwapRow.accepted_at).is_not(None))
"""Once accepted, a swap holds for the turns that had begun when it was withdrawn or fell."""


def _holding(db: Session, table: type[Entered], since: datetime | None) -> Iterable[Entered]:
    holding = select(table).where(col(table.cancelled_at).is_(None)).order_by(col(table.id))
    return db.exec(holding if since is None else holding.where(col(table.ends_at) > since))


def save_absence(db: Session, absence: Absence, *, request_key: str, by: str) -> Absence:
    """Keep a leave; with the same key again the first one is returned and nothing is new."""
    assert absence.entered_at is not None
    _insert(
        db,
        AbsenceRow,
        request_key=request_key,
        person=absence.person,
        starts_at=absence.starts_at,
        ends_at=absence.ends_at,
        kind=absence.kind.value,
        entered_by=by,
        entered_at=absence.entered_at,
    )
    return _absence_of(db.exec(select(AbsenceRow).where(AbsenceRow.request_key == request_key)).one())


def find_absence(db: Session, *, request_key: str) -> Absence | None:
    """Return the leave that this form entered already, taken back since or not."""
    row = db.exec(select(AbsenceRow).where(AbsenceRow.request_key == request_key)).first()
    return _absence_of(row) if row else None


def find_override(db: Session, *, request_key: str) -> Override | None:
    """Return the override that this form entered already, taken back since or not."""
    row = db.exec(select(OverrideRow).where(OverrideRow.request_key == request_key)).first()
    return _override_of(row) if row else None


def find_volunteer(db: Session, *, request_key: str) -> Volunteer | None:
    """Return the offer that this form made already, taken back since or not."""
    row = db.exec(select(VolunteerRow).where(VolunteerRow.request_key == request_key)).first()
    return _volunteer_of(row) if row else None


def save_override(db: Session, override: Override, *, request_key: str) -> Override:
    """Keep an override; with the same key again the first one is returned and nothing is new."""
    _insert(
        db,
        OverrideRow,
        request_key=request_key,
        person=override.person,
        replaces=override.replaces,
        pipelines=list(override.pipelines),
        starts_at=override.starts_at,
        ends_at=override.ends_at,
        entered_by=override.entered_by,
        entered_at=override.entered_at,
    )
    return _override_of(db.exec(select(OverrideRow).where(OverrideRow.request_key == request_key)).one())


def save_volunteer(db: Session, volunteer: Volunteer, *, request_key: str, by: str) -> Volunteer:
    """Keep an offer; with the same key again the first one is returned and nothing is new."""
    _insert(
        db,
        VolunteerRow,
        request_key=request_key,
        person=volunteer.person,
        pipelines=list(volunteer.pipelines),
        starts_at=volunteer.starts_at,
        ends_at=volunteer.ends_at,
        entered_by=by,
        entered_at=volunteer.entered_at,
    )
    return _volunteer_of(db.exec(select(VolunteerRow).where(VolunteerRow.request_key == request_key)).one())


def save_swap(db: Session, swap: Swap, *, request_key: str) -> Swap:
    """Keep a swap that was asked for; with the same key again the first one is returned and nothing is new."""
    _insert(
        db,
        SwapRow,
        request_key=request_key,
        rotation=swap.rotation,
        asker=swap.asker,
        gives=swap.gives,
        other=swap.other,
        takes=swap.takes,
        state=swap.state.value,
        entered_by=swap.entered_by,
        asked_at=swap.asked_at,
        accepted_at=swap.accepted_at,
        decided_at=swap.decided_at,
    )
    return _swap_of(db.exec(select(SwapRow).where(SwapRow.request_key == request_key)).one())


def find_swap(db: Session, id: int) -> Swap | None:  # noqa: A002 - it is one
    row = db.get(SwapRow, id)
    return _swap_of(row) if row else None


def find_swap_of(db: Session, *, request_key: str) -> Swap | None:
    """Return the swap that this form asked for already."""
    row = db.exec(select(SwapRow).where(SwapRow.request_key == request_key)).first()
    return _swap_of(row) if row else None


def move_swap(db: Session, before: Swap, after: Swap) -> bool:
    """Note the next state of a swap. False: somebody else was first, and nothing is changed."""
    moved = update(SwapRow).where(col(SwapRow.id) == before.id, col(SwapRow.state) == before.state.value)
    return (
        db.exec(
            moved.values(state=after.state.value, accepted_at=after.accepted_at, decided_at=after.decided_at)
        ).rowcount
        == 1
    )


def cancel(db: Session, entry: Absence | Override | Volunteer, *, at: datetime) -> bool:
    """
    Take an entry back from *at* on: what is past of it stays. False: it was cancelled or is over already.
    """
    table = _TABLES[type(entry)]
    mine = update(table).where(col(table.id) == entry.id, col(table.cancelled_at).is_(None), col(table.ends_at) > at)
    if entry.starts_at < at:
        return db.exec(mine.values(ends_at=at)).rowcount == 1
    return db.exec(mine.values(cancelled_at=at)).rowcount == 1


_TABLES: dict[type, type[AbsenceRow] | type[OverrideRow] | type[VolunteerRow]] = {
    Absence: AbsenceRow,
    Override: OverrideRow,
    Volunteer: VolunteerRow,
}


def _insert(db: Session, table: type[Entered] | type[SwapRow], **values: object) -> None:
    db.exec(insert_into(db, table).values(**values).on_conflict_do_nothing(index_elements=["request_key"]))


def _blocked(db: Session, since: datetime | None) -> Iterable[Absence]:
    blocked = select(CalendarAbsenceRow).order_by(col(CalendarAbsenceRow.id))
    for row in db.exec(blocked if since is None else blocked.where(col(CalendarAbsenceRow.ends_at) > since)):
        yield Absence(person=row.person, starts_at=row.starts_at, ends_at=row.ends_at, kind=Kind.CALENDAR)


def _absence_of(row: AbsenceRow) -> Absence:
    return Absence(
        id=row.id or 0,
        person=row.person,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        kind=Kind(row.kind),
        entered_at=row.entered_at,
    )


def _override_of(row: OverrideRow) -> Override:
    return Override(
        id=row.id or 0,
        person=row.person,
        replaces=row.replaces,
        pipelines=tuple(row.pipelines),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        entered_at=row.entered_at,
        entered_by=row.entered_by,
    )


def _volunteer_of(row: VolunteerRow) -> Volunteer:
    return Volunteer(
        id=row.id or 0,
        person=row.person,
        pipelines=tuple(row.pipelines),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        entered_at=row.entered_at,
    )


def _swap_of(row: SwapRow) -> Swap:
    return Swap(
        id=row.id or 0,
        rotation=row.rotation,
        asker=row.asker,
        gives=row.gives,
        other=row.other,
        takes=row.takes,
        state=SwapState(row.state),
        asked_at=row.asked_at,
        accepted_at=row.accepted_at,
        decided_at=row.decided_at,
        entered_by=row.entered_by,
    )
