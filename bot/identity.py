"""Who we are in the workspace, and whether Slack takes our keys: known before anything is heard."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.gateways.slack import LOST_TOKEN
from store.domain.errors import UserError
from store.settings import Settings

logger = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30
REFUSED = LOST_TOKEN | {
    "access_denied",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "org_login_required",
    "team_access_not_granted",
}
"""Answers that stay the same however often we ask. Any other is trouble of Slack's, which passes."""
WHERE = {
    "SLACK_BOT_TOKEN": "the bot token (xoxb-…), Install App",
    "SLACK_APP_TOKEN": "an app-level token (xapp-…) with the scope connections:write, Basic Information",
    "SLACK_SIGNING_SECRET": "the signing secret, Basic Information",
}


class KeyMissing(UserError):
    """A key of the Slack app is not set."""


class KeyRefused(UserError):
    """Slack does not accept a key."""


def check_keys(settings: Settings) -> None:
    """Raises: KeyMissing: with every key that the chosen way of hearing Slack needs and that is not set."""
    needed = {"SLACK_BOT_TOKEN": settings.slack_bot_token}
    if settings.slack_socket_mode:
        needed["SLACK_APP_TOKEN"] = settings.slack_app_token
    else:
        needed["SLACK_SIGNING_SECRET"] = settings.slack_signing_secret
    missing = [name for name, key in needed.items() if not key.get_secret_value()]
    if missing:
        lines = [f"{name} is not set. Copy {WHERE[name]}." for name in missing]
        where = "All are on your app's page at api.slack.com/apps; set them in the environment or in .env."
        raise KeyMissing("\n".join([*lines, where, "`baton demo` needs none of them."]))


async def identify(settings: Settings) -> AuthorizeResult:
    """
    Return who we are; waits for Slack to be reachable.

    Raises: KeyRefused.
    """
    token = settings.slack_bot_token.get_secret_value()
    client = AsyncWebClient(token, settings.slack_api_url, retry_handlers=[])
    me = await _ask("SLACK_BOT_TOKEN", client.auth_test)
    if not me.get("bot_id"):
        raise KeyRefused(f"SLACK_BOT_TOKEN is a person's token. Copy {WHERE['SLACK_BOT_TOKEN']}.")
    return AuthorizeResult(
        enterprise_id=me.get("enterprise_id"),
        team_id=me["team_id"],
        bot_id=me["bot_id"],
        bot_user_id=me["user_id"],
        bot_token=token,
    )


async def first_line(settings: Settings) -> str:
    """
    Return the address of a first Socket Mode connection, good for a moment; waits for Slack to be reachable.

    Raises: KeyRefused.
    """
    token = settings.slack_app_token.get_secret_value()
    client = AsyncWebClient(base_url=settings.slack_api_url, retry_handlers=[])
    return str((await _ask("SLACK_APP_TOKEN", lambda: client.apps_connections_open(app_token=token)))["url"])


async def _ask(key: str, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return await call()
        except SlackApiError as error:
            said = _said(error)
            if said in REFUSED:
                raise KeyRefused(f"Slack does not accept {key} ({said}). Copy {WHERE[key]} again.") from error
            logger.warning("Slack answers %s, trying again", said)
        except (OSError, SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            logger.warning("Slack cannot be reached, trying again: %s", type(error).__name__)
        await asyncio.sleep(wait_s)
        wait_s = min(LONGEST_WAIT_S, wait_s * 2)


def _said(error: SlackApiError) -> str:
    """Return Slack's word for what is wrong, else the status; the SDK has two shapes for a failed answer."""
    response = error.response
    data = getattr(response, "data", None)
    if isinstance(data, dict) and "error" in data:
        return str(data["error"])
    return str(getattr(response, "status_code", None) or getattr(response, "status", "nothing"))
