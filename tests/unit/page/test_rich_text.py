"""Rich text, the form in which clients send what people type."""

from typing import Any

import pytest

from bot.sandbox.page.rich_text import rich_text
from bot.sandbox.page.seat import Seat

SEAT = Seat(viewer="U1", people={"U1": "Choo"}, channels={"C1": "alerts"}, groups={"S1": "data-oncall"})


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": style}


def section(*pieces: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": kind, "elements": list(pieces)}


def drawn(*parts: dict[str, Any]) -> str:
    return str(rich_text({"type": "rich_text", "elements": list(parts)}, SEAT))


@pytest.mark.parametrize(
    ("piece", "html"),
    [
        (text("x", bold=True, italic=True), "<b><i>x</i></b>"),
        (text("x", code=True, strike=True), "<s><code>x</code></s>"),
        (text("a\n<b>"), "a<br>&lt;b&gt;"),
        ({"type": "user", "user_id": "U1"}, '<span class="mention mine" data-person="U1">@Choo</span>'),
        ({"type": "channel", "channel_id": "C1"}, '<a class="mention" href="#" data-channel="C1">#alerts</a>'),
        ({"type": "usergroup", "usergroup_id": "S1"}, '<span class="mention broadcast">@data-oncall</span>'),
        ({"type": "broadcast", "range": "here"}, '<span class="mention broadcast">@here</span>'),
        ({"type": "emoji", "name": "no_such_one"}, ":no_such_one:"),
        ({"type": "link", "url": "https://x.y"}, '<a href="https://x.y" target="_blank" rel="noopener noreferrer">https://x.y</a>'),
        ({"type": "date", "timestamp": "soon", "fallback": "at <noon>"}, "at &lt;noon&gt;"),
    ],
)  # fmt: skip
def test_pieces(piece: dict[str, Any], html: str) -> None:
    assert drawn(section(piece)) == f"<div>{html}</div>"


def test_a_date_is_shown_in_its_form() -> None:
    assert ">1970-01-01 00:01<" in drawn(section({"type": "date", "timestamp": 60, "format": "{date_num} {time}"}))


def test_lists_keep_their_depth_and_first_number() -> None:
    item = section(text("x"))
    shown = drawn(
        {"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [item]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [item]},
        {"type": "rich_text_list", "style": "bullet", "indent": 99, "elements": [item]},
    )
    assert shown == (
        '<ol class="indent-0" start="3"><li><div>x</div></li></ol>'
        '<ul class="indent-1"><li><div>x</div></li></ul><ul class="indent-4"><li><div>x</div></li></ul>'
    )


def test_quotes_and_code_have_their_own_boxes() -> None:
    shown = drawn(section(text("said"), kind="rich_text_quote"), section(text("a < b"), kind="rich_text_preformatted"))
    assert shown == "<blockquote>said</blockquote><pre>a &lt; b</pre>"
