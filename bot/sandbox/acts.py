"""What people do: say, command, click, fill in, submit. Each tells at once what the person would see."""

import html
import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox import forms, messages, modals, payloads
from bot.sandbox.app import App
from bot.sandbox.delivery import Reply
from bot.sandbox.errors import NotPossible, Refused
from bot.sandbox.responses import answer_command
from bot.sandbox.rules import check_view
from bot.sandbox.store import Doc

Act = Callable[[App, Doc], Awaitable[Doc]]

_NAME = re.compile(r"(?<![\w<])([@#])([\w.-]*\w)")


async def say(app: App, body: Doc) -> Doc:
    """Post a message as a person. What they type is text: only `@name` and `#channel` become mentions."""
    ws = app.workspace
    person = ws.need_person(body["user"])
    channel = ws.need_channel_of(person["id"], body["channel"])
    text = str(body["text"])
    if not text.strip():
        raise NotPossible("no_text", "Type a message first.")
    fields: Doc = {"user": person["id"], "team": ws.team.id, "text": as_typed(app, text)}
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
    name, _, text = str(body["text"]).strip().partition(" ")
    declared = ws.manifest.command(name)
    if declared is None:
        raise NotPossible("unknown_command", f"{name} is not a valid command.")
    if body.get("thread_ts"):
        raise NotPossible("not_in_threads", f"{name} is not supported in threads. Sorry!")
    text = as_typed(app, text.strip(), named=True) if declared.should_escape else html.escape(text.strip(), quote=False)
    reply = await app.command(person, channel, name, text)
    if not reply.ok:
        why = f'{name} failed with the error "{_error_of(reply)}"'
        messages.tell_privately(ws, channel["id"], person["id"], why)
        raise NotPossible(_error_of(reply), why)
    refused = answer_command(app, channel, person["id"], reply.payload)
    if refused:
        why = f'{name} failed with the error "{refused}"'
        messages.tell_privately(ws, channel["id"], person["id"], why)
        raise NotPossible(refused, why)
    return {}


async def click(app: App, body: Doc) -> Doc:
    """Use an element of a message: press the button, choose, pick a date."""
    person, channel, doc, only_for = _message_of(app, body)
    block, element = forms.find(doc.get("blocks", []), body["action_id"], body.get("block_id"))
    key = f"{channel['id']}:{doc['ts']}"
    state = _put(app, key, person["id"], block, element, body.get("value"))
    if block["type"] == "input" and not block.get("dispatch_action"):
        return {}
    at = app.workspace.new_ts()
    parts: Doc = {
        "container": payloads.message_container(channel, doc, ephemeral=only_for is not None),
        "channel": payloads.channel_part(channel),
        "state": {"values": forms.state_of(doc["blocks"], app.workspace.kept_values.get((key, person["id"]), {}))},
        "response_url": app.response_url(channel["id"], person["id"], doc, only_for=only_for),
        "actions": [payloads.action(block, element, state, at=at)],
    }
    if only_for is None:
        parts["message"] = app.workspace.with_thread(channel["id"], doc)
    _need(await app.interact("block_actions", person, **parts))
    return {}


async def options(app: App, body: Doc) -> Doc:
    """Type into an external select; the app offers options."""
    ws = app.workspace
    person = ws.need_person(body["user"])
    parts: Doc
    if body.get("view_id"):
        view = _view_of(app, person["id"], body["view_id"])
        blocks, key = view["blocks"], view["id"]
        parts = {"view": _with_state(app, view, person["id"]), "container": {"type": "view", "view_id": view["id"]}}
    else:
        _, channel, doc, only_for = _message_of(app, body)
        blocks, key = doc.get("blocks", []), f"{channel['id']}:{doc['ts']}"
        parts = {
            "container": payloads.message_container(channel, doc, ephemeral=only_for is not None),
            "channel": payloads.channel_part(channel),
            "message": doc,
        }
    block, element = forms.find(blocks, body["action_id"], body.get("block_id"))
    if not element["type"].endswith("external_select"):
        raise NotPossible("no_such_element", f"{body['action_id']} has its own options.")
    parts |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": str(body.get("value") or "")}
    reply = _need(await app.interact("block_suggestion", person, **parts))
    offer = reply.payload if isinstance(reply.payload, dict) else {}
    groups = offer.get("option_groups") or []
    offered = [*offer.get("options", ()), *(each for group in groups for each in group["options"])]
    app.offers[key, person["id"], element["action_id"]] = offered
    return {"option_groups": groups} if groups else {"options": offered}


