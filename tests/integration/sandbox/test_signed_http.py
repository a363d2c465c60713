"""A real Bolt app behind signed requests."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.app import Credentials
from tests.driver import Refusal, Workspace, running_sandbox, until
from tests.integration.sandbox.apps import new_app, over_http, write_manifest


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """The open socket on which the app is going to listen."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def slack(tmp_path: Path, door: socket.socket) -> Iterator[Workspace]:
    """Sends to the door, and again soon when it must."""
    url = f"http://127.0.0.1:{door.getsockname()[1]}/slack/events"
    manifest = write_manifest(tmp_path)
    with running_sandbox(tmp_path, manifest=manifest, request_url=url, retry_scale=0.0005) as workspace:
        yield workspace


def test_the_request_url_is_verified_by_its_challenge(slack: Workspace, door: socket.socket) -> None:
    app, _ = new_app(slack)
    with over_http(app, door):
        assert slack.control("verify")["verified"]


def test_commands_events_and_clicks_arrive_signed(slack: Workspace, door: socket.socket) -> None:
    app, heard = new_app(slack)
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack(text="Sure?", blocks=[{"type": "actions", "elements": [button]}])

    @app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Running", replace_original=True)

    with over_http(app, door):
        choo = slack.as_("choo")
        choo.command("/rerun x").click("Go").expect_ephemeral("Running")
        choo.say("hello")
        [event] = heard.expect("message")
    assert event["event"]["text"] == "hello"
    assert heard.of("/rerun")[0]["text"] == "x"


def test_a_plain_answer_to_a_command_is_a_private_message(slack: Workspace, door: socket.socket) -> None:
    app, _ = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack("Got it")

    with over_http(app, door):
        slack.as_("choo").command("/rerun").expect_ephemeral("Got it")


def test_the_app_refuses_another_secrets_signature(slack: Workspace, door: socket.socket) -> None:
    app, heard = new_app(slack, Credentials(signing_secret="another one"))
    with over_http(app, door):
        with pytest.raises(Refusal, match="dispatch_failed"):
            slack.as_("choo").command("/rerun")
        assert not slack.control("verify")["verified"]
    assert not heard.bodies


def test_an_event_that_nobody_handles_comes_three_times_more_and_says_so(slack: Workspace, door: socket.socket) -> None:
    app, _ = new_app(slack)
    tries: list[tuple[list[str], list[str]]] = []

    @app.middleware
    async def look(request: Any, body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> None:
        if body["event"]["type"] == "app_mention":
            headers = request.headers
            tries.append((headers.get("x-slack-retry-num", []), headers.get("x-slack-retry-reason", [])))
        await next_()

    with over_http(app, door):
        slack.as_("choo").say("@baton hello")
        until(lambda: slack.state()["given_up"], "the event was not given up")
    assert tries == [([], []), (["1"], ["http_error"]), (["2"], ["http_error"]), (["3"], ["http_error"])]


def test_a_command_that_fails_comes_once(slack: Workspace, door: socket.socket) -> None:
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def fail() -> None:
        raise RuntimeError("not today")

    with over_http(app, door), pytest.raises(Refusal, match="dispatch_failed"):
        slack.as_("choo").command("/rerun")
    assert len(heard.of("/rerun")) == 1


def test_events_wait_for_a_door_that_is_closed(slack: Workspace, door: socket.socket) -> None:
    door.close()
    slack.as_("choo").say("anybody?")
    [lost] = until(lambda: slack.state()["given_up"], "the event was not given up")
    assert lost["event"]["text"] == "anybody?"


def test_sockets_cannot_be_opened_where_requests_are_signed(slack: Workspace) -> None:
    with pytest.raises(AssertionError, match="it has no sockets"):
        slack.control("drop")
