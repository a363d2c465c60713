"""What whoever takes over has to know: the live state around a handoff, out of rows and rules that stand elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store.domain.absence import Absence, Kind
from store.domain.change import Change, together
from store.domain.holiday import is_named
from store.domain.issue import Issue
from store.domain.oncall import timeline
from store.domain.pipeline import Pipeline
from store.domain.roster import Line, Roster
from store.domain.rotation import everybody_at
from store.domain.roundup import alert_of, calmed
from store.domain.run import OPEN, Run, RunStatus
from store.domain.shift import Shift, Source, Span, joined, overlap
from store.domain.sla import Deadline, deadlines, last_deadline, next_deadline
from store.domain.team import ManualCheck, Severity
from store.domain.wall import DAY, day_of, days_span
from store.domain.workdays import Workdays

DAYS = ("day", "working-day")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one pipeline stands."""

    pipeline: Pipeline
    last: Run | None
    """The newest run that has ended."""
    newest_day: date | None
    """The newest day whose data was published; UTC."""
    trouble: str = ""
    """Why this needs somebody's eyes; empty: nothing is known to be wrong."""
    next_due: Deadline | None = None


@dataclass(frozen=True, kw_only=True)
class Beside:
    """People beside the one on call, for some pipelines."""

    people: tuple[str, ...]
    pipelines: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """The time until hands change again."""

    changes: tuple[Change, ...] = ()
    """Where somebody else than the one by the turn is on call, or nobody; for which pipelines, where they differ."""
    away: tuple[Absence, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    """Those of weeks and months."""
    daily: tuple[Deadline, ...] = ()
    """The next of each promise for days."""
    on_deck: tuple[Shift, ...] = ()
    """Shifts beside which everybody keeps watch."""
    high_alert: tuple[Beside, ...] = ()
    """Of those on deck the ones who watch most closely, where these are not all."""
    backup: tuple[Beside, ...] = ()
    """Who stands by on public holidays."""


@dataclass(frozen=True, kw_only=True)
class Briefing:
    issues: tuple[Issue, ...] = ()
    """Open ones, the worst first."""
    standing: tuple[Standing, ...] = ()
    in_flight: tuple[Run, ...] = ()
    ahead: Ahead = Ahead()


def worst_first(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return *issues* by severity, and within one the oldest first: it has waited longest."""
    weight = list(Severity)
    return tuple(sorted(issues, key=lambda issue: (-weight.index(issue.severity), issue.reported_at, issue.id)))


def standing(pipeline: Pipeline, runs: Sequence[Run], *, at: datetime, workdays: Workdays, zone: str) -> Standing:
    """
    Return how *pipeline* stands at the instant *at*.

    Args:
        runs: its runs, newest first.
        zone: of promises that name none.
    """
    last = next((run for run in runs if run.status not in OPEN), None)
    newest = max((run.period.ends_on for run in runs if _is_published(run)), default=None)
    coming = (
        Deadline(pipeline=pipeline.key, sla=sla, due_at=due_at)
        for sla in pipeline.sla
        if (due_at := next_deadline(sla, after=at, workdays=workdays, zone=zone))
    )
    return Standing(
        pipeline=pipeline,
        last=last,
        newest_day=newest - DAY if newest else None,
        trouble=_trouble(pipeline, last, newest, at, workdays, zone),
        next_due=min(coming, key=lambda one: one.due_at, default=None),
    )


def _is_published(run: Run) -> bool:
    return run.status is RunStatus.SUCCEEDED and run.result is not None and run.result.published


def _trouble(
    pipeline: Pipeline, last: Run | None, newest: date | None, at: datetime, workdays: Workdays, zone: str
) -> str:
    if last is not None and last.status is RunStatus.FAILED:
        return last.note or f"the last run failed ({last.cause or 'cause unknown'})"
    if newest is None:  # nothing was ever published here: unknown is not late
        return ""
    for sla in pipeline.sla:
        due_at = last_deadline(sla, before=at, workdays=workdays, zone=zone)
        if due_at is not None and newest < _expected(sla.zone or zone, due_at):
            return f"late: the newest data is of {_day(newest - DAY)}, and “{sla.promise}” has passed"
        if sla.within is not None and at - days_span(newest - DAY, newest - DAY, "UTC")[1] > sla.within:
            return f"late: the newest data is of {_day(newest - DAY)}, against “{sla.promise}”"
    return ""


def _expected(zone: str, due_at: datetime) -> date:
    """Return the day up to which data is promised at a daily deadline: the day before it, whole."""
    return day_of(due_at - timedelta.resolution, zone)


def _day(day: date) -> str:
    return f"{day:%a %d %b}"


def overdue(run: Run, pipeline: Pipeline | None, *, at: datetime) -> bool:
    """Whether a running one has taken longer than its pipeline may."""
    return run.started_at is not None and pipeline is not None and at - run.started_at > pipeline.max_runtime


def ahead(
    roster: Roster,
    lines: Sequence[Line],
    pipelines: Sequence[Pipeline],
    starts_at: datetime,
    ends_at: datetime,
    *,
    workdays: Workdays,
) -> Ahead:
    """Return what is known of `[starts_at, ends_at)` for the lines and pipelines of one handoff."""
    held = [(line, shift) for line in lines for shift in timeline(roster, line, starts_at, ends_at)]
    each = (part for line in lines for part in line.parts or (line,))
    parts = [(part, shift) for part in each for shift in timeline(roster, part, starts_at, ends_at)]
    people = _people(roster, lines, starts_at)
    due = deadlines(pipelines, starts_at, ends_at, workdays=workdays, zone=roster.zone)
    first_daily = {(one.pipeline, one.sla.promise): one for one in reversed(due) if one.sla.every in DAYS}
    return Ahead(
        changes=_unlike_the_turn(held),
        away=tuple(sorted(_away(roster, people, starts_at, ends_at), key=lambda one: (one.starts_at, one.person))),
        deadlines=tuple(one for one in due if one.sla.every not in DAYS),
        daily=tuple(sorted(first_daily.values(), key=lambda one: one.due_at)),
        on_deck=_decks(shift for _, shift in held),
        high_alert=_beside((line, shift, alert_of(line, shift)) for line, shift in parts),
        backup=_beside((line, shift, shift.backup) for line, shift in parts),
    )


def _people(roster: Roster, lines: Iterable[Line], at: datetime) -> tuple[str, ...]:
    found = (one for line in lines if line.rotation for one in everybody_at(roster.rotations, line.rotation, at))
    return tuple(dict.fromkeys(found))


def _unlike_the_turn(held: Sequence[tuple[Line, Shift]]) -> tuple[Change, ...]:
    """Return covers, swaps, overrides and gaps, those that hold for several lines once."""
    found = (
        Change(
            pipelines=line.pipelines,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            before=shift.instead_of,
            after=shift.person,
            why=shift.why,
            source=shift.source,
            seat=shift.seat,
        )
        for line in dict.fromkeys(line for line, _ in held)
        for shift in calmed(each for its, each in held if its is line)
        if shift.source is not Source.ROTATION
    )
    return together(found, {pipeline for line, _ in held for pipeline in line.pipelines})


def _away(roster: Roster, people: Iterable[str], starts_at: datetime, ends_at: datetime) -> Iterable[Absence]:
    """Yield leave and public holidays, the holidays also where the plan does not let them count as away."""
    for person in people:
        zone = roster.zone_of(person)
        for absence in roster.away(person, starts_at, ends_at):
            if absence.kind is not Kind.HOLIDAY:
                yield absence
        day = day_of(starts_at, zone)
        while days_span(day, day, zone)[0] < ends_at:
            for holiday in roster.holidays_of(person, day.year):
                if holiday.day == day and is_named(holiday, roster.people[person].observes):
                    begins, ends = days_span(day, day, zone)
                    yield Absence(person=person, starts_at=begins, ends_at=ends, kind=Kind.HOLIDAY, name=holiday.name)
            day += DAY


def _decks(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """
    Return one shift per unbroken time in which others keep watch, with everybody who does on some part of it.

    Whoever is on call all that time, for whatever, watches anyway and is not named. Only its times and its watchers
    mean something. Who is on leave for a part of it is told beside it.
    """
    every = tuple(shifts)
    spans = joined((shift.starts_at, shift.ends_at) for shift in every if shift.on_deck)
    watching = ((*span, tuple(sorted(_beside_the_call(every, span)))) for span in spans)
    return tuple(
        Shift(person=None, starts_at=begin, ends_at=end, why="", source=Source.NONE, on_deck=people)
        for begin, end, people in watching
        if people
    )


def _beside_the_call(shifts: Sequence[Shift], span: Span) -> Iterator[str]:
    """Yield who is on deck at some instant of *span* without being on call then."""
    inside = [shift for shift in shifts if shift.starts_at < span[1] and span[0] < shift.ends_at]
    for person in {one for shift in inside for one in shift.on_deck}:
        held = joined((shift.starts_at, shift.ends_at) for shift in inside if shift.person == person)
        decks = ((shift.starts_at, shift.ends_at) for shift in inside if person in shift.on_deck)
        if any(overlap(held, *deck) < deck[1] - deck[0] for deck in decks):
            yield person


def _beside(held: Iterable[tuple[Line, Shift, tuple[str, ...]]]) -> tuple[Beside, ...]:
    """Return who is beside whoever is on call and when, those of several pipelines at the same time once."""
    by_line: dict[tuple[Line, tuple[str, ...]], list[Span]] = {}
    for line, shift, people in held:
        if people:
            by_line.setdefault((line, people), []).append((shift.starts_at, shift.ends_at))
    found: dict[tuple[Span, tuple[str, ...]], tuple[str, ...]] = {}
    for (line, people), spans in by_line.items():
        for span in joined(spans):
            found[span, people] = (*found.get((span, people), ()), *line.pipelines)
    return tuple(
        Beside(people=people, pipelines=pipelines, starts_at=span[0], ends_at=span[1])
        for (span, people), pipelines in sorted(found.items())
    )


def checks_due(
    checks: Iterable[ManualCheck], starts_at: datetime, ends_at: datetime, *, workdays: Workdays, zone: str
) -> tuple[ManualCheck, ...]:
    """
    Return the manual checks of the time until hands change again.

    A weekly one belongs to every handoff; a monthly one to that whose time holds the first working day of a month,
    and one at month end to that which holds the last.
    """
    days = [day_of(starts_at, zone)]
    while days_span(days[-1], days[-1], zone)[1] < ends_at:
        days.append(days[-1] + DAY)
    # The day on which hands change belongs to whoever takes over: it must not fall to two handoffs.
    mine = set(days if days_span(days[-1], days[-1], zone)[1] <= ends_at else days[:-1])
    holds = {
        "week": True,
        "month": bool(mine & _firsts(mine, workdays)),
        "month-end": bool(mine & _lasts(mine, workdays)),
    }
    return tuple(check for check in checks if holds.get(check.every, False))


def _firsts(days: Iterable[date], workdays: Workdays) -> set[date]:
    return {day for month in {one.replace(day=1) for one in days} if (day := workdays.on_or_after(month))}


def _lasts(days: Iterable[date], workdays: Workdays) -> set[date]:
    ends = {(one.replace(day=1) + 31 * DAY).replace(day=1) - DAY for one in days}
    return {day for end in ends if (day := workdays.on_or_before(end))}


def said_of(check: ManualCheck, names: Mapping[str, str]) -> str:
    """Return *check* as an item: what to do, and with whom."""
    others = ", ".join(names.get(key, key) for key in check.together_with)
    return f"{check.do} (with {others})" if others else check.do
