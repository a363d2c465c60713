"""What people do. Each act tells at once what the person would see; `ACTS` is all of them."""

import html
import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

from bot.sandbox import messages, payloads
from bot.sandbox.act_elements import click, error_of, need_ack, options
from bot.sandbox.act_views import view
from bot.sandbox.app import App
from bot.sandbox.errors import NotPossible, Refused
from bot.sandbox.responses import answer_command
from bot.sandbox.store import Doc

Act = Callable[[App, Doc], Awaitable[Doc]]


async def say(app: App, body: Doc) -> Doc:
    """Post a message as a person. What they type is text: only `@name` and `#channel` become mentions."""
    ws = app.workspace
    person = ws.need_person(body["user"])
    channel = ws.need_channel_of(person["id"], body["channel"])
    text = str(body["text"])
    if not text.strip():
        raise NotPossible("no_text", "Type a message first.")
    fields: Doc = {
        "user": person["id"],
        "team": ws.team.id,
        "client_msg_id": str(uuid4()),
        "text": as_typed(app, text),
    }
    if body.get("thread_ts"):
        fields["thread_ts"] = body["thread_ts"]
        if body.get("broadcast"):
            fields["subtype"] = "thread_broadcast"
    try:
        doc = messages.post(ws, channel, fields)
    except Refused as refused:
        raise NotPossible(refused.error, "This thread is not there any more.") from None
    ws.store.mark_read(channel["id"], person["id"], doc["ts"])
    return {"ts": doc["ts"]}


async def command(app: App, body: Doc) -> Doc:
    ws = app.workspace
    person = ws.need_person(body["user"])
    channel = ws.need_channel_of(person["id"], body["channel"])
    name, text = [*str(body["text"]).split(None, 1), "", ""][:2]
    declared = ws.manifest.command(name)
    if declared is None:
        raise NotPossible("unknown_command", f"{name} is not a valid command.")
    if body.get("thread_ts"):
        raise NotPossible("not_in_threads", f"{name} is not supported in threads. Sorry!")
    text = as_typed(app, text.strip(), named=True) if declared.should_escape else html.escape(text.strip(), quote=False)
    reply = await app.command(person, channel, name, text)
    error = answer_command(app, channel, person["id"], reply.payload) if reply.ok else error_of(reply)
    if error:
        why = f'{name} failed with the error "{error}"'
        messages.tell_privately(ws, channel["id"], person["id"], why)
        raise NotPossible(error, why, told=True)
    return {}


async def shortcut(app: App, body: Doc) -> Doc:
    ws = app.workspace
    person = ws.need_person(body["user"])
    declared = ws.manifest.shortcut(body["callback_id"])
    if declared is None:
        raise NotPossible("unknown_shortcut", f"There is no shortcut {body['callback_id']}.")
    if declared.type == "global":
        parts: Doc = {"callback_id": declared.callback_id, "action_ts": ws.new_ts()}
        need_ack(await app.interact("shortcut", person, **parts))
        return {}
    channel = ws.need_channel_of(person["id"], body["channel"])
    found = ws.store.message(channel["id"], body["ts"])
    if found is None or found[1] is not None:
        raise NotPossible("message_not_found", "Shortcuts work on messages that everybody sees.")
    parts = {
        "callback_id": declared.callback_id,
        "action_ts": ws.new_ts(),
        "message_ts": found[0]["ts"],
        "message": ws.with_thread(channel["id"], found[0]),
        "channel": payloads.channel_part(channel),
        "response_url": app.response_url(channel["id"], person["id"], found[0]),
    }
    need_ack(await app.interact("message_action", person, **parts))
    return {}


async def home(app: App, body: Doc) -> Doc:
    ws = app.workspace
    person = ws.need_person(body["user"])
    event: Doc = {
        "type": "app_home_opened",
        "user": person["id"],
        "channel": "D" + person["id"][1:],
        "tab": "home",
        "event_ts": ws.new_ts(),
    }
    published = ws.store.get("home", person["id"])
    ws.on_event({**event, "view": published} if published else event)
    return {}


async def react(app: App, body: Doc) -> Doc:
    ws = app.workspace
    person = ws.need_person(body["user"])
    channel = ws.need_channel_of(person["id"], body["channel"])
    found = ws.store.message(channel["id"], body["ts"])
    if found is None or found[1] is not None:
        raise NotPossible("message_not_found", "This message is not there.")
    name, remove = str(body["name"]).strip(":"), bool(body.get("remove"))
    try:
        messages.react(ws, channel, found[0], person["id"], name, remove=remove)
    except Refused as refused:
        raise NotPossible(refused.error, "You have done that already.") from None
    return {}


async def read(app: App, body: Doc) -> Doc:
    channel = app.workspace.need_channel_of(body["user"], body["channel"])
    app.workspace.mark_read(body["user"], channel["id"])
    return {}


ACTS: dict[str, Act] = {
    "say": say,
    "command": command,
    "click": click,
    "options": options,
    "view": view,
    "shortcut": shortcut,
    "home": home,
    "react": react,
    "read": read,
}


def as_typed(app: App, text: str, *, named: bool = False) -> str:
    """Return *text* as Slack's client sends it: `& < >` escaped, `@name` and `#channel` turned into mentions."""
    mentions = _mentions(app, named=named)
    known = "|".join(re.escape(each) for each in sorted(mentions, key=len, reverse=True))
    mention = re.compile(rf"(?<!\w)(?:{known})(?![\w-]|\.\w)", re.IGNORECASE)
    return mention.sub(lambda found: mentions[found[0].lower()], html.escape(text, quote=False))


def _mentions(app: App, *, named: bool) -> dict[str, str]:
    """Return what may be typed, in small letters -> what is sent for it."""
    store = app.workspace.store
    sent = {f"@{word}": f"<!{word}>" for word in ("here", "channel", "everyone")}
    sent |= {f"#{each['name']}": f"<#{each['id']}|{each['name']}>" for each in store.all("channel") if "name" in each}
    for group in store.all("usergroup"):
        sent[f"@{group['handle']}"] = f"<!subteam^{group['id']}" + (f"|@{group['handle']}>" if named else ">")
    for each in app.workspace.people():
        for name in (each["name"], each["profile"]["display_name"], each["real_name"]):
            sent[f"@{name.lower()}"] = f"<@{each['id']}" + (f"|{each['name']}>" if named else ">")
    return sent
