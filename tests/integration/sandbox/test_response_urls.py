"""Answers by response URL, as the real webhook client sends them."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.webhook import WebhookClient

from bot.sandbox.response_urls import USES
from tests.driver import Workspace, running_sandbox
from tests.integration.sandbox.apps import new_app, over_sockets, web, write_manifest

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}


@pytest.fixture
def url(slack: Workspace) -> str:
    """The response URL of a command that Choo has just used."""
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun")
    return str(heard.of("/rerun")[0]["response_url"])


def test_an_answer_is_private_unless_it_says_otherwise(slack: Workspace, url: str) -> None:
    client = WebhookClient(url)
    assert client.send(text="only you").status_code == 200
    assert client.send(text="for all", response_type="in_channel").body == "ok"
    slack.as_("choo").expect_ephemeral("only you")
    assert [each.text for each in slack.messages("#data-oncall")] == ["for all"]


def test_it_takes_five_answers(slack: Workspace, url: str) -> None:
    client = WebhookClient(url)
    assert [client.send(text=str(number)).status_code for number in range(USES)] == [200] * USES
    sixth = client.send(text="six")
    assert (sixth.status_code, sixth.body) == (404, '{"ok":false,"error":"used_url"}')


def test_an_answer_follows_the_rules_for_messages(slack: Workspace, url: str) -> None:
    answer = WebhookClient(url).send(blocks=[{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}])
    assert answer.status_code == 400
    assert "invalid_blocks" in answer.body
    assert WebhookClient(url).send().status_code == 400
    assert WebhookClient(url[:-4] + "abcd").send(text="x").status_code == 404


def test_an_answer_can_go_into_a_thread(slack: Workspace, url: str) -> None:
    root = web(slack).chat_postMessage(channel="C0DATAONCALL", text="root")["ts"]
    WebhookClient(url).send_dict({"text": "inside", "response_type": "in_channel", "thread_ts": root})
    assert slack.expect_thread("#data-oncall", "inside").root_ts == root


def test_a_button_in_a_thread_is_answered_there_only_when_the_answer_says_so(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.action("go")
    async def go(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        await ack()
        await respond(text="in the channel", replace_original=False)
        await respond(text="in the thread", replace_original=False, thread_ts=body["container"]["thread_ts"])

    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
    blocks = [{"type": "actions", "elements": [button]}]
    with over_sockets(slack, app):
        client = web(slack)
        root = client.chat_postMessage(channel="C0DATAONCALL", text="root")["ts"]
        client.chat_postMessage(channel="C0DATAONCALL", text="x", blocks=blocks, thread_ts=root)
        choo = slack.as_("choo").click("Go")
        assert choo.expect_ephemeral("in the thread").root_ts == root
        assert not choo.expect_ephemeral("in the channel").in_thread
    assert heard.of("block_actions")[0]["container"]["thread_ts"] == root


def test_a_replacement_takes_the_old_blocks_away(slack: Workspace) -> None:
    app, _ = new_app(slack)

    @app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="plain now", replace_original=True)

    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
    with over_sockets(slack, app):
        web(slack).chat_postEphemeral(
            channel="C0DATAONCALL", user="U0CHOO", blocks=[{**SECTION, "accessory": button}], text="x"
        )
        shown = slack.as_("choo").click("Go").expect_ephemeral("plain now")
    assert "blocks" not in shown.doc


def test_it_still_works_after_a_restart(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path)
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        app, heard = new_app(slack)

        @app.command("/rerun")
        async def rerun(ack: Any) -> None:
            await ack()

        with over_sockets(slack, app):
            slack.as_("choo").command("/rerun")
        url = heard.of("/rerun")[0]["response_url"]
        port = int(slack.url.rpartition(":")[2])
    with running_sandbox(tmp_path, manifest=manifest, port=port) as slack:
        assert WebhookClient(url).send(text="late, but here").status_code == 200
        slack.as_("choo").expect_ephemeral("late, but here")
