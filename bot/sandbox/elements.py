"""What Slack takes inside blocks: texts, options, buttons, selects, pickers, inputs, rich text."""

from bot.sandbox.shapes import (
    Complaints,
    Look,
    Rule,
    boolean,
    by_type,
    complain,
    exactly_one,
    integer,
    kind,
    many,
    matching,
    obj,
    one_of,
    string,
)
from bot.sandbox.store import Doc

ID = string(255)
URL = matching(r"(https?|slack)://\S{1,2990}|mailto:\S{1,2990}", "a valid URL of less than 3001 characters")
DATE = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date such as 2026-01-12")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "a time such as 10:00")


def plain(most: int) -> Rule:
    return kind("plain_text", {"text": string(most)}, {"emoji": boolean})


def text(most: int) -> Rule:
    mrkdwn = kind("mrkdwn", {"text": string(most)}, {"verbatim": boolean})
    return by_type({"plain_text": plain(most), "mrkdwn": mrkdwn})


CONFIRM = obj(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)


def _option(label: Rule, **more: Rule) -> Rule:
    return obj({"text": label, "value": string(150)}, {"description": label, **more})


OPTION = _option(plain(75))
_OPTION_RICH = _option(text(75))
_OPTION_URL = _option(plain(75), url=URL)
_GROUP = obj({"label": plain(75), "options": many(OPTION, 100)})
OPTION_GROUPS = many(_GROUP, 100)
OPTIONS = many(OPTION, 100, least=0)
"""What an app may offer for what was typed; nothing fits is an answer."""

_COMMON: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
_MENU = {**_COMMON, "placeholder": plain(150)}
_MULTI = {**_MENU, "max_selected_items": integer(1, 100)}


def _initial_among(value: Doc, where: str, found: Complaints) -> None:
    """An initial choice must be one of the choices, to the letter."""
    options = [
        *value.get("options", ()),
        *(each for group in value.get("option_groups", ()) for each in group["options"]),
    ]
    wanted = [value["initial_option"]] if "initial_option" in value else value.get("initial_options", [])
    if any(each not in options for each in wanted):
        complain(found, "initial_option must exactly match one of the options", where)


def _least_below_most(least: str, most: str) -> Look:
    def look(value: Doc, where: str, found: Complaints) -> None:
        if least in value and most in value and float(value[least]) > float(value[most]):
            complain(found, f"{least} must not be above {most}", where)

    return look


def _menus(what: str, single: str, several: str, **more: Rule) -> dict[str, Rule]:
    """A select of ids and its multi sister."""
    both = dict(more)
    both.pop("response_url_enabled", None)
    return {
        f"{what}_select": kind(f"{what}_select", {}, {**_MENU, single: string(40), **more}),
        f"multi_{what}_select": kind(
            f"multi_{what}_select", {}, {**_MULTI, several: many(string(40), 100, least=0), **both}
        ),
    }


_NUMBER = matching(r"-?\d+(\.\d+)?", "a number in a string")
_DISPATCH = obj(
    {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)},
)
_TYPED = {
    "action_id": ID,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": _DISPATCH,
}
_FILTER = obj(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_CHOICES: dict[str, Rule] = {"options": many(OPTION, 100), "option_groups": OPTION_GROUPS}
_BOXES = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}

IMAGE_SOURCE: dict[str, Rule] = {
    "image_url": URL,
    "slack_file": obj({}, {"id": ID, "url": URL}, exactly_one("id", "url")),
}
IMAGE = kind("image", {"alt_text": string(2000)}, IMAGE_SOURCE, exactly_one(*IMAGE_SOURCE))

ELEMENTS: dict[str, Rule] = {
    "button": kind(
        "button",
        {"text": plain(75)},
        {
            "action_id": ID,
            "url": URL,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": kind("overflow", {"options": many(_OPTION_URL, 5)}, {"action_id": ID, "confirm": CONFIRM}),
    "static_select": kind(
        "static_select",
        {},
        {**_MENU, **_CHOICES, "initial_option": OPTION},
        exactly_one("options", "option_groups"),
        _initial_among,
    ),
    "multi_static_select": kind(
        "multi_static_select",
        {},
        {**_MULTI, **_CHOICES, "initial_options": many(OPTION, 100)},
        exactly_one("options", "option_groups"),
        _initial_among,
    ),
    "external_select": kind(
        "external_select", {}, {**_MENU, "initial_option": OPTION, "min_query_length": integer(0, 100)}
    ),
    "multi_external_select": kind(
        "multi_external_select",
        {},
        {**_MULTI, "initial_options": many(OPTION, 100), "min_query_length": integer(0, 100)},
    ),
    **_menus("users", "initial_user", "initial_users"),
    **_menus("channels", "initial_channel", "initial_channels", response_url_enabled=boolean),
    **_menus(
        "conversations",
        "initial_conversation",
        "initial_conversations",
        response_url_enabled=boolean,
        default_to_current_conversation=boolean,
        filter=_FILTER,
    ),
    "checkboxes": kind(
        "checkboxes",
        {"options": many(_OPTION_RICH, 10)},
        {**_BOXES, "initial_options": many(_OPTION_RICH, 10)},
        _initial_among,
    ),
    "radio_buttons": kind(
        "radio_buttons",
        {"options": many(_OPTION_RICH, 10)},
        {**_BOXES, "initial_option": _OPTION_RICH},
        _initial_among,
    ),
    "datepicker": kind("datepicker", {}, {**_MENU, "initial_date": DATE}),
    "timepicker": kind("timepicker", {}, {**_MENU, "initial_time": TIME, "timezone": string(60)}),
    "datetimepicker": kind("datetimepicker", {}, {**_BOXES, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "plain_text_input": kind(
        "plain_text_input",
        {},
        {
            **_TYPED,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _least_below_most("min_length", "max_length"),
    ),
    "number_input": kind(
        "number_input",
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        _least_below_most("min_value", "max_value"),
    ),
    "email_text_input": kind("email_text_input", {}, {**_TYPED, "initial_value": string(3000, least=0)}),
    "url_text_input": kind("url_text_input", {}, {**_TYPED, "initial_value": string(3000, least=0)}),
    "image": IMAGE,
}

_PICKERS = ("datepicker", "timepicker", "datetimepicker")
_SELECTS = ("static_select", "external_select", "users_select", "channels_select", "conversations_select")
_MULTIS = tuple(f"multi_{each}" for each in _SELECTS)
_TYPING = ("plain_text_input", "number_input", "email_text_input", "url_text_input")

IN_SECTION = by_type(
    ELEMENTS,
    ("button", "overflow", "datepicker", "timepicker", *_SELECTS, *_MULTIS, "checkboxes", "radio_buttons", "image"),
)
IN_ACTIONS = by_type(ELEMENTS, ("button", "overflow", *_PICKERS, *_SELECTS, "checkboxes", "radio_buttons"))
IN_INPUT = by_type(ELEMENTS, (*_TYPING, *_PICKERS, *_SELECTS, *_MULTIS, "checkboxes", "radio_buttons"))
IN_CONTEXT = by_type({"image": IMAGE, "plain_text": plain(3000), "mrkdwn": text(3000)})
