"""App Home: what concerns one person, at a glance."""

from collections.abc import Sequence
from typing import Any

from bot.views import oncall
from bot.views.blocks import REPORT, Block, actions, button, context, divider, escape, header, section, slack_time
from bot.views.run import day_text
from store.domain.oncall import OnCall
from store.domain.run import Run
from store.domain.team import TeamFile

RUNBOOKS = "runbook_pages"


def home(team: TeamFile, on_call: OnCall, *, person: str | None, recent: Sequence[Run]) -> dict[str, Any]:
    """Return the home tab of *person* (a key of the plan, or None for somebody outside it)."""
    blocks: list[Block] = [header("On call"), *oncall.current(team, on_call).blocks]
    mine = [shift for turn in on_call.turns for shift in turn.shifts if shift.person == person]
    if person:
        turns = ", ".join(slack_time(shift.starts_at, "{date_short_pretty}") for shift in mine)
        blocks.append(context(f"Your turns in the next weeks: {turns or 'none'}"))
    blocks += [
        actions([button("Report an issue", REPORT, style="primary"), button("Runbooks", RUNBOOKS)]),
        divider(),
        header("Latest runs"),
        section("\n".join(_run(run) for run in recent) or "None yet. Start one with `/rerun`."),
    ]
    return {"type": "home", "blocks": blocks}


def _run(run: Run) -> str:
    when = slack_time(run.finished_at or run.requested_at)
    return f"*{escape(run.pipeline)}*, {day_text(run.period)}: {run.status} {when}"
