"""The app as its manifest declares it: what it may call, what it hears, what people can use of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Command:
    command: str
    """With its slash."""
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False
    url: str = ""


@dataclass(frozen=True)
class Shortcut:
    name: str
    callback_id: str
    type: str
    """`message` or `global`."""
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    name: str
    bot_name: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    bot_scopes: frozenset[str]
    bot_events: frozenset[str]
    home_tab: bool
    interactivity: bool

    def command(self, name: str) -> Command | None:
        return next((each for each in self.commands if each.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        return next((each for each in self.shortcuts if each.callback_id == callback_id), None)


def load_manifest(path: Path) -> Manifest:
    """
    Read an app manifest, YAML or JSON, as Slack takes it.

    Raises: ValueError: it is no manifest, or a command has no leading slash.
    """
    try:
        return read_manifest(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no app manifest: {error!r}") from None


def read_manifest(raw: dict[str, Any]) -> Manifest:
    features = raw.get("features") or {}
    settings = raw.get("settings") or {}
    bot_user = features.get("bot_user") or {}
    name = str(raw["display_information"]["name"])
    commands = tuple(_command(each) for each in features.get("slash_commands") or ())
    shortcuts = tuple(
        Shortcut(each["name"], each["callback_id"], each["type"], each.get("description", ""))
        for each in features.get("shortcuts") or ()
    )
    return Manifest(
        name=name,
        bot_name=str(bot_user.get("display_name", name)),
        commands=commands,
        shortcuts=shortcuts,
        bot_scopes=frozenset(((raw.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
        bot_events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
        home_tab=bool((features.get("app_home") or {}).get("home_tab_enabled")),
        interactivity=bool((settings.get("interactivity") or {}).get("is_enabled")),
    )


def _command(raw: dict[str, Any]) -> Command:
    if not str(raw["command"]).startswith("/"):
        raise ValueError(f"the command {raw['command']!r} needs a leading slash")
    return Command(
        raw["command"],
        raw.get("description", ""),
        raw.get("usage_hint", ""),
        bool(raw.get("should_escape")),
        raw.get("url", ""),
    )
