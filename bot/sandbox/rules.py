"""What Slack takes and what it refuses: messages, modals and home tabs."""

import json
from collections.abc import Callable, Collection
from typing import Any

from bot.sandbox.elements import (
    ID,
    IMAGE_SOURCE,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_INPUT,
    IN_SECTION,
    OPTION_GROUPS,
    OPTIONS,
    plain,
    text,
)
from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.rich_text import RICH_TEXT_ELEMENTS
from bot.sandbox.shapes import (
    Complaints,
    Rule,
    anything,
    at_least_one,
    boolean,
    by_type,
    complain,
    exactly_one,
    kind,
    many,
    nullable,
    obj,
    one_of,
    string,
)
from bot.sandbox.store import Doc

MOST_BLOCKS = 50
MOST_BLOCKS_IN_VIEW = 100
MOST_TEXT = 40_000
"""A longer message text is cut there."""
MOST_TEXT_IN_UPDATE = 4_000
"""chat.update refuses a longer one."""
MOST_MARKDOWN = 12_000
"""Characters of all markdown blocks of a message together."""
MOST_VIEW_BYTES = 250_000


def _needs_submit(view: Doc, where: str, found: Complaints) -> None:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        complain(found, "missing required field: submit", where)


_BLOCK = {"block_id": ID}
_CELL = by_type(
    {
        "raw_text": kind("raw_text", {"text": string(40_000, least=0)}),
        "rich_text": kind("rich_text", {"elements": RICH_TEXT_ELEMENTS}, _BLOCK),
    }
)
_COLUMN = obj({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Rule] = {
    "section": kind(
        "section",
        {},
        {"text": text(3000), "fields": many(text(2000), 10), "accessory": IN_SECTION, "expand": boolean, **_BLOCK},
        at_least_one("text", "fields"),
    ),
    "header": kind("header", {"text": plain(150)}, _BLOCK),
    "divider": kind("divider", {}, _BLOCK),
    "context": kind("context", {"elements": many(IN_CONTEXT, 10)}, _BLOCK),
    "actions": kind("actions", {"elements": many(IN_ACTIONS, 25)}, _BLOCK),
    "image": kind(
        "image",
        {"alt_text": string(2000)},
        {**IMAGE_SOURCE, "title": plain(2000), **_BLOCK},
        exactly_one(*IMAGE_SOURCE),
    ),
    "input": kind(
        "input",
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean, **_BLOCK},
    ),
    "rich_text": kind("rich_text", {"elements": RICH_TEXT_ELEMENTS}, _BLOCK),
    "table": kind(
        "table",
        {"rows": many(many(_CELL, 20), 100)},
        {"column_settings": many(nullable(_COLUMN), 20, least=0), **_BLOCK},
    ),
    "markdown": kind("markdown", {"text": string(MOST_MARKDOWN)}, _BLOCK),
}
_IN_MESSAGES = tuple(BLOCKS)
_IN_VIEWS = tuple(name for name in BLOCKS if name not in ("table", "markdown"))

_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
_VIEWS: dict[str, Rule] = {
    "modal": kind(
        "modal",
        {"title": plain(24), "blocks": many(by_type(BLOCKS, _IN_VIEWS), MOST_BLOCKS_IN_VIEW, least=0)},
        {
            "close": plain(24),
            "submit": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
            **_VIEW,
        },
        _needs_submit,
    ),
    "home": kind("home", {"blocks": many(by_type(BLOCKS, _IN_VIEWS), MOST_BLOCKS_IN_VIEW, least=0)}, _VIEW),
}
_METADATA = obj({"event_type": string(255), "event_payload": anything}, {})

KnowsFile = Callable[[str], bool]


