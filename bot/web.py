"""The HTTP surface: health, and Slack's signed requests where Socket Mode is off."""

import re
from collections.abc import Awaitable, Callable, Iterable

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive

BODY_LIMIT = 1_000_000
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")

Health = Callable[[], Awaitable[dict[str, object]]]


def build_web(app: AsyncApp, health: Health, *, hears_http: bool, pages: Iterable[BaseRoute] = ()) -> Starlette:
    """
    Return the web application; `/slack/events` takes every kind of request from Slack where *hears_http*.

    Args:
        pages: what people read in a browser or a calendar.
    """
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        if not _well_formed(request):
            return PlainTextResponse("", status_code=401)
        if int(request.headers.get("content-length", 0)) > BODY_LIMIT:
            return PlainTextResponse("", status_code=413)
        body = await _read(request)
        if body is None:
            return PlainTextResponse("", status_code=413, headers={"Connection": "close"})
        return await handler.handle(Request(request.scope, _once(body)))

    async def healthz(_request: Request) -> Response:
        state = await health()
        return JSONResponse(state, status_code=200 if state["ok"] else 503)

    routes: list[BaseRoute] = [Route("/healthz", healthz), *pages]
    if hears_http:
        routes.append(Route("/slack/events", events, methods=["POST"]))
    return Starlette(routes=routes)


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as one whose length was not said is larger than any of Slack's."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _once(body: bytes) -> Receive:
    """Return *body* as if it had just arrived, for Bolt to read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _well_formed(request: Request) -> bool:
    """Bolt answers 500 to a timestamp that is no number or a signature that is not ASCII; the right answer is 401."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    return bool(_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature))
