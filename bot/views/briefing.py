"""What whoever takes over has to know, shown: what burns first, then how things stand, then what comes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bot.views import shifts
from bot.views.blocks import SECTION_LIMIT, Block, clip, escape, section, slack_time
from store.domain.absence import Absence
from store.domain.briefing import Ahead, Briefing, Standing, overdue
from store.domain.issue import Issue
from store.domain.oncall import person_of
from store.domain.pipeline import Pipeline
from store.domain.run import Run, RunStatus
from store.domain.sla import Deadline
from store.domain.team import Severity, TeamFile
from store.domain.wall import local_of

SHOWN = 8
"""Lines of a kind; what is beyond is counted, never left out in silence."""
LINE_LIMIT = 300
_SEVERITY = {Severity.LOW: "🔵", Severity.MEDIUM: "🟠", Severity.HIGH: "🔴"}
_ENDED = {RunStatus.SUCCEEDED: "✅", RunStatus.FAILED: "❌", RunStatus.CANCELLED: "⏹️"}


def burning(briefing: Briefing) -> tuple[Block, ...]:
    """Return what needs somebody's eyes: open issues, failed runs, late data; or that nothing is known to."""
    troubled = [one for one in briefing.standing if one.trouble]
    if not briefing.issues and not troubled:
        return (section("✅ *Nothing burns.* No open issue, no failed run, no late data that I know of."),)
    lines = [
        *_some(map(_issue, briefing.issues), "open issues"),
        *_some(map(_trouble, troubled), "pipelines in trouble"),
    ]
    return listed("🔥 *Look at these first*", lines)


def in_flight(
    briefing: Briefing, team: TeamFile, pipelines: Mapping[str, Pipeline], *, at: datetime
) -> tuple[Block, ...]:
    if not briefing.in_flight:
        return ()
    lines = _some((_run(run, team, pipelines.get(run.pipeline), at) for run in briefing.in_flight), "runs")
    return listed("⏳ *Runs in flight*", lines)


def pipelines(briefing: Briefing) -> tuple[Block, ...]:
    """Return how each pipeline stands; those of which no run is known share a line, with their dates."""
    lines = [_standing(one, one.last) for one in briefing.standing if one.last]
    silent = [_silent(one) for one in briefing.standing if not one.last]
    if silent:
        lines.append(f"➖ No run known: {', '.join(silent)}")
    none = "" if briefing.in_flight else " · no run in flight"
    return listed(f"*Pipelines*{none}", lines) if lines else ()


def _silent(one: Standing) -> str:
    due = f" (next due {_at(one.next_due)})" if one.next_due else ""
    return f"{escape(one.pipeline.name)}{due}"


def ahead(coming: Ahead, team: TeamFile, names: Mapping[str, str], *, ends_at: datetime) -> tuple[Block, ...]:
    """
    Return what comes until hands change again.

    Args:
        names: key of a pipeline to its name.
    """
    lines = [
        *(f"{shifts.line(team, shift, team.zone)}" for shift in coming.changes),
        *(_away(absence, team) for absence in coming.away),
        *(_deck(shift.on_deck, shift.starts_at, shift.ends_at, team) for shift in coming.on_deck),
        *(
            f"📅 {_at(one)}  *{escape(names.get(one.pipeline, one.pipeline))}*: {escape(one.sla.promise)}"
            for one in coming.deadlines
        ),
    ]
    if coming.daily:
        each = "; ".join(
            f"{escape(names.get(one.pipeline, one.pipeline))} {slack_time(one.due_at, '{time}')}"
            for one in coming.daily
        )
        lines.append(f"🔁 Daily: {each}")
    until = f"*Until {slack_time(ends_at)}*"
    return listed(until, lines) if lines else (section(f"{until}: no leave, no holiday, no date."),)


def listed(title: str, lines: Iterable[str]) -> tuple[Block, ...]:
    """Return a title and its lines, in as many sections as Slack's limit asks for."""
    parts, part = [], title
    for line in lines:
        line = clip(line, SECTION_LIMIT)
        if len(part) + 1 + len(line) > SECTION_LIMIT:
            parts.append(part)
            part = line
        else:
            part = f"{part}\n{line}"
    return tuple(section(each) for each in (*parts, part))


def day(at: datetime, zone: str) -> str:
    """Return the day and the clock of *at* on the team's wall."""
    local = local_of(at, zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def called(team: TeamFile, slack_id: str) -> str:
    """Return the name of whoever has this Slack id, for mrkdwn; nobody is mentioned."""
    known = person_of(team, slack_id)
    return escape(team.people[known].name) if known else "somebody outside the plan"


def _some(lines: Iterable[str], noun: str) -> Iterator[str]:
    every = list(lines)
    yield from every[:SHOWN]
    if len(every) > SHOWN:
        yield f"… and {len(every) - SHOWN} more {noun}"


def _issue(issue: Issue) -> str:
    since = slack_time(issue.reported_at, "{date_short_pretty}")
    said = f"{escape(issue.pipeline)}: {escape(clip(issue.summary, 150))}"
    return f"{_SEVERITY[issue.severity]} *{issue.name}* {said} · since {since}"


def _trouble(one: Standing) -> str:
    failed = one.last is not None and one.last.status is RunStatus.FAILED
    said = f"*{escape(one.pipeline.name)}* {escape(clip(one.trouble, LINE_LIMIT))}"
    return f"{'❌' if failed else '⏰'} {said}"


def _run(run: Run, team: TeamFile, pipeline: Pipeline | None, at: datetime) -> str:
    name = escape(pipeline.name if pipeline else run.pipeline)
    since = slack_time(run.started_at or run.requested_at)
    who = "from a shell" if run.requested_by == "shell" else f"asked by {called(team, run.requested_by)}"
    slow = f" · ⚠️ over its {_hours(pipeline.max_runtime)}" if pipeline and overdue(run, pipeline, at=at) else ""
    return f"• *{name}*, {run.period}: run {run.id} {run.status} since {since}, {who}{slow}"


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:g} h"


def _standing(one: Standing, last: Run) -> str:
    late = one.trouble and last.status is not RunStatus.FAILED
    parts = [f"run {last.id} {last.status} {slack_time(last.finished_at or last.requested_at)}"]
    if one.newest_day:
        parts.append(f"data up to {one.newest_day:%a} {one.newest_day.day} {one.newest_day:%b}")
    if one.next_due:
        parts.append(f"next due {_at(one.next_due)}")
    return f"{'⏰' if late else _ENDED[last.status]} *{escape(one.pipeline.name)}*  {' · '.join(parts)}"


def _at(deadline: Deadline) -> str:
    """A promise without a clock is due when its day is over: the day is what people say."""
    if deadline.sla.at is None:
        return slack_time(deadline.due_at - timedelta(seconds=1), "{date_short_pretty}")
    return slack_time(deadline.due_at)


def _away(absence: Absence, team: TeamFile) -> str:
    person = team.people[absence.person].name if absence.person in team.people else absence.person
    icon, why = ("🎉", absence.name) if absence.name else ("🌴", absence.kind.value)
    return f"{icon} {shifts.span(absence.starts_at, absence.ends_at, team.zone)}  {escape(person)}: {escape(why)}"


def _deck(people: Sequence[str], starts_at: datetime, ends_at: datetime, team: TeamFile) -> str:
    names = ", ".join(escape(team.people[one].name) if one in team.people else escape(one) for one in people)
    return f"👀 {shifts.span(starts_at, ends_at, team.zone)}  All hands on deck: {names}"
