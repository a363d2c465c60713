"""Faults that tests ask for, met by the real clients."""

import time
import urllib.error
from http.client import RemoteDisconnected
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook import WebhookClient

from tests.driver import Workspace
from tests.integration.sandbox.apps import web

ONCALL = "C0DATAONCALL"


def test_a_fault_holds_for_so_many_calls_of_its_method(slack: Workspace) -> None:
    slack.faults("chat.postMessage", "error:fatal_error", times=2)
    client = web(slack)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            client.chat_postMessage(channel=ONCALL, text="x")
        client.auth_test()
    client.chat_postMessage(channel=ONCALL, text="third time lucky")
    assert [each.text for each in slack.messages("#data-oncall")] == ["third time lucky"]


def test_429_says_when_to_come_back_and_the_handler_does(slack: Workspace) -> None:
    slack.faults("chat.postMessage", "429", retry_after=1)
    client = WebClient(
        token=slack.credentials.bot_token, base_url=slack.api_url, retry_handlers=[RateLimitErrorRetryHandler()]
    )
    started = time.monotonic()
    client.chat_postMessage(channel=ONCALL, text="patient")
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_is_no_json(slack: Workspace, status: int) -> None:
    slack.faults("chat.postMessage", str(status))
    with pytest.raises(SlackApiError) as caught:
        web(slack).chat_postMessage(channel=ONCALL, text="x")
    assert caught.value.response.status_code == status


def test_drop_before_leaves_no_message_and_drop_after_leaves_one(slack: Workspace) -> None:
    client = web(slack)
    for fault in ("drop_before", "drop_after"):
        slack.faults("chat.postMessage", fault)
        with pytest.raises((RemoteDisconnected, ConnectionResetError, urllib.error.URLError)):
            client.chat_postMessage(channel=ONCALL, text=fault)
    assert [each.text for each in slack.messages("#data-oncall")] == ["drop_after"]


def test_a_client_with_its_usual_retries_posts_twice_when_the_answer_is_lost(slack: Workspace) -> None:
    slack.faults("chat.postMessage", "drop_after")
    client = WebClient(token=slack.credentials.bot_token, base_url=slack.api_url)
    client.chat_postMessage(channel=ONCALL, text="doubled")
    assert len(slack.messages("#data-oncall")) == 2


async def test_the_async_client_meets_a_cut_connection_too(slack: Workspace) -> None:
    slack.faults("chat.postMessage", "drop_after")
    client = AsyncWebClient(token=slack.credentials.bot_token, base_url=slack.api_url, retry_handlers=[])
    with pytest.raises(Exception, match=r"disconnected|reset"):
        await client.chat_postMessage(channel=ONCALL, text="x")


def test_a_timeout_hangs_until_the_client_gives_up(slack: Workspace) -> None:
    slack.faults("auth.test", "timeout", seconds=1.0)
    client = WebClient(token=slack.credentials.bot_token, base_url=slack.api_url, timeout=0.2, retry_handlers=[])  # type: ignore[arg-type]
    with pytest.raises(TimeoutError):
        client.auth_test()


def test_response_urls_and_uploads_can_fail_too(slack: Workspace) -> None:
    slack.faults("response_url", "500")
    assert WebhookClient(f"{slack.url}/response/T0BATON/1/x").send(text="x").status_code == 500
    slack.faults("upload", "503")
    with pytest.raises(Exception, match="503"):
        web(slack).files_upload_v2(content="x", filename="a.txt")


def test_a_star_is_any_method_until_cleared(slack: Workspace) -> None:
    slack.faults("*", "error:internal_error", times=9)
    with pytest.raises(SlackApiError, match="internal_error"):
        web(slack).auth_test()
    slack.control("faults", clear=True)
    web(slack).auth_test()


@pytest.mark.parametrize("body", [{"method": "x", "fault": "explode"}, {"fault": "500"}, {"method": "x", "nope": 1}])
def test_a_fault_that_makes_no_sense_is_refused(calm: Workspace, body: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="400"):
        calm.control("faults", **body)
