"""Each block and element becomes the piece of page that it should."""

import re
from typing import Any

import pytest

from bot.sandbox.page.blocks import blocks
from bot.sandbox.page.elements import element
from bot.sandbox.page.seat import Seat
from bot.sandbox.page.surface import Surface
from tests.unit.page.test_mrkdwn import Tags

SEAT = Seat(viewer="U1", people={"U1": "Choo", "U2": "Aidil"}, channels={"C1": "alerts"})
EVIL = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>"


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def option(value: str, **more: Any) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value, **more}


def drawn(*found: dict[str, Any], **surface: Any) -> str:
    return str(blocks(list(found), Surface(SEAT, key="m", **surface)))


def control(value: dict[str, Any], **surface: Any) -> str:
    return str(element({"action_id": "act", **value}, "blk", Surface(SEAT, key="m", **surface)))


@pytest.mark.parametrize(
    ("block", "pieces"),
    [
        ({"type": "header", "text": plain("Good :tada:")}, ["<h3>Good 🎉</h3>"]),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}}, ['<div class="text"><b>x</b></div>']),
        ({"type": "section", "text": plain("*x*")}, ["*x*"]),
        ({"type": "section", "fields": [plain("a"), plain("b")]},
         ['<div class="field">a</div><div class="field">b</div>']),
        ({"type": "context", "elements": [plain("small")]}, ["<span>small</span>"]),
        ({"type": "divider"}, ["<hr>"]),
        ({"type": "image", "image_url": "https://x.y/p.png", "alt_text": "rows"},
         ['src="https://x.y/p.png"', 'alt="rows"', "<figure>"]),
        ({"type": "image", "slack_file": {"id": "F12AB"}, "alt_text": "rows", "title": plain("Rows")},
         ['src="/file/F12AB"', "<figcaption>Rows</figcaption>"]),
        ({"type": "image", "slack_file": {"url": "http://h/files-pri/T1-F77/x.png"}, "alt_text": "rows"},
         ['src="/file/F77"']),
        ({"type": "image", "image_url": "javascript:alert(1)", "alt_text": "rows"}, ['class="missing-picture">rows<']),
        ({"type": "markdown", "text": "**b** [x](https://x.y)"}, ["<strong>b</strong>", 'rel="noopener noreferrer"']),
        ({"type": "hologram"}, ["This page cannot show “hologram”."]),
        ({"type": "actions", "elements": [{"type": "lever", "action_id": "a"}]}, ["cannot show “lever”"]),
    ],
)  # fmt: skip
def test_blocks(block: dict[str, Any], pieces: list[str]) -> None:
    shown = drawn(block)
    for piece in pieces:
        assert piece in shown


def test_a_block_has_an_id_of_its_own_in_each_message() -> None:
    assert 'id="m-block-a-b"' in drawn({"type": "divider", "block_id": "a b"})
    assert 'id="m-block-block-1"' in drawn({"type": "divider"}, {"type": "divider"})


