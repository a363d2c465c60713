"""files.*: get an address, send the bytes there, say that it is done and where to show it."""

import mimetypes
from functools import partial
from typing import Any

from bot.sandbox import messages
from bot.sandbox.app import App
from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.method import Method, channel_of
from bot.sandbox.rules import check_message
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args
from bot.sandbox.workspace import word


def upload_url(app: App, args: Args) -> Doc:
    name, length = args.need("filename"), args.number("length", 0)
    if length < 1:
        raise invalid_arguments("[ERROR] missing required field: length")
    file_id = "F0" + word(9)
    team = app.workspace.team
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    doc: dict[str, Any] = {
        "id": file_id,
        "created": app.workspace.now_s(),
        "timestamp": app.workspace.now_s(),
        "name": name,
        "title": name,
        "mimetype": kind,
        "filetype": name.rpartition(".")[2],
        "user": team.bot_user_id,
        "user_team": team.id,
        "size": length,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": f"{app.workspace.base_url}/files-pri/{team.id}-{file_id}/{name}",
        "permalink": f"{app.workspace.base_url}/files/{team.bot_user_id}/{file_id}/{name}",
        "channels": [],
        "groups": [],
        "ims": [],
        "shares": {},
        "state": "awaited",
    }
    if args.text("alt_txt"):
        doc["alt_txt"] = args.text("alt_txt")
    app.workspace.store.put("file", file_id, doc)
    return {"upload_url": f"{app.workspace.base_url}/upload/v1/{file_id}", "file_id": file_id}


def complete(app: App, args: Args) -> Doc:
    """
    Make uploaded files known, and share them where that is asked for; the share comes a moment later.

    Raises: Refused: `file_not_found`: never asked for, or its bytes have not come; `channel_not_found` …
    """
    files = args.parsed("files")
    if not isinstance(files, list) or not files:
        raise invalid_arguments("[ERROR] missing required field: files")
    channels = [
        channel_of(app, Args({"channel": each}), member=True)
        for each in args.list_of("channels") or args.list_of("channel_id")
    ]
    comment, blocks = args.text("initial_comment"), args.parsed("blocks", refuse="invalid_blocks_format")
    fields: Doc = {"text": comment}
    if blocks:
        fields["blocks"] = check_message(comment, blocks, knows_file=app.knows_file)[1]
    if args.text("thread_ts"):
        for channel in channels:
            fields["thread_ts"] = messages.root_of(app.workspace, channel, args.text("thread_ts"))
    done = [_complete(app, each) for each in files]
    for channel in channels:
        app.delivery.soon(partial(messages.share_file, app.workspace, channel, done, fields))
    return {"files": done}


def info(app: App, args: Args) -> Doc:
    doc = app.workspace.store.get("file", args.need("file"))
    if doc is None or doc["state"] != "complete":
        raise Refused("file_not_found")
    return {"file": _shown(doc), "comments": [], "response_metadata": {"next_cursor": ""}}


def _complete(app: App, file: Doc) -> Doc:
    doc = app.workspace.store.get("file", str(file.get("id", "")))
    if doc is None or doc["state"] != "uploaded":
        raise Refused("file_not_found")
    doc |= {"title": file.get("title") or doc["title"], "state": "complete"}
    app.workspace.store.put("file", doc["id"], doc)
    return _shown(doc)


def _shown(doc: Doc) -> Doc:
    return {key: value for key, value in doc.items() if key != "state"}


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), TIER_4),
    "files.completeUploadExternal": Method(complete, ("files:write",), TIER_4),
    "files.info": Method(info, ("files:read",), TIER_4),
}
