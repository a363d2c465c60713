"""People and teams, named."""

from collections.abc import Iterable

from bot.views.blocks import escape, mention
from store.domain.shift import Shift, Source
from store.domain.team import TeamFile


def name_of(team: TeamFile, key: str) -> str:
    """Return the name of a team or a person of the plan."""
    known = team.teams.get(key) or team.people.get(key)
    return known.name if known else key


def holder(team: TeamFile, shifts: Iterable[Shift], *, loud: bool = False) -> str:
    """Return who holds *shifts*, those of one pipeline at one instant, for mrkdwn; *loud* rings their phones."""
    return " and ".join(_held(team, shift, loud=loud) for shift in shifts) or "nobody"


def _held(team: TeamFile, shift: Shift, *, loud: bool) -> str:
    person = team.people.get(shift.person or "")
    if person is not None:
        return mention(person.slack if loud else None, person.name)
    if shift.person is not None:
        return escape(shift.person)
    return f"nobody, on purpose. {escape(shift.why)}" if shift.source is Source.NONE else f"nobody: {escape(shift.why)}"
