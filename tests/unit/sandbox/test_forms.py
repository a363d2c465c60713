"""What people put into elements, and what Slack's own client does not let them send."""

from typing import Any

import pytest

from bot.sandbox import forms
from bot.sandbox.errors import NotPossible

Doc = dict[str, Any]

LOW: Doc = {"text": {"type": "plain_text", "text": "Low"}, "value": "low"}
HIGH: Doc = {"text": {"type": "plain_text", "text": "High"}, "value": "high"}
KNOWN = {"U0CHOO", "U0AIDIL", "C0DATAONCALL"}


def element(kind: str, **more: Any) -> Doc:
    return {"type": kind, "action_id": "a", **more}


def put(into: Doc, value: Any, offered: list[Doc] | None = None) -> Doc:
    return forms.filled(into, value, offered=offered or [], known=KNOWN)


@pytest.mark.parametrize(
    ("into", "value", "state"),
    [
        (element("plain_text_input"), "hello", {"value": "hello"}),
        (element("plain_text_input"), "", {"value": None}),
        (element("number_input"), "12", {"value": "12"}),
        (element("static_select", options=[LOW, HIGH]), "low", {"selected_option": LOW}),
        (
            element("static_select", option_groups=[{"options": [LOW]}, {"options": [HIGH]}]),
            "high",
            {"selected_option": HIGH},
        ),
        (element("static_select", options=[LOW]), None, {"selected_option": None}),
        (element("radio_buttons", options=[LOW, HIGH]), ["low"], {"selected_option": LOW}),
        (element("overflow", options=[LOW]), "low", {"selected_option": LOW}),
        (element("checkboxes", options=[LOW, HIGH]), ["high", "low"], {"selected_options": [HIGH, LOW]}),
        (element("checkboxes", options=[LOW, HIGH]), "low", {"selected_options": [LOW]}),
        (element("checkboxes", options=[LOW, HIGH]), [], {"selected_options": []}),
        (element("multi_static_select", options=[LOW, HIGH]), ["low"], {"selected_options": [LOW]}),
        (element("users_select"), "U0CHOO", {"selected_user": "U0CHOO"}),
        (element("multi_users_select"), ["U0CHOO", "U0AIDIL"], {"selected_users": ["U0CHOO", "U0AIDIL"]}),
        (element("channels_select"), "C0DATAONCALL", {"selected_channel": "C0DATAONCALL"}),
        (element("conversations_select"), "C0DATAONCALL", {"selected_conversation": "C0DATAONCALL"}),
        (element("datepicker"), "2026-01-12", {"selected_date": "2026-01-12"}),
        (element("timepicker"), "09:00", {"selected_time": "09:00"}),
        (element("datetimepicker"), "1768212000", {"selected_date_time": 1768212000}),
    ],
)
def test_an_element_keeps_what_was_put_in(into: Doc, value: Any, state: Doc) -> None:
    assert put(into, value) == {"type": into["type"], **state}


def test_what_is_read_back_is_what_was_put_in() -> None:
    for into, value in (
        (element("plain_text_input"), "x"),
        (element("static_select", options=[LOW]), "low"),
        (element("checkboxes", options=[LOW, HIGH]), ["low", "high"]),
        (element("multi_users_select"), ["U0CHOO"]),
        (element("datepicker"), "2026-01-12"),
    ):
        assert forms.plain(put(into, value)) == value


def test_an_external_select_takes_what_was_offered_or_was_there_at_first() -> None:
    assert put(element("external_select"), "low", [LOW])["selected_option"] == LOW
    assert put(element("external_select", initial_option=HIGH), "high")["selected_option"] == HIGH
    assert put(element("multi_external_select", initial_options=[LOW]), ["low"])["selected_options"] == [LOW]
    with pytest.raises(NotPossible, match="not among the choices"):
        put(element("external_select"), "low")


