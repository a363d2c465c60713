"""The on-call channel's topic: what people wrote stays, one framed part of it is ours."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.views.blocks import escape
from store.domain.wall import local_of

LIMIT = 250
"""Slack's, in characters; ours counts what stands there for `&`, `<` and `>` in full, so it never meets it."""
OPENS, CLOSES = "▸ On call: ", " ◂"
_OURS = re.compile(rf"\s*{OPENS}[^▸◂]*{CLOSES.strip()}\s*")


@dataclass(frozen=True, kw_only=True)
class Held:
    """Who holds some pipelines now."""

    people: tuple[str, ...]
    """Names; empty: nobody."""
    pipelines: tuple[str, ...] = ()
    """Names; empty: all that have an on-call."""
    until: datetime | None = None


def with_on_call(topic: str, held: Sequence[Held], zone: str) -> str | None:
    """
    Return *topic* with our part brought up to date, in its place or at the end.

    Args:
        topic: as Slack keeps it; what is not ours comes back as it is, byte for byte.
    Returns: the same text where nothing differs. None: people's own words leave no room, and they come first.
    """
    before, after = _theirs(topic)
    for ours in _forms(held, zone):
        new = " ".join(part for part in (before, f"{OPENS}{ours}{CLOSES}", after) if part)
        if html.unescape(new) == html.unescape(topic):
            return topic
        if len(new) <= LIMIT:
            return new
    return None


def _theirs(topic: str) -> tuple[str, str]:
    ours = _OURS.search(topic)
    return (topic[: ours.start()], topic[ours.end() :]) if ours else (topic.rstrip(), "")


def _forms(held: Sequence[Held], zone: str) -> Iterator[str]:
    """Yield what can be said, the fullest first."""
    yield ", ".join(_names(each, zone) + _of(each) for each in held)
    yield ", ".join(_names(each, None) + _of(each) for each in held)
    everybody = tuple(dict.fromkeys(name for each in held for name in each.people))
    yield _names(Held(people=everybody), None)
    if len(everybody) > 1:
        yield f"{len(everybody)} people, see /oncall"


def _names(held: Held, zone: str | None) -> str:
    names = " and ".join(_plain(name) for name in held.people) or "nobody"
    return f"{names} until {local_of(held.until, zone):%a %d %b %H:%M}" if held.until and zone else names


def _of(held: Held) -> str:
    return f" ({', '.join(_plain(name) for name in held.pipelines)})" if held.pipelines else ""


def _plain(text: str) -> str:
    """Return *text* on one line, without the frame's own signs, so that our part is found again."""
    return escape(" ".join(text.replace("▸", " ").replace("◂", " ").split()))
