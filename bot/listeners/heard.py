"""What was heard, out of Slack's payload shapes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT_LIMIT = 2000
"""More than anybody types; what is longer is cut before anything reads it."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One command, press, submission or event of one person."""

    key: str
    """Slack's event id or trigger id: the same for a repeated delivery."""
    user: str
    channel: str = ""
    text: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)
    """What the pressed button or the form carries."""
    trigger_id: str = ""
    response_url: str = ""
    thread_ts: str | None = None
    view_id: str = ""
    """The form's own id, also of one that a button stands in: however often it is submitted, it is one form."""
    carried: Mapping[str, Any] = field(default_factory=dict)
    """What a form was given to bring back, beside what people put into it."""
    channel_type: str = ""
    """Of a message: `im` in a direct one."""
    typed: str = ""
    """What a form held, as it can be shown to whoever filled it in."""


def delivery_key(body: Mapping[str, Any]) -> str:
    """Return the name that every copy of this delivery shares."""
    named = body.get("event_id") or body.get("trigger_id")
    if named:
        return str(named)
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _words(said: Mapping[str, Any]) -> str:
    """Return what was typed, with Slack's three entities undone: whoever shows it escapes it again."""
    text = str(said.get("text") or "")[:TEXT_LIMIT]
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def from_command(body: Mapping[str, Any]) -> Heard:
    return Heard(
        key=delivery_key(body),
        user=body["user_id"],
        channel=body["channel_id"],
        text=_words(body),
        trigger_id=body["trigger_id"],
        response_url=body["response_url"],
    )


def from_press(body: Mapping[str, Any]) -> Heard:
    """
    Read a button, a select, a date picker or checkboxes.

    A select's choice and a day arrive as `choice`, all boxes that are ticked as `chosen` with Slack's `stamp` of the
    press; the id of their block as `block`.
    """
    action = body["actions"][0]
    view = body.get("view") or {}
    carried = _carried(view)
    value: dict[str, Any] = json.loads(action["value"]) if action.get("value") else {}
    if chosen := action.get("selected_option"):
        value = {"choice": chosen["value"], "block": action.get("block_id", "")}
    elif day := action.get("selected_date"):
        value = {"choice": day, "block": action.get("block_id", "")}
    elif "selected_options" in action:
        chosen_ones = [each["value"] for each in action["selected_options"] or ()]
        value = {"chosen": chosen_ones, "block": action.get("block_id", ""), "stamp": action.get("action_ts", "")}
    return Heard(
        key=delivery_key(body),
        user=body["user"]["id"],
        channel=(body.get("channel") or {}).get("id", "") or carried.get("channel", ""),
        value=value,
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url", ""),
        thread_ts=(body.get("message") or {}).get("thread_ts"),
        view_id=view.get("id", "") if view.get("type") == "modal" else "",
        carried=carried,
    )


def from_submission(body: Mapping[str, Any]) -> Heard:
    """Read a form: block id to what was typed or chosen, None where a field was left empty."""
    state = body["view"]["state"]["values"]
    value = {block: _input(next(iter(elements.values()))) for block, elements in state.items()}
    carried = _carried(body["view"])
    typed = "\n".join(text for text in value.values() if isinstance(text, str))
    return Heard(
        key=delivery_key(body),
        user=body["user"]["id"],
        value=value,
        channel=carried.get("channel", ""),
        trigger_id=body.get("trigger_id", ""),
        typed=typed,
        view_id=body["view"]["id"],
        carried=carried,
    )


def _carried(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the app put into a view: JSON, or the channel alone in which it was opened."""
    kept = view.get("private_metadata") or ""
    return dict(json.loads(kept)) if kept.startswith("{") else {"channel": kept}


def _input(element: Mapping[str, Any]) -> Any:
    """Return what stands in an element: a text, seconds since 1970 of an instant, or a list where several may be."""
    if chosen := element.get("selected_option"):
        return str(chosen["value"])
    if "selected_options" in element:
        return [str(each["value"]) for each in element["selected_options"] or ()]
    if seconds := element.get("selected_date_time"):
        return int(seconds)
    typed = element.get("value") or element.get("selected_date")
    return str(typed) if typed else None


def from_event(body: Mapping[str, Any]) -> Heard:
    event = body["event"]
    return Heard(
        key=delivery_key(body),
        user=event.get("user", ""),
        channel=event.get("channel", ""),
        text=_words(event),
        thread_ts=event.get("thread_ts") or event.get("ts"),
        channel_type=event.get("channel_type", ""),
    )
