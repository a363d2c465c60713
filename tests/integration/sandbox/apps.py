"""A tiny real Bolt app, reached over sockets or by signed requests, and the manifest it is installed with."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.app import Credentials
from tests.driver import Workspace, until

Doc = dict[str, Any]

SCOPES = [
    *("app_mentions:read", "channels:history", "channels:join", "channels:manage", "channels:read", "chat:write"),
    *("commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write"),
    *("pins:write", "reactions:read", "reactions:write", "usergroups:read", "usergroups:write", "users:read"),
    "users:read.email",
]
EVENTS = ["app_home_opened", "app_mention", "file_shared", "message.channels", "message.im", "reaction_added"]


def write_manifest(folder: Path, *, scopes: list[str] = SCOPES, events: list[str] = EVENTS) -> Path:
    """Return a manifest with a few commands and shortcuts."""
    command = {"description": "For tests", "usage_hint": "[words]"}
    manifest = {
        "display_information": {"name": "Baton"},
        "features": {
            "app_home": {"home_tab_enabled": True},
            "bot_user": {"display_name": "baton", "always_online": True},
            "slash_commands": [
                {"command": "/rerun", **command},
                {"command": "/oncall", **command, "should_escape": True},
                {"command": "/slow", **command},
            ],
            "shortcuts": [
                {"name": "Create ticket", "type": "message", "callback_id": "create_ticket", "description": "x"},
                {"name": "Ask", "type": "global", "callback_id": "ask", "description": "x"},
            ],
        },
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {"event_subscriptions": {"bot_events": events}, "interactivity": {"is_enabled": True}},
    }
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump(manifest), encoding="utf-8")
    return path


def web(slack: Workspace) -> WebClient:
    """Return the real client, without retries of its own."""
    return WebClient(token=slack.credentials.bot_token, base_url=slack.api_url, retry_handlers=[])


@dataclass
class Heard:
    """What the app was told, in order."""

    bodies: list[Doc] = field(default_factory=list)

    def of(self, kind: str) -> list[Doc]:
        """Return commands by name, events by type, interactions by type."""
        return [each for each in self.bodies if kind in (_event_type(each), each.get("type"), each.get("command"))]

    def expect(self, kind: str, count: int = 1, *, timeout: float = 5.0) -> list[Doc]:
        return until(
            lambda: self.of(kind) if len(self.of(kind)) >= count else None,
            lambda: f"the app heard {len(self.of(kind))} of {count} {kind}: {self.bodies}",
            timeout,
        )


def _event_type(body: Doc) -> str:
    return str((body.get("event") or {}).get("type", ""))


def new_app(
    slack: Workspace, credentials: Credentials | None = None, *, hears_itself: bool = False
) -> tuple[AsyncApp, Heard]:
    """Return an app that writes down all it hears; tests add their listeners."""
    known = credentials or slack.credentials
    client = AsyncWebClient(token=known.bot_token, base_url=slack.api_url, retry_handlers=[])
    app = AsyncApp(
        client=client,
        signing_secret=known.signing_secret,
        logger=logging.getLogger("tiny"),
        ignoring_self_events_enabled=not hears_itself,
    )
    heard = Heard()

    @app.middleware
    async def note(body: Doc, next_: Callable[[], Awaitable[None]]) -> None:
        heard.bodies.append(body)
        await next_()

    @app.event("message")
    async def any_message() -> None:
        """Heard; nothing to do."""

    return app, heard


@contextlib.contextmanager
def over_sockets(slack: Workspace, app: AsyncApp, connections: int = 1) -> Iterator[None]:
    """Connect *app* in Socket Mode, with the real aiohttp client, from a thread of its own."""
    stop, ready = threading.Event(), threading.Event()

    async def run() -> None:
        handlers = [
            AsyncSocketModeHandler(app, slack.credentials.app_token, ping_interval=0.5) for _ in range(connections)
        ]
        for each in handlers:
            await each.connect_async()  # type: ignore[no-untyped-call]
        ready.set()
        await asyncio.to_thread(stop.wait)
        for each in handlers:
            await each.close_async()  # type: ignore[no-untyped-call]
        await asyncio.sleep(0.05)  # aiohttp closes its transports a moment later

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="tiny-app")
    thread.start()
    try:
        assert ready.wait(5)
        slack.wait_for_app(connections)
        yield
    finally:
        stop.set()
        thread.join(10)


@contextlib.contextmanager
def over_http(app: AsyncApp, port_socket: socket.socket) -> Iterator[None]:
    """Serve *app* to signed requests on an open socket."""
    server = uvicorn.Server(uvicorn.Config(AsyncSlackRequestHandler(app), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[port_socket])), name="tiny-app")
    thread.start()
    try:
        until(lambda: server.started, "the app did not start")
        yield
    finally:
        server.should_exit = True
        thread.join(10)
