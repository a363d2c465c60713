"""Housekeeping."""

from datetime import timedelta

from bot.deps import Deps
from store import forget as store_forget
from store import inbox

DELIVERIES_KEPT = timedelta(days=3)
"""Slack repeats a delivery for minutes."""
MESSAGES_KEPT = timedelta(days=30)


def forget(deps: Deps) -> None:
    """Forget deliveries that Slack cannot repeat any more, and messages that nobody will edit any more."""
    now = deps.machine_clock.now()
    with deps.sessions.writing() as db:
        inbox.purge(db, before=now - DELIVERIES_KEPT)
        store_forget.delivered_messages(db, before=now - MESSAGES_KEPT)
