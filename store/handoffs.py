"""
Handoffs: rows in here, domain values out there.

Whoever changes one takes it with `lock=True` first, so that two changes at once are both in the message that is owed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from store.domain.errors import UserError
from store.domain.handoff import Chase, Confirmation, Group, Handoff, Item, Note
from store.session import insert_into
from store.tables import HandoffConfirmationRow, HandoffItemRow, HandoffNoteRow, HandoffRow


class NoSuchHandoff(UserError):
    def __init__(self, id: int) -> None:  # noqa: A002 - it is one
        super().__init__("This handoff is not in Baton's database any more. `/handoff` shows the one that runs.")
        self.id = id


def save(db: Session, handoff: Handoff) -> Handoff | None:
    """Keep a new handoff with its items. None: its rotation has one for that instant already."""
    new = insert_into(db, HandoffRow).values(
        rotation=handoff.rotations[0],
        rotations=list(handoff.rotations),
        due_at=handoff.due_at,
        held_at=handoff.held_at,
        ends_at=handoff.ends_at,
        small=handoff.small,
        outgoing=list(handoff.outgoing),
        incoming=list(handoff.incoming),
        remarks=list(handoff.remarks),
        posted_at=handoff.posted_at,
        late=handoff.late,
        started_by=handoff.started_by,
        nudged=0,
    )
    once = new.on_conflict_do_nothing(index_elements=["rotation", "due_at"]).returning(col(HandoffRow.id))
    made = db.exec(once).first()
    if made is None:
        return None
    for position, item in enumerate(handoff.items):
        add_item(db, made[0], item, request_key=f"handoff:{made[0]}:{position}")
    return load(db, made[0])


def load(db: Session, id: int, *, lock: bool = False) -> Handoff:  # noqa: A002 - it is one
    """
    Return the handoff with everything on it.

    Args:
        lock: keep others from changing it until this transaction ends.
    Raises: NoSuchHandoff.
    """
    rows = select(HandoffRow).where(HandoffRow.id == id).execution_options(populate_existing=True)
    row = db.exec(rows.with_for_update() if lock else rows).first()
    if row is None:
        raise NoSuchHandoff(id)
    return _with_parts(db, (row,))[0]


def running(db: Session) -> tuple[Handoff, ...]:
    """Return those that no later one has taken over, newest first."""
    rows = select(HandoffRow).where(col(HandoffRow.carried_at).is_(None))
    return _with_parts(db, db.exec(rows.order_by(col(HandoffRow.due_at).desc(), col(HandoffRow.id).desc())).all())


def carry_over(db: Session, rotations: Iterable[str], *, at: datetime, small_only: bool = False) -> tuple[Handoff, ...]:
    """Close the running handoffs of these rotations, and return them as they are then, newest first."""
    mine = [one for one in running(db) if set(one.rotations) & set(rotations) and (one.small or not small_only)]
    for one in sorted(mine, key=lambda each: each.id):
        load(db, one.id, lock=True)
        db.exec(update(HandoffRow).where(col(HandoffRow.id) == one.id).values(carried_at=at))
    return tuple(load(db, one.id) for one in mine)


def change_items(db: Session, items: Iterable[Item]) -> None:
    for item in items:
        state = {"done_by": item.done_by, "done_at": item.done_at, "pressed_at": item.pressed_at}
        db.exec(update(HandoffItemRow).where(col(HandoffItemRow.id) == item.id).values(**state))


def add_item(db: Session, handoff_id: int, item: Item, *, request_key: str) -> bool:
    """Keep one more item. False: this form has been heard before."""
    new = insert_into(db, HandoffItemRow).values(
        request_key=request_key,
        handoff_id=handoff_id,
        group=item.group.value,
        text=item.text,
        since=item.since,
        pressed_at=item.pressed_at,
    )
    once = new.on_conflict_do_nothing(index_elements=["request_key"]).returning(col(HandoffItemRow.id))
    return db.exec(once).first() is not None


def add_note(db: Session, handoff_id: int, note: Note, *, request_key: str) -> bool:
    """Keep a note. False: this form has been heard before."""
    new = insert_into(db, HandoffNoteRow).values(
        request_key=request_key, handoff_id=handoff_id, text=note.text, written_by=note.by, written_at=note.at
    )
    once = new.on_conflict_do_nothing(index_elements=["request_key"]).returning(col(HandoffNoteRow.id))
    return db.exec(once).first() is not None


def add_confirmation(db: Session, handoff_id: int, said: Confirmation) -> bool:
    """Keep a person's word. False: it was given already."""
    new = insert_into(db, HandoffConfirmationRow).values(
        handoff_id=handoff_id, person=said.person, confirmed_by=said.by, confirmed_at=said.at
    )
    once = new.on_conflict_do_nothing(index_elements=["handoff_id", "person"])
    return db.exec(once.returning(col(HandoffConfirmationRow.person))).first() is not None


