"""Signed HTTP: the workspace sends each command, interaction and event as a request to the app's URL."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.sandbox.delivery import ACK_WITHIN_S, Kind, Reply, Retry
from bot.sandbox.store import Doc

if TYPE_CHECKING:
    from aiohttp import ClientSession

_FORM = "application/x-www-form-urlencoded"


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return the value of `X-Slack-Signature`: HMAC-SHA256 over version, time and the raw body."""
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Signed:
    """One request URL for all. A `Line`."""

    def __init__(self, request_url: str, signing_secret: str, *, ack_within_s: float = ACK_WITHIN_S) -> None:
        self._url = request_url
        self._secret = signing_secret
        self._ack_within_s = ack_within_s
        self._session: ClientSession | None = None

    async def send(self, kind: Kind, payload: Doc, retry: Retry) -> Reply:
        kind_of_body = "application/json" if kind == "events_api" else _FORM
        headers = {"Content-Type": kind_of_body}
        if retry.num:
            headers |= {"X-Slack-Retry-Num": str(retry.num), "X-Slack-Retry-Reason": retry.reason}
        return await self._post(body_of(kind, payload), headers)

    async def verify(self, token: str) -> bool:
        """Return whether the app answers `url_verification` with the challenge."""
        challenge = secrets.token_urlsafe(24)
        body = json.dumps({"type": "url_verification", "token": token, "challenge": challenge}).encode()
        reply = await self._post(body, {"Content-Type": "application/json"})
        answer = reply.payload
        return reply.ok and challenge in (answer, answer.get("challenge") if isinstance(answer, dict) else None)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Reply:
        import aiohttp  # takes a fifth of a second, and Socket Mode does without

        stamp = str(int(time.time()))
        headers = {
            **headers,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._secret, stamp, body),
        }
        if self._session is None:
            self._session = aiohttp.ClientSession()
        limit = aiohttp.ClientTimeout(total=self._ack_within_s)
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                if answer.status != 200:
                    return Reply(why="http_error", no_retry=no_retry)
                return Reply(payload=_read(answer.content_type, await answer.text()))
        except TimeoutError:
            return Reply(why="http_timeout")
        except (aiohttp.ClientError, asyncio.IncompleteReadError):
            return Reply(why="connection_failed")


def body_of(kind: Kind, payload: Doc) -> bytes:
    match kind:
        case "slash_commands":
            return urlencode(payload).encode()
        case "interactive":
            return urlencode({"payload": json.dumps(payload)}).encode()
        case "events_api":
            return json.dumps(payload).encode()


def _read(kind: str, text: str) -> object:
    """Return the answer as Slack reads it: JSON where it says so, else plain text."""
    if kind == "application/json" and text:
        try:
            return json.loads(text)
        except ValueError:
            return None
    return text or None
