"""People use what is in blocks: press a button, choose, type into a select that asks the app for options."""

from typing import Any

from bot.sandbox import forms, payloads
from bot.sandbox.app import App
from bot.sandbox.delivery import Reply
from bot.sandbox.errors import NotPossible, Refused
from bot.sandbox.rules import check_offer
from bot.sandbox.store import Doc


async def click(app: App, body: Doc) -> Doc:
    """Use an element of a message: press the button, choose, pick a date."""
    person, channel, doc, only_for = message_of(app, body)
    block, element = forms.find(doc.get("blocks", []), body["action_id"], body.get("block_id"))
    key = f"{channel['id']}:{doc['ts']}"
    state = put_in(app, key, person["id"], block, element, body.get("value"))
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
    need_ack(await app.interact("block_actions", person, **parts))
    return {}


async def options(app: App, body: Doc) -> Doc:
    """Type into an external select; the app offers options."""
    ws = app.workspace
    person = ws.need_person(body["user"])
    parts: Doc
    if body.get("view_id"):
        view = view_of(app, person["id"], body["view_id"])
        blocks, key = view["blocks"], view["id"]
        parts = {"view": with_state(app, view, person["id"]), "container": {"type": "view", "view_id": view["id"]}}
    else:
        _, channel, doc, only_for = message_of(app, body)
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
    reply = need_ack(await app.interact("block_suggestion", person, **parts))
    try:
        choices, groups = check_offer(reply.payload)
    except Refused as refused:
        raise NotPossible("invalid_response", "The options could not be loaded.", why=refused.body()) from None
    offered = [*choices, *(each for group in groups for each in group["options"])]
    app.offers[key, person["id"], element["action_id"]] = offered
    return {"option_groups": groups} if groups else {"options": choices}


def message_of(app: App, body: Doc) -> tuple[Doc, Doc, Doc, str | None]:
    """Return (person, channel, message, whom alone it is shown to). Raises: NotPossible."""
    person = app.workspace.need_person(body["user"])
    channel = app.workspace.need_channel_of(person["id"], body["channel"])
    found = app.workspace.store.message(channel["id"], str(body["ts"]))
    if found is None or found[1] not in (None, person["id"]) or "bot_id" not in found[0]:
        raise NotPossible("message_not_found", "There is no such message of the app's for you to use.")
    return person, channel, found[0], found[1]


def view_of(app: App, user: str, view_id: str) -> Doc:
    home = app.workspace.store.get("home", user)
    if home and home["id"] == view_id:
        return home
    found = app.workspace.store.modal(view_id)
    if found is None or found[1] != user:
        raise NotPossible("no_such_view", "This view is not open.")
    return found[0]


def with_state(app: App, view: Doc, user: str) -> Doc:
    kept = app.workspace.kept_values.get((view["id"], user), {})
    return {**view, "state": {"values": forms.state_of(view["blocks"], kept)}}


def put_in(app: App, key: str, user: str, block: Doc, element: Doc, value: Any) -> Doc:
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


def need_ack(reply: Reply) -> Reply:
    """Raises: NotPossible: the app did not acknowledge."""
    if not reply.ok:
        raise NotPossible(error_of(reply), "This app has not responded. Try again.")
    return reply


def error_of(reply: Reply) -> str:
    return "operation_timeout" if reply.why == "http_timeout" else "dispatch_failed"
