"""Trigger ids: what a person just did lets the app open one modal for them, and only right now."""

import secrets
import time
from collections.abc import Callable

from bot.sandbox.errors import Refused

LIVES_S = 3.0
_REMEMBERED_S = 60.0


class Triggers:
    """Each lives for three real seconds and opens one view."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._given: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()

    def give(self, user: str) -> str:
        now = self._now_s()
        old = [each for each, (_, at) in self._given.items() if now - at > _REMEMBERED_S]
        for each in old:
            del self._given[each]
            self._used.discard(each)
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._given[trigger] = (user, now)
        return trigger

    def take(self, trigger: str) -> str:
        """
        Return whose trigger this is; it is used up.

        Raises: Refused: `invalid_trigger_id`, `expired_trigger_id`, `exchanged_trigger_id`.
        """
        if trigger not in self._given:
            raise Refused("invalid_trigger_id")
        user, at = self._given[trigger]
        if trigger in self._used:
            raise Refused("exchanged_trigger_id")
        if self._now_s() - at > LIVES_S:
            raise Refused("expired_trigger_id")
        self._used.add(trigger)
        return user
