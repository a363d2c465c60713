"""The two ways in: what is forged is refused, what is repeated acts once, and a lost line loses nothing."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

import pytest

from store import issues
from tests.driver import until
from tests.e2e.world import World, running_world

CHANNEL = "#data-oncall"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("signed"), transport="http") as running:
        yield running


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("socket")) as running:
        yield running


def command_body(**changes: str) -> str:
    given = {"command": "/oncall", "user_id": "U0CHOO", "channel_id": "C0DATAONCALL", "trigger_id": "T.forged"}
    return urlencode({**given, "response_url": "https://hooks.slack.com/x", **changes})


def post(world: World, body: str | bytes, headers: dict[str, str]) -> int:
    """Send one request to the bot as anybody on the network could; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", int(world.bot.environment["PORT"]), timeout=5)
    try:
        connection.request("POST", "/slack/events", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def signature(world: World, body: str, at: float) -> dict[str, str]:
    key = world.slack.credentials.signing_secret.encode()
    stamp = str(int(at))
    digest = hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def test_slacks_own_check_of_the_address_is_answered(signed: World) -> None:
    assert signed.slack.control("verify")["verified"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=zz"},
        {"X-Slack-Signature": "v0=\u00e4\u00f6".encode("latin-1").decode("latin-1")},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "-1"},
    ],
)
def test_a_forged_or_malformed_signature_is_refused_and_never_breaks_us(signed: World, changes: dict[str, str]) -> None:
    body = command_body()
    headers = {**signature(signed, body, time.time()), **changes}
    assert post(signed, body, headers) == 401


def test_a_request_of_ten_minutes_ago_or_of_the_future_is_refused(signed: World) -> None:
    body = command_body()
    assert post(signed, body, signature(signed, body, time.time() - 600)) == 401
    assert post(signed, body, signature(signed, body, time.time() + 600)) == 401


def test_one_changed_byte_is_refused(signed: World) -> None:
    body = command_body()
    headers = signature(signed, body, time.time())
    assert post(signed, body.replace("oncall", "rerun"), headers) == 401


def test_a_giant_body_is_refused(signed: World) -> None:
    body = command_body(text="x" * 1_100_000)
    assert post(signed, body, signature(signed, body, time.time())) == 413


def test_a_body_of_unsaid_length_is_read_no_further_than_the_largest_of_slacks(signed: World) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 200_000_000:
            sent += 100_000
            yield b"x" * 100_000

    headers = signature(signed, "", time.time())
    connection = http.client.HTTPConnection("127.0.0.1", int(signed.bot.environment["PORT"]), timeout=5)
    with suppress(ConnectionError):  # hung up on
        connection.request("POST", "/slack/events", endless(), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    connection.close()
    assert sent < 50_000_000


def test_no_secret_reaches_the_log(signed: World) -> None:
    body = command_body(text="the-text-of-a-forgery")
    post(signed, body, {**signature(signed, body, time.time()), "X-Slack-Signature": "v0=" + "0" * 64})
    log = signed.bot.log.read_text()
    keys = signed.slack.credentials
    for secret in (keys.bot_token, keys.app_token, keys.signing_secret, "the-text-of-a-forgery"):
        assert secret not in log


def test_an_event_that_nobody_listens_to_is_acknowledged(signed: World) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "channel_rename", "channel": {}}})
    headers = {**signature(signed, body, time.time()), "Content-Type": "application/json"}
    assert post(signed, body, headers) == 200, "else Slack sends it three times again"


@pytest.mark.parametrize("transport", ["signed", "socket"])
def test_a_form_delivered_three_times_is_one_issue(transport: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(transport)
    sofia = world.as_("sofia").command("/issue daily-growth sent three times", in_=CHANNEL)
    sofia.expect_modal()
    sofia.fill(severity="low").submit()
    acknowledged = world.slack.control("redeliver", times=3)["acknowledged"]
    assert acknowledged == [True, True, True]
    world.slack.expect(CHANNEL, "sent three times")
    with world.sessions.reading() as db:
        assert [each.summary for each in issues.recent(db)].count("sent three times") == 1


def test_nothing_is_lost_while_slack_renews_the_connections(socket: World) -> None:
    lost: list[str] = []

    def ask() -> None:
        choo = socket.as_("choo")
        for _ in range(30):
            try:
                choo.command("/baton help", in_=CHANNEL)
            except AssertionError as refused:
                lost.append(str(refused))
            time.sleep(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(3):  # one connection after the other, as Slack does
        socket.slack.control("disconnect", reason="refresh_requested", close_after=0.3, count=1)
        time.sleep(0.6)
    asking.join()
    assert lost == []
    socket.slack.wait_for_app(connections=2)


def test_a_dropped_line_is_noticed_and_renewed(socket: World) -> None:
    socket.slack.control("drop")
    until(lambda: socket.slack.state()["connections"] == 2, "the lines were not renewed", 15)
    socket.as_("choo").command("/oncall", in_=CHANNEL).expect_ephemeral("is on call until")
