"""Messages come, change and go: whoever sends them, the same things happen."""

import re
import secrets
from typing import Any

from bot.sandbox.errors import Refused
from bot.sandbox.store import Doc
from bot.sandbox.workspace import SLACKBOT, Workspace

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_INTERACTIVE_HOLDERS = ("accessory", "element")


def from_bot(workspace: Workspace) -> Doc:
    """Return the fields that mark a message as the app's own."""
    team = workspace.team
    return {
        "user": team.bot_user_id,
        "bot_id": team.bot_id,
        "app_id": team.app_id,
        "team": team.id,
        "bot_profile": {
            "id": team.bot_id,
            "app_id": team.app_id,
            "user_id": team.bot_user_id,
            "name": team.app_name,
            "team_id": team.id,
            "deleted": False,
            "updated": 0,
        },
    }


def post(workspace: Workspace, channel: Doc, fields: Doc, *, only_for: str | None = None) -> Doc:
    """
    Put a message into *channel* and tell everybody, the app among them.

    Args:
        fields: of the message object: `user`, `text`, and any `blocks`, `thread_ts`, `metadata`, `files` …
        only_for: the one person who sees it; the app hears nothing of such a message.
    Raises: Refused: `thread_not_found`.
    """
    doc: Doc = {"type": "message", "text": "", **fields, "ts": workspace.new_ts()}
    if doc.get("thread_ts"):
        doc["thread_ts"] = root_of(workspace, channel, doc["thread_ts"])
    if doc.get("blocks"):
        doc["blocks"] = with_ids(doc["blocks"])
    workspace.store.put_message(channel["id"], doc, only_for)
    workspace.tell(
        "message", channel["id"], only_for=only_for, ts=doc["ts"], thread_ts=doc.get("thread_ts"), what="posted"
    )
    if only_for is None:
        workspace.on_event(message_event(channel, doc))
        mentions = MENTION.findall(doc["text"])
        if workspace.team.bot_user_id in mentions and "bot_id" not in doc and not channel["is_im"]:
            mention = {**message_event(channel, doc), "type": "app_mention"}
            del mention["channel_type"]
            workspace.on_event(mention)
    return doc


def tell_privately(workspace: Workspace, channel: str, user: str, text: str) -> None:
    """Let the workspace itself tell *user* something, only for them to see."""
    post(workspace, {"id": channel, "is_im": False}, {"user": SLACKBOT, "text": text}, only_for=user)


def change(workspace: Workspace, channel: Doc, doc: Doc, fields: Doc, *, only_for: str | None = None) -> Doc:
    """Put *fields* over the message *doc*; a field of None is taken away."""
    editor = fields.get("user", doc["user"])
    new = {key: value for key, value in {**doc, **fields}.items() if value is not None}
    if new.get("blocks"):
        new["blocks"] = with_ids(new["blocks"])
    new["edited"] = {"user": editor, "ts": f"{workspace.now_s()}.000000"}
    workspace.store.put_message(channel["id"], new, only_for)
    _tell_of(workspace, channel, new, only_for, "edited")
    if only_for is None:
        workspace.on_event(
            {
                **message_event(channel, {"type": "message", "subtype": "message_changed", "ts": workspace.new_ts()}),
                "message": new,
                "previous_message": doc,
                "hidden": True,
            }
        )
    return new


def remove(workspace: Workspace, channel: Doc, doc: Doc, *, only_for: str | None = None) -> None:
    """Take a message away; where people have answered it, a stone stays to mark the place."""
    if only_for is None and workspace.store.replies(channel["id"], doc["ts"]):
        stone = {"type": "message", "subtype": "tombstone", "user": SLACKBOT, "hidden": True, "ts": doc["ts"]}
        stone |= {"text": "This message was deleted.", "thread_ts": doc["ts"]}
        workspace.store.put_message(channel["id"], stone)
    else:
        workspace.store.delete_message(channel["id"], doc["ts"])
    _tell_of(workspace, channel, doc, only_for, "deleted")
    if only_for is None:
        workspace.on_event(
            {
                **message_event(channel, {"type": "message", "subtype": "message_deleted", "ts": workspace.new_ts()}),
                "deleted_ts": doc["ts"],
                "previous_message": doc,
                "hidden": True,
            }
        )


