"""The sandbox as one server: the app's side, the people's side, the page."""

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox import api, control, seeing
from bot.sandbox.acts import ACTS
from bot.sandbox.app import App, Credentials
from bot.sandbox.clock import TeamClock
from bot.sandbox.delivery import ACK_WITHIN_S, Delivery, Line
from bot.sandbox.errors import Asked, NotPossible
from bot.sandbox.limits import Limits
from bot.sandbox.manifest import load_manifest
from bot.sandbox.page import page
from bot.sandbox.residents import load_people, populate
from bot.sandbox.signed import Signed
from bot.sandbox.sockets import Sockets
from bot.sandbox.store import Store
from bot.sandbox.workspace import Workspace

TICK_S = 0.1
HOSTS = ("127.0.0.1", "localhost")
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a sandbox is started."""

    manifest: Path
    state: Path | str = ":memory:"
    people: Path | None = None
    channels: tuple[str, ...] = ("data-oncall", "on-call-alerts", "incident-response")
    usergroups: tuple[str, ...] = ("data-oncall",)
    port: int = 0
    clock: str = ""
    speed: float = 1.0
    rate_limits: bool = True
    request_url: str = ""
    """Where signed requests go; empty means Socket Mode."""
    retry_scale: float = 1.0
    """Multiplies the waits before an event is sent again."""
    ack_within_s: float = ACK_WITHIN_S
    credentials: Credentials = field(default_factory=Credentials)


class _Protocol(H11Protocol):
    """Hands the connection itself to the endpoints, so that a fault can cut it without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Server(uvicorn.Server):
    """Serves one sandbox on 127.0.0.1. The socket is bound at once: `url` is known before `run`."""

    def __init__(self, options: Options) -> None:
        self.socket = socket.create_server(("127.0.0.1", options.port))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        try:
            self.app = build_app(options, self.url)
        except BaseException:
            self.socket.close()
            raise
        self._ended = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(
            uvicorn.Config(
                web_app(self.app),
                http=_Protocol,
                ws="websockets-sansio",
                loop="asyncio",
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )

    def serve_forever(self) -> None:
        """Serve until a signal or `should_exit` ends it."""
        with asyncio.Runner() as runner:
            runner.run(self.serve(sockets=[self.socket]))

    def stop(self) -> None:
        """End the server, from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)

    async def main_loop(self) -> None:
        """Tick as uvicorn does, but end at once when told to."""
        self._loop = asyncio.get_running_loop()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.app.close()
        await super().shutdown(sockets)
        self.app.workspace.store.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the server in good order, and the process with 0."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(ValueError):  # not in the main thread: whoever runs us ends us
                for each in (signal.SIGINT, signal.SIGTERM):
                    stack.callback(signal.signal, each, signal.signal(each, self.handle_exit))
            yield


def build_app(options: Options, base_url: str) -> App:
    """Open the workspace and install the app in it. Raises: ValueError: a file is not what it should be."""
    manifest = load_manifest(options.manifest)
    people = load_people(options.people) if options.people else []
    workspace = Workspace(Store(options.state), manifest, TeamClock.of(options.clock, options.speed))
    workspace.base_url = base_url
    populate(workspace, people, options.channels, options.usergroups)
    sockets = None if options.request_url else Sockets(workspace.team.app_id, ack_within_s=options.ack_within_s)
    line: Line = sockets or Signed(
        options.request_url, options.credentials.signing_secret, ack_within_s=options.ack_within_s
    )
    return App(
        workspace,
        options.credentials,
        Delivery(line, retry_scale=options.retry_scale),
        limits=Limits(on=options.rate_limits),
        new_ticket=sockets.new_ticket if sockets else None,
    )


def web_app(app: App) -> Starlette:
    routes: list[BaseRoute] = [*api.routes(app), *control.routes(app)]
    routes += [
        Route("/act/{act}", _acting(app), methods=["POST"]),
        Route("/changes", _changes(app)),
    ]
    if isinstance(app.delivery.line, Sockets):
        routes.append(WebSocketRoute("/link/", app.delivery.line.serve))
    routes += [*seeing.routes(app.workspace), *page(app.workspace)]
    # A page from elsewhere that is open in the same browser must not reach in under a name of its own.
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))])


def _acting(app: App) -> Endpoint:
    async def act(request: Request) -> Response:
        doing = ACTS.get(request.path_params["act"])
        if doing is None:
            return JSONResponse({"ok": False, "error": "unknown_act"}, status_code=404)
        if request.headers.get("content-type") != "application/json":  # which a foreign page cannot send unasked
            return JSONResponse({"ok": False, "error": "not_json"}, status_code=400)
        try:
            asked = Asked(await request.json())
        except (TypeError, ValueError):
            return JSONResponse({"ok": False, "error": "not_json"}, status_code=400)
        try:
            return JSONResponse({"ok": True, **await doing(app, asked)})
        except NotPossible as refused:
            return JSONResponse(refused.body())

    return act


def _changes(app: App) -> Endpoint:
    async def feed(user: str) -> AsyncIterator[str]:
        yield "retry: 500\n\n"
        async for change in app.workspace.changes.listen(user):
            yield f"data: {json.dumps(change)}\n\n"

    async def changes(request: Request) -> Response:
        user = request.query_params.get("user", "")
        return StreamingResponse(feed(user), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return changes
