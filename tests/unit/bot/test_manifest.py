"""The committed Slack app declares exactly what the code hears and calls."""

import ast
from pathlib import Path
from typing import Any

import yaml

from bot.demo import MANIFEST
from bot.views.help import LINES

BOT = MANIFEST.parent
MADE_OF = yaml.safe_load(MANIFEST.read_text())
# What each method needs, from Slack's reference; looking into a channel takes the scope of each kind of channel.
SCOPES = {
    "chat.getPermalink": set(),
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.setTopic": {"channels:write.topic", "groups:write.topic"},
    "files.info": {"files:read"},
    "files.upload_v2": {"files:write"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "usergroups.users.update": {"usergroups:write"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
EVENTS = {"app_home_opened": set(), "app_mention": {"app_mentions:read"}, "message.im": {"im:history"}}


def calls(folder: Path, function: str) -> list[Any]:
    """Return the first argument of every call of a method named *function*, where it is a constant or a dict."""
    found = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == function:
                try:
                    found.append(ast.literal_eval(node.args[0]))
                except (ValueError, IndexError):
                    continue
    return found


def test_the_commands_are_those_that_are_heard_and_helped_with() -> None:
    declared = {each["command"] for each in MADE_OF["features"]["slash_commands"]}
    assert declared == set(calls(BOT / "listeners", "command"))
    assert declared == {line.split()[0] for line, _ in LINES}


def test_the_events_are_those_that_are_heard() -> None:
    heard = set(calls(BOT / "listeners", "event"))
    assert heard == {event.split(".")[0] for event in _bot_events()}


def test_the_scopes_are_those_that_are_used_and_no_more() -> None:
    called = set(calls(BOT / "gateways", "_call"))
    assert called == set(SCOPES), "name the scopes of a new method here"
    needed = set().union(*(SCOPES[method] for method in called), *(EVENTS[event] for event in _bot_events()))
    declared = MADE_OF["oauth_config"]["scopes"]["bot"]
    assert set(declared) == needed | {"commands"}
    assert declared == sorted(declared)


def _bot_events() -> list[str]:
    events: list[str] = MADE_OF["settings"]["event_subscriptions"]["bot_events"]
    return events


def test_socket_mode_and_the_home_tab_are_on() -> None:
    assert MADE_OF["settings"]["socket_mode_enabled"] is True
    assert MADE_OF["settings"]["interactivity"]["is_enabled"] is True
    assert MADE_OF["features"]["app_home"]["home_tab_enabled"] is True