def test_a_table_has_a_head_aligned_columns_and_rich_cells() -> None:
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "ok",
            "style": {"bold": True}}]}]}  # fmt: skip
    raw = [{"type": "raw_text", "text": "Check"}, {"type": "raw_text", "text": "Seen"}]
    shown = drawn(
        {
            "type": "table",
            "column_settings": [{"is_wrapped": True}, {"align": "right"}],
            "rows": [raw, [{"type": "raw_text", "text": "<rows>"}, rich]],
        }
    )
    assert '<th class="wrapped">Check</th><th class="right">Seen</th>' in shown
    assert '<td class="wrapped">&lt;rows&gt;</td><td class="right"><div><b>ok</b></div></td>' in shown


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        ({"type": "button", "text": plain("Go"), "value": "7", "style": "danger"},
         ["<button", 'class="button danger"', 'data-value="7"', 'data-block="blk"', 'data-action="act"', ">Go<"]),
        ({"type": "button", "text": plain("Go"), "style": "evil x"}, ['class="button"']),
        ({"type": "button", "text": plain("Log"), "url": "https://x.y"},
         ["<a ", 'href="https://x.y"', 'data-element="button"']),
        ({"type": "button", "text": plain("Log"), "url": "javascript:alert(1)"}, ["<button"]),
        ({"type": "plain_text_input", "placeholder": plain("words"), "max_length": 20},
         ['type="text"', 'placeholder="words"', 'maxlength="20"']),
        ({"type": "plain_text_input", "multiline": True, "initial_value": "a\n<b>"},
         ["<textarea", ">a\n&lt;b&gt;</textarea>"]),
        ({"type": "number_input", "is_decimal_allowed": True}, ['inputmode="decimal"']),
        ({"type": "number_input", "is_decimal_allowed": False}, ['inputmode="numeric"']),
        ({"type": "email_text_input"}, ['type="email"']),
        ({"type": "url_text_input", "focus_on_load": True}, ['type="url"', "autofocus"]),
        ({"type": "datepicker", "initial_date": "2024-06-03"}, ['type="date"', 'value="2024-06-03"']),
        ({"type": "timepicker", "initial_time": "10:00"}, ['type="time"', 'value="10:00"']),
        ({"type": "datetimepicker", "initial_date_time": 1717401600},
         ['type="datetime-local"', 'data-instant="2024-06-03T08:00:00Z"']),
        ({"type": "static_select", "options": [option("low"), option("high")], "initial_option": option("high")},
         ['role="combobox"', '<span class="chosen" data-value="high">High</span>', 'data-value="low"']),
        ({"type": "static_select", "option_groups": [{"label": plain("Daily"), "options": [option("a")]}]},
         ['option-group-label">Daily', 'data-value="a"']),
        ({"type": "multi_static_select", "options": [option("a"), option("b")], "initial_options": [option("b")]},
         ["data-many", '<span class="chosen chip" data-value="b">B</span>']),
        ({"type": "external_select", "min_query_length": 0}, ["data-external", 'data-min-query="0"']),
        ({"type": "users_select", "initial_user": "U2"}, ['class="chosen" data-value="U2">Aidil<', 'data-value="U1"']),
        ({"type": "channels_select", "initial_channel": "C1"}, ['data-value="C1">#alerts<']),
        ({"type": "multi_conversations_select", "initial_conversations": ["C1", "U1"]}, ["#alerts", "Choo"]),
        ({"type": "overflow", "options": [option("mute", url="https://x.y")]},
         ['aria-haspopup="menu"', 'data-url="https://x.y"']),
        ({"type": "checkboxes", "initial_options": [option("b")],
          "options": [option("a", description=plain("more")), option("b")]},
         ['type="checkbox"', "<small>more</small>", 'checked value="b"', 'role="group"']),
        ({"type": "radio_buttons", "options": [option("a"), option("b")], "initial_option": option("a")},
         ['type="radio"', 'checked value="a"', 'role="radiogroup"']),
    ],
)  # fmt: skip
def test_elements(value: dict[str, Any], pieces: list[str]) -> None:
    shown = control(value)
    for piece in pieces:
        assert piece in shown


def test_a_confirm_dialog_travels_with_its_element() -> None:
    confirm = {"title": plain("Sure?"), "text": {"type": "mrkdwn", "text": "*All* of it"}, "confirm": plain("Yes!"),
               "deny": plain("No"), "style": "danger"}  # fmt: skip
    shown = control({"type": "button", "text": plain("Drop"), "confirm": confirm})
    assert '<template class="confirm">' in shown
    assert "<h2>Sure?</h2>" in shown
    assert "<b>All</b> of it" in shown
    assert re.search(r'class="button danger" value="yes">Yes!|class="button danger".*value="yes"', shown)


