"""The plan folder while the bot runs: a good change is taken over, a broken one is told and waits."""

import hashlib
import logging

from bot.deps import Deps
from bot.views.blocks import Message, escape, section
from store import audit, outbox

logger = logging.getLogger(__name__)


def reload(deps: Deps) -> None:
    """Take over a changed plan; a broken one is told in the on-call channel, once per state of its files."""
    before = deps.plans.current().digest
    faults = tuple(fault for fault in deps.plans.reload() if fault.level == "error")
    if faults:
        _tell_broken(deps, tuple(str(fault) for fault in faults))
    elif deps.plans.current().digest != before:
        logger.info("The plan has changed and is in force", extra={"action": "plan_reloaded"})
        with deps.sessions.writing() as db:
            now = deps.machine_clock.now()
            audit.note(db, at=now, actor="baton", action="plan", subject=deps.plan.digest[:12], outcome="done")


def _tell_broken(deps: Deps, faults: tuple[str, ...]) -> None:
    key = f"plan:{hashlib.sha256(repr(faults).encode()).hexdigest()[:16]}"
    with deps.sessions.reading() as db:
        if outbox.find(db, key):
            return
    listed = "\n".join(f"• {escape(fault)}" for fault in faults[:10])
    more = f"\n… and {len(faults) - 10} more: `baton plan check`" if len(faults) > 10 else ""
    text = f"⚠️ The plan was changed and has {len(faults)} faults, so the version before stays in force.\n{listed}{more}"
    message = Message(text=text, blocks=(section(text),))
    channel = f"#{deps.plan.team.channels.oncall}"
    with deps.sessions.writing() as db:
        outbox.owe(db, key=key, channel=channel, payload=message.payload(), at=deps.machine_clock.now())
    deps.nudge()
