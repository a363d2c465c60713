"""Who asks, and whether they may."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from bot.deps import Deps
from bot.views.people import name_of
from store import audit
from store.domain.errors import UserError
from store.domain.oncall import person_of
from store.domain.pipeline import Pipeline
from store.domain.team import TeamFile


class NotAllowed(UserError):
    """The plan gives this to other roles."""


def check_may_rerun(deps: Deps, pipeline: Pipeline, *, user: str, at: datetime) -> None:
    """
    Let pass who has one of the pipeline's rerun roles; a refusal is written to the audit log.

    Raises: NotAllowed.
    """
    team = deps.plan.team
    key = person_of(team, user)
    roles = team.people[key].roles if key else ()
    if set(roles) & set(pipeline.rerun_by):
        return
    with deps.sessions.writing() as db:
        audit.note(
            db, at=at, actor=user, action="rerun", subject=pipeline.key, outcome="refused", detail=f"roles: {roles}"
        )
    asked = [person.name for person in team.people.values() if set(person.roles) & set(pipeline.rerun_by)]
    why = "You are not in this team’s plan" if key is None else "Your role does not cover this"
    raise NotAllowed(
        f"{why}: rerunning {pipeline.name} takes the role {' or '.join(pipeline.rerun_by) or 'that nobody has'}. "
        f"Ask {', '.join(asked) or 'whoever keeps the plan'}, or report what you see with `/issue`."
    )


class NotInPlan(UserError):
    """Somebody outside the plan asked for what only its people may do."""


def person_asking(deps: Deps, user: str) -> str:
    """
    Return the key of the person with the Slack member id *user*.

    Raises: NotInPlan.
    """
    key = person_of(deps.plan.team, user)
    if key is None:
        raise NotInPlan(
            "You are not in this team’s plan, so you have no part in its roster. "
            f"Ask {names(deps, leads(deps)) or 'whoever keeps the plan'} to add you to `team.yaml` with your Slack id."
        )
    return key


def leads(deps: Deps) -> tuple[str, ...]:
    """Return who leads the people of the rotations: keys of people. See `leads_of`."""
    return leads_of(deps.plan.team)


def leads_of(team: TeamFile) -> tuple[str, ...]:
    """
    Return the leads of the teams that serve in the rotations; where none is named, whoever has the role `team-lead`.

    Teams come in the order of how many of their people serve.
    """
    serving = [team.people[key].teams for key in rota_of(team) if key in team.people]
    counted = Counter(each for teams in serving for each in teams if each in team.teams)
    found = [team.teams[key].lead for key, _ in counted.most_common()]
    named = dict.fromkeys(lead for lead in found if lead is not None)
    return tuple(named) or tuple(key for key, person in team.people.items() if "team-lead" in person.roles)


def rota_of(team: TeamFile) -> tuple[str, ...]:
    """Return everybody who stands in an order of the plan's rotations, past and coming versions too."""
    people: dict[str, None] = {}
    for rotation in team.rotations.values():
        for version in rotation.versions:
            for entry in version.order:
                people.update(dict.fromkeys(rotation.groups.get(entry, (entry,))))
    return tuple(people)


def crew_of(team: TeamFile) -> tuple[str, ...]:
    """Return who may put themselves on call or offer to cover: the rotations' people and everybody of their teams."""
    rota = rota_of(team)
    theirs = {each for key in rota if key in team.people for each in team.people[key].teams}
    return tuple(dict.fromkeys((*rota, *(key for key, person in team.people.items() if theirs & set(person.teams)))))


def names(deps: Deps, people: Iterable[str]) -> str:
    """Return the names of *people* in a list of words."""
    return " or ".join(name_of(deps.plan.team, key) for key in people)


def refuse(deps: Deps, *, user: str, action: str, subject: str, why: str, at: datetime) -> NoReturn:
    """
    Write the refusal to the audit log, and say it.

    Raises: NotAllowed.
    """
    with deps.sessions.writing() as db:
        audit.note(db, at=at, actor=user, action=action, subject=subject, outcome="refused", detail=why)
    raise NotAllowed(why)
