"""What Block Kit is made of here: small builders that keep Slack's limits and escape what people typed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Block = dict[str, Any]

REPORT = "issue_open"
"""The button that opens the form, wherever it stands."""

SECTION_LIMIT = 3000
FIELD_LIMIT = 2000
FIELDS = 10
HEADER_LIMIT = 150
BUTTON_LIMIT = 75


@dataclass(frozen=True)
class Message:
    """A message as a value: `text` is what notifications and screen readers get, `blocks` what people see."""

    text: str
    blocks: tuple[Block, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the arguments of chat.postMessage. Links are never unfurled: a run's message stays small."""
        return {
            "text": self.text,
            **({"blocks": list(self.blocks)} if self.blocks else {}),
            "unfurl_links": False,
            "unfurl_media": False,
        }


def escape(text: str) -> str:
    """Return *text* as Slack shows it literally: no mention, link or date can come alive."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def slack_time(at: datetime, style: str = "{date_short_pretty} {time}") -> str:
    """Return *at* for mrkdwn: every reader sees it in their own zone; the fallback is UTC."""
    return f"<!date^{int(at.timestamp())}^{style}|{at:%a %d %b %H:%M} UTC>"


def mention(slack_id: str | None, name: str) -> str:
    return f"<@{slack_id}>" if slack_id else escape(name)


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": clip(text, HEADER_LIMIT)}}


def section(text: str, *, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": clip(text, SECTION_LIMIT)}}
    return {**block, "accessory": accessory} if accessory else block


def as_typed(text: str) -> tuple[Block, ...]:
    """Return what a person typed, whole, in as many sections as Slack's limit asks for; no mark in it comes alive."""
    parts = [text[at : at + SECTION_LIMIT] for at in range(0, len(text), SECTION_LIMIT)]
    return tuple({"type": "section", "text": {"type": "plain_text", "text": part, "emoji": False}} for part in parts)


def fields(texts: Sequence[str]) -> Block:
    """Return up to ten short texts in two columns."""
    return {
        "type": "section",
        "fields": [{"type": "mrkdwn", "text": clip(text, FIELD_LIMIT)} for text in texts[:FIELDS]],
    }


def many_fields(texts: Sequence[str]) -> tuple[Block, ...]:
    """Return any number of short texts in two columns."""
    return tuple(fields(texts[at : at + FIELDS]) for at in range(0, len(texts), FIELDS))


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": clip(text, SECTION_LIMIT)} for text in texts]}


def divider() -> Block:
    return {"type": "divider"}


def picture(file_id: str, alt: str) -> Block:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": clip(alt, 2000)}


def actions(buttons: Iterable[Block]) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def button(
    label: str, action: str, value: dict[str, Any] | None = None, *, style: str = "", confirm: Block | None = None
) -> Block:
    """Return a button; *value* travels as JSON and comes back with the press."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": clip(label, BUTTON_LIMIT)},
        "action_id": action,
        "value": json.dumps(value or {}),
        **({"style": style} if style else {}),
        **({"confirm": confirm} if confirm else {}),
    }


def confirm(title: str, text: str, yes: str, no: str = "Not now") -> Block:
    return {
        "title": {"type": "plain_text", "text": clip(title, 100)},
        "text": {"type": "mrkdwn", "text": clip(text, 300)},
        "confirm": {"type": "plain_text", "text": clip(yes, 30)},
        "deny": {"type": "plain_text", "text": clip(no, 30)},
    }


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def option(label: str, value: str, description: str = "") -> Block:
    return {
        "text": plain(clip(label, 75)),
        "value": value,
        **({"description": plain(clip(description, 75))} if description else {}),
    }


def select(action: str, placeholder: str, options: Sequence[Block], initial: Block | None = None) -> Block:
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(clip(placeholder, 150)),
        "options": list(options[:100]),
        **({"initial_option": initial} if initial else {}),
    }


def private(text: str) -> Message:
    """Return a short answer for one person's eyes."""
    return Message(text=text, blocks=(section(text),))
