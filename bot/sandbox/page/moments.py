"""Instants in words, as Slack writes them, in the zone of the one who reads."""

import re
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from bot.sandbox.page.html import tag
from bot.sandbox.page.seat import Seat

TOKEN = re.compile(r"\{([a-z_]+)\}")


def when(at: datetime, form: str, seat: Seat) -> Markup:
    """Return an instant in Slack's form, for instance `{date_short_pretty} at {time}`; the title has the full date."""
    local = at.astimezone(seat.zone)

    def shown(found: re.Match[str]) -> str:
        words = _token(found[1], local, seat) or found[0]
        return words if found.start() else words[:1].upper() + words[1:]  # the form begins with it

    words = TOKEN.sub(shown, form)
    return tag("time", words, datetime=f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", title=full(at, seat))


def from_seconds(seconds: object) -> datetime | None:
    """Return the instant of Slack's seconds since 1970, aware UTC; `None` when they are no instant."""
    try:
        return datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def clock_time(at: datetime, seat: Seat) -> str:
    return f"{at.astimezone(seat.zone):%H:%M}"


def day_name(at: datetime, seat: Seat) -> str:
    """Return the words of a day divider: Today, Yesterday, or the date."""
    local = at.astimezone(seat.zone)
    return _pretty(local, seat) or f"{local:%A}, {_day(local)} {local:%B}" + _year(local, seat)


def full(at: datetime, seat: Seat) -> str:
    local = at.astimezone(seat.zone)
    return f"{local:%A}, {_day(local)} {local:%B %Y}, {local:%H:%M:%S}"


def ago(at: datetime, seat: Seat) -> str:
    """Return how long ago, as the last answer of a thread says it."""
    seconds = (seat.now - at).total_seconds()
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(abs(seconds) // size)
        if count:
            words = f"{count} {word}" + ("s" if count > 1 else "")
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


def _token(name: str, local: datetime, seat: Seat) -> str | None:
    pretty = _pretty(local, seat).lower() if name.endswith("_pretty") else ""
    if pretty:
        return pretty
    match name.removesuffix("_pretty"):
        case "date_num":
            return f"{local:%Y-%m-%d}"
        case "date_slash":
            return f"{local:%d/%m/%Y}"
        case "date_short":
            return f"{local:%b} {_day(local)}, {local:%Y}"
        case "date":
            return f"{local:%B} {_day(local)}{_th(local.day)}, {local:%Y}"
        case "date_long_full":
            return f"{local:%B} {_day(local)}, {local:%Y}"
        case "date_long":
            return f"{local:%A}, {local:%B} {_day(local)}{_th(local.day)}, {local:%Y}"
        case "day_divider":
            return day_name(local, seat)
        case "time":
            return f"{local:%H:%M}"
        case "time_secs":
            return f"{local:%H:%M:%S}"
        case "ago":
            return ago(local, seat)
    return None


def _pretty(local: datetime, seat: Seat) -> str:
    today = seat.now.astimezone(seat.zone).date()
    near = {today: "Today", today - timedelta(days=1): "Yesterday", today + timedelta(days=1): "Tomorrow"}
    return near.get(local.date(), "")


def _day(local: datetime) -> str:
    return str(local.day)


def _th(day: int) -> str:
    return "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _year(local: datetime, seat: Seat) -> str:
    return "" if local.year == seat.now.astimezone(seat.zone).year else f" {local:%Y}"
