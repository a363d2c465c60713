"""The workspace's clock: message stamps and events follow it; time-outs are in real seconds and do not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def machine_now() -> datetime:
    """Return the machine's present instant, aware UTC."""
    return datetime.now(UTC)


class TeamClock:
    """
    A clock that stood at *start* when the machine's stood at *since*, and runs *speed* times faster.

    The same three values given to the bot make both tell the same time.
    """

    def __init__(
        self,
        start: datetime | None = None,
        speed: float = 1.0,
        since: datetime | None = None,
        machine: Callable[[], datetime] = machine_now,
    ) -> None:
        self._machine = machine
        self._since = since or machine()
        self._start = start or self._since
        self.speed = speed

    @classmethod
    def of(cls, text: str, speed: float = 1.0) -> "TeamClock":
        """
        Read `<instant>`, `<instant>@<speed>` or `<instant>@<speed>@<since>`; empty means the machine's own time.

        Raises: ValueError: not an instant, or one without a zone.
        """
        if not text:
            return cls(speed=speed)
        start, *rest = text.split("@")
        return cls(
            _aware(start),
            float(rest[0]) if rest and rest[0] else speed,
            _aware(rest[1]) if len(rest) > 1 else None,
        )

    def now(self) -> datetime:
        return self._start + (self._machine() - self._since) * self.speed

    def move(self, *, to: datetime | None = None, by: timedelta | None = None, speed: float | None = None) -> None:
        """Move the hands from here on: to an instant, by a duration, or to another speed (0 stops them)."""
        now = self.now()
        self._start = (to or now) + (by or timedelta())
        self._since = self._machine()
        self.speed = self.speed if speed is None else speed


def _aware(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} needs a zone, such as {text}+00:00")
    return instant.astimezone(UTC)