async def view(app: App, body: Doc) -> Doc:
    person = app.workspace.need_person(body["user"])
    found = _view_of(app, person["id"], body["view_id"])
    match body["action"]:
        case "block_action":
            return await _act_in_view(app, person, found, body)
        case "close":
            return await _close(app, person, found, everything=bool(body.get("all")))
        case "submit":
            return await _submit(app, person, found, body.get("values") or {})
    raise NotPossible("unknown_action", f"A view knows no {body['action']!r}.")


async def _act_in_view(app: App, person: Doc, view: Doc, body: Doc) -> Doc:
    block, element = forms.find(view["blocks"], body["action_id"], body.get("block_id"))
    state = _put(app, view["id"], person["id"], block, element, body.get("value"))
    if block["type"] == "input" and not block.get("dispatch_action"):
        return {}
    parts = {
        "container": {"type": "view", "view_id": view["id"]},
        "view": _with_state(app, view, person["id"]),
        "actions": [payloads.action(block, element, state, at=app.workspace.new_ts())],
    }
    _need(await app.interact("block_actions", person, **parts))
    return {}


async def _close(app: App, person: Doc, view: Doc, *, everything: bool) -> Doc:
    stack = app.workspace.store.modals(person["id"])
    place = next((n for n, each in enumerate(stack) if each["id"] == view["id"]), None)
    if place is None:
        raise NotPossible("no_such_view", "This view is not open.")
    everything = everything or view["clear_on_close"]
    states = {each["id"]: _with_state(app, each, person["id"]) for each in stack}
    for closed in modals.close_from(app.workspace, person["id"], 0 if everything else place)[::-1]:
        if closed["notify_on_close"]:
            await app.interact("view_closed", person, view=states[closed["id"]], is_cleared=everything)
    return {}


async def _submit(app: App, person: Doc, view: Doc, values: Doc) -> Doc:
    ws = app.workspace
    if view["type"] != "modal" or ws.store.modals(person["id"])[-1]["id"] != view["id"]:
        raise NotPossible("not_on_top", "This view cannot be submitted now.")
    for name, value in values.items():
        block, element = forms.find_input(view["blocks"], name)
        _put(app, view["id"], person["id"], block, element, value)
    sent = _with_state(app, view, person["id"])
    errors = forms.complaints(view["blocks"], sent["state"]["values"])
    if not errors:
        reply = await app.interact("view_submission", person, view=sent, response_urls=[])
        if not reply.ok:
            raise NotPossible(_error_of(reply), "We had some trouble connecting. Try again?")
        errors = _follow(app, person["id"], view, reply.payload)
    if errors:
        ws.view_errors[view["id"]] = errors
        ws.changes.tell({"kind": "view", "view_id": view["id"]}, [person["id"]])
        return {"errors": errors}
    return {}


def _follow(app: App, user: str, view: Doc, answer: Any) -> dict[str, str]:
    """
    Do what the app answered to a submission; return the errors to show.

    Raises: NotPossible: `invalid_response`: Slack would not take the answer, and the person sees a failure.
    """
    answer = answer if isinstance(answer, dict) else {}
    place = len(app.workspace.store.modals(user)) - 1
    try:
        match answer.get("response_action"):
            case "errors":
                return _checked_errors(view, answer.get("errors"))
            case "clear":
                modals.close_from(app.workspace, user, 0)
            case "update":
                modals.update_modal(app.workspace, view["id"], check_view(app, answer.get("view"), ("modal",)))
            case "push":
                modals.push_modal(app.workspace, user, check_view(app, answer.get("view"), ("modal",)))
            case None if not answer:
                modals.close_from(app.workspace, user, place)
            case other:
                raise Refused("invalid_response", got=other)
    except Refused as refused:
        text = "We had some trouble connecting. Try again?"
        raise NotPossible("invalid_response", text, why=refused.body()) from None
    return {}


