"""What Slack takes and what it refuses, as a table of cases."""

from typing import Any

import pytest

from bot.sandbox.errors import Refused
from bot.sandbox.rules import check_message, check_metadata, check_offer, check_view

Doc = dict[str, Any]


def plain(text: str = "x") -> Doc:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Doc:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Doc:
    return {"type": "button", "text": plain(), "action_id": "go", **more}


def actions(*elements: Doc) -> Doc:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Doc:
    return {"type": "section", "text": mrkdwn(), **more}


def options(count: int, **more: Any) -> list[Doc]:
    return [{"text": plain(), "value": str(number), **more} for number in range(count)]


def select(**more: Any) -> Doc:
    return {"type": "static_select", "action_id": "pick", **more}


def field(element: Doc, **more: Any) -> Doc:
    return {"type": "input", "label": plain(), "element": element, **more}


def table(rows: int, cells: int, **more: Any) -> Doc:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows, **more}


def image(**more: Any) -> Doc:
    return {"type": "image", "alt_text": "x", **more}


def confirm(**more: Any) -> Doc:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


TEXT_INPUT: Doc = {"type": "plain_text_input", "action_id": "text"}
NUMBER: Doc = {"type": "number_input", "action_id": "n", "is_decimal_allowed": True}

TAKEN: dict[str, list[Doc]] = {
    "50 blocks": [{"type": "divider"}] * 50,
    "section of 3000": [section(text=mrkdwn("x" * 3000))],
    "ten fields of 2000": [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    "header of 150": [{"type": "header", "text": plain("x" * 150)}],
    "ten in a context": [
        {"type": "context", "elements": [mrkdwn(), plain(), image(image_url="https://x.example/a")] * 3}
    ],
    "25 actions": [actions(*(button(action_id=str(number)) for number in range(25)))],
    "button at its limits": [
        actions(button(text=plain("x" * 75), value="x" * 2000, url="https://x.example/" + "y" * 900))
    ],
    "confirm at its limits": [
        actions(
            button(
                confirm=confirm(
                    title=plain("x" * 100), text=mrkdwn("x" * 300), confirm=plain("x" * 30), deny=plain("x" * 30)
                )
            )
        )
    ],
    "100 options": [actions(select(options=options(100), initial_option=options(1)[0]))],
    "groups": [actions(select(option_groups=[{"label": plain(), "options": options(3)}]))],
    "overflow of 5": [section(accessory={"type": "overflow", "action_id": "o", "options": options(5)})],
    "ten boxes": [actions({"type": "checkboxes", "action_id": "c", "options": options(10)})],
    "mrkdwn in boxes": [
        actions({"type": "checkboxes", "action_id": "c", "options": [{"text": mrkdwn(), "value": "1"}]})
    ],
    "multi in a section": [section(accessory={"type": "multi_users_select", "action_id": "m"})],
    "pickers": [
        actions(
            {"type": "datepicker", "action_id": "d", "initial_date": "2026-01-12"},
            {"type": "timepicker", "action_id": "t", "initial_time": "23:59"},
            {"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1768212000},
        )
    ],
    "input in a message": [field(TEXT_INPUT, dispatch_action=True, optional=True, hint=plain())],
    "image by address": [image(image_url="https://x.example/a.png", title=plain(), block_id="i")],
    "image by file": [image(slack_file={"id": "F1"})],
    "table of 100 x 20": [table(100, 20, column_settings=[{"align": "right", "is_wrapped": True}, None])],
    "markdown of 12000": [{"type": "markdown", "text": "x" * 6000}] * 2,
    "rich text": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "x", "style": {"bold": True}},
                        {"type": "user", "user_id": "U1"},
                        {"type": "link", "url": "https://x.example"},
                        {"type": "emoji", "name": "eyes"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "indent": 1,
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "x"}]},
            ],
        }
    ],
}

