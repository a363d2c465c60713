"""What a handoff shows in Slack: its living message, and the replies in its thread."""

from datetime import datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases.briefing import brief
from bot.views import handoff as views
from bot.views import invite
from bot.views.blocks import Message
from store import outbox
from store.domain.handoff import Handoff
from store.domain.roster import Roster


def propose_sync(db: Session, deps: Deps, handoff: Handoff) -> None:
    """Owe the proposal to meet; a talk with oneself needs none."""
    length = deps.plan.team.handoff.sync
    if handoff.small or len(handoff.people) < 2 or not length:
        return
    starts_at = _next_half_hour(handoff.posted_at) if handoff.late or handoff.started_by else handoff.held_at
    message = views.sync(handoff, deps.plan.team, length, starts_at=starts_at)
    file = invite.calendar_file(handoff, deps.plan.team, length, starts_at=starts_at)
    reply(db, deps, handoff, "sync", message, file=file)


def _next_half_hour(at: datetime) -> datetime:
    half = timedelta(minutes=30)
    return at + (half - (at - datetime.min.replace(tzinfo=at.tzinfo)) % half)


def key_of(handoff: Handoff) -> str:
    return f"handoff:{handoff.id}"


def tell(db: Session, deps: Deps, roster: Roster, handoff: Handoff, *, at: datetime, new: bool = False) -> None:
    """Owe the message as it should look now; one that the outbox has forgotten after its time is not posted anew."""
    key, team = key_of(handoff), deps.plan.team
    if not new and outbox.find(db, key) is None:
        return
    if handoff.carried_at is not None:
        message = views.carried(handoff, team)
    else:
        message = views.living(handoff, brief(db, deps.plan, roster, handoff, at=at), team, deps.plan.pipelines, at=at)
    channel = f"#{team.channels.oncall}"
    slack_ids = [person.slack for key in handoff.people if (person := team.people.get(key)) and person.slack]
    elsewhere = {"dm": slack_ids[-1], "place": channel} if slack_ids else {}
    payload = {**message.payload(), **elsewhere}
    outbox.owe(db, key=key, channel=channel, payload=payload, at=deps.machine_clock.now())


def reply(
    db: Session, deps: Deps, handoff: Handoff, name: str, message: Message, *, file: dict[str, str] | None = None
) -> None:
    """Owe a reply in the handoff's thread, once per *name*."""
    if outbox.find(db, key_of(handoff)) is None:
        return
    payload = {**message.payload(), **({"file": file} if file else {})}
    channel, now = f"#{deps.plan.team.channels.oncall}", deps.machine_clock.now()
    outbox.owe(db, key=f"{key_of(handoff)}:{name}", channel=channel, parent=key_of(handoff), payload=payload, at=now)
