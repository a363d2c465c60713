"""What whoever takes over has to know, shown: what burns first, then how things stand, then what comes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from bot.views import shifts
from bot.views.blocks import SECTION_LIMIT, Block, clip, escape, section
from store.domain.absence import Absence
from store.domain.briefing import Ahead, Beside, Briefing, Standing, overdue
from store.domain.change import Change
from store.domain.issue import Issue
from store.domain.oncall import person_of
from store.domain.pipeline import Pipeline
from store.domain.run import Run, RunStatus
from store.domain.shift import Shift
from store.domain.sla import Deadline
from store.domain.team import Severity, TeamFile
from store.domain.wall import local_of

SHOWN = 8
"""Lines of a kind; what is beyond is counted, never left out in silence."""
LINE_LIMIT = 300
_SEVERITY = {Severity.LOW: "🔵", Severity.MEDIUM: "🟠", Severity.HIGH: "🔴"}
_ENDED = {RunStatus.SUCCEEDED: "✅", RunStatus.FAILED: "❌", RunStatus.CANCELLED: "⏹️"}


def burning(briefing: Briefing, team: TeamFile) -> tuple[Block, ...]:
    """Return what needs somebody's eyes: open issues, failed runs, late data; or that nothing is known to."""
    troubled = [one for one in briefing.standing if one.trouble]
    if not briefing.issues and not troubled:
        return (section("✅ *Nothing burns.* No open issue, no failed run, no late data that I know of."),)
    issues = (_issue(issue, team) for issue in briefing.issues)
    lines = [*_some(issues, "open issues"), *_some(map(_trouble, troubled), "pipelines in trouble")]
    return listed("🔥 *Look at these first*", lines)


def in_flight(
    briefing: Briefing, team: TeamFile, pipelines: Mapping[str, Pipeline], *, at: datetime
) -> tuple[Block, ...]:
    if not briefing.in_flight:
        return ()
    lines = _some((_run(run, team, pipelines.get(run.pipeline), at) for run in briefing.in_flight), "runs")
    return listed("⏳ *Runs in flight*", lines)


def pipelines(briefing: Briefing, team: TeamFile) -> tuple[Block, ...]:
    """Return how each pipeline stands; those of which no run is known share a line, with their dates."""
    lines = [_standing(one, one.last, team.zone) for one in briefing.standing if one.last]
    silent = [_silent(one, team.zone) for one in briefing.standing if not one.last]
    if silent:
        lines.append(f"➖ No finished run known: {', '.join(silent)}")
    none = "" if briefing.in_flight else " · no run in flight"
    return listed(f"*Pipelines*{none}", lines) if lines else ()


def _silent(one: Standing, zone: str) -> str:
    due = f" (due {_at(one.next_due, zone)})" if one.next_due else ""
    return f"{escape(one.pipeline.name)}{due}"


def ahead(coming: Ahead, team: TeamFile, names: Mapping[str, str], *, ends_at: datetime) -> tuple[Block, ...]:
    """
    Return what comes until hands change again, on the team's wall clock.

    Args:
        names: key of a pipeline to its name.
    """
    lines = [
        *(_change(change, team, names) for change in coming.changes),
        *_away(coming.away, team),
        *(_beside("🛟", "Standing by", one, team, names) for one in coming.backup),
        *(_deck(shift, team) for shift in coming.on_deck),
        *(_beside("🚨", "On high alert", one, team, names) for one in coming.high_alert),
        *_dates(coming.deadlines, names, team.zone),
    ]
    if coming.daily:
        lines.append("🕘 Every day: " + "; ".join(_daily(one, names, team.zone) for one in coming.daily))
    until = f"*Until {day(ends_at, team.zone)}* · {team.zone}"
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
    return f"{date_of(at, zone)} {local_of(at, zone):%H:%M}"


def date_of(at: datetime, zone: str) -> str:
    return f"{local_of(at, zone):%a %d %b}"


def called(team: TeamFile, slack_id: str) -> str:
    """Return the name of whoever has this Slack id, for mrkdwn; nobody is mentioned."""
    known = person_of(team, slack_id)
    return escape(team.people[known].name) if known else "somebody outside the plan"


def _some(lines: Iterable[str], noun: str) -> Iterator[str]:
    every = list(lines)
    yield from every[:SHOWN]
    if len(every) > SHOWN:
        yield f"… and {len(every) - SHOWN} more {noun}"


