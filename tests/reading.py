"""What a person reads and can use of a message's or a modal's blocks."""

import html
import re
from collections.abc import Iterator
from typing import Any

Doc = dict[str, Any]
_TOKEN = re.compile(r"<([^<>]+)>")


def elements(blocks: list[Doc]) -> Iterator[tuple[Doc, Doc]]:
    """Yield (block, element) for all that a person can use."""
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def texts(part: Any) -> Iterator[str]:
    """Yield every text in blocks, in order."""
    if isinstance(part, list):
        for each in part:
            yield from texts(each)
    elif isinstance(part, dict):
        for key in ("label", "title", "text", "fields", "elements", "element", "accessory", "rows", "columns"):
            inner = part.get(key)
            if isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)


def as_read(text: str, names: dict[str, str]) -> str:
    """Return *text* as people read it: mentions by name, links by label, no marks, no entities."""

    def token(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target.startswith("@"):
            return "@" + names.get(target[1:], label or target[1:])
        if target.startswith("#"):
            return "#" + label
        return label or target

    return html.unescape(_TOKEN.sub(token, text)).replace("*", "").replace("`", "")


def has(part: str, text: str) -> bool:
    return part.replace("*", "").replace("`", "") in text


def label_of(element: Doc) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))


def input_of(blocks: list[Doc], key: str) -> tuple[Doc, Doc]:
    for block, element in elements(blocks):
        if key in (block["block_id"], element["action_id"], block.get("label", {}).get("text"), label_of(element)):
            return block, element
    raise AssertionError(f"the modal has no input {key!r}")
