"""Scalars as people write them: `18h`, `20%`, 09:00, 2026-01-05."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from store.planfile.yaml import Scalar

DURATION = (
    "^(?=[0-9])(?:([0-9]{1,3})w ?)?(?:([0-9]{1,4})d ?)?(?:([0-9]{1,5})h ?)?(?:([0-9]{1,6})m ?)?(?:([0-9]{1,7})s)?$"
)
SHARE = r"^[0-9]{1,4}(?:\.[0-9]{1,6})? ?%$"
TIME = "^(?:[01]?[0-9]|2[0-3]):[0-5][0-9]$"
DAY = "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"
MOMENT = (
    r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?$"
)
NUMBER = r"^(?:0?\.[0-9]{1,9}|0|1|0\.0|1\.0)$"
WHOLE = "^[+-]?[0-9]{1,9}$"


@dataclass(frozen=True)
class Kind:
    words: str
    """What to write, for people."""
    read: Callable[[Scalar], object]
    """The value, or None when the text is not one."""
    blank: object
    """Stands where none could be read."""


def duration(text: str) -> timedelta | None:
    """Return `18h`, `14d` or `1h 30m` as a span of time; None when it is not one."""
    found = re.fullmatch(DURATION, text)
    if not found:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def share(text: str) -> float | None:
    """Return `20%` or `0.2` as 0.2; None when it is neither. A number above 1 needs its percent sign."""
    if re.fullmatch(SHARE, text):
        return float(Decimal(text.rstrip("% ")) / 100)
    return float(text) if re.fullmatch(NUMBER, text) else None


def _time(text: str) -> time | None:
    if not re.fullmatch(TIME, text):
        return None
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(DAY, text) else None
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """
    Return `2026-05-05`, `2026-05-05 14:00` or `2026-05-05T06:00:00Z` as a time; None when it is none of these.

    Without an offset it is naive: whoever asked knows the zone. A day alone is its midnight.
    """
    try:
        return datetime.fromisoformat(text) if re.fullmatch(MOMENT, text) else None
    except ValueError:
        return None


def _truth(scalar: Scalar) -> bool | None:
    return {"true": True, "false": False}.get(scalar.text.lower()) if scalar.plain else None


def _whole(scalar: Scalar) -> int | None:
    return int(scalar.text) if scalar.plain and re.fullmatch(WHOLE, scalar.text) else None


def _text(scalar: Scalar) -> str | None:
    is_other = scalar.is_null or _truth(scalar) is not None
    return None if is_other else scalar.text.strip()


KINDS: dict[type, Kind] = {
    bool: Kind("`true` or `false`", _truth, False),
    int: Kind("a whole number", _whole, 0),
    timedelta: Kind(
        "a duration such as `30m`, `18h` or `14d`", lambda scalar: duration(scalar.text.strip()), timedelta(0)
    ),
    float: Kind("a share such as `20%`", lambda scalar: share(scalar.text.strip()), 0.0),
    time: Kind("a time such as `09:00`", lambda scalar: _time(scalar.text.strip()), time(0)),
    date: Kind("a day such as `2026-01-05`", lambda scalar: _day(scalar.text.strip()), date(2000, 1, 1)),
    datetime: Kind(
        "a time such as `2026-01-05 10:00` or `2026-01-05T02:00:00Z`",
        lambda scalar: moment(scalar.text.strip()),
        datetime(2000, 1, 1),  # noqa: DTZ001 - as people may write it
    ),
    str: Kind("text", _text, ""),
}
"""In the order in which a union tries them: text takes nearly everything, so it comes last."""
