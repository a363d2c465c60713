"""A channel's messages as lines to draw: who, when, under which day, joined to the line above or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from bot.sandbox.page.blocks import blocks, file_url
from bot.sandbox.page.emoji import EMOJI
from bot.sandbox.page.html import joined, tag
from bot.sandbox.page.moments import ago, clock_time, day_name, from_seconds, full
from bot.sandbox.page.mrkdwn import as_words, mrkdwn
from bot.sandbox.page.seat import Seat
from bot.sandbox.page.surface import Json, Surface, listed
from bot.sandbox.workspace import SLACKBOT

Doc = Mapping[str, Any]
TOGETHER = timedelta(minutes=5)
"""Messages of one author within this time share one name and avatar."""
AVATAR_COLOURS = 8


@dataclass(frozen=True)
class Avatar:
    """A coloured square with initials; the app has its own picture."""

    initials: str
    colour: int
    is_app: bool = False


@dataclass(frozen=True)
class Reaction:
    name: str
    picture: str
    count: int
    mine: bool
    who: str


@dataclass(frozen=True)
class Replies:
    count: int
    avatars: tuple[Avatar, ...]
    latest: str


@dataclass(frozen=True)
class Line:
    """One message as it is drawn; `day` is set on the first line of each day."""

    ts: str
    author: str
    author_id: str
    avatar: Avatar
    is_app: bool
    at: datetime
    clock: str
    full: str
    day: str
    body: Markup
    words: str
    edited: bool
    joins_above: bool
    ephemeral: bool
    is_root: bool
    in_thread: str
    reactions: tuple[Reaction, ...]
    replies: Replies | None


def avatar_of(user: str, name: str, *, is_app: bool = False) -> Avatar:
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    return Avatar(initials, sum(user.encode()) % AVATAR_COLOURS, is_app)


def lines(
    messages: Iterable[Doc],
    seat: Seat,
    *,
    key: str,
    values: Mapping[str, Mapping[str, Mapping[str, Json]]] | None = None,
) -> tuple[Line, ...]:
    """
    Return *messages*, oldest first, as lines.

    Args:
        key: begins the ids in the page; the same message may stand in the channel and in the thread beside it.
        values: what stands in the inputs of a message, by its ts.
    """
    drawn: list[Line] = []
    for message in messages:
        above = drawn[-1] if drawn else None
        surface = Surface(seat, key=f"{key}-{message['ts']}", values=(values or {}).get(str(message["ts"]), {}))
        drawn.append(_line(message, above, surface))
    return tuple(drawn)


def _line(message: Doc, above: Line | None, surface: Surface) -> Line:
    seat = surface.seat
    at = from_seconds(message["ts"]) or datetime.fromtimestamp(0, UTC)
    author_id = str(message.get("user") or message.get("bot_id") or "")
    is_app = bool(message.get("bot_id"))
    author = str(
        message.get("username") or seat.people.get(author_id) or ("Slackbot" if author_id == SLACKBOT else "Unknown")
    )
    day = day_name(at, seat)
    ephemeral = bool(message.get("is_ephemeral"))
    new_day = above is None or day_name(above.at, seat) != day
    joins_above = (
        above is not None
        and not new_day
        and above.author_id == author_id
        and not above.ephemeral
        and not ephemeral
        and at - above.at < TOGETHER
        and message.get("subtype") != "thread_broadcast"
    )
    thread_ts = str(message.get("thread_ts") or message["ts"])
    return Line(
        ts=str(message["ts"]),
        author=author,
        author_id=author_id,
        avatar=avatar_of(author_id, author, is_app=is_app),
        is_app=is_app,
        at=at,
        clock=clock_time(at, seat),
        full=full(at, seat),
        day=day if new_day else "",
        body=body(message, surface),
        words=as_words(str(message.get("text") or ""), seat),
        edited=bool(message.get("edited")),
        joins_above=joins_above,
        ephemeral=ephemeral,
        is_root=thread_ts == message["ts"],
        in_thread=thread_ts,
        reactions=tuple(_reaction(each, seat) for each in listed(message.get("reactions"))),
        replies=_replies(message, seat),
    )


def body(message: Doc, surface: Surface) -> Markup:
    """Return what a message says: its blocks, or its text when it has none, then its files."""
    found = message.get("blocks")
    text = str(message.get("text") or "")
    if found:
        main = blocks(found, surface)
    else:
        main = tag("div", mrkdwn(text, surface.seat), class_="text") if text else Markup("")
    shown = [_file(each) for each in listed(message.get("files")) if isinstance(each, Mapping)]
    return main + joined(shown)


def _file(stored: Json) -> Markup:
    href = file_url(stored)
    title = str(stored.get("title") or stored.get("name") or "file")
    if href is None:
        return tag("div", title, class_="file")
    if str(stored.get("mimetype", "")).startswith("image/"):
        picture = tag("img", src=href, alt=stored.get("alt_txt") or title, loading="lazy", decoding="async")
        opened = tag("a", picture, href=href, target="_blank", rel="noopener", class_="picture")
        return tag("figure", tag("figcaption", title), opened)
    size = _size(stored.get("size"))
    words = tag("span", tag("b", title), tag("small", f"{stored.get('filetype') or 'file'} · {size}"))
    return tag(
        "a", tag("span", "📄", class_="file-icon", aria_hidden="true"), words, href=href, class_="file", download=True
    )


def _size(count: object) -> str:
    size = float(count) if isinstance(count, int) else 0.0
    for unit in ("B", "kB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} MB"


def _reaction(each: Json, seat: Seat) -> Reaction:
    users = [str(user) for user in listed(each.get("users"))]
    name = str(each.get("name"))
    who = ", ".join("you" if user == seat.viewer else seat.people.get(user, user) for user in users)
    return Reaction(name, EMOJI.get(name, f":{name}:"), int(each.get("count") or len(users)), seat.viewer in users, who)


def _replies(message: Doc, seat: Seat) -> Replies | None:
    count = int(message.get("reply_count") or 0)
    latest = from_seconds(message.get("latest_reply"))
    if not count or latest is None:
        return None
    users = [str(user) for user in listed(message.get("reply_users"))]
    avatars = (avatar_of(user, seat.people.get(user, "?"), is_app=user in seat.apps) for user in users)
    return Replies(count, tuple(avatars), ago(latest, seat))