def complete(db: Session, handoff_id: int, *, at: datetime) -> None:
    db.exec(update(HandoffRow).where(col(HandoffRow.id) == handoff_id).values(completed_at=at))


def note_chase(db: Session, handoff: Handoff, said: Chase, *, at: datetime) -> bool:
    """Note that what was due is being said. False: another bot was first, and nothing is changed."""
    mine = update(HandoffRow).where(
        col(HandoffRow.id) == handoff.id,
        col(HandoffRow.nudged) == handoff.nudged,
        col(HandoffRow.completed_at).is_(None),
        col(HandoffRow.carried_at).is_(None),
    )
    told = {"lead_told_at": at} if said.lead else {}
    if said.lead:
        mine = mine.where(col(HandoffRow.lead_told_at).is_(None))
    return db.exec(mine.values(nudged=said.nudged, **told)).rowcount == 1


def _with_parts(db: Session, rows: Sequence[HandoffRow]) -> tuple[Handoff, ...]:
    ids = [row.id for row in rows]
    if not ids:
        return ()
    fresh = {"populate_existing": True}
    items = db.exec(
        select(HandoffItemRow)
        .where(col(HandoffItemRow.handoff_id).in_(ids))
        .order_by(col(HandoffItemRow.id))
        .execution_options(**fresh)
    ).all()
    notes = db.exec(
        select(HandoffNoteRow).where(col(HandoffNoteRow.handoff_id).in_(ids)).order_by(col(HandoffNoteRow.id))
    ).all()
    said = db.exec(
        select(HandoffConfirmationRow)
        .where(col(HandoffConfirmationRow.handoff_id).in_(ids))
        .order_by(col(HandoffConfirmationRow.confirmed_at), col(HandoffConfirmationRow.person))
    ).all()
    return tuple(
        _handoff_of(
            row,
            items=tuple(_item_of(each) for each in items if each.handoff_id == row.id),
            notes=tuple(
                Note(text=each.text, by=each.written_by, at=each.written_at)
                for each in notes
                if each.handoff_id == row.id
            ),
            confirmations=tuple(
                Confirmation(person=each.person, by=each.confirmed_by, at=each.confirmed_at)
                for each in said
                if each.handoff_id == row.id
            ),
        )
        for row in rows
    )


def _item_of(row: HandoffItemRow) -> Item:
    return Item(
        id=row.id or 0,
        group=Group(row.group),
        text=row.text,
        since=row.since,
        done_by=row.done_by,
        done_at=row.done_at,
        pressed_at=row.pressed_at,
    )


def _handoff_of(
    row: HandoffRow, *, items: tuple[Item, ...], notes: tuple[Note, ...], confirmations: tuple[Confirmation, ...]
) -> Handoff:
    return Handoff(
        id=row.id or 0,
        rotations=tuple(row.rotations),
        due_at=row.due_at,
        held_at=row.held_at,
        ends_at=row.ends_at,
        small=row.small,
        outgoing=tuple(row.outgoing),
        incoming=tuple(row.incoming),
        remarks=tuple(row.remarks),
        posted_at=row.posted_at,
        late=row.late,
        started_by=row.started_by,
        nudged=row.nudged,
        lead_told_at=row.lead_told_at,
        completed_at=row.completed_at,
        carried_at=row.carried_at,
        items=items,
        notes=notes,
        confirmations=confirmations,
    )
