"""
A shared leave calendar (iCalendar) in, who is away when out.

Times without a zone are the team's. Cancelled events and free hours say nothing. A person is known by their e-mail
among the guests, else by their name or key at the beginning of the title, else by the organizer's e-mail; a guest whose
name the title begins with is the one who is away, whoever else was invited.
"""

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Event

from store.domain.absence import Absence, Kind
from store.domain.team import Person
from store.domain.wall import DAY, days_span, instant

BACK, AHEAD = timedelta(days=30), timedelta(days=400)
EVENTS = 10_000
"""More than a team of fifty enters in ten years."""
OCCURRENCES = 20_000
LONGEST = timedelta(days=400)
PATIENCE_S = 10.0
RULES_TOO_FINE = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
"""Nobody is away by the hour for a year; such a rule would unfold into millions."""
FINE_PARTS = ("BYSECOND", "BYMINUTE", "BYHOUR")
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError)
"""What the libraries raise at an event that is none."""


class NoCalendar(Exception):
    """The bytes are no calendar that can be used; the text says why."""


@dataclass(frozen=True, kw_only=True)
class LeaveRead:
    absences: tuple[Absence, ...]
    """In order of time; those that touch the window, whole."""
    unmatched: int = 0
    """Events that name nobody of the plan, a repeated one once."""
    free: int = 0
    """Events that do not take anybody's time."""
    unreadable: int = 0
    """Events that could not be understood."""


def read_leave(raw: bytes, people: Mapping[str, Person], *, zone: str, at: datetime) -> LeaveRead:
    """
    Return who is away within 30 days back and 400 ahead of the instant *at*.

    Args:
        zone: the team's.
    Raises: NoCalendar.
    """
    if not raw.rstrip().upper().endswith(b"END:VCALENDAR"):
        raise NoCalendar("it is no calendar, or only the beginning of one")
    if raw.upper().count(b"BEGIN:VEVENT") > EVENTS:
        raise NoCalendar(f"it has more than {EVENTS} events")
    try:
        calendars = Calendar.from_ical(raw, multiple=True)
    except MALFORMED as error:
        raise NoCalendar("it is no calendar") from error
    events = [event for calendar in calendars for event in calendar.events]
    known, window = _Known(people), (at - BACK, at + AHEAD)
    found: dict[Absence, None] = {}
    counts: Counter[str] = Counter()
    give_up_at = time.monotonic() + PATIENCE_S
    for series in _series(events):
        if time.monotonic() > give_up_at or len(found) > OCCURRENCES:
            raise NoCalendar("it unfolds into too many events")
        try:
            read = [_read(event, known, people, zone) for event in _occurrences(series, *window)]
        except MALFORMED:
            counts["unreadable"] += 1
            continue
        counts.update({said for said, _ in read if said})
        found.update(dict.fromkeys(absence for _, absences in read for absence in absences))
    inside = [
        one for one in found if one.starts_at < one.ends_at and one.starts_at < window[1] and window[0] < one.ends_at
    ]
    return LeaveRead(absences=tuple(sorted(inside, key=lambda one: (one.starts_at, one.person, one.ends_at))), **counts)


def _read(event: Any, known: "_Known", people: Mapping[str, Person], zone: str) -> tuple[str, tuple[Absence, ...]]:
    """Return why an occurrence makes nobody away, as a field of `LeaveRead`, and else who is."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return "", ()
    persons = known.away(event)
    if not persons:
        return "unmatched", ()
    if _is_free(event):
        return "free", ()
    spans = ((person, _span(event, people[person].zone or zone, zone)) for person in persons)
    return "", tuple(
        Absence(person=one, starts_at=begin, ends_at=end, kind=Kind.CALENDAR) for one, (begin, end) in spans
    )


def _is_free(event: Any) -> bool:
    """
    Whether the event leaves its people free.

    Whole days count whatever they are marked as: calendars mark those as free unless somebody thinks of it, and leave
    is mostly whole days.
    """
    return isinstance(event.start, datetime) and str(event.get("TRANSP", "")).upper() == "TRANSPARENT"


def _series(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield the events that belong together: one with its rule and the exceptions of that."""
    series: dict[object, list[Event]] = {}
    for number, event in enumerate(events):
        series.setdefault(str(event["UID"]) if "UID" in event else number, []).append(event)
    yield from series.values()


def _occurrences(series: list[Event], begins: datetime, ends: datetime) -> Iterator[Any]:
    """Yield each time that the series takes place. Raises: one of `MALFORMED`."""
    for event in series:
        _check_rules(event)
        if not timedelta() <= event.duration <= LONGEST:
            raise ValueError("ends before it begins, or lasts longer than a year")
    alone = Calendar()
    for event in series:
        alone.add_component(event)
    yield from recurring_ical_events.of(alone).between(begins - DAY, ends + DAY)


def _check_rules(event: Event) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        frequent = RULES_TOO_FINE & {str(each).upper() for each in rule.get("FREQ", [])}
        if frequent or any(part in rule for part in FINE_PARTS):
            raise ValueError("a rule by the hour")


def _span(event: Any, zone: str, team_zone: str) -> tuple[datetime, datetime]:
    """Return when the occurrence is; whole days are the person's own."""
    begin, end = event.start, event.end
    if not isinstance(begin, datetime):
        assert isinstance(begin, date)
        return days_span(begin, max(begin, end - DAY), zone)
    return _instant(begin, team_zone), _instant(end, team_zone)


def _instant(at: datetime, zone: str) -> datetime:
    if at.tzinfo is None:
        return instant(at, zone)
    local = at.replace(tzinfo=None)
    offset = at.utcoffset()
    assert offset is not None
    return (local - offset).replace(tzinfo=UTC)


class _Known:
    """The people of the plan, by what a calendar calls them."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._by_mail: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        for key, person in people.items():
            if person.email:
                self._by_mail.setdefault(_folded(person.email), []).append(key)
            for name in {_folded(person.name), _folded(key)}:
                self._by_name.setdefault(name, []).append(key)
        names = sorted(self._by_name, key=len, reverse=True)  # the longest name first: Ann Lee before Ann
        self._begin = re.compile(rf"\W*({'|'.join(map(re.escape, names))})(?!\w)") if names else None

    def away(self, event: Any) -> tuple[str, ...]:
        """Return who is away by this event; a name that two people share names nobody."""
        guests = self._mailed(_each(event.get("ATTENDEE")), declined=False)
        named = self._named(str(event.get("SUMMARY", "")))
        if named and (not guests or named in guests):
            return (named,)
        return guests or self._mailed(_each(event.get("ORGANIZER")), declined=True)

    def _named(self, title: str) -> str | None:
        match = self._begin.match(_folded(title)) if self._begin else None
        people = self._by_name[match[1]] if match else []
        return people[0] if len(people) == 1 else None

    def _mailed(self, addresses: Iterable[Any], *, declined: bool) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for address in addresses:
            if not declined and str(getattr(address, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED":
                continue
            people = self._by_mail.get(re.sub(r"^mailto:", "", _folded(str(address))), [])
            found.update(dict.fromkeys(people if len(people) == 1 else []))
        return tuple(found)


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
