"""What the app may do, and how often."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.driver import Workspace, running_sandbox
from tests.integration.sandbox.apps import SCOPES, new_app, over_sockets, web, write_manifest

ONCALL = "C0DATAONCALL"


def test_posting_is_limited_per_channel_after_a_burst(slack: Workspace) -> None:
    slack.control("limits", on=True)
    client = web(slack)
    for number in range(5):
        client.chat_postMessage(channel=ONCALL, text=str(number))
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=ONCALL, text="too fast")
    answer: Any = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    client.chat_postMessage(channel="C0ONCALLALERTS", text="another channel has its own")


def test_reading_is_limited_by_its_tier(slack: Workspace) -> None:
    slack.control("limits", on=True)
    client = web(slack)
    for _ in range(20):
        client.users_list()
    with pytest.raises(SlackApiError, match="ratelimited"):
        client.users_list()
    client.users_info(user="U0CHOO")


@pytest.mark.parametrize(
    ("method", "args", "scope"),
    [
        ("chat.postMessage", {"channel": ONCALL, "text": "x"}, "chat:write"),
        ("conversations.history", {"channel": ONCALL}, "channels:history"),
        ("conversations.history", {"channel": "D0CHOO"}, "im:history"),
        ("conversations.list", {"types": "im"}, "im:read"),
        ("users.list", {}, "users:read"),
        ("users.lookupByEmail", {"email": "choo@example.com"}, "users:read.email"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 1}, "files:write"),
        ("reactions.add", {"channel": ONCALL, "timestamp": "1.0", "name": "eyes"}, "reactions:write"),
    ],
)
def test_each_method_needs_its_scope(tmp_path: Path, method: str, args: dict[str, Any], scope: str) -> None:
    manifest = write_manifest(tmp_path, scopes=[each for each in SCOPES if each != scope])
    with running_sandbox(tmp_path, manifest=manifest) as slack, pytest.raises(SlackApiError) as caught:
        web(slack).api_call(method, json=args)
    answer: Any = caught.value.response
    assert answer["error"] == "missing_scope"
    assert scope in answer["needed"].split(",")
    assert scope not in answer["provided"].split(",")


@pytest.mark.parametrize(
    ("channel", "enough"),
    [
        (ONCALL, ("channels:manage", "channels:write.topic")),
        ("C0RAID", ("groups:write", "groups:write.topic")),
    ],
)
def test_a_topic_needs_the_scope_of_its_kind_of_channel(tmp_path: Path, channel: str, enough: tuple[str, str]) -> None:
    for scope in ("channels:manage", "channels:write.topic", "groups:write", "groups:write.topic"):
        folder = tmp_path / scope.replace(":", "-")
        folder.mkdir()
        with running_sandbox(folder, manifest=write_manifest(folder, scopes=[scope])) as slack:
            slack.control("channel", name="raid", private=True)
            if scope in enough:
                web(slack).conversations_setTopic(channel=channel, topic="On call: Choo")
            else:
                with pytest.raises(SlackApiError, match="missing_scope"):
                    web(slack).conversations_setTopic(channel=channel, topic="On call: Choo")


def test_without_its_scope_an_address_is_not_shown(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path, scopes=["users:read"])
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        assert "email" not in web(slack).users_info(user="U0CHOO")["user"]["profile"]


def test_with_the_public_scope_the_bot_posts_where_it_is_not(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path, scopes=["chat:write", "chat:write.public"])
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        web(slack).chat_postMessage(channel="C0RANDOM", text="hello")
        assert slack.messages("#random")


def test_the_app_hears_only_what_it_has_subscribed_to(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path, events=["message.im"])
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        app, heard = new_app(slack)
        with over_sockets(slack, app):
            choo = slack.as_("choo")
            choo.say("@baton in a channel")
            choo.open_home()
            choo.say("in a DM", in_="dm")
            heard.expect("message")
    assert [each["event"]["text"] for each in heard.bodies] == ["in a DM"]
