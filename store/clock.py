"""Time as a value: one clock object, handed in where the program is wired."""

from datetime import UTC, datetime
from typing import Protocol


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


def from_setting(text: str) -> Clock:
    """
    Return the clock that `BATON_CLOCK` asks for: `<instant>@<speed>`, `<instant>@<speed>@<since>` or nothing.

    Several processes share one fast clock when all are given the same `<since>`, an instant of the machine's.
    """
    if not text:
        return SystemClock()
    start, speed, *since = text.split("@")
    begun = datetime.fromisoformat(since[0]) if since else datetime.now(UTC)
    return FastClock(datetime.fromisoformat(start), float(speed or 1), begun)
