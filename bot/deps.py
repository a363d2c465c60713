"""What the bot is wired from."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.gateways.slack import Slack
from store.clock import Clock
from store.plans import Plan, PlanFolder
from store.rosters import Recent
from store.session import Sessions
from store.settings import Settings


@dataclass(frozen=True)
class Deps:
    settings: Settings
    clock: Clock
    """The team's clock."""
    machine_clock: Clock
    """For leases, retries and the pace of edits."""
    sessions: Sessions
    slack: Slack
    plans: PlanFolder
    nudge: Callable[[], None]
    """Wakes the delivery of the outbox; may be called from any thread."""
    recent: Recent = field(default_factory=Recent)
    """The roster as the ticks last saw it; see `usecases.oncall.recent`."""

    @property
    def plan(self) -> Plan:
        """The last good plan."""
        return self.plans.current()
