"""An issue, shown: the form, and the message in the channel."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.views.blocks import (
    Block,
    Message,
    as_typed,
    context,
    escape,
    header,
    option,
    plain,
    private,
    select,
    slack_time,
)
from bot.views.people import holder
from store.domain.issue import Issue
from store.domain.pipeline import Pipeline
from store.domain.shift import Shift
from store.domain.team import Severity, TeamFile

FORM = "issue_form"
SUMMARY_LIMIT = 150
DETAILS_LIMIT = 3000

_ICON = {Severity.LOW: "🔵", Severity.MEDIUM: "🟠", Severity.HIGH: "🔴"}


def form(
    team: TeamFile,
    pipelines: Mapping[str, Pipeline],
    *,
    pipeline: str | None,
    summary: str,
    day: date | None,
    channel: str,
) -> dict[str, Any]:
    """Return the modal that asks for an issue, filled in as far as is known; *channel* is where it was opened."""
    options = [option(known.name, key) for key, known in pipelines.items()]
    chosen = next((one for one in options if one["value"] == pipeline), None)
    severities = [
        option(f"{_ICON[severity]} {severity.capitalize()}", severity, rule.means)
        for severity, rule in sorted(team.severities.items(), key=lambda item: list(Severity).index(item[0]))
    ]
    medium = next((one for one in severities if one["value"] == Severity.MEDIUM), None)
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": channel,
        "title": plain("Report an issue"),
        "submit": plain("Report"),
        "close": plain("Cancel"),
        "blocks": [
            _input("pipeline", "Pipeline", select("value", "Which data is wrong?", options, chosen)),
            _input(
                "summary",
                "What do you see?",
                {
                    "type": "plain_text_input",
                    "action_id": "value",
                    "max_length": SUMMARY_LIMIT,
                    "placeholder": plain("One line, such as: active accounts dropped to zero"),
                    **({"initial_value": summary[:SUMMARY_LIMIT]} if summary else {}),
                },
            ),
            _input("severity", "How bad is it?", _severity(severities, medium)),
            _input(
                "day",
                "Day of the data",
                {"type": "datepicker", "action_id": "value", **({"initial_date": day.isoformat()} if day else {})},
                optional=True,
            ),
            _input(
                "details",
                "Anything else that helps",
                {"type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": DETAILS_LIMIT},
                optional=True,
                hint="Who is blocked, since when, what you compared it with.",
            ),
        ],
    }


def _severity(options: list[Block], initial: Block | None) -> Block:
    return {
        "type": "radio_buttons",
        "action_id": "value",
        "options": options,
        **({"initial_option": initial} if initial else {}),
    }


def _input(block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element,
        "optional": optional,
        **({"hint": plain(hint)} if hint else {}),
    }


def posted(issue: Issue, pipeline: Pipeline, team: TeamFile, on_call: Sequence[Shift]) -> Message:
    """Return the message that tells the team of *issue*; the person on call is mentioned for high severity only."""
    icon = _ICON[issue.severity]
    text = f"{icon} {issue.name}: {escape(issue.summary)} ({escape(pipeline.name)}, {issue.severity})"
    who = holder(team, on_call, loud=issue.severity is Severity.HIGH)
    rule = team.severities[issue.severity]
    hours = int(rule.handled_within.total_seconds() // 3600)
    promise = f"to be handled within {hours} {'business ' if rule.business_hours else ''}hours"
    about = f" · data of {issue.day:%a %d %b %Y}" if issue.day else ""
    blocks = [
        header(f"{icon} {issue.name} · {pipeline.name}"),
        *as_typed(issue.summary),
        *as_typed(issue.details),
        context(f"{issue.severity.capitalize()} severity, {promise}{about}"),
        context(f"Reported by <@{issue.reported_by}> {slack_time(issue.reported_at)} · On call: {who}"),
    ]
    return Message(text=text, blocks=tuple(blocks))


def reported(issue: Issue, channel: str) -> Message:
    return private(f"Thank you. This is {issue.name} now; it stands in {channel}.")
