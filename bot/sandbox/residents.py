"""Who lives in the workspace, and where: people, the bot, channels, DMs, user groups."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sandbox.store import Doc
from bot.sandbox.workspace import Team, Workspace


def populate(
    workspace: Workspace, people: Iterable[Doc], channels: Iterable[str], usergroups: Iterable[str] = ()
) -> None:
    """
    Put people, the bot, channels and DMs into *workspace*; what is there already stays as it is.

    Everybody is in every channel and has a DM with the bot. The bot is in *channels*, but not in `random`.
    """
    team, store = workspace.team, workspace.store
    people = [user_object(team, each) for each in people]
    for each in people:
        store.put("person", each["id"], each)
    store.put("person", team.bot_user_id, bot_object(team))
    now = workspace.now_s()
    for name in channels:
        add_channel(workspace, name)
    add_channel(workspace, "random", bot=False)
    for each in people:
        open_im(workspace, each["id"])
    for handle in usergroups:
        if store.get("usergroup", f"S0{_key(handle)}") is None:
            store.put(
                "usergroup", f"S0{_key(handle)}", usergroup_object(team, f"S0{_key(handle)}", handle, created=now)
            )


def add_channel(workspace: Workspace, name: str, *, members: list[str] | None = None, bot: bool = True) -> Doc:
    """Return the channel *name*, made when there was none; *members* join it (None: everybody), and the bot."""
    team, store = workspace.team, workspace.store
    everybody = [each["id"] for each in workspace.people() if not each["is_bot"]]
    channel = store.channel_named(name)
    if channel is None:
        creator = everybody[0] if everybody else team.bot_user_id
        channel = channel_object(team, f"C0{_key(name)}", name, creator=creator, created=workspace.now_s())
        store.put_channel(channel)
        if bot:
            store.join(channel["id"], team.bot_user_id)
    for user in everybody if members is None else members:
        store.join(channel["id"], user)
    return channel


def open_im(workspace: Workspace, user: str) -> Doc:
    """Return the DM of *user* with the bot; made when there was none."""
    team, store = workspace.team, workspace.store
    channel_id = "D" + user[1:]
    found = store.get("channel", channel_id)
    if found is None:
        found = {
            "id": channel_id,
            "created": workspace.now_s(),
            "is_im": True,
            "is_channel": False,
            "is_private": True,
            "is_archived": False,
            "is_org_shared": False,
            "user": user,
            "context_team_id": team.id,
        }
        store.put_channel(found)
        store.join(channel_id, user)
        store.join(channel_id, team.bot_user_id)
    return found


def load_people(path: Path) -> list[Doc]:
    """
    Read the list of people: `[{"id": "U0AIDIL", "name": "Aidil", …}]`.

    Each may have `real_name`, `email`, `tz`, `title`, `deleted` and `outsider`.

    Raises: ValueError: it is no such list, or somebody has no id or no name.
    """
    people: list[Doc] = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(people, list):
        raise ValueError(f"{path} is no list of people")
    for each in people:
        if not str(each.get("id", "")).startswith(("U", "W")) or not each.get("name"):
            raise ValueError(f"{path}: each person needs an id such as U0AIDIL and a name: {each}")
    return people


def user_object(team: Team, person: Doc) -> Doc:
    """Return the user object of a person of the people's file."""
    name, real_name = str(person["name"]), str(person.get("real_name") or person["name"])
    zone = str(person.get("tz") or "Etc/UTC")
    return {
        "id": person["id"],
        "team_id": team.id,
        "name": name.lower().replace(" ", "."),
        "deleted": bool(person.get("deleted", False)),
        "color": f"{sum(person['id'].encode()) * 7919 % 0xFFFFFF:06x}",
        "real_name": real_name,
        "tz": zone,
        "tz_label": zone,
        "tz_offset": _offset(zone),
        "profile": {
            "title": str(person.get("title") or ""),
            "real_name": real_name,
            "real_name_normalized": real_name,
            "display_name": name,
            "display_name_normalized": name,
            "email": str(person.get("email") or f"{name.lower().replace(' ', '.')}@example.com"),
            "team": team.id,
        },
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
        "outsider": bool(person.get("outsider", False)),
    }


def bot_object(team: Team) -> Doc:
    bot = user_object(team, {"id": team.bot_user_id, "name": team.bot_name, "real_name": team.app_name})
    bot["profile"].update({"bot_id": team.bot_id, "api_app_id": team.app_id, "always_active": True})
    del bot["profile"]["email"]
    return {**bot, "is_bot": True}


def channel_object(team: Team, channel_id: str, name: str, *, creator: str, created: int) -> Doc:
    nothing = {"value": "", "creator": "", "last_set": 0}
    return {
        "id": channel_id,
        "name": name,
        "name_normalized": name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_archived": False,
        "is_general": False,
        "is_shared": False,
        "is_org_shared": False,
        "created": created,
        "creator": creator,
        "context_team_id": team.id,
        "topic": dict(nothing),
        "purpose": dict(nothing),
        "previous_names": [],
    }


def usergroup_object(team: Team, group_id: str, handle: str, *, created: int, name: str = "") -> Doc:
    return {
        "id": group_id,
        "team_id": team.id,
        "is_usergroup": True,
        "name": name or handle,
        "handle": handle,
        "description": "",
        "date_create": created,
        "date_update": created,
        "date_delete": 0,
        "users": [],
        "user_count": 0,
    }


def _key(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum())


def _offset(zone: str) -> int:
    offset = datetime.now(UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0
