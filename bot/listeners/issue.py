"""/issue, its form, and the buttons that open it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import issue
from bot.views import issue as views
from bot.views.blocks import REPORT, Message
from store import runs
from store.domain.pipeline import UnknownPipeline, find_pipeline
from store.domain.team import Severity


def register(hear: Hear) -> None:
    hear.command("/issue", open_form)
    hear.press(re.compile(f"^{REPORT}$"), open_form)
    hear.form(views.FORM, errors_of, report)


def open_form(deps: Deps, heard: Heard) -> None:
    """Open the form, filled in from the words of the command or from the run whose button was pressed."""
    plan = deps.plan
    pipeline: str | None = heard.value.get("pipeline")
    summary: str = heard.value.get("summary") or heard.text.strip()
    day: date | None = None
    if run_id := heard.value.get("run"):
        with deps.sessions.reading() as db:
            run = runs.load(db, run_id)
        pipeline, summary, day = run.pipeline, f"Run {run.id} failed: {run.note or run.cause}", run.period.starts_on
    elif first := summary.partition(" ")[0]:
        try:
            pipeline = find_pipeline(plan.pipelines, first).key
            summary = summary.partition(" ")[2]
        except UnknownPipeline:
            pass
    view = views.form(
        plan.team, plan.pipelines, pipeline=pipeline, summary=" ".join(summary.split()), day=day, channel=heard.channel
    )
    deps.slack.open_view(heard.trigger_id, view)


def errors_of(value: Mapping[str, Any]) -> Mapping[str, str]:
    errors = {}
    if not (value.get("summary") or "").strip():
        errors["summary"] = "Say in a line what you see, so that others recognise it."
    return errors


def report(deps: Deps, heard: Heard) -> Message:
    made, channel = issue.report(
        deps,
        request_key=f"view:{heard.view_id}",
        pipeline=heard.value["pipeline"],
        summary=" ".join(heard.value["summary"].split()),
        details=heard.value.get("details") or "",
        severity=Severity(heard.value["severity"]),
        day=date.fromisoformat(heard.value["day"]) if heard.value.get("day") else None,
        user=heard.user,
        at=deps.clock.now(),
    )
    return views.reported(made, channel)
