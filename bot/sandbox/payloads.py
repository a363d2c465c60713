"""The shapes in which people's doings reach the app."""

from typing import Any

from bot.sandbox.store import Doc
from bot.sandbox.workspace import Team


def interaction(team: Team, token: str, kind: str, user: Doc) -> Doc:
    """Return what every interaction carries."""
    return {
        "type": kind,
        "user": {"id": user["id"], "username": user["name"], "name": user["name"], "team_id": team.id},
        "api_app_id": team.app_id,
        "token": token,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_part(channel: Doc) -> Doc:
    """Return id and name; of what is private the name is not told."""
    private = "directmessage" if channel["is_im"] else "privategroup"
    return {"id": channel["id"], "name": private if channel["is_private"] else channel["name"]}


def message_container(channel: Doc, message: Doc, *, ephemeral: bool) -> Doc:
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel["id"],
        "is_ephemeral": ephemeral,
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    return container


def action(block: Doc, element: Doc, state: Doc, *, at: str) -> Doc:
    """Return one entry of `actions`: the element that was used and what stands in it now."""
    part: dict[str, Any] = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": at,
    }
    for key in ("text", "value", "style", "url", "placeholder", "confirm"):
        if key in element:
            part[key] = element[key]
    return {**part, **state}