def rewrite(workspace: Workspace, channel: Doc, doc: Doc, *, what: str = "edited") -> None:
    """Save *doc* as it is now, without a mark that it was edited: reactions, pins, shares."""
    workspace.store.put_message(channel["id"], doc)
    _tell_of(workspace, channel, doc, None, what)


def root_of(workspace: Workspace, channel: Doc, thread_ts: str) -> str:
    """Return the stamp of the thread's root; an answer's own stamp leads there too. Raises: Refused."""
    found = workspace.store.message(channel["id"], thread_ts)
    if found is None:
        raise Refused("thread_not_found")
    return str(found[0].get("thread_ts") or thread_ts)


def message_event(channel: Doc, doc: Doc) -> Doc:
    return {
        **doc,
        "channel": channel["id"],
        "channel_type": "im" if channel["is_im"] else "group" if channel.get("is_private") else "channel",
        "event_ts": doc["ts"],
    }


def with_ids(blocks: list[Doc]) -> list[Doc]:
    """Return *blocks* with a block_id each and an action_id on each element a person can use, as Slack gives them."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Doc) -> Doc:
    block = {"block_id": secrets.token_urlsafe(4)[:5], **block}
    for holder in _INTERACTIVE_HOLDERS:
        if isinstance(block.get(holder), dict) and block[holder].get("type") != "image":
            block[holder] = {"action_id": secrets.token_urlsafe(4)[:5], **block[holder]}
    if block.get("type") == "actions":
        block["elements"] = [{"action_id": secrets.token_urlsafe(4)[:5], **each} for each in block["elements"]]
    return block


def _tell_of(workspace: Workspace, channel: Doc, doc: Doc, only_for: str | None, what: str) -> None:
    workspace.tell("message", channel["id"], only_for=only_for, ts=doc["ts"], thread_ts=doc.get("thread_ts"), what=what)


def share_file(workspace: Workspace, channel: Doc, files: list[Doc], fields: Doc) -> Doc:
    """Post *files* into *channel* as the app and note the share on each file."""
    doc = post(workspace, channel, {**from_bot(workspace), **fields, "files": files, "upload": False})
    kind = "private" if channel["is_private"] else "public"
    place = "ims" if channel["is_im"] else "groups" if channel["is_private"] else "channels"
    for each in files:
        stored: dict[str, Any] = workspace.store.get("file", each["id"]) or each
        stored.setdefault("shares", {}).setdefault(kind, {}).setdefault(channel["id"], []).append(
            {"ts": doc["ts"], "thread_ts": doc.get("thread_ts"), "channel_name": channel.get("name", "")}
        )
        stored[place] = sorted({*stored[place], channel["id"]})
        workspace.store.put("file", each["id"], stored)
        workspace.on_event(
            {
                "type": "file_shared",
                "file_id": each["id"],
                "user_id": workspace.team.bot_user_id,
                "file": {"id": each["id"]},
                "channel_id": channel["id"],
                "event_ts": doc["ts"],
            }
        )
    return doc


def react(workspace: Workspace, channel: Doc, doc: Doc, user: str, name: str, *, remove: bool = False) -> None:
    """Raises: Refused: `already_reacted`, `no_reaction`."""
    reactions = {each["name"]: list(each["users"]) for each in doc.get("reactions", ())}
    users = reactions.setdefault(name, [])
    if (user in users) is not remove:
        raise Refused("no_reaction" if remove else "already_reacted")
    users.remove(user) if remove else users.append(user)
    doc["reactions"] = [
        {"name": each, "users": users, "count": len(users)} for each, users in reactions.items() if users
    ]
    rewrite(workspace, channel, doc)
    workspace.on_event(
        {
            "type": "reaction_removed" if remove else "reaction_added",
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": channel["id"], "ts": doc["ts"]},
            "item_user": doc["user"],
            "event_ts": workspace.new_ts(),
        }
    )