@pytest.mark.parametrize(
    ("into", "value", "why"),
    [
        (element("static_select", options=[LOW]), "medium", "not among the choices"),
        (element("checkboxes", options=[LOW]), ["low", "medium"], "not among the choices"),
        (element("users_select"), "U404", "not among the choices"),
        (element("multi_users_select"), ["U0CHOO", "U404"], "not among the choices"),
        (element("multi_users_select", max_selected_items=1), ["U0CHOO", "U0AIDIL"], "at most 1"),
        (element("datepicker"), "tomorrow", "is no date"),
        (element("timepicker"), "tea time", "is no time"),
        (element("datetimepicker"), "now", "is no seconds"),
    ],
)
def test_an_element_refuses_what_it_cannot_hold(into: Doc, value: Any, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        put(into, value)


def field(into: Doc, **more: Any) -> Doc:
    return {"type": "input", "block_id": "b", "label": {"text": "Label"}, "element": into, **more}


@pytest.mark.parametrize(
    ("block", "value", "complaint"),
    [
        (field(element("plain_text_input")), "", "Please complete this required field."),
        (field(element("plain_text_input"), optional=True), "", ""),
        (field(element("plain_text_input", min_length=3)), "ab", "Enter at least 3 characters."),
        (field(element("plain_text_input", max_length=3)), "abcd", "Enter at most 3 characters."),
        (field(element("plain_text_input")), "x" * 3001, "Enter at most 3000 characters."),
        (field(element("number_input", is_decimal_allowed=False)), "1.5", "Enter a whole number."),
        (field(element("number_input", is_decimal_allowed=True)), "1.5", ""),
        (field(element("number_input", is_decimal_allowed=True)), "many", "Enter a number."),
        (field(element("number_input", is_decimal_allowed=False, min_value="3")), "2", "Enter a number of at least 3."),
        (field(element("number_input", is_decimal_allowed=False, max_value="3")), "4", "Enter a number of at most 3."),
        (field(element("email_text_input")), "choo@example", "Enter a valid email address."),
        (field(element("email_text_input")), "choo@example.com", ""),
        (field(element("url_text_input")), "example.com", "Enter a valid URL."),
        (field(element("checkboxes", options=[LOW])), [], "Please complete this required field."),
    ],
)
def test_a_form_is_checked_before_it_is_sent(block: Doc, value: Any, complaint: str) -> None:
    state = forms.state_of([block], {"b": {"a": put(block["element"], value)}})
    assert forms.complaints([block], state) == ({"b": complaint} if complaint else {})


def test_the_state_begins_with_what_the_app_has_set() -> None:
    blocks = [
        {
            "type": "actions",
            "block_id": "one",
            "elements": [
                element("static_select", options=[LOW], initial_option=LOW),
                {"type": "button", "action_id": "go"},
                {"type": "multi_users_select", "action_id": "m"},
            ],
        },
        field(element("datepicker", initial_date="2026-01-12")),
    ]
    assert forms.state_of(blocks, {}) == {
        "one": {
            "a": {"type": "static_select", "selected_option": LOW},
            "m": {"type": "multi_users_select", "selected_users": []},
        },
        "b": {"a": {"type": "datepicker", "selected_date": "2026-01-12"}},
    }


def test_what_was_kept_for_another_kind_of_element_is_forgotten() -> None:
    kept = {"b": {"a": {"type": "plain_text_input", "value": "typed"}}}
    state = forms.state_of([field(element("datepicker"))], kept)
    assert state == {"b": {"a": {"type": "datepicker", "selected_date": None}}}


def test_an_element_is_found_by_its_ids_and_an_input_by_its_label() -> None:
    blocks = [
        {"type": "section", "block_id": "s", "accessory": element("button")},
        field(element("datepicker")),
    ]
    assert forms.find(blocks, "a")[0]["block_id"] == "s"
    assert forms.find(blocks, "a", "b")[0]["block_id"] == "b"
    for key in ("b", "a", "Label"):
        assert forms.find_input(blocks, key)[0]["block_id"] == "b"
    for key in ("s", "nothing"):
        with pytest.raises(NotPossible, match="no input"):
            forms.find_input(blocks, key)
    with pytest.raises(NotPossible, match="nothing called x"):
        forms.find(blocks, "x")
