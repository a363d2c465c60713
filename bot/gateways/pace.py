"""How often Slack lets a method be called: Slack's tiers as token buckets, and the pauses it asks for."""

import threading

# Calls a minute that Slack promises (docs.slack.dev, rate limits); chat.postMessage is one a second per channel.
PER_MINUTE = {
    "chat.postMessage": 60,
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.replies": 50,
    "files.upload_v2": 50,
}
"""
Only what the outbox does, which can wait. What a person waits for (a form, an answer) goes out at once, and rests
when Slack asks for it.
"""
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
        with self._lock:
            paused = self._paused_until.get(method, now) - now
            if paused > 0 or method not in PER_MINUTE:
                return max(0.0, paused)
            gap = 60 / PER_MINUTE[method]
            earned = max(self._free_at.get((method, lane), 0.0), now - BURST * gap)
            if earned > now - gap:
                return earned - (now - gap)
            self._free_at[(method, lane)] = earned + gap
            return 0.0

    def pause(self, method: str, *, until: float) -> None:
        """Remember that Slack asked not to be called before *until* (monotonic) with this method."""
        with self._lock:
            self._paused_until[method] = max(until, self._paused_until.get(method, 0.0))
