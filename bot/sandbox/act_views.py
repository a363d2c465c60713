"""People in modals and in the app's home: fill in, submit, close."""

from typing import Any

from bot.sandbox import forms, modals, payloads
from bot.sandbox.act_elements import error_of, need_ack, put_in, view_of, with_state
from bot.sandbox.app import App
from bot.sandbox.errors import NotPossible, Refused
from bot.sandbox.rules import check_view
from bot.sandbox.store import Doc


async def view(app: App, body: Doc) -> Doc:
    person = app.workspace.need_person(body["user"])
    found = view_of(app, person["id"], body["view_id"])
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
    state = put_in(app, view["id"], person["id"], block, element, body.get("value"))
    if block["type"] == "input" and not block.get("dispatch_action"):
        return {}
    parts = {
        "container": {"type": "view", "view_id": view["id"]},
        "view": with_state(app, view, person["id"]),
        "actions": [payloads.action(block, element, state, at=app.workspace.new_ts())],
    }
    need_ack(await app.interact("block_actions", person, **parts))
    return {}


async def _close(app: App, person: Doc, view: Doc, *, everything: bool) -> Doc:
    stack = app.workspace.store.modals(person["id"])
    place = next((n for n, each in enumerate(stack) if each["id"] == view["id"]), None)
    if place is None:
        raise NotPossible("no_such_view", "This view is not open.")
    everything = everything or view["clear_on_close"]
    states = {each["id"]: with_state(app, each, person["id"]) for each in stack}
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
        put_in(app, view["id"], person["id"], block, element, value)
    sent = with_state(app, view, person["id"])
    errors = forms.complaints(view["blocks"], sent["state"]["values"])
    if not errors:
        reply = await app.interact("view_submission", person, view=sent, response_urls=[])
        if not reply.ok:
            raise NotPossible(error_of(reply), "We had some trouble connecting. Try again?")
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
    try:
        match answer.get("response_action"):
            case "errors":
                return _checked_errors(view, answer.get("errors"))
            case "clear":
                modals.close_from(app.workspace, user, 0)
            case "update":
                modals.update_modal(app.workspace, view["id"], _new_view(app, answer))
            case "push":
                modals.push_modal(app.workspace, user, _new_view(app, answer))
            case None if not answer:
                _close_alone(app, user, view)
            case other:
                raise Refused("invalid_response", got=other)
    except Refused as refused:
        text = "We had some trouble connecting. Try again?"
        raise NotPossible("invalid_response", text, why=refused.body()) from None
    return {}


def _close_alone(app: App, user: str, view: Doc) -> None:
    """Close the submitted view and what the app has put on it since; the person may have closed it already."""
    stack = [each["id"] for each in app.workspace.store.modals(user)]
    if view["id"] in stack:
        modals.close_from(app.workspace, user, stack.index(view["id"]))


def _checked_errors(view: Doc, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
        raise Refused("invalid_response", got=errors)
    return {str(block): str(text) for block, text in errors.items()}


def _new_view(app: App, answer: Doc) -> Doc:
    return check_view(answer.get("view"), ("modal",), knows_file=app.knows_file)
