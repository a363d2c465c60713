"""Slack's mrkdwn as safe HTML."""

import re

from markupsafe import Markup, escape

from bot.sandbox.page.emoji import EMOJI, with_emoji
from bot.sandbox.page.html import joined, link, tag
from bot.sandbox.page.moments import from_seconds, when
from bot.sandbox.page.seat import Seat

FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
ATOM = re.compile(
    r"`(?P<code>[^`\n]+)`|<(?P<angle>[^<>\n]+)>|(?P<url>https?://[^\s<>|`*]+[^\s<>|`*.,;:!?)\]}'\"_~])"
    r"|:(?P<emoji>[a-z0-9_+'-]+):"
)
# The marks hold no mark of their own kind, so one pass over the text finds them and nesting ends after three levels.
MARKS = "|".join(
    rf"{mark}(?P<{name}>[^\s{mark}](?:[^{mark}\n]*[^\s{mark}])?){mark}"
    for mark, name in ((r"\*", "b"), ("_", "i"), ("~", "s"))
)
STYLED = re.compile(rf"(?<![\w*_~])(?:{MARKS})(?!\w)")
HELD = re.compile("\ue000([0-9]+)\ue001")
QUOTE = re.compile(r"^(?:>|&gt;) ?")
BULLET = re.compile(r"^(?P<indent>\s*)(?P<mark>[•◦▪-]|\d{1,3}[.)])\s+(?=\S)")
BROADCASTS = ("here", "channel", "everyone")


def mrkdwn(text: str, seat: Seat) -> Markup:
    """
    Return *text* as Slack shows it.

    Args:
        text: mrkdwn; exactly `&amp;`, `&lt;` and `&gt;` are read as escapes, everything else stands for itself.
    """
    pieces: list[Markup] = []
    for position, part in enumerate(FENCE.split(_plain(text))):
        if position % 2:
            pieces.append(tag("pre", _code(part, seat)))
        elif part.strip("\n"):
            pieces.append(_lines(part.strip("\n"), seat))
    return joined(pieces)


def plain_text(text: str) -> Markup:
    """Return a plain_text object's words: emoji names become pictures, line ends stay, nothing else is special."""
    return _broken(with_emoji(unescaped(_plain(text))))


