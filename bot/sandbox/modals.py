"""Views: the stack of modals each person has open, and the app's home."""

import secrets
from typing import Any

from bot.sandbox.errors import Refused
from bot.sandbox.messages import with_ids
from bot.sandbox.store import Doc
from bot.sandbox.workspace import Workspace, word

DEEPEST = 3


def open_modal(workspace: Workspace, user: str, view: Doc) -> Doc:
    """Open *view* for *user* in place of whatever was open. Raises: Refused: `duplicate_external_id`."""
    _need_new_external_id(workspace, view)
    close_from(workspace, user, 0)
    return _save_new(workspace, user, view, [])


def push_modal(workspace: Workspace, user: str, view: Doc) -> Doc:
    """Open *view* on top. Raises: Refused: `push_limit_reached`, `not_found`, `duplicate_external_id`."""
    stack = workspace.store.modals(user)
    if not stack:
        raise Refused("not_found")
    if len(stack) >= DEEPEST:
        raise Refused("push_limit_reached")
    _need_new_external_id(workspace, view)
    return _save_new(workspace, user, view, stack)


def update_modal(workspace: Workspace, view_id: str, view: Doc, *, expected_hash: str = "") -> Doc:
    """Put *view* in place of an open one, which keeps its id. Raises: Refused: `not_found`, `hash_conflict`."""
    found = workspace.store.modal(view_id)
    if found is None:
        raise Refused("not_found")
    old, user, place = found
    if expected_hash and expected_hash != old["hash"]:
        raise Refused("hash_conflict")
    new = _view_object(workspace, view, old["id"])
    new |= {"root_view_id": old["root_view_id"], "previous_view_id": old["previous_view_id"]}
    workspace.store.put_modal(user, new, place)
    workspace.view_errors.pop(view_id, None)
    workspace.changes.tell({"kind": "view", "view_id": view_id}, [user])
    return new


def close_from(workspace: Workspace, user: str, place: int) -> list[Doc]:
    """Close the views of *user* from *place* in the stack upwards; return them."""
    closed = workspace.store.modals(user)[place:]
    workspace.store.close_modals(user, from_place=place)
    for view in closed:
        workspace.kept_values.pop((view["id"], user), None)
        workspace.view_errors.pop(view["id"], None)
    if closed:
        workspace.changes.tell({"kind": "view", "view_id": None}, [user])
    return closed


def publish_home(workspace: Workspace, user: str, view: Doc, *, expected_hash: str = "") -> Doc:
    """Raises: Refused: `hash_conflict`."""
    old = workspace.store.get("home", user)
    if expected_hash and old and old["hash"] != expected_hash:
        raise Refused("hash_conflict")
    new = _view_object(workspace, view, old["id"] if old else "V0" + word(9))
    new |= {"root_view_id": new["id"], "previous_view_id": None}
    workspace.store.put("home", user, new)
    workspace.changes.tell({"kind": "home"}, [user])
    return new


def _save_new(workspace: Workspace, user: str, view: Doc, stack: list[Doc]) -> Doc:
    new = _view_object(workspace, view, "V0" + word(9))
    new["root_view_id"] = stack[0]["id"] if stack else new["id"]
    new["previous_view_id"] = stack[-1]["id"] if stack else None
    workspace.store.put_modal(user, new, len(stack))
    workspace.changes.tell({"kind": "view", "view_id": new["id"]}, [user])
    return new


def _view_object(workspace: Workspace, view: Doc, view_id: str) -> Doc:
    team = workspace.team
    whole: dict[str, Any] = {
        "id": view_id,
        "team_id": team.id,
        "type": view["type"],
        "blocks": with_ids(view["blocks"]),
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "state": {"values": {}},
        "hash": f"{workspace.now_s()}.{secrets.token_hex(4)}",
        "title": view.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": view.get("clear_on_close", False),
        "notify_on_close": view.get("notify_on_close", False),
        "close": view.get("close"),
        "submit": view.get("submit"),
        "external_id": view.get("external_id", ""),
        "app_id": team.app_id,
        "app_installed_team_id": team.id,
        "bot_id": team.bot_id,
    }
    return whole


def _need_new_external_id(workspace: Workspace, view: Doc) -> None:
    if workspace.store.modal_by_external_id(view.get("external_id", "")):
        raise Refused("duplicate_external_id")