def check_message(body: Any, blocks: Any, *, knows_file: KnowsFile, updating: bool = False) -> tuple[str, list[Doc]]:
    """
    Return the text, cut to what Slack keeps, and the blocks.

    Raises: Refused: `no_text`, `msg_too_long`, `invalid_blocks_format`, `invalid_blocks` with what is wrong where.
    """
    if body is not None and not isinstance(body, str):
        raise Refused(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] must be a string [json-pointer:/text]"]}
        )
    if blocks is not None and not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if not body and not blocks:
        raise Refused("no_text")
    if updating and len(body or "") > MOST_TEXT_IN_UPDATE:
        raise Refused("msg_too_long")
    found: Complaints = []
    many(by_type(BLOCKS, _IN_MESSAGES), MOST_BLOCKS, least=0)(blocks or [], "/blocks", found)
    if not found:
        _across(blocks or [], "/blocks", found, knows_file)
        _across_message(blocks or [], found)
    if found:
        raise Refused("invalid_blocks", errors=[each[8:] for each in found], response_metadata={"messages": found})
    return (body or "")[:MOST_TEXT], blocks or []


def check_view(view: Any, kinds: Collection[str], *, knows_file: KnowsFile) -> Doc:
    """Return the view. Raises: Refused: `view_too_large`, `invalid_arguments` with what is wrong where."""
    found: Complaints = []
    by_type(_VIEWS, kinds)(view, "/view", found)
    if not found:
        _across(view["blocks"], "/view/blocks", found, knows_file)
    if found:
        raise invalid_arguments(*found)
    if len(json.dumps(view).encode()) > MOST_VIEW_BYTES:
        raise Refused("view_too_large")
    whole: Doc = view
    return whole


def check_metadata(metadata: Any) -> Doc:
    """Return the metadata; an empty object stands for none. Raises: Refused: `invalid_metadata_format`."""
    if metadata == {}:
        return {}
    found: Complaints = []
    _METADATA(metadata, "/metadata", found)
    if found or not isinstance(metadata["event_payload"], dict):
        raise Refused("invalid_metadata_format", response_metadata={"messages": found})
    whole: Doc = metadata
    return whole


def check_offer(offer: Any) -> tuple[list[Doc], list[Doc]]:
    """Return options and groups that the app offers in an external select. Raises: Refused: `invalid_arguments`."""
    found: Complaints = []
    rule = obj({}, {"options": OPTIONS, "option_groups": OPTION_GROUPS}, exactly_one("options", "option_groups"))
    rule(offer, "", found)
    if found:
        raise invalid_arguments(*found)
    return offer.get("options", []), offer.get("option_groups", [])


def _across(blocks: list[Doc], where: str, found: Complaints, knows_file: KnowsFile) -> None:
    """Look at what holds between blocks: ids are unique, files exist, one element at most takes the focus."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids):
        complain(found, "block_id must be unique", where)
    focused = 0
    for number, block in enumerate(blocks):
        parts = [block, *_parts(block)]
        actions = [part["action_id"] for part in parts if "action_id" in part]
        if len(set(actions)) < len(actions):
            complain(found, "action_id must be unique within its block", f"{where}/{number}")
        focused += sum(bool(part.get("focus_on_load")) for part in parts)
        for part in parts:
            if part.get("type") == "image" and not _file_is_known(part, knows_file):
                complain(found, "invalid slack file", f"{where}/{number}/slack_file")
    if focused > 1:
        complain(found, "only one element may have focus_on_load", where)


def _across_message(blocks: list[Doc], found: Complaints) -> None:
    if sum(block["type"] == "table" for block in blocks) > 1:
        complain(found, "only_one_table_allowed", "/blocks")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        complain(found, f"markdown blocks must be less than {MOST_MARKDOWN + 1} characters together", "/blocks")


def _parts(block: Doc) -> list[Doc]:
    inner = block.get("elements", []) if block["type"] in ("actions", "context") else []
    return [each for each in (*inner, block.get("accessory"), block.get("element")) if each]


def _file_is_known(part: Doc, knows_file: KnowsFile) -> bool:
    file_id = part.get("slack_file", {}).get("id")
    return file_id is None or knows_file(file_id)
