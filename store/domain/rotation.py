"""The repeating order of a rotation, counted in whole local weeks from an anchor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil import tz

from store.domain.strict import Strict

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True)
class Version(Strict):
    """An order that holds from a day on, until a later version takes over."""

    starts_on: date
    """The first day of the first turn; a handoff day."""
    order: tuple[str, ...]
    """Keys of people."""


@dataclass(frozen=True, kw_only=True)
class Rotation(Strict):
    """Who serves in turn, and when they change hands."""

    zone: str
    """IANA zone of the handoff's wall clock."""
    handoff_on: str = "monday"
    handoff_at: time = time(10)
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Shift:
    """One person's half-open turn `[starts_at, ends_at)`, aware UTC."""

    person: str
    starts_at: datetime
    ends_at: datetime
    why: str


def handoff_instant(rotation: Rotation, day: date) -> datetime:
    """
    Return the UTC instant of the handoff on the local *day*.

    A skipped local time becomes the first instant that exists after it; of a repeated one the first counts.
    """
    local = datetime.combine(day, rotation.handoff_at, ZoneInfo(rotation.zone))
    if tz.datetime_exists(local):
        return local.astimezone(UTC)
    # In a gap the two folds enclose the clock change: search it to the second.
    before, after = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
    offset = before.astimezone(local.tzinfo).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(local.tzinfo).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _version_at(rotation: Rotation, day: date) -> Version | None:
    begun = [version for version in rotation.versions if version.starts_on <= day]
    return max(begun, key=lambda version: version.starts_on, default=None)


def shift_at(rotation: Rotation, *, at: datetime) -> Shift | None:
    """Return the shift that holds at the instant *at*, or None before the first anchor."""
    today = at.astimezone(ZoneInfo(rotation.zone)).date()
    back = (today.weekday() - WEEKDAYS.index(rotation.handoff_on)) % 7
    day = today - timedelta(days=back)
    if at < handoff_instant(rotation, day):
        day -= timedelta(days=7)
    elif at >= handoff_instant(rotation, day + timedelta(days=7)):
        # where the clock goes back across midnight, the day of the handoff ends, and comes again
        day += timedelta(days=7)
    return _shift_from(rotation, day)


def _shift_from(rotation: Rotation, day: date) -> Shift | None:
    version = _version_at(rotation, day)
    if version is None or not version.order:
        return None
    weeks = (day - version.starts_on).days // 7
    person = version.order[weeks % len(version.order)]
    return Shift(
        person=person,
        starts_at=handoff_instant(rotation, day),
        ends_at=handoff_instant(rotation, day + timedelta(days=7)),
        why=f"turn {weeks % len(version.order) + 1} of {len(version.order)} in the rotation",
    )


def shifts(rotation: Rotation, *, at: datetime, count: int) -> tuple[Shift, ...]:
    """Return the shift at the instant *at* and those that follow it, *count* in all; fewer before the anchor."""
    found: list[Shift] = []
    while len(found) < count:
        shift = shift_at(rotation, at=at)
        if shift is None:
            break
        found.append(shift)
        at = shift.ends_at
    return tuple(found)