def test_an_input_has_a_label_a_hint_and_says_when_it_may_stay_empty() -> None:
    shown = drawn(
        {
            "type": "input",
            "block_id": "what",
            "label": plain("What?"),
            "hint": plain("One sentence."),
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    )
    target = re.search(r'<label for="([^"]+)"', shown)
    assert target
    assert f'id="{target[1]}"' in shown
    assert "(optional)" in shown
    assert '<p class="hint">One sentence.</p>' in shown


def test_an_error_stands_under_its_own_field() -> None:
    fields = [
        {
            "type": "input",
            "block_id": name,
            "label": plain(name),
            "element": {"type": "plain_text_input", "action_id": "x"},
        }
        for name in ("one", "two")
    ]
    first, second = drawn(*fields, errors={"two": "Too <short>."}).split('id="m-block-two"')
    assert "field-error" not in first
    assert 'role="alert"' in second
    assert "Too &lt;short&gt;." in second


@pytest.mark.parametrize(
    ("value", "state", "piece"),
    [
        ({"type": "plain_text_input", "initial_value": "old"}, {"type": "plain_text_input", "value": "new"},
         'value="new"'),
        ({"type": "static_select", "options": [option("a")]}, {"type": "static_select", "selected_option": option("a")},
         'class="chosen" data-value="a"'),
        ({"type": "users_select"}, {"type": "users_select", "selected_user": "U2"}, 'class="chosen" data-value="U2"'),
        ({"type": "datepicker"}, {"type": "datepicker", "selected_date": "2024-06-03"}, 'value="2024-06-03"'),
        ({"type": "plain_text_input", "initial_value": "old"}, {"type": "number_input", "value": "9"},
         'value="old"'),
    ],
)  # fmt: skip
def test_what_was_put_in_comes_back_after_a_reload(value: dict[str, Any], state: dict[str, Any], piece: str) -> None:
    block = {"type": "input", "block_id": "blk", "label": plain("x"), "element": {"action_id": "act", **value}}
    assert piece in drawn(block, values={"blk": {"act": state}})


INJECTED = [
    {"type": "header", "text": plain(EVIL)},
    {"type": "section", "block_id": EVIL, "text": {"type": "mrkdwn", "text": EVIL}, "fields": [plain(EVIL)]},
    {"type": "context", "elements": [{"type": "image", "image_url": f"https://x.y/{EVIL}", "alt_text": EVIL},
                                     plain(EVIL)]},
    {"type": "image", "image_url": EVIL, "alt_text": EVIL, "title": plain(EVIL)},
    {"type": "image", "slack_file": {"id": EVIL}, "alt_text": EVIL},
    {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]], "column_settings": [{"align": EVIL}]},
    {"type": "markdown",
     "text": f"{EVIL}\n\n[x](javascript:alert(1)) ![x](https://x.y/p.png) [y](data:text/html;base64,eA==)"},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": EVIL}, {"type": "link", "url": "javascript:alert(1)", "text": EVIL},
        {"type": "user", "user_id": EVIL}, {"type": "emoji", "name": EVIL}, {"type": "broadcast", "range": EVIL},
        {"type": "date", "timestamp": 1, "format": EVIL, "fallback": EVIL}]}]},
    {"type": EVIL},
    {"type": "actions", "block_id": EVIL, "elements": [
        {"type": "button", "action_id": EVIL, "value": EVIL, "text": plain(EVIL), "url": EVIL, "style": EVIL,
         "accessibility_label": EVIL, "confirm": {"title": plain(EVIL), "text": plain(EVIL)}},
        {"type": "static_select", "action_id": EVIL, "placeholder": plain(EVIL), "options": [
            {"text": plain(EVIL), "value": EVIL, "description": plain(EVIL), "url": EVIL}],
         "initial_option": {"text": plain(EVIL), "value": EVIL}},
        {"type": "checkboxes", "action_id": EVIL, "options": [{"text": plain(EVIL), "value": EVIL}]},
        {"type": "overflow", "action_id": EVIL,
         "options": [{"text": plain(EVIL), "value": EVIL, "url": "javascript:x"}]}]},
    {"type": "input", "block_id": EVIL, "label": plain(EVIL), "hint": plain(EVIL), "element": {
        "type": "plain_text_input", "action_id": EVIL, "initial_value": EVIL, "placeholder": plain(EVIL)}},
    {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input", "multiline": True, "action_id": "x",
                                                       "initial_value": "</textarea><script>alert(1)</script>"}},
]  # fmt: skip


@pytest.mark.parametrize("block", INJECTED, ids=lambda block: str(block["type"])[:12])
def test_no_payload_becomes_markup(block: dict[str, Any]) -> None:
    parser = Tags()
    parser.feed(drawn(block, errors={EVIL: EVIL}))
    assert parser.seen
    for name, attributes in parser.seen:
        assert name not in ("script", "iframe", "object", "style", "form", "base", "meta", "link")
        assert not any(key.startswith("on") or key == "style" for key in attributes)
        if name == "img":
            assert (attributes["src"] or "").startswith(("https://x.y/", "/file/F"))
        assert (attributes.get("href") or "#").startswith(("https://", "http://", "#", "/file/"))


@pytest.mark.parametrize(
    "odd",
    [None, "text", 7, {}, [None], ["x"], [[]], [{"type": None}], [{"type": "section"}],
     [{"type": "section", "text": 3}],
     [{"type": "actions", "elements": "x"}], [{"type": "table", "rows": [None, "x", [None, 3]]}], [{"type": "input"}],
     [{"type": "rich_text", "elements": [{"elements": [{"type": "text"}]}]}], [{"type": "context", "elements": [None]}],
     [{"type": "actions", "elements": [{"type": "static_select"}, {"type": "checkboxes", "options": [None, 3]}]}]],
)  # fmt: skip
def test_odd_payloads_are_drawn_as_far_as_they_make_sense(odd: Any) -> None:
    assert "Traceback" not in str(blocks(odd, Surface(SEAT)))


def test_quotes_lists_and_code_inside_markdown_end_at_a_depth() -> None:
    deep = drawn({"type": "markdown", "text": "> " * 400 + "x"})
    assert deep.count("<blockquote>") < 50
    assert "script" not in deep
