"""What a Web API method is: what it does, whom it lets, how often."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.limits import TIER_3, Tier
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args

Run = Callable[[App, Args], Doc]


@dataclass(frozen=True)
class Method:
    run: Run
    scopes: tuple[str, ...] = ()
    """One of them is enough; a method may look closer, by the kind of channel."""
    tier: Tier = TIER_3
    token: Literal["bot", "app", "any", "none"] = "bot"  # noqa: S105
    limited_by: str = ""
    """The argument whose values are counted apart, such as the channel of a message."""


def page_of(rows: Sequence[Doc], args: Args, name: str, *, default: int = 100, most: int = 1000) -> Doc:
    """Return one page of *rows* under *name*, with the cursor of the next. Raises: Refused: `invalid_cursor`."""
    limit = args.number("limit", default) or default
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    start = _start(args.text("cursor"))
    more = start + limit < len(rows)
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return {name: list(rows[start : start + limit]), "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except ValueError:
        pass
    raise Refused("invalid_cursor")


def channel_of(app: App, args: Args, *, name: str = "channel", member: bool = False) -> Doc:
    """
    Return the channel an argument names by id; a person's id names none, only `chat.postMessage` takes it.

    Raises: Refused: `channel_not_found`: none, or a private one the app is not in; and with *member*
    `not_in_channel`, `is_archived`.
    """
    ws = app.workspace
    channel = ws.channel(args.need(name))
    inside = channel is not None and ws.store.is_member(channel["id"], ws.team.bot_user_id)
    if channel is None or (channel["is_private"] and not inside):
        raise Refused("channel_not_found")
    if member and channel["is_archived"]:
        raise Refused("is_archived")
    if member and not inside:
        raise Refused("not_in_channel")
    return channel


def kind_of(channel: Doc) -> str:
    """Return the word that scopes use for this kind of channel: `channels`, `groups`, `im`."""
    return "im" if channel["is_im"] else "groups" if channel["is_private"] else "channels"