def _checked_errors(view: Doc, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
        raise Refused("invalid_response", got=errors)
    return {str(block): str(text) for block, text in errors.items()}


async def shortcut(app: App, body: Doc) -> Doc:
    ws = app.workspace
    person = ws.need_person(body["user"])
    declared = ws.manifest.shortcut(body["callback_id"])
    if declared is None:
        raise NotPossible("unknown_shortcut", f"There is no shortcut {body['callback_id']}.")
    if declared.type == "global":
        parts: Doc = {"callback_id": declared.callback_id, "action_ts": ws.new_ts()}
        _need(await app.interact("shortcut", person, **parts))
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
    _need(await app.interact("message_action", person, **parts))
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
    messages.react(ws, channel, found[0], person["id"], str(body["name"]).strip(":"), remove=bool(body.get("remove")))
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

    def mention(match: re.Match[str]) -> str:
        sign, name = match.groups()
        if sign == "#":
            channel = app.workspace.channel_named(name)
            return f"<#{channel['id']}|{name}>" if channel else match[0]
        for each in app.workspace.people():
            names = (each["name"], each["profile"]["display_name"], each["real_name"])
            if name.lower() in (one.lower() for one in names):
                return f"<@{each['id']}|{each['name']}>" if named else f"<@{each['id']}>"
        return f"<!{name}>" if name in ("here", "channel", "everyone") else match[0]

    return _NAME.sub(mention, html.escape(text, quote=False))


def _message_of(app: App, body: Doc) -> tuple[Doc, Doc, Doc, str | None]:
    """Return (person, channel, message, whom alone it is shown to). Raises: NotPossible."""
    person = app.workspace.need_person(body["user"])
    channel = app.workspace.need_channel_of(person["id"], body["channel"])
    found = app.workspace.store.message(channel["id"], str(body["ts"]))
    if found is None or found[1] not in (None, person["id"]) or "bot_id" not in found[0]:
        raise NotPossible("message_not_found", "There is no such message of the app's for you to use.")
    return person, channel, found[0], found[1]


def _view_of(app: App, user: str, view_id: str) -> Doc:
    home = app.workspace.store.get("home", user)
    if home and home["id"] == view_id:
        return home
    found = app.workspace.store.modal(view_id)
    if found is None or found[1] != user:
        raise NotPossible("no_such_view", "This view is not open.")
    return found[0]


def _with_state(app: App, view: Doc, user: str) -> Doc:
    kept = app.workspace.kept_values.get((view["id"], user), {})
    return {**view, "state": {"values": forms.state_of(view["blocks"], kept)}}


def _put(app: App, key: str, user: str, block: Doc, element: Doc, value: Any) -> Doc:
    """Put *value* into an element, and return its state; a button has none."""
    if element["type"] in ("button", "image"):
        return {}
    offered = app.offers.get((key, user, element["action_id"]), [])
    ws = app.workspace
    known = {each["id"] for each in [*ws.store.all("person"), *ws.store.all("channel")]}
    state = forms.filled(element, value, offered=offered, known=known)
    if forms.holds_state(element):
        kept = ws.kept_values.setdefault((key, user), {})
        kept.setdefault(block["block_id"], {})[element["action_id"]] = state
    return {name: content for name, content in state.items() if name != "type"}


def _need(reply: Reply) -> Reply:
    """Raises: NotPossible: the app did not acknowledge."""
    if not reply.ok:
        raise NotPossible(_error_of(reply), "This app has not responded. Try again.")
    return reply


def _error_of(reply: Reply) -> str:
    return "operation_timeout" if reply.why == "http_timeout" else "dispatch_failed"
