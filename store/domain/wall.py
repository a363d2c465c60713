"""
The wall clock: local times to instants, by one rule, in every zone.

A local time that the clock skips is the first instant that exists after it; of a time that comes twice the first
counts. Nothing here relies on midnight: where the clock skips it, the day begins with its first instant.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)


@lru_cache(maxsize=100_000)
def instant(local: datetime, zone: str) -> datetime:
    """Return the UTC instant of the naive *local* time in the IANA *zone*."""
    here = ZoneInfo(zone)
    first = local.replace(tzinfo=here)
    earlier, later = _offset(first), _offset(first.replace(fold=1))
    if earlier >= later:  # no change near, or a time that comes twice: the first
        return (local - earlier).replace(tzinfo=UTC)
    # Skipped: the two readings enclose the change of the clock, which is on a full second. Search it.
    local = local.replace(microsecond=0)
    before, after = (local - later).replace(tzinfo=UTC), (local - earlier).replace(tzinfo=UTC)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle.astimezone(here)) == earlier:
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime) -> timedelta:
    offset = at.utcoffset()
    assert offset is not None
    return offset


def at_clock(day: date, clock: time, zone: str) -> datetime:
    """Return the UTC instant at which the clock in *zone* shows *clock* on the local *day*."""
    return instant(datetime.combine(day, clock), zone)


def day_begins(day: date, zone: str) -> datetime:
    """Return the first instant of the local *day*, UTC."""
    return instant(datetime.combine(day, time()), zone)


def days_span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the half-open span of the local days *first* to *last*, both included, UTC."""
    return day_begins(first, zone), day_begins(last + DAY, zone)


def local_of(at: datetime, zone: str) -> datetime:
    """Return what the clock in *zone* shows at the instant *at*, naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def day_of(at: datetime, zone: str) -> date:
    """Return the local day in *zone* at the instant *at*."""
    return local_of(at, zone).date()
