"""People and teams, named."""

from bot.views.blocks import escape, mention
from store.domain.oncall import OnCall
from store.domain.pipeline import Pipeline
from store.domain.team import TeamFile


def name_of(team: TeamFile, key: str) -> str:
    """Return the name of a team or a person of the plan."""
    known = team.teams.get(key) or team.people.get(key)
    return known.name if known else key


def holder(pipeline: Pipeline, team: TeamFile, on_call: OnCall, *, loud: bool = False) -> str:
    """Return who is on call for *pipeline*, for mrkdwn; *loud* rings their phone."""
    for turn in on_call.turns:
        if turn.rotation == pipeline.on_call.rotation and turn.shifts:
            person = team.people[turn.shifts[0].person]
            return mention(person.slack if loud else None, person.name)
    return f"nobody, on purpose. {escape(pipeline.on_call.why)}" if not pipeline.on_call.rotation else "nobody yet"
