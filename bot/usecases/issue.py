"""Issues: what a person reported is kept first, then told."""

from datetime import date, datetime

from bot.deps import Deps
from bot.usecases import oncall
from bot.views import issue as views
from store import audit, issues, outbox
from store.domain.issue import Issue
from store.domain.pipeline import find_pipeline
from store.domain.team import Severity


def report(
    deps: Deps,
    *,
    request_key: str,
    pipeline: str,
    summary: str,
    details: str,
    severity: Severity,
    day: date | None,
    user: str,
    at: datetime,
) -> tuple[Issue, str]:
    """
    Keep the issue and owe its message, once per *request_key*: high severity to the alerts channel.

    Returns: the issue, and the name of the channel it is told in.
    """
    plan = deps.plan
    known = find_pipeline(plan.pipelines, pipeline)
    channels = plan.team.channels
    channel = f"#{channels.alerts if severity is Severity.HIGH else channels.oncall}"
    holding = oncall.holding(deps, known.key, at=at)
    with deps.sessions.writing() as db:
        issue = issues.save(
            db,
            request_key=request_key,
            pipeline=known.key,
            summary=summary,
            details=details,
            severity=severity,
            day=day,
            by=user,
            at=at,
        )
        message = views.posted(issue, known, plan.team, holding)
        outbox.owe(
            db,
            key=f"issue:{issue.id}",
            channel=channel,
            payload={**message.payload(), "dm": user, "place": channel},
            at=deps.machine_clock.now(),
        )
        if issue.reported_at == at:  # else this form has been heard before
            audit.note(db, at=at, actor=user, action="issue", subject=f"{issue.name} {known.key}", outcome="done")
    deps.nudge()
    return issue, channel
