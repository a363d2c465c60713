"""
The roster as iCalendar: a feed for each person, and one of the whole team.

An event keeps its UID as long as the same person begins at the same instant with the same first pipeline: what changes
elsewhere leaves it alone. Instants are UTC, so no reader needs our zone to be right. Nobody is made "busy" by it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from icalendar import Calendar, Event, vText

from bot.deps import Deps
from bot.usecases import oncall
from store import feeds
from store.domain.roster import Roster
from store.domain.shift import Shift, Source
from store.domain.spell import NEAR, Stint, is_all, stints
from store.domain.wall import day_begins, day_of
from store.plans import Plan

BACK, AHEAD = timedelta(weeks=8), timedelta(weeks=26)
REFRESH = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Feed:
    body: bytes
    etag: str
    changed_at: datetime
    """When this content was first handed out by this process, by the machine's clock: never before it came to be."""


class Feeds:
    """Answers requests for feeds; knows since when it hands out the same."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._seen: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def get(self, token: str) -> Feed | None:
        """Return the feed that *token* opens, None: no token of ours."""
        subject = subject_of(self._deps, token)
        if subject is None:
            return None
        plan, at = self._deps.plan, self._deps.clock.now()
        body = calendar(plan, oncall.roster(self._deps), subject=subject, at=at)
        etag = hashlib.sha256(body).hexdigest()[:32]
        return Feed(body=body, etag=etag, changed_at=self._since(subject, etag))

    def _since(self, subject: str, etag: str) -> datetime:
        now = self._deps.machine_clock.now()
        with self._lock:
            if self._seen.get(subject, ("", now))[0] != etag:
                self._seen[subject] = (etag, now)
            return self._seen[subject][1]


def subject_of(deps: Deps, token: str) -> str | None:
    """Return whose token it is: a person's key or `feeds.TEAM`; None: nobody's, or of somebody who left the plan."""
    with deps.sessions.reading() as db:
        return feeds.subject_of(db, token, (feeds.TEAM, *deps.plan.team.people))


def calendar(plan: Plan, roster: Roster, *, subject: str, at: datetime) -> bytes:
    """Return the feed of a person, or of everybody with gaps: from eight weeks back to 26 ahead of the day of *at*."""
    today = day_begins(day_of(at, roster.zone), roster.zone)  # so that nothing changes from one minute to the next
    first, last = today - BACK, today + AHEAD
    begins, ends = first - NEAR, last + NEAR
    shown = [
        stint
        for stint in stints(roster, (line for line in roster.lines if line.rotation), begins, ends)
        if stint.shift.starts_at < last and stint.shift.ends_at > first
    ]
    everybody = subject == feeds.TEAM
    name = f"{plan.team.name}: on call" if everybody else f"{roster.name_of(subject)}: on call"
    made = _calendar(name, zone=roster.zone)
    for stint in shown:
        if stint.shift.person == subject or (everybody and stint.shift.source is not Source.NONE):
            always = stint.shift.starts_at == begins
            made.add_component(_event(plan, roster, stint, everybody=everybody, always=always))
    return bytes(made.to_ical())


def _calendar(name: str, *, zone: str) -> Calendar:
    made = Calendar()
    made.add("PRODID", "-//Baton//On call//EN")
    made.add("VERSION", "2.0")
    made.add("METHOD", "PUBLISH")
    made.add("X-WR-CALNAME", vText(name))
    made.add("X-WR-TIMEZONE", zone)
    made.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", "PT1H")
    return made


def _event(plan: Plan, roster: Roster, stint: Stint, *, everybody: bool, always: bool) -> Event:
    shift = stint.shift
    event = Event()
    since = "always" if always else f"{shift.starts_at:%Y%m%dT%H%M%SZ}"
    event.add("UID", f"{since}-{shift.person or _of_nobody(shift)}-{stint.pipelines[0]}@baton")
    event.add("DTSTAMP", shift.starts_at)
    event.add("DTSTART", shift.starts_at)
    event.add("DTEND", shift.ends_at)
    event.add("SUMMARY", _summary(plan, roster, stint, everybody=everybody))
    event.add("DESCRIPTION", "\n".join(_told(plan, stint)))
    event.add("TRANSP", "TRANSPARENT")
    event.add("CATEGORIES", [shift.source.value])
    return event


def _of_nobody(shift: Shift) -> str:
    """Two who serve together may both be missing from the same instant on."""
    return f"{shift.source}-{shift.instead_of}" if shift.instead_of else shift.source.value


def _summary(plan: Plan, roster: Roster, stint: Stint, *, everybody: bool) -> str:
    shift = stint.shift
    of = "" if is_all(roster, stint.pipelines) else f": {', '.join(_names(plan, stint.pipelines))}"
    if shift.person is None:
        return f"⚠ Nobody on call{of}"
    who = f"{roster.name_of(shift.person)} on call" if everybody else "On call"
    instead = f" for {roster.name_of(shift.instead_of)}" if shift.instead_of else ""
    return f"{who}{instead}{of}"


def _told(plan: Plan, stint: Stint) -> Iterable[str]:
    shift = stint.shift
    yield f"Pipelines: {', '.join(_names(plan, stint.pipelines))}"
    yield f"Why: {shift.why}"
    for passed in shift.passed if shift.person else ():  # a gap's reason names them all
        yield f"Passed over: {passed.why}"


def _names(plan: Plan, pipelines: Iterable[str]) -> list[str]:
    return [plan.pipelines[key].name if key in plan.pipelines else key for key in pipelines]
