"""Where blocks stand: the same block reads its values and names differently in a message and in a modal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bot.sandbox.page.html import tag
from bot.sandbox.page.mrkdwn import mrkdwn, plain_text
from bot.sandbox.page.seat import Seat

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Surface:
    """
    A message, a modal or a home tab while it is drawn.

    Args:
        key: begins every id in the page, so that two messages with equal blocks stay apart.
        values: what stands in the inputs so far, by block id and action id, in the shape of Slack's view state.
        errors: words by block id, shown under the field.
    """

    seat: Seat
    key: str = "blocks"
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def id_of(self, *parts: object) -> str:
        """Return an id that is the same on every drawing of the same part."""
        return re.sub(r"[^A-Za-z0-9_-]", "-", "-".join(str(part) for part in (self.key, *parts)))


STATE = {
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
}
"""How the state of an element is named, and which property of the element shows it."""


def with_state(element: object, block_id: str, surface: Surface) -> Any:
    """Return *element* with what the person has put in so far in the place of its initial value."""
    if not isinstance(element, Mapping):
        return element
    state = surface.values.get(block_id, {}).get(str(element.get("action_id")))
    if state is None or element.get("type") != state.get("type"):
        return element
    return {**element, **{STATE[key]: value for key, value in state.items() if key in STATE}}


def text_of(value: object, seat: Seat) -> Markup:
    """Return a text object, mrkdwn or plain."""
    if isinstance(value, str):
        return plain_text(value)
    if not isinstance(value, Mapping):
        return Markup("")
    words = str(value.get("text") or "")
    return mrkdwn(words, seat) if value.get("type") == "mrkdwn" else plain_text(words)


def words_of(value: object) -> str:
    """Return a plain_text object's words for an attribute such as a placeholder."""
    found = value.get("text") if isinstance(value, Mapping) else value
    return str(plain_text(str(found or "")).striptags())


def listed(value: object) -> list[Any]:
    """Return *value* when it is a list, else nothing: a stored payload is drawn as far as it makes sense."""
    return value if isinstance(value, list) else []


def confirmation(confirm: object, seat: Seat) -> Markup | None:
    """Return the dialog that asks before an action is sent, for the script to show."""
    if not isinstance(confirm, Mapping):
        return None
    danger = " danger" if confirm.get("style") == "danger" else " primary"
    return tag(
        "template",
        tag("h2", text_of(confirm.get("title") or "Are you sure?", seat)),
        tag("div", text_of(confirm.get("text"), seat), class_="confirm-text"),
        tag(
            "div",
            tag("button", text_of(confirm.get("deny") or "Cancel", seat), type="button", class_="button", value="no"),
            tag(
                "button",
                text_of(confirm.get("confirm") or "Yes", seat),
                type="button",
                class_=f"button{danger}",
                value="yes",
            ),
            class_="dialog-buttons",
        ),
        class_="confirm",
    )
