"""Rich text blocks, the form in which Slack keeps what people type."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from bot.sandbox.page.emoji import EMOJI
from bot.sandbox.page.html import joined, link, tag
from bot.sandbox.page.moments import from_seconds, when
from bot.sandbox.page.mrkdwn import channel, emoji, group, person
from bot.sandbox.page.seat import Seat
from bot.sandbox.page.surface import Json, listed

STYLES = (("code", "code"), ("strike", "s"), ("italic", "i"), ("bold", "b"), ("underline", "u"))


def rich_text(block: Json, seat: Seat) -> Markup:
    """Return the sections, lists, quotes and preformatted parts of a rich_text block or element."""
    return joined(_part(part, seat) for part in listed(block.get("elements")) if isinstance(part, Mapping))


def _part(part: Json, seat: Seat) -> Markup:
    kind = part.get("type")
    if kind == "rich_text_list":
        return _list(part, seat)
    inside = joined(_inline(piece, seat) for piece in listed(part.get("elements")) if isinstance(piece, Mapping))
    if kind == "rich_text_preformatted":
        return tag("pre", inside)
    return tag("blockquote", inside) if kind == "rich_text_quote" else tag("div", inside)


def _list(part: Json, seat: Seat) -> Markup:
    """Slack sends one list per depth, so the depth is an indent and not a list inside a list."""
    ordered = part.get("style") == "ordered"
    items = [tag("li", _part(item, seat)) for item in listed(part.get("elements")) if isinstance(item, Mapping)]
    depth = min(int(part.get("indent") or 0), 4)
    first = int(part.get("offset") or 0) + 1
    return tag("ol" if ordered else "ul", joined(items), class_=f"indent-{depth}", start=first if ordered else None)


def _inline(piece: Json, seat: Seat) -> Markup:
    kind = piece.get("type")
    shown: Markup
    if kind == "link":
        shown = link(piece.get("url"), str(piece.get("text") or piece.get("url") or ""))
    elif kind == "user":
        shown = person(str(piece.get("user_id")), seat)
    elif kind == "channel":
        shown = channel(str(piece.get("channel_id")), seat)
    elif kind == "usergroup":
        shown = group(str(piece.get("usergroup_id")), seat)
    elif kind == "broadcast":
        shown = tag("span", f"@{piece.get('range')}", class_="mention broadcast")
    elif kind == "emoji":
        name = str(piece.get("name"))
        shown = emoji(name) if name in EMOJI else escape(f":{name}:")
    elif kind == "date":
        shown = _date(piece, seat)
    else:
        shown = Markup("<br>").join(
            escape(line) for line in str(piece.get("text") or piece.get("value") or "").split("\n")
        )
    style = piece.get("style")
    for key, name in STYLES:
        if isinstance(style, Mapping) and style.get(key):
            shown = tag(name, shown)
    return shown


def _date(piece: Json, seat: Seat) -> Markup:
    at = from_seconds(piece.get("timestamp"))
    if at is None:
        return escape(str(piece.get("fallback") or ""))
    return when(at, str(piece.get("format") or "{date_num}"), seat)
