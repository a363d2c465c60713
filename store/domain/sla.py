"""When a promise is due: the calendar of an SLA, as instants."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from store.domain.pipeline import Pipeline, Sla
from store.domain.wall import DAY, WEEKDAYS, at_clock, day_begins, day_of
from store.domain.workdays import LOOK_DAYS, Workdays

MONTHS = 4
"""Looked at around an instant: a deadline of next month may move back into this one."""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One instant at which a pipeline's promise is due."""

    pipeline: str
    sla: Sla
    due_at: datetime


def next_deadline(sla: Sla, *, after: datetime, workdays: Workdays, zone: str) -> datetime | None:
    """
    Return the first instant later than *after* at which the promise is due; None: it has no calendar.

    A promise without a clock is due when its day is over. A day of the month that the team does not work on moves
    back to the last open day, while there is somebody who can keep it; a day that the month lacks is its last one.
    `last-day` stays on the calendar's last day, whatever day that is.

    Args:
        zone: where the promise names none.
    """
    return next((at for at in _instants(sla, after, workdays, sla.zone or zone) if at > after), None)


def last_deadline(sla: Sla, *, before: datetime, workdays: Workdays, zone: str) -> datetime | None:
    """Return the last instant not later than *before* at which a promise for days was due; None for the other ones."""
    if sla.every not in ("day", "working-day"):
        return None
    zone = sla.zone or zone
    days = (day_of(before, zone) - back * DAY for back in range(LOOK_DAYS))
    open_days = (day for day in days if sla.every == "day" or workdays.is_open(day))
    return next((at for at in (_on(day, sla.at, zone) for day in open_days) if at <= before), None)


def deadlines(
    pipelines: Iterable[Pipeline], starts_at: datetime, ends_at: datetime, *, workdays: Workdays, zone: str
) -> tuple[Deadline, ...]:
    """Return what is due in `(starts_at, ends_at]`, in order of time."""
    found: list[Deadline] = []
    for pipeline in pipelines:
        for sla in pipeline.sla:
            at = next_deadline(sla, after=starts_at, workdays=workdays, zone=zone)
            while at is not None and at <= ends_at:
                found.append(Deadline(pipeline=pipeline.key, sla=sla, due_at=at))
                at = next_deadline(sla, after=at, workdays=workdays, zone=zone)
    return tuple(sorted(found, key=lambda one: one.due_at))


def _instants(sla: Sla, after: datetime, workdays: Workdays, zone: str) -> Iterator[datetime]:
    """Yield candidates in order, beginning before *after*."""
    if sla.every in ("day", "working-day", "week"):
        # The day before: one without a clock ends with the next day's first instant.
        for count in range(LOOK_DAYS):
            day = day_of(after, zone) + (count - 1) * DAY
            if _falls_on(sla, day, workdays):
                yield _on(day, sla.at, zone)
    elif sla.every == "month":
        first = (day_of(after, zone).replace(day=1) - DAY).replace(day=1)
        for _ in range(MONTHS):
            promised = _day_in(sla, first, workdays)
            if promised is not None:
                yield _on(promised, sla.at, zone)
            first = (first + 31 * DAY).replace(day=1)


def _falls_on(sla: Sla, day: date, workdays: Workdays) -> bool:
    if sla.every == "week":
        return WEEKDAYS[day.weekday()] == sla.on
    return sla.every == "day" or workdays.is_open(day)


def _day_in(sla: Sla, first: date, workdays: Workdays) -> date | None:
    """Return the promised day of the month that begins on *first*."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    if sla.on == "last-day":
        return last
    if sla.on == "last-business-day":
        return workdays.on_or_before(last)
    return workdays.on_or_before(first.replace(day=min(int(sla.on or last.day), last.day)))


def _on(day: date, at: time | None, zone: str) -> datetime:
    return day_begins(day + DAY, zone) if at is None else at_clock(day, at, zone)
