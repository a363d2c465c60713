"""Housekeeping."""

from datetime import timedelta

from bot.deps import Deps
from store import inbox

KEPT = timedelta(days=3)


def purge_inbox(deps: Deps) -> None:
    """Forget deliveries that Slack cannot repeat any more."""
    with deps.sessions.writing() as db:
        inbox.purge(db, before=deps.machine_clock.now() - KEPT)
