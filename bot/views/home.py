"""App Home: what concerns one person, at a glance."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views import oncall, shifts
from bot.views.blocks import REPORT, Block, actions, button, context, divider, escape, header, section, slack_time
from bot.views.run import day_text
from store.domain.pipeline import Pipeline
from store.domain.roundup import Group
from store.domain.run import Run
from store.domain.spell import Stint
from store.domain.team import TeamFile

RUNBOOKS = "runbook_pages"
TURNS = 6


def home(
    team: TeamFile,
    pipelines: Mapping[str, Pipeline],
    groups: Sequence[Group],
    *,
    mine: Sequence[Stint] | None,
    recent: Sequence[Run],
) -> dict[str, Any]:
    """
    Return the home tab of a person.

    Args:
        mine: the person's coming shifts; None for somebody outside the plan.
    """
    blocks: list[Block] = [header("On call"), *oncall.current(team, groups).blocks, oncall.looking(pipelines)]
    if mine is not None:
        turns = "\n".join(shifts.own(stint, team.zone) for stint in mine[:TURNS])
        blocks.append(section(f"*Your turns*\n{turns or 'None in the next 26 weeks.'}"))
        blocks += [context(f"Times of your turns are those of {team.zone}.")] if mine else []
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
