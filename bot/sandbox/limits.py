"""Rate limits per method, as Slack's tiers: so much a minute, and a burst is forgiven."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """*per_minute* in the long run, *burst* at once."""

    per_minute: float
    burst: int


POSTING = Tier(60, 5)
"""chat.postMessage: one a second in each channel."""
CONNECTING = Tier(20, 40)
"""apps.connections.open is of the first tier, once a minute, yet Slack forgives an app that reconnects often."""
TIER_2 = Tier(20, 20)
TIER_3 = Tier(50, 50)
TIER_4 = Tier(100, 100)
FREE = Tier(math.inf, 1)
"""No limit that a well-behaved app meets."""


class Limits:
    """Buckets that fill with time and are emptied call by call."""

    def __init__(self, *, on: bool, now_s: Callable[[], float] = time.monotonic) -> None:
        self.on = on
        self._now_s = now_s
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str, tier: Tier) -> int:
        """Return 0, or after how many whole seconds the call may be made again."""
        if not self.on or math.isinf(tier.per_minute):
            return 0
        rate_s, now = tier.per_minute / 60, self._now_s()
        left, at = self._buckets.get(key, (float(tier.burst), now))
        left = min(tier.burst, left + (now - at) * rate_s)
        if left < 1:
            self._buckets[key] = (left, now)
            return max(1, math.ceil((1 - left) / rate_s))
        self._buckets[key] = (left - 1, now)
        return 0