REFUSED: dict[str, tuple[list[Any], str]] = {
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "unknown block": ([{"type": "carousel3d"}], "unsupported type: carousel3d [json-pointer:/blocks/0/type]"),
    "block without a type": ([{}], "unsupported type: None [json-pointer:/blocks/0/type]"),
    "block that is a word": (["divider"], "must provide an object [json-pointer:/blocks/0]"),
    "unknown property": ([{"type": "divider", "colour": "red"}], "invalid additional property: colour"),
    "explicit null": ([section(accessory=None)], "must provide an object [json-pointer:/blocks/0/accessory]"),
    "null text": ([{"type": "header", "text": None}], "must provide an object [json-pointer:/blocks/0/text]"),
    "null id": ([{"type": "divider", "block_id": None}], "must be a string [json-pointer:/blocks/0/block_id]"),
    "long block_id": ([{"type": "divider", "block_id": "x" * 256}], "must be less than 256 characters"),
    "block_id twice": ([{"type": "divider", "block_id": "a"}] * 2, "block_id must be unique [json-pointer:/blocks]"),
    "section of 3001": ([section(text=mrkdwn("x" * 3001))], "must be less than 3001 characters"),
    "empty section text": ([section(text=mrkdwn(""))], "must be more than 0 characters"),
    "section of nothing": ([{"type": "section"}], "must have at least one of text, fields"),
    "eleven fields": ([{"type": "section", "fields": [mrkdwn()] * 11}], "no more than 10 items allowed"),
    "field of 2001": ([{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "must be less than 2001 characters"),
    "section with a text input": ([section(accessory=TEXT_INPUT)], "unsupported type: plain_text_input"),
    "plain text with verbatim": (
        [section(text={**plain(), "verbatim": True})],
        "invalid additional property: verbatim",
    ),
    "mrkdwn with emoji": ([section(text={**mrkdwn(), "emoji": True})], "invalid additional property: emoji"),
    "header of 151": ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    "header in mrkdwn": ([{"type": "header", "text": mrkdwn()}], "must be a valid enum value: plain_text"),
    "eleven in a context": ([{"type": "context", "elements": [mrkdwn()] * 11}], "no more than 10 items allowed"),
    "empty context": ([{"type": "context", "elements": []}], "must have at least 1 items"),
    "26 actions": ([actions(*(button(action_id=str(n)) for n in range(26)))], "no more than 25 items allowed"),
    "multi in actions": ([actions({"type": "multi_users_select", "action_id": "m"})], "unsupported type"),
    "action_id twice": ([actions(button(), button())], "action_id must be unique within its block"),
    "long action_id": ([actions(button(action_id="x" * 256))], "must be less than 256 characters"),
    "button of 76": ([actions(button(text=plain("x" * 76)))], "must be less than 76 characters"),
    "button in mrkdwn": ([actions(button(text=mrkdwn()))], "must be a valid enum value: plain_text"),
    "button value of 2001": ([actions(button(value="x" * 2001))], "must be less than 2001 characters"),
    "button with a script": ([actions(button(url="javascript:alert(1)"))], "must be a valid URL"),
    "button in blue": ([actions(button(style="blue"))], "must be a valid enum value: primary, danger"),
    "button without text": ([actions({"type": "button", "action_id": "a"})], "missing required field: text"),
    "confirm without deny": (
        [actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain()}))],
        "missing required field: deny",
    ),
    "confirm text of 301": ([actions(button(confirm=confirm(text=mrkdwn("x" * 301))))], "must be less than 301"),
    "confirm title of 101": ([actions(button(confirm=confirm(title=plain("x" * 101))))], "must be less than 101"),
    "confirm button of 31": ([actions(button(confirm=confirm(confirm=plain("x" * 31))))], "must be less than 31"),
    "101 options": ([actions(select(options=options(101)))], "no more than 100 items allowed"),
    "no options": ([actions(select(options=[]))], "must have at least 1 items"),
    "options and groups": (
        [actions(select(options=options(1), option_groups=[{"label": plain(), "options": options(1)}]))],
        "must have exactly one of options, option_groups",
    ),
    "option value of 151": (
        [actions(select(options=[{"text": plain(), "value": "x" * 151}]))],
        "must be less than 151 characters",
    ),
    "option text of 76": (
        [actions(select(options=[{"text": plain("x" * 76), "value": "1"}]))],
        "must be less than 76 characters",
    ),
    "option in mrkdwn": (
        [actions(select(options=[{"text": mrkdwn(), "value": "1"}]))],
        "must be a valid enum value: plain_text",
    ),
    "initial option from elsewhere": (
        [actions(select(options=options(2), initial_option={"text": plain("other"), "value": "0"}))],
        "initial_option must exactly match one of the options",
    ),
    "placeholder of 151": (
        [actions(select(options=options(1), placeholder=plain("x" * 151)))],
        "must be less than 151 characters",
    ),
    "overflow of 6": ([actions({"type": "overflow", "action_id": "o", "options": options(6)})], "no more than 5 items"),
    "eleven boxes": ([actions({"type": "checkboxes", "action_id": "c", "options": options(11)})], "no more than 10"),
    "boxes with a placeholder": (
        [actions({"type": "checkboxes", "action_id": "c", "options": options(1), "placeholder": plain()})],
        "invalid additional property: placeholder",
    ),
    "date in words": ([actions({"type": "datepicker", "action_id": "d", "initial_date": "today"})], "must be a date"),
    "25 o'clock": ([actions({"type": "timepicker", "action_id": "t", "initial_time": "25:00"})], "must be a time"),
    "image of nothing": ([image()], "must have exactly one of image_url, slack_file"),
    "image of two": ([image(image_url="https://x.example", slack_file={"id": "F1"})], "must have exactly one of"),
    "image without words": ([{"type": "image", "image_url": "https://x.example"}], "missing required field: alt_text"),
    "image of an unknown file": ([image(slack_file={"id": "F404"})], "invalid slack file"),
    "alt text of 2001": ([image(image_url="https://x.example", alt_text="x" * 2001)], "must be less than 2001"),
    "label of 2001": ([field(TEXT_INPUT, label=plain("x" * 2001))], "must be less than 2001 characters"),
    "button in an input": ([field(button())], "unsupported type: button"),
    "text input of 3001": ([field({**TEXT_INPUT, "max_length": 3001})], "must be between 1 and 3000"),
    "least above most": ([field({**TEXT_INPUT, "min_length": 9, "max_length": 3})], "min_length must not be above"),
    "number that is one": ([field({**NUMBER, "min_value": 1})], "must be a number in a string"),
    "numbers upside down": ([field({**NUMBER, "min_value": "9", "max_value": "3"})], "min_value must not be above"),
    "two with the focus": (
        [field({**TEXT_INPUT, "focus_on_load": True}), field({**TEXT_INPUT, "focus_on_load": True})],
        "only one element may have focus_on_load",
    ),
    "101 rows": ([table(101, 1)], "no more than 100 items allowed"),
    "21 cells": ([table(1, 21)], "no more than 20 items allowed"),
    "two tables": ([table(1, 1)] * 2, "only_one_table_allowed"),
    "column from the top": ([table(1, 1, column_settings=[{"align": "top"}])], "must be a valid enum value: left"),
    "12001 of markdown": (
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "less than 12001 characters together",
    ),
    "rich text of unknown parts": ([{"type": "rich_text", "elements": [{"type": "rich_poem"}]}], "unsupported type"),
    "rich text in sparkle": (
        [
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "x", "style": {"sparkle": True}}],
                    }
                ],
            }
        ],
        "invalid additional property: sparkle",
    ),
}


