"""chat.*: post, edit, delete."""

from typing import Any

from bot.sandbox import messages
from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.limits import FREE, POSTING, TIER_3, TIER_4
from bot.sandbox.methods.method import Method, channel_of
from bot.sandbox.rules import check_message, check_metadata
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args


def post_message(app: App, args: Args) -> Doc:
    channel = _where(app, args, people=True)
    fields = {**messages.from_bot(app.workspace), **_content(app, args)}
    if args.text("thread_ts"):
        fields["thread_ts"] = args.text("thread_ts")
        if args.flag("reply_broadcast"):
            fields["subtype"] = "thread_broadcast"
    doc = messages.post(app.workspace, channel, fields)
    return {"channel": channel["id"], "ts": doc["ts"], "message": doc}


def post_ephemeral(app: App, args: Args) -> Doc:
    channel = _where(app, args)
    user = args.need("user")
    if not app.workspace.store.is_member(channel["id"], user):
        raise Refused("user_not_in_channel")
    fields = {**messages.from_bot(app.workspace), **_content(app, args)}
    if args.text("thread_ts"):
        fields["thread_ts"] = args.text("thread_ts")
    doc = messages.post(app.workspace, channel, fields, only_for=user)
    return {"message_ts": doc["ts"]}


def update(app: App, args: Args) -> Doc:
    """Text without blocks keeps the old blocks; an empty list of blocks takes them away."""
    channel = channel_of(app, args, member=True)
    doc = _own(app, channel, args.need("ts"), "cant_update_message")
    content = _content(app, args, updating=True)
    if "blocks" in args and not args.parsed("blocks", refuse="invalid_blocks_format"):
        content["blocks"] = None
    if not args.text("text") and content.get("blocks"):
        content["text"] = ""
    new = messages.change(app.workspace, channel, doc, {**content, "user": app.workspace.team.bot_user_id})
    return {"channel": channel["id"], "ts": new["ts"], "text": new["text"], "message": new}


def delete(app: App, args: Args) -> Doc:
    channel = channel_of(app, args)
    doc = _own(app, channel, args.need("ts"), "cant_delete_message")
    messages.remove(app.workspace, channel, doc)
    return {"channel": channel["id"], "ts": doc["ts"]}


def permalink(app: App, args: Args) -> Doc:
    channel = channel_of(app, args)
    ts = args.need("message_ts")
    found = app.workspace.store.message(channel["id"], ts)
    if found is None or found[1] is not None:
        raise Refused("message_not_found")
    link = f"{app.workspace.base_url}/archives/{channel['id']}/p{ts.replace('.', '')}"
    root = found[0].get("thread_ts")
    if root and root != ts:
        link += f"?thread_ts={root}&cid={channel['id']}"
    return {"channel": channel["id"], "permalink": link}


def _where(app: App, args: Args, *, people: bool = False) -> Doc:
    """
    Return the channel to post into, by id or name; `chat:write.public` opens the public ones the app is not in.

    Args:
        people: a person's id stands for the DM with them.
    """
    ws = app.workspace
    wanted = args.need("channel")
    if people and ws.person(wanted):
        args = Args({"channel": "D" + wanted[1:]})
    elif ws.channel(wanted) is None and (named := ws.channel_named(wanted)):
        args = Args({"channel": named["id"]})
    channel = channel_of(app, args)
    public = not channel["is_private"] and "chat:write.public" in ws.manifest.bot_scopes
    return channel_of(app, args, member=not public or channel["is_archived"])


def _content(app: App, args: Args, *, updating: bool = False) -> Doc:
    """Return text, blocks and metadata as they go into the message. Raises: Refused."""
    blocks = args.parsed("blocks", refuse="invalid_blocks_format")
    if args.parsed("attachments"):
        raise Refused("attachments_not_supported")
    text, blocks = check_message(args.text("text"), blocks, knows_file=app.knows_file, updating=updating)
    fields: dict[str, Any] = {"text": text}
    if blocks:
        fields["blocks"] = blocks
    metadata = args.parsed("metadata", refuse="invalid_metadata_format")
    if metadata is not None:
        fields["metadata"] = check_metadata(metadata) or None
    return {key: value for key, value in fields.items() if updating or value is not None}


def _own(app: App, channel: Doc, ts: str, refuse: str) -> Doc:
    found = app.workspace.store.message(channel["id"], ts)
    if found is None or found[1] is not None:
        raise Refused("message_not_found")
    if found[0].get("bot_id") != app.workspace.team.bot_id:
        raise Refused(refuse)
    return found[0]


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), POSTING, limited_by="channel"),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), TIER_4),
    "chat.update": Method(update, ("chat:write",), TIER_3),
    "chat.delete": Method(delete, ("chat:write",), TIER_3),
    "chat.getPermalink": Method(permalink, tier=FREE),
}
