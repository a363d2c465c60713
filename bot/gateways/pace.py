"""How often Slack lets a method be called: Slack's tiers as token buckets, and the pauses it asks for."""

import threading

# Calls a minute that Slack promises (docs.slack.dev, rate limits); chat.postMessage is one a second per channel.
PER_MINUTE = {
    "chat.postMessage": 60,
    "chat.update": 50,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.list": 20,
    "views.open": 100,
    "views.publish": 100,
    "files.upload_v2": 50,
}
BURST = 10
"""Calls at once after a quiet time; Slack tolerates short bursts."""


class Pace:
    """One bucket per method and lane (a channel, where Slack counts by channel). Safe across threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at: dict[tuple[str, str], float] = {}
        self._paused_until: dict[str, float] = {}

    def wait_s(self, method: str, lane: str, *, now: float) -> float:
        """Return 0 and count the call, or the seconds until it may be made. *now* is monotonic."""
        gap = 60 / PER_MINUTE.get(method, 20)
        with self._lock:
            paused = self._paused_until.get(method, now) - now
            if paused > 0:
                return paused
            earned = max(self._free_at.get((method, lane), 0.0), now - BURST * gap)
            if earned > now - gap:
                return earned - (now - gap)
            self._free_at[(method, lane)] = earned + gap
            return 0.0

    def pause(self, method: str, *, until: float) -> None:
        """Remember that Slack asked not to be called before *until* (monotonic) with this method."""
        with self._lock:
            self._paused_until[method] = max(until, self._paused_until.get(method, 0.0))
