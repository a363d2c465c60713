"""
The secret addresses of calendars: a token for each person and one for the team.

A token is derived from a secret row of its own, so one address can be renewed and all others stay.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from store.session import insert_into
from store.tables import SecretRow

TEAM = ""
"""The subject that stands for everybody; a person's is their key."""
LENGTH = 32
"""Of a token, in characters of 5 bits."""


def token_of(db: Session, subject: str, *, at: datetime) -> str:
    """Return the token of a person or of `TEAM`, made at the first asking. *db* writes."""
    fresh = insert_into(db, SecretRow).values(name=_name(subject), value=secrets.token_hex(32), made_at=at)
    db.exec(fresh.on_conflict_do_nothing(index_elements=["name"]))
    return _token(subject, db.exec(select(SecretRow.value).where(SecretRow.name == _name(subject))).one())


def renew(db: Session, subject: str, *, at: datetime) -> str:
    """Return a new token; the one before opens nothing any more. *db* writes."""
    token_of(db, subject, at=at)
    row = db.exec(select(SecretRow).where(SecretRow.name == _name(subject)).with_for_update()).one()
    row.value, row.made_at = secrets.token_hex(32), at
    db.flush()
    return _token(subject, row.value)


def subject_of(db: Session, token: str, subjects: Iterable[str]) -> str | None:
    """Return which of *subjects* the token opens, or None. Takes as long whichever it is."""
    rows = db.exec(select(SecretRow).where(col(SecretRow.name).startswith(_name("")))).all()
    values = {row.name: row.value for row in rows}
    found = None
    for subject in subjects:
        value = values.get(_name(subject))
        if value is not None and hmac.compare_digest(_token(subject, value).encode(), token.encode()):
            found = subject
    return found


def _name(subject: str) -> str:
    return f"feed:{subject}"


def _token(subject: str, value: str) -> str:
    made = hmac.new(bytes.fromhex(value), f"calendar:{subject}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made).decode().lower()[:LENGTH]