def knows_file(file_id: str) -> bool:
    return file_id == "F1"


@pytest.mark.parametrize("name", TAKEN)
def test_a_message_takes(name: str) -> None:
    assert check_message("text", TAKEN[name], knows_file=knows_file) == ("text", TAKEN[name])


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_refuses(name: str) -> None:
    blocks, complaint = REFUSED[name]
    with pytest.raises(Refused) as caught:
        check_message("text", blocks, knows_file=knows_file)
    messages = caught.value.more["response_metadata"]["messages"]
    assert caught.value.error == "invalid_blocks"
    assert len(messages) == 1, "one fault, one complaint"
    assert messages[0].startswith("[ERROR] ")
    assert complaint in messages[0]


def test_every_fault_is_named_with_its_place() -> None:
    blocks = [section(text=mrkdwn("")), {"type": "nope"}, {"type": "divider", "a": 1}]
    with pytest.raises(Refused) as caught:
        check_message("x", blocks, knows_file=knows_file)
    places = [each.rpartition("json-pointer:")[2] for each in caught.value.more["response_metadata"]["messages"]]
    assert places == ["/blocks/0/text/text]", "/blocks/1/type]", "/blocks/2]"]
    assert not caught.value.more["errors"][0].startswith("[ERROR]")


@pytest.mark.parametrize(
    ("text", "blocks", "error"),
    [
        ("", [], "no_text"),
        (None, None, "no_text"),
        ("x", {"type": "divider"}, "invalid_blocks_format"),
        (7, None, "invalid_arguments"),
    ],
)
def test_a_message_is_text_or_a_list_of_blocks(text: Any, blocks: Any, error: str) -> None:
    with pytest.raises(Refused, match=error):
        check_message(text, blocks, knows_file=knows_file)


