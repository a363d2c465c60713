"""What a form would do, shown before it is done."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.views.blocks import SECTION_LIMIT, Block, plain, section

BLOCKS = 90
"""A modal holds 100 blocks; the rest is for what stands above and below."""


def waiting(external_id: str) -> dict[str, Any]:
    """Return the view that stands while the effect is worked out; it is updated by *external_id*."""
    said = "Working out what this changes…\nShould nothing appear, close this: then I have written to you why."
    return {
        "type": "modal",
        "external_id": external_id,
        "title": plain("One moment"),
        "close": plain("Back"),
        "blocks": [section(said)],
    }


def refused(why: str) -> dict[str, Any]:
    """Return the view that says why it cannot be; closing it leads back to the form. *why* is mrkdwn."""
    return {
        "type": "modal",
        "title": plain("This cannot be"),
        "close": plain("Back"),
        "blocks": [section(f"{why}\n\nNothing was saved. Go back to change it.")],
    }


def confirming(
    callback_id: str, title: str, blocks: Iterable[Block], *, carried: Mapping[str, Any], yes: str = "Confirm"
) -> dict[str, Any]:
    """Return the view that shows an effect and does it when confirmed; *carried* comes back with the submission."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": json.dumps(carried),
        "title": plain(title),
        "submit": plain(yes),
        "close": plain("Back"),
        "blocks": list(blocks),
    }


def form(
    callback_id: str, title: str, blocks: Iterable[Block], *, channel: str, submit: str = "Preview"
) -> dict[str, Any]:
    """Return a modal to fill in; *channel* is where it was opened."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": json.dumps({"channel": channel}),
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "blocks": list(blocks),
    }


def input_block(block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {**element, "action_id": "value"},
        "optional": optional,
        **({"hint": plain(hint)} if hint else {}),
    }


def day_picker(day: date | None) -> Block:
    return {"type": "datepicker", **({"initial_date": day.isoformat()} if day else {})}


def long_text(lines: Iterable[str]) -> tuple[Block, ...]:
    """Return *lines* in as many sections as Slack's limit asks for."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + len(line) < SECTION_LIMIT:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return tuple(section(part) for part in parts[:BLOCKS])
