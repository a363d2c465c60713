"""A real Bolt app over the real Socket Mode client."""

import asyncio
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk import WebClient

from tests.driver import Refusal, Workspace, running_sandbox, until
from tests.integration.sandbox.apps import new_app, over_sockets, web, write_manifest


def test_hello_tells_what_slack_tells(slack: Workspace) -> None:
    hello = _first_words(slack, _socket_url(slack))
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["debug_info"]["approximate_connection_time"] > 3600
    assert hello["connection_info"] == {"app_id": "A0BATON"}


def test_a_socket_address_opens_once(slack: Workspace) -> None:
    url = _socket_url(slack)
    _first_words(slack, url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        _first_words(slack, url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        _first_words(slack, url.replace("ticket=", "ticket=made-up"))


def test_a_command_reaches_the_app_and_the_answer_reaches_the_person(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"Looking at {command['text']}")

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun a-pipeline 2024-06-03").expect_ephemeral("Looking at a-pipeline 2024-06-03")
    [command] = heard.of("/rerun")
    assert command["channel_id"] == "C0DATAONCALL"
    assert command["channel_name"] == "data-oncall"
    assert command["user_id"] == "U0CHOO"
    assert command["is_enterprise_install"] == "false"
    assert command["api_app_id"] == "A0BATON"
    assert not slack.messages("#data-oncall"), "an answer to a command is private unless it says otherwise"


def test_an_answer_in_the_channel_is_seen_by_all(slack: Workspace) -> None:
    app, _ = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack(text="Running", response_type="in_channel")

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun")
        assert slack.as_("thiru").expect("Running")


def test_an_answer_that_slack_would_not_take_is_an_error_for_the_person(slack: Workspace) -> None:
    app, _ = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack(text="x", blocks=[{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}])

    with over_sockets(slack, app), pytest.raises(Refusal, match="invalid_blocks"):
        slack.as_("choo").command("/rerun")


def test_commands_have_their_places_and_names(slack: Workspace) -> None:
    choo = slack.as_("choo")
    with pytest.raises(Refusal, match="unknown_command: /reboot is not a valid command"):
        choo.command("/reboot now")
    said = choo.say("a thread")
    with pytest.raises(Refusal, match="/rerun is not supported in threads"):
        choo.command("/rerun", thread=said)


def test_a_command_in_a_dm_says_so(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun", in_="dm")
    assert heard.of("/rerun")[0]["channel_name"] == "directmessage"


def test_text_is_escaped_and_mentions_only_where_the_manifest_says_so(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.command("/rerun")
    @app.command("/oncall")
    async def any_command(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun a<b @aidil").command("/oncall a<b @aidil #random")
    assert heard.of("/rerun")[0]["text"] == "a&lt;b @aidil"
    assert heard.of("/oncall")[0]["text"] == "a&lt;b <@U0AIDIL|aidil> <#C0RANDOM|random>"


def test_without_the_app_a_command_fails_at_once(slack: Workspace) -> None:
    with pytest.raises(Refusal, match="dispatch_failed"):
        slack.as_("choo").command("/rerun")
    assert slack.as_("choo").expect_ephemeral('/rerun failed with the error "dispatch_failed"')


def test_an_app_that_takes_more_than_three_seconds_is_timed_out(slack: Workspace) -> None:
    app, heard = new_app(slack)
    done = threading.Event()

    @app.command("/slow")
    async def slow(ack: Any) -> None:
        """Never acknowledges."""
        done.set()

    with over_sockets(slack, app):
        started = time.monotonic()
        with pytest.raises(Refusal, match="operation_timeout"):
            slack.as_("choo").command("/slow")
        assert 2.9 < time.monotonic() - started < 5
    assert done.is_set()
    assert len(heard.of("/slow")) == 1, "a command is not repeated"


def test_events_carry_what_was_said_and_mentions_come_too(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.event("app_mention")
    async def mention() -> None:
        """Heard."""

    with over_sockets(slack, app):
        said = slack.as_("choo").say("@baton is <b> down?")
        [message] = heard.expect("message")
        [mentioned] = heard.expect("app_mention")
    assert message["event"]["text"] == "<@U0BATON> is &lt;b&gt; down?"
    assert message["event"]["channel_type"] == "channel"
    assert message["event"]["ts"] == said.ts
    assert mentioned["event"]["user"] == "U0CHOO"
    assert "channel_type" not in mentioned["event"]
    assert message["event_id"] != mentioned["event_id"]
    assert message["authorizations"][0]["user_id"] == "U0BATON"


def test_the_app_hears_its_dms_and_nothing_from_channels_it_is_not_in(slack: Workspace) -> None:
    app, heard = new_app(slack)
    with over_sockets(slack, app):
        slack.as_("choo").say("not for the app", in_="#random")
        slack.as_("choo").say("for the app", in_="dm")
        [event] = heard.expect("message")
    assert event["event"]["text"] == "for the app"
    assert event["event"]["channel_type"] == "im"


def test_a_button_brings_its_message_and_a_response_url(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Gone", replace_original=True)

    with over_sockets(slack, app):
        ts = _post_button(web(slack), confirm=True)
        slack.as_("choo").click("Go")
        assert slack.expect("#data-oncall", "Gone").ts == ts
    [action] = heard.of("block_actions")
    assert action["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0DATAONCALL",
        "is_ephemeral": False,
    }
    assert action["actions"][0]["value"] == "42"
    assert action["actions"][0]["block_id"] == "buttons"
    assert action["message"]["ts"] == ts
    assert action["user"] == {"id": "U0CHOO", "username": "choo", "name": "choo", "team_id": "T0BATON"}


def test_a_click_needs_a_button_that_is_there(slack: Workspace) -> None:
    ts = _post_button(web(slack))
    only_choo = web(slack).chat_postEphemeral(
        channel="C0DATAONCALL", user="U0CHOO", text="x", blocks=[_buttons(confirm=False)]
    )["message_ts"]
    for what, stamp in (("stop", ts), ("go", only_choo), ("go", "1.000000")):
        with pytest.raises(Refusal, match=r"no_such_element|message_not_found"):
            slack.act("click", user="U0AIDIL", channel="data-oncall", ts=stamp, action_id=what)


def test_a_click_on_an_ephemeral_brings_no_message(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    with over_sockets(slack, app):
        web(slack).chat_postEphemeral(channel="C0DATAONCALL", user="U0CHOO", text="x", blocks=[_buttons(confirm=False)])
        choo = slack.as_("choo").click("Go")
        until(lambda: not choo.messages(), "the ephemeral is still there")
    [action] = heard.of("block_actions")
    assert action["container"]["is_ephemeral"]
    assert "message" not in action


def test_a_reaction_is_heard(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.event("reaction_added")
    async def reaction() -> None:
        """Heard."""

    with over_sockets(slack, app):
        choo = slack.as_("choo")
        choo.react(choo.say("x"), "eyes")
        [event] = heard.expect("reaction_added")
    assert event["event"]["reaction"] == "eyes"
    assert event["event"]["item"]["channel"] == "C0DATAONCALL"


def test_each_envelope_goes_to_one_connection_only(slack: Workspace) -> None:
    app, heard = new_app(slack)
    with over_sockets(slack, app, connections=3):
        for number in range(12):
            slack.as_("choo").say(f"message {number}")
        heard.expect("message", 12)
    assert len({each["event_id"] for each in heard.of("message")}) == len(heard.of("message")) == 12


def test_an_event_that_comes_three_times_has_one_id(slack: Workspace) -> None:
    app, heard = new_app(slack)
    with over_sockets(slack, app):
        slack.as_("choo").say("once")
        heard.expect("message")
        assert slack.control("redeliver", times=2)["acknowledged"] == [True, True]
        events = heard.expect("message", 3)
    assert len({each["event_id"] for each in events}) == 1


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("disconnect", {"reason": "refresh_requested", "close_after": 0.2}),
        ("disconnect", {"reason": "warning", "close_after": 0.2}),
        ("drop", {}),
    ],
)
def test_the_app_comes_back_after_its_connection_ended(slack: Workspace, what: str, how: dict[str, Any]) -> None:
    app, heard = new_app(slack)
    with over_sockets(slack, app):
        slack.control(what, **how)
        time.sleep(0.3)
        slack.wait_for_app()
        slack.as_("choo").say("still there?")
        heard.expect("message", timeout=10)


def test_what_nobody_acknowledged_comes_again_and_is_then_given_up(slack: Workspace) -> None:
    slack.control("retries", scale=0.0)
    slack.as_("choo").say("nobody listens")
    [lost] = until(lambda: slack.state()["given_up"], "the event was not given up")
    assert lost["event"]["text"] == "nobody listens"


def test_an_event_waits_for_the_app_to_come_back(slack: Workspace) -> None:
    slack.control("retries", scale=0.01)
    app, heard = new_app(slack)
    slack.as_("choo").say("before you were here")
    with over_sockets(slack, app):
        [event] = heard.expect("message")
    assert event["event"]["text"] == "before you were here"


def _socket_url(slack: Workspace) -> str:
    client = WebClient(token=slack.credentials.app_token, base_url=slack.api_url)
    return str(client.apps_connections_open(app_token=slack.credentials.app_token)["url"])


def _first_words(slack: Workspace, url: str) -> dict[str, Any]:
    async def listen() -> dict[str, Any]:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            words: dict[str, Any] = await socket.receive_json()
            return words

    return asyncio.run(listen())


def _buttons(*, confirm: bool) -> dict[str, Any]:
    def plain(text: str) -> dict[str, str]:
        return {"type": "plain_text", "text": text}

    button: dict[str, Any] = {"type": "button", "text": plain("Go"), "action_id": "go", "value": "42"}
    if confirm:
        button["confirm"] = {"title": plain("Sure?"), "text": plain("x"), "confirm": plain("Yes"), "deny": plain("No")}
    return {"type": "actions", "block_id": "buttons", "elements": [button]}


def _post_button(client: WebClient, *, confirm: bool = False) -> str:
    return str(client.chat_postMessage(channel="C0DATAONCALL", text="Go?", blocks=[_buttons(confirm=confirm)])["ts"])


def test_choices_on_a_message_are_told_one_by_one_and_add_up(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.action(re.compile("pick|tick|day|menu"))
    async def used(ack: Any) -> None:
        await ack()

    def option(value: str) -> dict[str, Any]:
        return {"text": {"type": "plain_text", "text": value.title()}, "value": value}

    two = [option("low"), option("high")]
    elements = [
        {"type": "static_select", "action_id": "pick", "options": two},
        {"type": "checkboxes", "action_id": "tick", "options": two},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-01-12"},
        {"type": "overflow", "action_id": "menu", "options": two},
    ]
    with over_sockets(slack, app):
        blocks = [{"type": "actions", "block_id": "all", "elements": elements}]
        web(slack).chat_postMessage(channel="C0DATAONCALL", text="x", blocks=blocks)
        choo = slack.as_("choo")
        choo.choose("pick", value="Low").choose("tick", value=["low", "high"]).choose("menu", value="high")
        choo.choose("day", value="2026-02-01")
        with pytest.raises(Refusal, match="no_such_option"):
            choo.choose("pick", value="medium")
    actions = [each["actions"][0] for each in heard.of("block_actions")]
    assert [each["type"] for each in actions] == ["static_select", "checkboxes", "overflow", "datepicker"]
    assert actions[2]["selected_option"]["value"] == "high"
    state = heard.of("block_actions")[-1]["state"]["values"]["all"]
    assert state["pick"]["selected_option"]["value"] == "low"
    assert [each["value"] for each in state["tick"]["selected_options"]] == ["low", "high"]
    assert state["day"]["selected_date"] == "2026-02-01"
    assert "menu" not in state, "an overflow menu keeps nothing"


def test_the_bot_hears_of_its_own_messages_and_edits_as_slack_tells_them(slack: Workspace) -> None:
    app, heard = new_app(slack, hears_itself=True)
    with over_sockets(slack, app):
        ts = web(slack).chat_postMessage(channel="C0DATAONCALL", text="one")["ts"]
        web(slack).chat_update(channel="C0DATAONCALL", ts=ts, text="two")
        web(slack).chat_delete(channel="C0DATAONCALL", ts=ts)
        posted, changed, deleted = (each["event"] for each in heard.expect("message", 3))
    assert posted["bot_id"] == "B0BATON"
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "two",
        "one",
    )
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


def test_a_private_channel_has_an_event_of_its_own(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path, events=["message.groups"])
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        slack.control("channel", name="war-room", private=True)
        app, heard = new_app(slack)
        with over_sockets(slack, app):
            slack.as_("choo").say("in the open")
            slack.as_("choo").say("hush", in_="#war-room")
            [event] = heard.expect("message")
    assert (event["event"]["text"], event["event"]["channel_type"]) == ("hush", "group")


def test_a_private_channels_name_is_not_told(slack: Workspace) -> None:
    slack.control("channel", name="war-room", private=True)
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun", in_="#war-room")
        slack.as_("choo").command("/rerun", in_="dm")
    assert [each["channel_name"] for each in heard.of("/rerun")] == ["privategroup", "directmessage"]


def test_many_commands_at_once_are_all_answered(slack: Workspace) -> None:
    app, _ = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any, command: dict[str, Any]) -> None:
        await asyncio.sleep(0.2)
        await ack(f"answer {command['text']}")

    with over_sockets(slack, app, connections=2), ThreadPoolExecutor(25) as pool:
        begun = time.monotonic()
        list(pool.map(lambda number: slack.as_("choo").command(f"/rerun {number}"), range(25)))
        assert time.monotonic() - begun < 3
    assert {each.text for each in slack.as_("choo").messages()} == {f"answer {number}" for number in range(25)}


def test_two_connections_lose_nothing_while_slack_refreshes_them(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app, connections=2):
        for number in range(40):
            if number in (5, 20):
                slack.control("disconnect", reason="refresh_requested", close_after=0.3, count=1)
            slack.as_("choo").command(f"/rerun {number}")
            time.sleep(0.02)
    assert [each["text"] for each in heard.of("/rerun")] == [str(number) for number in range(40)]