def modal(**more: Any) -> Doc:
    return {"type": "modal", "title": plain(), "blocks": [], **more}


def home(**more: Any) -> Doc:
    return {"type": "home", "blocks": [], **more}


@pytest.mark.parametrize(
    "view",
    [
        modal(title=plain("x" * 24), submit=plain("x" * 24), close=plain("x" * 24)),
        modal(blocks=[{"type": "divider"}] * 100),
        modal(blocks=[field(TEXT_INPUT)], submit=plain(), private_metadata="x" * 3000, callback_id="x" * 255),
        modal(notify_on_close=True, clear_on_close=True, external_id="x" * 255),
        home(blocks=[section(accessory=button())], private_metadata="", callback_id="h"),
    ],
)
def test_a_view_takes(view: Doc) -> None:
    assert check_view(view, ("modal", "home"), knows_file=knows_file) == view


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (modal(title=mrkdwn()), "must be a valid enum value: plain_text"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        (modal(blocks=[field(TEXT_INPUT)]), "missing required field: submit [json-pointer:/view]"),
        (modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(blocks=[table(1, 1)]), "unsupported type: table"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "unsupported type: markdown"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters"),
        (modal(callback_id="x" * 256), "must be less than 256 characters"),
        (modal(title=None), "must provide an object [json-pointer:/view/title]"),
        (home(title=plain()), "invalid additional property: title"),
        (home(submit=plain()), "invalid additional property: submit"),
        ({"type": "window"}, "unsupported type: window [json-pointer:/view/type]"),
        (None, "must provide an object [json-pointer:/view]"),
    ],
)
def test_a_view_refuses(view: Any, complaint: str) -> None:
    with pytest.raises(Refused, match="invalid_arguments") as caught:
        check_view(view, ("modal", "home"), knows_file=knows_file)
    assert complaint in caught.value.more["response_metadata"]["messages"][0]


def test_a_home_is_no_modal() -> None:
    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(home(), ("modal",), knows_file=knows_file)


def test_a_view_of_more_than_250_kilobytes_is_too_large() -> None:
    blocks = [section(text=mrkdwn("x" * 3000)) for _ in range(90)]
    with pytest.raises(Refused, match="view_too_large"):
        check_view(home(blocks=blocks), ("home",), knows_file=knows_file)


@pytest.mark.parametrize("metadata", [{}, {"event_type": "run", "event_payload": {"id": 7}}])
def test_metadata_is_taken(metadata: Doc) -> None:
    assert check_metadata(metadata) == metadata


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        "x",
        {"event_type": "run"},
        {"event_type": "run", "event_payload": []},
        {"event_type": "run", "event_payload": {}, "more": 1},
    ],
)
def test_metadata_is_refused(metadata: Any) -> None:
    with pytest.raises(Refused, match="invalid_metadata_format"):
        check_metadata(metadata)


def test_an_offer_has_options_or_groups_of_them() -> None:
    assert check_offer({"options": options(100)}) == (options(100), [])
    assert check_offer({"options": []}) == ([], [])
    groups = [{"label": plain(), "options": options(2)}]
    assert check_offer({"option_groups": groups}) == ([], groups)
    for offer in ({"options": options(101)}, {}, None, {"options": options(1), "option_groups": groups}):
        with pytest.raises(Refused, match="invalid_arguments"):
            check_offer(offer)
