"""Buttons and typed inputs of Block Kit; what offers choices is in `choices.py`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from markupsafe import Markup

from bot.sandbox.page.choices import checkboxes, overflow, picker, radio_buttons
from bot.sandbox.page.html import tag, web_url
from bot.sandbox.page.surface import Json, Surface, confirmation, text_of, words_of

Draw = Callable[[Json, str, Surface], Markup]


def element(value: object, block_id: str, surface: Surface) -> Markup:
    """Return one interactive element; a kind that is not known says so instead of vanishing."""
    if not isinstance(value, Mapping):
        return Markup("")
    draw = ELEMENTS.get(str(value.get("type")))
    if draw is None:
        return tag("span", f"This page cannot show “{value.get('type')}”.", class_="unknown")
    return draw(value, block_id, surface)


def button(value: Json, block_id: str, surface: Surface) -> Markup:
    style = str(value.get("style") or "")
    href = web_url(value.get("url"))
    return tag(
        "a" if href else "button",
        text_of(value.get("text"), surface.seat),
        confirmation(value.get("confirm"), surface.seat),
        class_=f"button {style}" if style in ("primary", "danger") else "button",
        id=surface.id_of(block_id, value.get("action_id")),
        type=None if href else "button",
        href=href,
        target="_blank" if href else None,
        rel="noopener noreferrer" if href else None,
        aria_label=value.get("accessibility_label"),
        data_element="button",
        data_block=block_id,
        data_action=value.get("action_id"),
        data_value=value.get("value"),
    )


def plain_text_input(value: Json, block_id: str, surface: Surface) -> Markup:
    common = _typed(value, block_id, surface) | {
        "minlength": value.get("min_length"),
        "maxlength": value.get("max_length") or 3000,
    }
    words = str(value.get("initial_value") or "")
    if value.get("multiline"):
        return tag("textarea", words, rows=4, **common)
    return tag("input", type="text", value=words, **common)


def number_input(value: Json, block_id: str, surface: Surface) -> Markup:
    mode = "decimal" if value.get("is_decimal_allowed") else "numeric"
    return tag(
        "input",
        type="text",
        inputmode=mode,
        value=value.get("initial_value"),
        **_typed(value, block_id, surface),
    )


def address_input(value: Json, block_id: str, surface: Surface) -> Markup:
    kind = "email" if value.get("type") == "email_text_input" else "url"
    return tag("input", type=kind, value=value.get("initial_value"), **_typed(value, block_id, surface))


def day_input(value: Json, block_id: str, surface: Surface) -> Markup:
    kind, initial = ("date", "initial_date") if value.get("type") == "datepicker" else ("time", "initial_time")
    return _moment(kind, value.get(initial), value, block_id, surface)


def instant_input(value: Json, block_id: str, surface: Surface) -> Markup:
    seconds = value.get("initial_date_time")
    at = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None
    return _moment("datetime-local", at, value, block_id, surface)


def _moment(kind: str, initial: object, value: Json, block_id: str, surface: Surface) -> Markup:
    """The script turns an instant into the browser's zone, which only the browser knows."""
    at = str(initial) if initial else None
    local = kind != "datetime-local"
    field = tag(
        "input",
        type=kind,
        value=at if local else None,
        data_instant=None if local else at,
        **_typed(value, block_id, surface),
    )
    asked = confirmation(value.get("confirm"), surface.seat)
    return tag("span", field, asked, class_="moment") if asked else field


def _typed(value: Json, block_id: str, surface: Surface) -> dict[str, str | int | bool | None]:
    config = value.get("dispatch_action_config")
    triggers = config.get("trigger_actions_on") if isinstance(config, Mapping) else None
    return {
        "class_": "input",
        "id": surface.id_of(block_id, value.get("action_id")),
        "placeholder": words_of(value.get("placeholder")) or None,
        "autofocus": bool(value.get("focus_on_load")),
        "autocomplete": "off",
        "data_element": str(value.get("type")),
        "data_block": block_id,
        "data_action": value.get("action_id"),
        "data_triggers": " ".join(str(trigger) for trigger in triggers) if isinstance(triggers, list) else None,
    }


ELEMENTS: Mapping[str, Draw] = {
    "button": button,
    "workflow_button": button,
    "plain_text_input": plain_text_input,
    "number_input": number_input,
    "email_text_input": address_input,
    "url_text_input": address_input,
    "datepicker": day_input,
    "timepicker": day_input,
    "datetimepicker": instant_input,
    "checkboxes": checkboxes,
    "radio_buttons": radio_buttons,
    "overflow": overflow,
    **{
        f"{many}{source}_select": picker
        for many in ("", "multi_")
        for source in ("static", "external", "users", "conversations", "channels")
    },
}
