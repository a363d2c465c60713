"""When somebody means: `tomorrow`, `friday`, `2026-03-02`, `2026-03-02 14:30`, `2026-03-02..2026-03-08`, `2026-03`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from store.domain.errors import UserError, shorten
from store.domain.wall import DAY, WEEKDAYS, at_clock, days_span

NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"20[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True)
class Moment:
    """`[starts_at, ends_at)`, aware UTC; a single instant has no end."""

    starts_at: datetime
    ends_at: datetime | None = None


class BadMoment(UserError):
    """What a person typed is no day or time."""


def begins_moment(word: str) -> bool:
    """Whether *word* is the beginning of a day, a range or a month as people write them."""
    return word in (*NEAR, "next") or _weekday(word) is not None or bool(re.match(r"[0-9]{4}-", word))


def read_moment(words: Sequence[str], *, today: date, zone: str) -> Moment:
    """
    Return what *words* mean on the wall clock of *zone*. A weekday is the next one, today included.

    Raises: BadMoment.
    """
    first, *rest = [word for word in words if word != "next"] or [""]
    if _MONTH.fullmatch(first):
        begin = _date(f"{first}-01")
        return Moment(*days_span(begin, (begin + 31 * DAY).replace(day=1) - DAY, zone))
    if ".." in first:
        begin, end = (_day(part, today=today) for part in first.split("..", 1))
        if end < begin:
            raise BadMoment(f"{shorten(first)} runs backwards. Write the earlier day first.")
        if end - begin > timedelta(days=366):
            raise BadMoment("That is more than a year. Ask for a shorter span.")
        return Moment(*days_span(begin, end, zone))
    day = _day(first, today=today + DAY if "next" in words else today)
    if not rest:
        return Moment(*days_span(day, day, zone))
    clock = _CLOCK.fullmatch(rest[0])
    if clock is None:
        raise BadMoment(f"“{shorten(rest[0])}” is not a time of day. Write it as 14:30.")
    return Moment(at_clock(day, time(int(clock[1]), int(clock[2])), zone))


def _day(word: str, *, today: date) -> date:
    if word in NEAR:
        return today + NEAR[word] * DAY
    weekday = _weekday(word)
    if weekday is not None:
        return today + (weekday - today.weekday()) % 7 * DAY
    if not _DATE.fullmatch(word):
        raise BadMoment(f"“{shorten(word)}” is not a day. Write `tomorrow`, `friday`, {today} or {today} 14:30.")
    return _date(word)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadMoment(f"{text} is not in the calendar. Write a day that exists.") from None


def _weekday(word: str) -> int | None:
    return next((index for index, name in enumerate(WEEKDAYS) if word in (name, name[:3])), None)
