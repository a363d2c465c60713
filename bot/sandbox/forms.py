"""What people put into blocks: which elements there are, what stands in them, what Slack's own client refuses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from bot.sandbox.errors import NotPossible
from bot.sandbox.store import Doc


@dataclass(frozen=True)
class _Holds:
    """How an element keeps its content: under which key of the state, set at first by which property, of which kind."""

    key: str
    initial: str
    kind: str


_HOLDS = {
    "plain_text_input": _Holds("value", "initial_value", "text"),
    "number_input": _Holds("value", "initial_value", "text"),
    "email_text_input": _Holds("value", "initial_value", "text"),
    "url_text_input": _Holds("value", "initial_value", "text"),
    "static_select": _Holds("selected_option", "initial_option", "option"),
    "external_select": _Holds("selected_option", "initial_option", "option"),
    "radio_buttons": _Holds("selected_option", "initial_option", "option"),
    "overflow": _Holds("selected_option", "", "option"),
    "multi_static_select": _Holds("selected_options", "initial_options", "options"),
    "multi_external_select": _Holds("selected_options", "initial_options", "options"),
    "checkboxes": _Holds("selected_options", "initial_options", "options"),
    "users_select": _Holds("selected_user", "initial_user", "id"),
    "channels_select": _Holds("selected_channel", "initial_channel", "id"),
    "conversations_select": _Holds("selected_conversation", "initial_conversation", "id"),
    "multi_users_select": _Holds("selected_users", "initial_users", "ids"),
    "multi_channels_select": _Holds("selected_channels", "initial_channels", "ids"),
    "multi_conversations_select": _Holds("selected_conversations", "initial_conversations", "ids"),
    "datepicker": _Holds("selected_date", "initial_date", "date"),
    "timepicker": _Holds("selected_time", "initial_time", "time"),
    "datetimepicker": _Holds("selected_date_time", "initial_date_time", "seconds"),
}
_MANY = ("options", "ids")
_LOOKS_RIGHT = {
    "number_input": (re.compile(r"-?\d+(\.\d+)?"), "Enter a number."),
    "email_text_input": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Enter a valid email address."),
    "url_text_input": (re.compile(r"https?://\S+"), "Enter a valid URL."),
}


def elements(blocks: list[Doc]) -> Iterator[tuple[Doc, Doc]]:
    """Yield (block, element) for all that a person can use."""
    for block in blocks:
        held = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            held = block["elements"]
        for element in held:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def find(blocks: list[Doc], action_id: str, block_id: str | None = None) -> tuple[Doc, Doc]:
    """Raises: NotPossible: nothing there has this action id."""
    for block, element in elements(blocks):
        if element["action_id"] == action_id and block_id in (None, "", block["block_id"]):
            return block, element
    raise NotPossible("no_such_element", f"There is nothing called {action_id} here to use.")


def find_input(blocks: list[Doc], key: str) -> tuple[Doc, Doc]:
    """Return the element whose block id, action id or label is *key*. Raises: NotPossible."""
    for block, element in elements(blocks):
        label = block.get("label", {}).get("text")
        if element["type"] in _HOLDS and key in (block["block_id"], element["action_id"], label):
            return block, element
    raise NotPossible("no_such_element", f"There is no input {key!r} here.")


def holds_state(element: Doc) -> bool:
    return element["type"] in _HOLDS and element["type"] != "overflow"


def state_of(blocks: list[Doc], kept: dict[str, Doc]) -> dict[str, Doc]:
    """Return `state.values`: block id -> action id -> what stands there, put in by the person or by the app."""
    state: dict[str, Doc] = {}
    for block, element in elements(blocks):
        if holds_state(element):
            now = kept.get(block["block_id"], {}).get(element["action_id"])
            if now is None or now["type"] != element["type"]:
                now = initial(element)
            state.setdefault(block["block_id"], {})[element["action_id"]] = now
    return state


def initial(element: Doc) -> Doc:
    holds = _HOLDS[element["type"]]
    nothing: Any = [] if holds.kind in _MANY else None
    return {"type": element["type"], holds.key: element.get(holds.initial, nothing)}


def plain(state: Doc) -> Any:
    """Return a state value as people give it: a string, a list of strings, or None."""
    holds = _HOLDS[state["type"]]
    content = state.get(holds.key)
    if holds.kind == "option":
        return content["value"] if content else None
    if holds.kind == "options":
        return [each["value"] for each in content or ()]
    return content


def filled(element: Doc, value: Any, *, offered: list[Doc], known: set[str]) -> Doc:
    """
    Return the state value after the person has put *value* in.

    Args:
        offered: options that the app offered for what was typed, for external selects.
        known: ids that exist, for users, channels and conversations.
    Raises: NotPossible: it is not among the choices, or not of the kind.
    """
    holds = _HOLDS[element["type"]]
    many = holds.kind in _MANY
    if many:
        value = [value] if isinstance(value, str) else list(value or ())
    elif isinstance(value, list):
        value = value[0] if value else None
    if holds.kind in ("option", "options"):
        choices = {each["value"]: each for each in [*_options(element), *offered]}
        content: Any = [_pick(choices, each) for each in value] if many else value and _pick(choices, value)
    elif holds.kind in ("id", "ids"):
        for each in value if many else [value] if value else []:
            _pick({key: key for key in known}, each)
        content = value
    else:
        content = _scalar(holds.kind, value)
    limit = element.get("max_selected_items")
    if many and limit and len(content) > limit:
        raise NotPossible("too_many", f"Choose at most {limit}.")
    return {"type": element["type"], holds.key: content or ([] if many else None)}


def complaints(blocks: list[Doc], state: dict[str, Doc]) -> dict[str, str]:
    """Return block id -> what Slack's client says when the form is sent like this; empty when it may be sent."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            text = _complaint(element, plain(state[block["block_id"]][element["action_id"]]), block.get("optional"))
            if text:
                found[block["block_id"]] = text
    return found