def unescaped(text: str) -> str:
    """Undo Slack's escaping of `&`, `<` and `>`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_words(text: str, seat: Seat) -> str:
    """Return *text* without marks, in one line, for places that show words only (a label, a live region)."""
    shown = mrkdwn(text, seat)
    for start in ("<br>", "<pre>", "<blockquote>", '<span class="bullet'):
        shown = shown.replace(Markup(start), Markup(" ") + Markup(start))  # noqa: S704  our own tags
    return " ".join(shown.striptags().split())


def _plain(text: str) -> str:
    return text.replace("\ue000", "").replace("\ue001", "").replace("\r\n", "\n")


def _broken(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _code(text: str, seat: Seat) -> Markup:
    """Inside code only links and mentions are read; marks and emoji names stand for themselves."""
    pieces = re.split(r"<([^<>\n]+)>", text)
    return joined(_angle(piece, seat) if at % 2 else escape(unescaped(piece)) for at, piece in enumerate(pieces))


def _lines(text: str, seat: Seat) -> Markup:
    """Neighbouring quoted lines share one bar; lines with a bullet hang; other lines break as typed."""
    blocks: list[Markup] = []
    quoted: list[str] = []
    flowing: list[str] = []

    def close() -> None:
        if quoted:
            blocks.append(tag("blockquote", _flow(quoted, seat)))
            quoted.clear()
        if flowing:
            blocks.append(_flow(flowing, seat))
            flowing.clear()

    for line in text.split("\n"):
        is_quote = QUOTE.match(line) is not None
        if is_quote != bool(quoted):
            close()
        (quoted if is_quote else flowing).append(QUOTE.sub("", line) if is_quote else line)
    close()
    return joined(blocks)


def _flow(lines: list[str], seat: Seat) -> Markup:
    written: list[Markup] = []
    for at, line in enumerate(lines):
        bullet = BULLET.match(line)
        if bullet:
            depth = min(len(bullet["indent"]) // 2, 4)
            mark = tag("span", bullet["mark"], class_="bullet-mark")
            words = tag("span", _inline(line[bullet.end() :], seat))
            written.append(tag("span", mark, words, class_=f"bullet indent-{depth}"))
        else:
            written.append(_inline(line, seat))
            if at < len(lines) - 1:
                written.append(Markup("<br>"))
    return joined(written)


def _inline(text: str, seat: Seat) -> Markup:
    """Atoms (code, links, mentions, emoji) are taken out first, so that marks inside them are left alone."""
    atoms: list[Markup] = []

    def hold(found: re.Match[str]) -> str:
        atom = _atom(found, seat)
        if atom is None:
            return found[0]
        atoms.append(atom)
        return f"\ue000{len(atoms) - 1}\ue001"

    return _styled(ATOM.sub(hold, text), atoms)


def _styled(text: str, atoms: list[Markup]) -> Markup:
    pieces: list[Markup] = []
    end = 0
    for found in STYLED.finditer(text):
        pieces.append(_released(text[end : found.start()], atoms))
        kind = str(found.lastgroup)
        pieces.append(tag(kind, _styled(found[kind], atoms)))
        end = found.end()
    return joined([*pieces, _released(text[end:], atoms)])


def _released(text: str, atoms: list[Markup]) -> Markup:
    pieces = HELD.split(text)
    return joined(atoms[int(piece)] if at % 2 else escape(unescaped(piece)) for at, piece in enumerate(pieces))


def _atom(found: re.Match[str], seat: Seat) -> Markup | None:
    if found["code"]:
        return tag("code", _code(found["code"], seat))
    if found["angle"]:
        return _angle(found["angle"], seat)
    if found["url"]:
        return link(unescaped(found["url"]), unescaped(found["url"]))
    return emoji(found["emoji"]) if found["emoji"] in EMOJI else None


def emoji(name: str) -> Markup:
    """Return a picture with its name as the title; an unknown name stays as typed."""
    if name not in EMOJI:
        return escape(f":{name}:")
    return tag("span", EMOJI[name], class_="emoji", title=f":{name}:", role="img", aria_label=name.replace("_", " "))


def _angle(inside: str, seat: Seat) -> Markup:
    """Return what `<…>` stands for: a mention, a date or a link; the text itself when it is none of them."""
    target, _, label = inside.partition("|")
    if target[:2] in ("@U", "@W", "@B"):
        return person(target[1:], seat, label)
    if target[:2] in ("#C", "#G", "#D"):
        return channel(target[1:], seat, label)
    if target.startswith("!date^"):
        return _date(target, label, seat)
    if target.startswith("!subteam^"):
        return group(target.removeprefix("!subteam^"), seat, label)
    if target[:1] == "!" and target[1:] in BROADCASTS:
        return tag("span", f"@{target[1:]}", class_="mention broadcast")
    shown = with_emoji(unescaped(label or target.removeprefix("mailto:")))
    linked = link(unescaped(target), shown)
    return linked if linked.startswith("<a") else escape(unescaped(f"<{inside}>"))


def person(user: str, seat: Seat, label: str = "") -> Markup:
    """Return the chip of a person; the viewer's own stands out."""
    name = seat.people.get(user) or unescaped(label.lstrip("@")) or "unknown person"
    mine = " mine" if user == seat.viewer else ""
    return tag("span", f"@{name}", class_=f"mention{mine}", data_person=user)


def channel(channel_id: str, seat: Seat, label: str = "") -> Markup:
    """Return the chip of a channel; plain where the viewer cannot see it."""
    name = seat.channels.get(channel_id)
    if name is None:
        return tag("span", f"#{unescaped(label.lstrip('#')) or 'private-channel'}", class_="mention")
    return tag("a", f"#{name}", class_="mention", href="#", data_channel=channel_id)


def group(group_id: str, seat: Seat, label: str = "") -> Markup:
    """Return the chip of a user group."""
    name = seat.groups.get(group_id) or unescaped(label.lstrip("@")) or "group"
    return tag("span", f"@{name}", class_="mention broadcast")


def _date(target: str, fallback: str, seat: Seat) -> Markup:
    _, seconds, *rest = target.split("^")
    at = from_seconds(seconds)
    if at is None:
        return escape(unescaped(fallback))
    shown = when(at, unescaped(rest[0]) if rest else "{date_num}", seat)
    return link(unescaped(rest[1]), shown) if len(rest) > 1 else shown
