"""The live state around a handoff, gathered."""

from datetime import datetime

from sqlmodel import Session

from store import issues, runs
from store.domain.briefing import Briefing, ahead, checks_due, said_of, standing, worst_first
from store.domain.handoff import Handoff
from store.domain.handover import Due
from store.domain.issue import IssueStatus
from store.domain.pipeline import Pipeline
from store.domain.roster import Line, Roster
from store.domain.rotation import everybody_at
from store.domain.workdays import Workdays, holidays_for_all
from store.plans import Plan

ISSUES, RUNS = 200, 30
"""Looked at, the newest; more open issues than that is a matter for a list, not for a handoff."""


def brief(db: Session, plan: Plan, roster: Roster, handoff: Handoff, *, at: datetime) -> Briefing:
    """Return what whoever takes over has to know at the instant *at*."""
    lines = _lines(roster, handoff.rotations)
    pipelines = _pipelines(plan, lines)
    keys = {pipeline.key for pipeline in pipelines}
    elsewhere = set(plan.pipelines) - keys
    workdays = workdays_of(plan, roster, at)
    zone = plan.team.zone
    return Briefing(
        issues=worst_first(
            issue
            for issue in issues.recent(db, status=IssueStatus.OPEN, limit=ISSUES)
            if issue.pipeline not in elsewhere
        ),
        standing=tuple(
            standing(one, runs.recent(db, pipeline=one.key, limit=RUNS), at=at, workdays=workdays, zone=zone)
            for one in pipelines
        ),
        in_flight=tuple(run for run in runs.open_runs(db) if run.pipeline not in elsewhere),
        ahead=ahead(roster, lines, pipelines, max(handoff.held_at, handoff.due_at), handoff.ends_at, workdays=workdays),
    )


def _lines(roster: Roster, rotations: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(line for line in roster.lines if line.rotation in rotations)


def _pipelines(plan: Plan, lines: tuple[Line, ...]) -> tuple[Pipeline, ...]:
    """Return the pipelines of *lines*, and those that have nobody on call: whoever takes over sees them too."""
    mine = {key for line in lines for key in line.pipelines}
    return tuple(one for key, one in plan.pipelines.items() if key in mine or one.on_call.rotation is None)


def workdays_of(plan: Plan, roster: Roster, at: datetime) -> Workdays:
    """Return the team's working days around *at*; closed where everybody in the rotations has a public holiday."""
    people = {
        person for line in roster.lines if line.rotation for person in everybody_at(roster.rotations, line.rotation, at)
    }
    years = range(at.year - 1, at.year + 2)
    known = tuple(person for person in sorted(people) if person in roster.people)
    return Workdays(weekdays=plan.team.hours.days, closed=holidays_for_all(roster, known, years))


def checks_of(plan: Plan, roster: Roster, due: Due) -> tuple[str, ...]:
    """Return the manual checks of the time that *due* begins; of several rotations the first one's people do them."""
    first = next((line.rotation for line in roster.lines if line.rotation), None)
    if first not in due.rotations:
        return ()
    names = {key: team.name for key, team in plan.team.teams.items()}
    names |= {key: person.name for key, person in plan.team.people.items()}
    workdays = workdays_of(plan, roster, due.due_at)
    checks = checks_due(plan.team.manual_checks, due.due_at, due.ends_at, workdays=workdays, zone=plan.team.zone)
    return tuple(said_of(check, names) for check in checks)
