"""What the app answers to people: in its acknowledgement of a command, and later by response URL."""

from typing import Any

from bot.sandbox import messages
from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.rules import check_message
from bot.sandbox.store import Doc


def answer_command(app: App, channel: Doc, user: str, payload: Any) -> str:
    """Show what came with the acknowledgement; return the error when Slack would not take it, else an empty text."""
    if isinstance(payload, str):
        payload = {"text": payload} if payload.strip() else None
    if not payload:
        return ""
    try:
        if not isinstance(payload, dict):
            raise Refused("invalid_arguments")
        _post(app, channel, payload, only_for=user)
    except Refused as refused:
        return refused.error
    return ""


def answer_by_url(app: App, key: str, body: Doc) -> None:
    """
    Do what a POST to a response URL asks for.

    Raises: Refused: the URL is used up or too old, or the message is not valid.
    """
    ws = app.workspace
    target = app.response_urls.use(key)
    channel = ws.channel(target["channel"])
    if channel is None:
        raise Refused("channel_not_found")
    found = ws.store.message(channel["id"], target["ts"]) if target["ts"] else None
    only_for = target["only_for"]
    if body.get("delete_original") in (True, "true") and found:
        messages.remove(ws, channel, found[0], only_for=only_for)
    elif body.get("replace_original") in (True, "true") and found:
        fields = _fields(app, body)
        fields.setdefault("blocks", None)
        messages.change(ws, channel, found[0], {**fields, "user": ws.team.bot_user_id}, only_for=only_for)
    elif body.get("delete_original") not in (True, "true"):
        _post(app, channel, body, only_for=target["user"])


def _post(app: App, channel: Doc, body: Doc, *, only_for: str) -> None:
    """Post into the thread that *body* names; without one into the channel, wherever the person has acted."""
    fields = {**messages.from_bot(app.workspace), **_fields(app, body)}
    if body.get("thread_ts"):
        fields["thread_ts"] = body["thread_ts"]
    in_channel = body.get("response_type") == "in_channel"
    messages.post(app.workspace, channel, fields, only_for=None if in_channel else only_for)


def _fields(app: App, body: Doc) -> Doc:
    text, blocks = check_message(body.get("text"), body.get("blocks"), knows_file=app.knows_file)
    fields: Doc = {"text": text}
    if blocks:
        fields["blocks"] = blocks
    return fields
