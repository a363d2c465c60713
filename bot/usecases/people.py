"""Who asks, and whether they may."""

from datetime import datetime

from bot.deps import Deps
from store import audit
from store.domain.errors import UserError
from store.domain.oncall import person_of
from store.domain.pipeline import Pipeline


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
