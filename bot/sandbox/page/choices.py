"""Block Kit's elements that offer choices: selects, overflow menus, check boxes and radio buttons."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from bot.sandbox.page.html import joined, tag, web_url
from bot.sandbox.page.surface import Json, Surface, confirmation, listed, text_of, words_of


def picker(value: Json, block_id: str, surface: Surface) -> Markup:
    """
    Return a select: a button with the choice, and the options in a template from which the script opens a list.

    What is chosen stands in the page as `.chosen` elements with `data-value`, so it is read back from there.
    """
    kind = str(value.get("type"))
    many = kind.startswith("multi_")
    source = kind.removeprefix("multi_").removesuffix("_select")
    placeholder = words_of(value.get("placeholder")) or ("Choose options" if many else "Choose an option")
    chosen = joined(_chosen(option, many, surface) for option in _initial(value, source, many, surface))
    return tag(
        "div",
        tag("span", chosen, class_="picker-chosen"),
        tag("span", placeholder, class_="picker-placeholder"),
        tag("span", class_="picker-arrow", aria_hidden="true"),
        tag("template", _options(value, source, surface), class_="options"),
        confirmation(value.get("confirm"), surface.seat),
        class_="picker many" if many else "picker",
        id=surface.id_of(block_id, value.get("action_id")),
        role="combobox",
        tabindex=0,
        aria_haspopup="listbox",
        aria_expanded="false",
        aria_label=placeholder,
        data_element=kind,
        data_block=block_id,
        data_action=value.get("action_id"),
        data_many=many,
        data_external=source == "external",
        data_min_query=value.get("min_query_length", 3) if source == "external" else None,
        data_most=value.get("max_selected_items"),
    )


def overflow(value: Json, block_id: str, surface: Surface) -> Markup:
    """Return the menu behind three dots."""
    return tag(
        "button",
        tag("span", "⋯", aria_hidden="true"),
        tag("template", joined(_option(option, surface) for option in listed(value.get("options"))), class_="options"),
        confirmation(value.get("confirm"), surface.seat),
        type="button",
        class_="button overflow",
        id=surface.id_of(block_id, value.get("action_id")),
        aria_label="More actions",
        aria_haspopup="menu",
        aria_expanded="false",
        data_element="overflow",
        data_block=block_id,
        data_action=value.get("action_id"),
    )


def checkboxes(value: Json, block_id: str, surface: Surface) -> Markup:
    initial = [_value(option) for option in listed(value.get("initial_options"))]
    return _boxes("checkbox", initial, value, block_id, surface)


def radio_buttons(value: Json, block_id: str, surface: Surface) -> Markup:
    initial = value.get("initial_option")
    return _boxes("radio", [_value(initial)] if initial else [], value, block_id, surface)


def _boxes(kind: str, initial: list[str], value: Json, block_id: str, surface: Surface) -> Markup:
    name = surface.id_of(block_id, value.get("action_id"))
    rows = [
        tag(
            "label",
            tag(
                "input",
                type=kind,
                name=name,
                id=f"{name}-{at}",
                checked=_value(option) in initial,
                value=_value(option),
            ),
            tag("span", text_of(option.get("text"), surface.seat), _description(option, surface)),
            class_="choice",
        )
        for at, option in enumerate(listed(value.get("options")))
        if isinstance(option, Mapping)
    ]
    return tag(
        "div",
        joined(rows),
        confirmation(value.get("confirm"), surface.seat),
        class_="choices",
        id=name,
        role="radiogroup" if kind == "radio" else "group",
        data_element=str(value.get("type")),
        data_block=block_id,
        data_action=value.get("action_id"),
    )


def _options(value: Json, source: str, surface: Surface) -> Markup:
    seat = surface.seat
    if source == "users":
        return joined(_plain_option(user, name, surface) for user, name in _sorted(seat.people.items()))
    if source == "channels":
        return joined(_plain_option(key, f"#{name}", surface) for key, name in _sorted(seat.channels.items()))
    if source == "conversations":
        channels = [(key, f"#{name}") for key, name in _sorted(seat.channels.items())]
        return joined(_plain_option(key, name, surface) for key, name in [*channels, *_sorted(seat.people.items())])
    groups = [
        tag(
            "li",
            tag("div", text_of(group.get("label"), seat), class_="option-group-label"),
            tag("ul", joined(_option(option, surface) for option in listed(group.get("options"))), role="group"),
            role="presentation",
        )
        for group in listed(value.get("option_groups"))
        if isinstance(group, Mapping)
    ]
    return joined([*groups, *(_option(option, surface) for option in listed(value.get("options")))])


def _sorted(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(names, key=lambda pair: pair[1].lower())


def _plain_option(value: str, name: str, surface: Surface) -> Markup:
    return _option({"text": {"type": "plain_text", "text": name}, "value": value}, surface)


def _option(option: Any, surface: Surface) -> Markup:
    if not isinstance(option, Mapping):
        return Markup("")
    return tag(
        "li",
        tag("span", text_of(option.get("text"), surface.seat), class_="option-text"),
        _description(option, surface),
        role="option",
        data_value=_value(option),
        data_url=web_url(option.get("url")),
    )


def _description(option: Json, surface: Surface) -> Markup | None:
    described = option.get("description")
    return tag("small", text_of(described, surface.seat)) if described else None


def _chosen(option: Json, many: bool, surface: Surface) -> Markup:
    words = text_of(option.get("text"), surface.seat)
    return tag("span", words, class_="chosen chip" if many else "chosen", data_value=_value(option))


def _initial(value: Json, source: str, many: bool, surface: Surface) -> list[Json]:
    if source in ("static", "external"):
        found = listed(value.get("initial_options")) if many else [value.get("initial_option")]
        return [option for option in found if isinstance(option, Mapping)]
    singular = source.removesuffix("s")
    ids = listed(value.get(f"initial_{source}")) if many else [value.get(f"initial_{singular}")]
    known = {**surface.seat.people, **{key: f"#{name}" for key, name in surface.seat.channels.items()}}
    return [
        {"text": {"type": "plain_text", "text": known.get(str(key), str(key))}, "value": str(key)} for key in ids if key
    ]


def _value(option: Any) -> str:
    return str(option.get("value")) if isinstance(option, Mapping) else ""
