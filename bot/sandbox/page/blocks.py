"""Block Kit's blocks as safe HTML: JSON in, markup out."""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup

from bot.sandbox.page.elements import element
from bot.sandbox.page.html import joined, tag, web_url
from bot.sandbox.page.markdown import markdown
from bot.sandbox.page.rich_text import rich_text
from bot.sandbox.page.surface import Json, Surface, listed, text_of, with_state, words_of

FILE_ID = re.compile(r"F[A-Z0-9]{2,}")
Draw = Callable[[Json, str, Surface], Markup]


def blocks(found: object, surface: Surface) -> Markup:
    """Return every block of a message, modal or home tab."""
    return joined(_block(value, at, surface) for at, value in enumerate(listed(found)) if isinstance(value, Mapping))


def _block(value: Json, at: int, surface: Surface) -> Markup:
    kind = str(value.get("type"))
    block_id = str(value.get("block_id") or f"block-{at}")
    draw = BLOCKS.get(kind)
    inside = draw(value, block_id, surface) if draw else tag("p", f"This page cannot show “{kind}”.", class_="unknown")
    return tag("div", inside, class_=f"block {kind if draw else 'other'}", id=surface.id_of("block", block_id))


def header(value: Json, _: str, surface: Surface) -> Markup:
    return tag("h3", text_of(value.get("text"), surface.seat))


def section(value: Json, block_id: str, surface: Surface) -> Markup:
    fields = [tag("div", text_of(field, surface.seat), class_="field") for field in listed(value.get("fields"))]
    body = tag(
        "div",
        tag("div", text_of(value["text"], surface.seat), class_="text") if value.get("text") else None,
        tag("div", joined(fields), class_="fields") if fields else None,
        class_="section-body",
    )
    accessory = with_state(value.get("accessory"), block_id, surface)
    if not isinstance(accessory, Mapping):
        return body
    shown = _picture(accessory) if accessory.get("type") == "image" else element(accessory, block_id, surface)
    return body + tag("div", shown, class_="accessory")


def context(value: Json, _: str, surface: Surface) -> Markup:
    return joined(
        _picture(part) if part.get("type") == "image" else tag("span", text_of(part, surface.seat))
        for part in listed(value.get("elements"))
        if isinstance(part, Mapping)
    )


def actions(value: Json, block_id: str, surface: Surface) -> Markup:
    parts = [with_state(part, block_id, surface) for part in listed(value.get("elements"))]
    return joined(element(part, block_id, surface) for part in parts)


def divider(_: Json, __: str, ___: Surface) -> Markup:
    return tag("hr")


def image(value: Json, _: str, surface: Surface) -> Markup:
    title = value.get("title")
    caption = tag("figcaption", text_of(title, surface.seat)) if title else None
    return tag("figure", caption, _picture(value))


def _picture(value: Json) -> Markup:
    """A picture that is not there leaves its words: the script swaps a broken one for them."""
    words = str(value.get("alt_text") or words_of(value.get("title")) or "picture")
    stored = value.get("slack_file")
    source = file_url(stored) if isinstance(stored, Mapping) else web_url(value.get("image_url"))
    if source is None:
        return tag("span", words, class_="missing-picture")
    picture = tag("img", src=source, alt=words, loading="lazy", decoding="async")
    return tag("a", picture, href=source, target="_blank", rel="noopener noreferrer", class_="picture")


def file_url(stored: Json) -> str | None:
    """Return where this page serves a stored file, named by its id or inside its address."""
    found = FILE_ID.search(str(stored.get("id") or stored.get("url") or ""))
    return f"/file/{found[0]}" if found else None


def table(value: Json, _: str, surface: Surface) -> Markup:
    settings = listed(value.get("column_settings"))
    rows = [row for row in listed(value.get("rows")) if isinstance(row, list)]
    head = tag("thead", _row("th", rows[0], settings, surface)) if rows else None
    body = tag("tbody", joined(_row("td", row, settings, surface) for row in rows[1:]))
    return tag("div", tag("table", head, body), class_="table-scroll", tabindex=0, role="region", aria_label="Table")


def _row(cell: str, row: list[object], settings: list[object], surface: Surface) -> Markup:
    return tag("tr", joined(_cell(cell, value, settings[at : at + 1], surface) for at, value in enumerate(row)))


def _cell(name: str, value: object, setting: list[object], surface: Surface) -> Markup:
    asked = setting[0] if setting and isinstance(setting[0], Mapping) else {}
    align = asked.get("align") if asked.get("align") in ("center", "right") else ""
    wrapped = "wrapped" if asked.get("is_wrapped") else ""
    if isinstance(value, Mapping) and value.get("type") == "rich_text":
        inside = rich_text(value, surface.seat)
    else:
        inside = text_of(value, surface.seat)
    return tag(name, inside, class_=" ".join(word for word in (align, wrapped) if word) or None)


def input_block(value: Json, block_id: str, surface: Surface) -> Markup:
    asked = with_state(value.get("element"), block_id, surface)
    action_id = asked.get("action_id") if isinstance(asked, Mapping) else None
    error = surface.errors.get(block_id)
    target = surface.id_of(block_id, action_id)
    made_of_many = isinstance(asked, Mapping) and not str(asked.get("type")).endswith(("_input", "picker"))
    optional = tag("span", " (optional)", class_="optional") if value.get("optional") else None
    return tag(
        "div",
        tag(
            "label",
            text_of(value.get("label"), surface.seat),
            optional,
            for_=target,
            class_="label",
            id=f"{target}-label",
        ),
        element(asked, block_id, surface),
        tag("p", error, class_="field-error", role="alert", id=f"{target}-error") if error else None,
        tag("p", text_of(value["hint"], surface.seat), class_="hint") if value.get("hint") else None,
        class_="field-box invalid" if error else "field-box",
        role="group" if made_of_many else None,
        aria_labelledby=f"{target}-label" if made_of_many else None,
        data_dispatch=bool(value.get("dispatch_action")),
    )


def rich_text_block(value: Json, _: str, surface: Surface) -> Markup:
    return rich_text(value, surface.seat)


def markdown_block(value: Json, _: str, __: Surface) -> Markup:
    return markdown(str(value.get("text") or ""))


BLOCKS: Mapping[str, Draw] = {
    "header": header,
    "section": section,
    "context": context,
    "actions": actions,
    "divider": divider,
    "image": image,
    "table": table,
    "input": input_block,
    "rich_text": rich_text_block,
    "markdown": markdown_block,
}
