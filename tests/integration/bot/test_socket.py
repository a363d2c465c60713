"""The watchdog over the lines to Slack."""

import asyncio
from collections.abc import Iterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.socket import CONNECTIONS, Sockets
from tests.driver import Workspace, running_sandbox


@pytest.fixture
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running_sandbox(tmp_path_factory.mktemp("lines"), rate_limits=False) as running:
        yield running


def lines_to(slack: Workspace) -> Sockets:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0BATON", bot_token=slack.credentials.bot_token)

    app = AsyncApp(client=AsyncWebClient(base_url=slack.api_url), signing_secret="s", authorize=authorize)
    return Sockets(app, app_token=slack.credentials.app_token, base_url=slack.api_url)


async def test_as_long_as_one_line_lives_the_watch_goes_on(slack: Workspace) -> None:
    sockets = lines_to(slack)
    await sockets.connect()
    assert await sockets.living() == CONNECTIONS
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sockets.watch(deaf_s=0.1, look_s=0.05), 0.6)
    await sockets.close()


async def test_without_a_living_line_the_watch_ends_after_its_patience(slack: Workspace) -> None:
    sockets = lines_to(slack)
    await asyncio.wait_for(sockets.watch(deaf_s=0.1, look_s=0.05), 2)
    assert await sockets.living() == 0
    await sockets.close()


async def test_lines_that_are_closed_no_longer_live(slack: Workspace) -> None:
    sockets = lines_to(slack)
    await sockets.connect()
    await sockets.close()
    assert await sockets.living() == 0
    await asyncio.wait_for(sockets.watch(deaf_s=0.1, look_s=0.05), 2)
