"""The plan folder while the bot runs: a good change is taken over, a broken one is told and waits."""

import logging

from sqlmodel import Session

from bot.deps import Deps
from bot.views.blocks import Message, escape, section
from store import audit, outbox, plan_breaks

logger = logging.getLogger(__name__)

SHOWN = 10


class Watch:
    """
    Looks at the folder again and again, for one process.

    One message for each time that the folder is broken: told, edited as its faults change, and again when it is
    mended. Several bots on one database share that message; each writes only when what it sees has changed, so that
    two whose folders differ for a while do not undo each other's words.
    """

    def __init__(self) -> None:
        self._told: tuple[str, ...] | None = None
        self._in_force: str | None = None

    def look(self, deps: Deps) -> None:
        """Take over a changed plan; tell the on-call channel of one that is broken, or is so no more."""
        faults = tuple(str(fault) for fault in deps.plans.reload() if fault.level == "error")
        self._note_change(deps, deps.plan.digest)
        if faults != self._told:
            (_tell_broken if faults else _tell_mended)(deps, faults)
            self._told = faults

    def _note_change(self, deps: Deps, digest: str) -> None:
        if self._in_force not in (None, digest):
            with deps.sessions.writing() as db:
                at = deps.clock.now()
                audit.note(db, at=at, actor="baton", action="plan", subject=digest[:12], outcome="done")
            logger.info("The plan has changed and is in force", extra={"action": "plan_reloaded"})
        self._in_force = digest


def _tell_broken(deps: Deps, faults: tuple[str, ...]) -> None:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    listed = "\n".join(f"• {escape(fault)}" for fault in faults[:SHOWN])
    more = f"\n… and {len(faults) - SHOWN} more: `baton plan check`" if len(faults) > SHOWN else ""
    text = f"⚠️ The plan was changed and has {count}, so the version before stays in force.\n{listed}{more}"
    logger.warning("The plan is broken: %s", count, extra={"action": "plan_broken"})
    now = deps.machine_clock.now()
    with deps.sessions.writing() as db:
        _owe(deps, db, plan_breaks.begin(db, at=now), text)
    deps.nudge()


def _tell_mended(deps: Deps, _faults: tuple[str, ...]) -> None:
    now = deps.machine_clock.now()
    with deps.sessions.writing() as db:
        number = plan_breaks.mend(db, at=now)
        if number is not None:
            _owe(deps, db, number, "✅ The plan was broken for a while. It is mended and in force.")
    deps.nudge()


def _owe(deps: Deps, db: Session, number: int, text: str) -> None:
    message = Message(text=text, blocks=(section(text),))
    channel = f"#{deps.plan.team.channels.oncall}"
    now = deps.machine_clock.now()
    outbox.owe(db, key=f"plan:{number}", channel=channel, payload=message.payload(), at=now)
