"""
The team's shared leave calendar, read again and again.

What was read last without fault stays in force while a reading fails; its age is shown, and the lead hears once when
it is older than a day.
"""

import hashlib
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bot.deps import Deps
from bot.gateways.calendar import CalendarUnreadable, load_calendar
from bot.usecases.tell import owe_leads
from bot.views.blocks import escape, private
from store import calendars, occurrences
from store.domain.wall import local_of
from store.leavefile import LeaveRead, NoCalendar, read_leave

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
STALE = timedelta(hours=24)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def tick(deps: Deps) -> None:
    """Read the plan's calendar when it is time."""
    source, at = deps.plan.team.leave.calendar_ics, deps.clock.now()
    _drop_others(deps, source, at=at)
    if source is None:
        return
    with deps.sessions.reading() as db:
        copy = calendars.find(db, source)
    if copy and copy.tried_at <= at < copy.tried_at + EVERY:
        return
    with deps.sessions.writing() as db:
        if not calendars.claim(db, source, at=at, every=EVERY):
            return
    try:
        raw = load_calendar(source, deps.plan.folder)
        read = read_leave(raw, deps.plan.team.people, zone=deps.plan.team.zone, at=at)
    except (CalendarUnreadable, NoCalendar) as error:
        _note_trouble(deps, source, str(error), at=at)
    else:
        with deps.sessions.writing() as db:
            calendars.replace(db, source, read.absences, at=at, note=_note(read))
        if copy is None or copy.note != _note(read) or copy.trouble:
            logger.info("Read %d absences from %s; %s", len(read.absences), place(source), _note(read) or "all clear")


def notice(deps: Deps, *, at: datetime) -> str:
    """Return what a reader of the roster should know of the leave calendar, in plain text; empty: all is well."""
    source = deps.plan.team.leave.calendar_ics
    if source is None:
        return ""
    with deps.sessions.reading() as db:
        copy = calendars.find(db, source)
    if copy is None:
        return ""
    if copy.trouble is None:
        return f"Leave calendar: {copy.note}." if copy.note else ""
    return f"Leave calendar: {copy.trouble}. {_age(deps, copy, at=at)}"


def place(source: str) -> str:
    """Return where a calendar is, without the path of an address: that is often a secret."""
    return urlsplit(source).hostname or "the address" if "://" in source else source


def _drop_others(deps: Deps, source: str | None, *, at: datetime) -> None:
    with deps.sessions.reading() as db:
        if not calendars.has_others(db, source, at=at):
            return
    with deps.sessions.writing() as db:
        calendars.drop_others(db, source, at=at)
    logger.info("The plan reads another leave calendar; what the one before said of the days to come is dropped")


def _note_trouble(deps: Deps, source: str, trouble: str, *, at: datetime) -> None:
    logger.warning("The leave calendar at %s was not read: %s", place(source), trouble, extra={"action": "calendar"})
    with deps.sessions.writing() as db:
        calendars.note_trouble(db, source, trouble)
        copy = calendars.find(db, source)
        assert copy is not None
        since = copy.read_at or NEVER
        name = f"calendar-stale:{hashlib.sha256(source.encode()).hexdigest()[:16]}"
        if at - since < STALE or not occurrences.claim(db, name=name, due_at=since, at=at):
            return
        text = (
            f"⚠️ I cannot read the leave calendar at {escape(place(source))}: {escape(trouble)}. "
            f"{_age(deps, copy, at=at)} Enter urgent leave with `/oncall leave`, and mend `leave.calendar_ics` in "
            "`team.yaml` or what it leads to. This is said once."
        )
        owe_leads(deps, db, key=f"{name}:{since:%Y%m%dT%H%M}", message=private(text))
    deps.nudge()


def _age(deps: Deps, copy: calendars.Copy, *, at: datetime) -> str:
    if copy.read_at is None:
        return "It was never read, so the roster knows of no leave from it."
    hours = int((at - copy.read_at) / timedelta(hours=1))
    age = f"{hours} h" if hours < 48 else f"{hours // 24} days"
    return f"The copy of {local_of(copy.read_at, deps.plan.team.zone):%a %d %b %H:%M} ({age} old) stays in force."


def _note(read: LeaveRead) -> str | None:
    said = [
        (read.unmatched, "names nobody in the plan", "name nobody in the plan"),
        (read.free, "is marked as free, so nobody is away by it", "are marked as free, so nobody is away by them"),
        (read.unreadable, "cannot be understood", "cannot be understood"),
    ]
    told = [
        f"{count} event{'' if count == 1 else 's'} {one if count == 1 else many}" for count, one, many in said if count
    ]
    return "; ".join(told) or None
