"""Whom to tell of what only people can mend."""

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import people
from bot.views.blocks import Message
from store import outbox


def owe_leads(deps: Deps, db: Session, *, key: str, message: Message) -> None:
    """Owe *message* to each lead of the team; where none has a Slack id, to the on-call channel."""
    team = deps.plan.team
    users = [user for lead in people.leads(deps) if (user := team.people[lead].slack)]
    for place in users or [f"#{team.channels.oncall}"]:
        outbox.owe(db, key=f"{key}:{place}", channel=place, payload=message.payload(), at=deps.machine_clock.now())
