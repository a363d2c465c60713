"""Response URLs: five answers within half an hour, to whoever has just done something."""

import secrets
import time
from collections.abc import Callable

from bot.sandbox.errors import Refused
from bot.sandbox.store import Doc, Store

LIVES_S = 30 * 60
USES = 5


class ResponseUrls:
    """Kept on disk: an answer may come after a restart."""

    def __init__(self, store: Store, now_s: Callable[[], float] = time.time) -> None:
        self._store = store
        self.now_s = now_s

    def give(self, channel: str, user: str, original: Doc | None = None, *, only_for: str | None = None) -> str:
        """Return a new URL's last part; *original* is the message the person acted on."""
        key = f"{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        doc = {
            "channel": channel,
            "user": user,
            "ts": original["ts"] if original else None,
            "only_for": only_for,
            "left": USES,
            "until": self.now_s() + LIVES_S,
        }
        self._store.put("response_url", key, doc)
        return key

    def use(self, key: str) -> Doc:
        """
        Return what the URL stands for; one use is gone.

        Raises: Refused: `no_such_url`, `expired_url`, `used_url`.
        """
        doc = self._store.get("response_url", key)
        if doc is None:
            raise Refused("no_such_url")
        if self.now_s() > doc["until"]:
            raise Refused("expired_url")
        if doc["left"] < 1:
            raise Refused("used_url")
        doc["left"] -= 1
        self._store.put("response_url", key, doc)
        return doc
