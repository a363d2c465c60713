"""Leave: who is away when, and whether it was entered in time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from store.domain.errors import UserError
from store.domain.wall import day_of, local_of


class Kind(StrEnum):
    """Why somebody is away; the person's own reason is nobody else's business and is kept nowhere."""

    LEAVE = "leave"
    EMERGENCY = "emergency leave"
    DAY_OFF = "day off earned"
    CALENDAR = "blocked in the calendar"
    HOLIDAY = "public holiday"


@dataclass(frozen=True, kw_only=True)
class Absence:
    """One person's half-open time away, aware UTC."""

    person: str
    starts_at: datetime
    ends_at: datetime
    kind: Kind = Kind.LEAVE
    entered_at: datetime | None = None
    id: int = 0
    """Of the row it is kept in; 0 where it is kept in none."""
    name: str = ""
    """Of a public holiday."""

    @property
    def why(self) -> str:
        return f"{self.kind}: {self.name}" if self.kind is Kind.HOLIDAY and self.name else self.kind.value


class BadLeave(UserError):
    """Days that are no leave."""


def check_days(first: date, last: date, *, today: date) -> None:
    """Raises: BadLeave: it ends before it begins, is over already, or is longer than a year."""
    if last < first:
        raise BadLeave(f"The leave ends on {last:%a %d %b %Y}, before it begins on {first:%a %d %b %Y}. Swap the two.")
    if last < today:
        raise BadLeave(f"The leave ended on {last:%a %d %b %Y} already. The past of the roster does not change.")
    if last - first > timedelta(days=366):
        raise BadLeave("That is more than a year. Take the person out of the rotation in `team.yaml` instead.")


def is_late(absence: Absence, notice: timedelta, zone: str) -> bool:
    """
    Whether the leave was entered later than the plan's notice asks for. An emergency never is.

    Notice is counted in days on the wall clock of *zone*, and the day of entering counts whole: what is entered on a
    Monday for the Monday after next is two weeks ahead, at whatever hour.
    """
    if absence.kind is not Kind.LEAVE or absence.entered_at is None:
        return False
    entered = datetime.combine(day_of(absence.entered_at, zone), time())
    return local_of(absence.starts_at, zone).replace(tzinfo=None) - entered < notice
