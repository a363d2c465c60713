"""Time as a value: one clock object, handed in where the program is wired."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

HAND = "hand:"


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant of the team's clock, aware UTC."""
        ...


class SystemClock:
    """
    The machine's clock.

    Leases and heartbeats always use this one, also where the team's clock runs fast: a lease of 15 s
    is about how long a process takes to answer, whatever day it is on the team's calendar.
    """

    def now(self) -> datetime:
        return datetime.now(UTC)


class FastClock:
    """A clock that stood at *start* when the machine's stood at *since*, and runs *speed* times faster."""

    def __init__(self, start: datetime, speed: float, since: datetime) -> None:
        self._start, self._speed, self._since = start, speed, since

    def now(self) -> datetime:
        return self._start + (datetime.now(UTC) - self._since) * self._speed


class HandClock:
    """A clock that somebody moves by hand: it shows the instant that stands in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return _instant(self._file.read_text(encoding="utf-8").strip()).astimezone(UTC)


def from_setting(text: str) -> Clock:
    """
    Return the clock that `BATON_CLOCK` asks for: `<instant>@<speed>`, `<instant>@<speed>@<since>`, `hand:<file>` or
    nothing.

    Several processes share one fast clock when all are given the same `<since>`, an instant of the machine's; or one
    that is moved by hand when all read the same file.

    Raises: ValueError: it reads as none of these.
    """
    if not text:
        return SystemClock()
    if text.startswith(HAND):
        clock = HandClock(Path(text.removeprefix(HAND)))
        try:
            clock.now()
        except OSError as error:
            raise ValueError(f"the file of the clock cannot be read: {error.strerror}") from None
        return clock
    start, _, rest = text.partition("@")
    speed, _, since = rest.partition("@")
    begun = _instant(since) if since else datetime.now(UTC)
    return FastClock(_instant(start), _speed(speed), begun)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is not an instant such as 2026-01-12T10:00+00:00") from None
    if instant.tzinfo is None:
        raise ValueError(f"“{text}” has no offset from UTC: write it as 2026-01-12T10:00+00:00")
    return instant


def _speed(text: str) -> float:
    try:
        speed = float(text or 1)
    except ValueError:
        speed = 0
    if not 0 < speed < 1_000_000:
        raise ValueError(f"“{text}” is not a speed: write how many times faster, such as 60")
    return speed