def _issue(issue: Issue, team: TeamFile) -> str:
    since = date_of(issue.reported_at, team.zone)
    said = f"{escape(issue.pipeline)}: {escape(clip(issue.summary, 150))}"
    return f"{_SEVERITY[issue.severity]} *{issue.name}* {said} · since {since}"


def _trouble(one: Standing) -> str:
    failed = one.last is not None and one.last.status is RunStatus.FAILED
    said = f"*{escape(one.pipeline.name)}* {escape(clip(one.trouble, LINE_LIMIT))}"
    return f"{'❌' if failed else '⏰'} {said}"


def _run(run: Run, team: TeamFile, pipeline: Pipeline | None, at: datetime) -> str:
    name = escape(pipeline.name if pipeline else run.pipeline)
    since = day(run.started_at or run.requested_at, team.zone)
    who = "from a shell" if run.requested_by == "shell" else f"asked by {called(team, run.requested_by)}"
    slow = f" · ⚠️ over its {_hours(pipeline.max_runtime)}" if pipeline and overdue(run, pipeline, at=at) else ""
    return f"• *{name}*, {run.period}: run {run.id} {run.status} since {since}, {who}{slow}"


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:g} h"


def _standing(one: Standing, last: Run, zone: str) -> str:
    late = one.trouble and last.status is not RunStatus.FAILED
    parts = [f"run {last.id} {last.status} {day(last.finished_at or last.requested_at, zone)}"]
    if one.newest_day:
        parts.append(f"data up to {one.newest_day:%a %d %b}")
    if one.next_due:
        parts.append(f"due {_at(one.next_due, zone)}")
    return f"{'⏰' if late else _ENDED[last.status]} *{escape(one.pipeline.name)}*  {' · '.join(parts)}"


def _at(deadline: Deadline, zone: str) -> str:
    """A promise without a clock is due when its day is over: the day is what people say."""
    if deadline.sla.at is None:
        return date_of(deadline.due_at - timedelta.resolution, zone)
    return day(deadline.due_at, zone)


def _daily(deadline: Deadline, names: Mapping[str, str], zone: str) -> str:
    clock = f" {local_of(deadline.due_at, zone):%H:%M}" if deadline.sla.at else ""
    days = " on working days" if deadline.sla.every == "working-day" else ""
    return f"{escape(names.get(deadline.pipeline, deadline.pipeline))}{clock}{days}"


def _dates(deadlines: Iterable[Deadline], names: Mapping[str, str], zone: str) -> Iterator[str]:
    """Yield a line per date: what is due then."""
    due: dict[str, dict[str, None]] = {}
    for one in deadlines:
        due.setdefault(_at(one, zone), {})[escape(names.get(one.pipeline, one.pipeline))] = None
    for at, what in due.items():
        yield f"📅 {at}  *{', '.join(what)}* due"


def _change(change: Change, team: TeamFile, names: Mapping[str, str]) -> str:
    when = shifts.span(change.starts_at, change.ends_at, team.zone)
    who = _name(change.after, team) if change.after else "nobody"
    whose = f" for {escape(', '.join(names.get(key, key) for key in change.pipelines))}" if change.pipelines else ""
    return f"{shifts.ICON[change.source]}{when}  *{who}*{whose} · {escape(change.why)}"


def _away(absences: Iterable[Absence], team: TeamFile) -> Iterator[str]:
    """Yield a line per time and reason: who is away then."""
    away: dict[str, list[str]] = {}
    for one in absences:
        icon, why = ("🎉", one.name) if one.name else ("🌴", one.kind.value)
        when = shifts.span(one.starts_at, one.ends_at, team.zone)
        away.setdefault(f"{icon} {when}  {escape(why)}", []).append(_name(one.person, team))
    for when, people in away.items():
        yield f"{when}: *{', '.join(people)}*"


def _deck(watch: Shift, team: TeamFile) -> str:
    names = ", ".join(_name(one, team) for one in watch.on_deck)
    return f"👀 {shifts.span(watch.starts_at, watch.ends_at, team.zone)}  On deck for month end: {names}"


def _beside(icon: str, what: str, one: Beside, team: TeamFile, names: Mapping[str, str]) -> str:
    people = ", ".join(_name(person, team) for person in one.people)
    pipelines = escape(", ".join(names.get(key, key) for key in one.pipelines))
    return f"{icon} {shifts.span(one.starts_at, one.ends_at, team.zone)}  {what}: {people} for {pipelines}"


def _name(person: str, team: TeamFile) -> str:
    known = team.people.get(person)
    return escape(known.name if known else person)