def _complaint(element: Doc, content: Any, optional: bool | None) -> str:
    if content in (None, "", []):
        return "" if optional else "Please complete this required field."
    if element["type"] in _LOOKS_RIGHT:
        pattern, text = _LOOKS_RIGHT[element["type"]]
        if not pattern.fullmatch(content):
            return text
    if element["type"] == "number_input":
        return _number_complaint(element, content)
    if element["type"] == "plain_text_input":
        if len(content) < element.get("min_length", 0):
            return f"Enter at least {element['min_length']} characters."
        if len(content) > element.get("max_length", 3000):
            return f"Enter at most {element.get('max_length', 3000)} characters."
    return ""


def _number_complaint(element: Doc, content: str) -> str:
    if not element["is_decimal_allowed"] and "." in content:
        return "Enter a whole number."
    if "min_value" in element and float(content) < float(element["min_value"]):
        return f"Enter a number of at least {element['min_value']}."
    if "max_value" in element and float(content) > float(element["max_value"]):
        return f"Enter a number of at most {element['max_value']}."
    return ""


def _options(element: Doc) -> list[Doc]:
    groups = [group["options"] for group in element.get("option_groups", ())]
    initial = [*element.get("initial_options", ()), element.get("initial_option")]
    return [*element.get("options", ()), *(each for group in groups for each in group), *filter(None, initial)]


def _pick(choices: dict[str, Any], value: Any) -> Any:
    if value not in choices:
        raise NotPossible("no_such_option", f"{value!r} is not among the choices.")
    return choices[value]


def _scalar(kind: str, value: Any) -> Any:
    try:
        if value in (None, ""):
            return None
        if kind == "date":
            return date.fromisoformat(value).isoformat()
        if kind == "time":
            return time.fromisoformat(value).strftime("%H:%M")
        return int(value) if kind == "seconds" else str(value)
    except (TypeError, ValueError):
        raise NotPossible("not_readable", f"{value!r} is no {kind}.") from None
