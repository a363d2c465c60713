"""One bot process: hears Slack, ticks, delivers, until it is told to stop or goes deaf."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
from apscheduler.schedulers.base import BaseScheduler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot import schedule
from bot.app import build_app, build_deps
from bot.deps import Deps
from bot.identity import check_keys, first_line, identify
from bot.listeners.hear import Hear
from bot.roster_page.routes import roster_routes
from bot.socket import DEAF_S, Sockets
from bot.usecases.delivery import deliver_due
from bot.web import build_web
from store import migrations
from store.domain.errors import UserError
from store.session import UNREACHABLE
from store.settings import Settings

logger = logging.getLogger(__name__)

DRAIN_S = 5
LEAVE_S = DRAIN_S + 4
"""How long a process that was told to stop may take, whatever hangs; supervisors commonly kill after 10 s."""
TAKE_UP_S = 2
"""Between two looks for work that nobody has in hand; each look renews the hold on our own."""
LOOK_S = 1.0
DELIVERY_THREADS = 5
"""One looks what is due, the others send."""
SWITCH_S = 0.0005
"""How long a computing thread may keep the loop, and with it every acknowledgement, waiting; Python's own is 5 ms."""


class Deaf(Exception):
    """No connection to Slack has lived for a while; the supervisor starts us afresh."""


class NoPort(UserError):
    """Nothing can listen where the settings say."""


def run(settings: Settings) -> int:
    """
    Serve until told to stop, and return the exit code: 1 when deaf.

    Raises: UserError: what keeps the bot from starting.
    """
    try:
        asyncio.run(serve(settings, leaving=_leave_soon))
    except Deaf as deaf:
        logger.error("Baton ends: %s", deaf, extra={"action": "deaf"})
        return 1
    return 0


def _leave_soon(code: int) -> None:
    """End the process in `LEAVE_S` whatever hangs: what its threads have in hand is in the inbox and the outbox."""
    timer = threading.Timer(LEAVE_S, os._exit, [code])
    timer.daemon = True
    timer.start()


async def serve(settings: Settings, *, leaving: Callable[[int], None]) -> None:
    """
    Run until SIGTERM or SIGINT.

    Args:
        leaving: called with the exit code when the end begins.
    Raises: UserError: a broken plan, a missing or refused key, no database, a taken port, at the start; Deaf.
    """
    sys.setswitchinterval(SWITCH_S)
    loop = asyncio.get_running_loop()
    stop, owed = asyncio.Event(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)

    def nudge() -> None:
        loop.call_soon_threadsafe(owed.set)

    deps = build_deps(settings, nudge=nudge)
    check_keys(settings)
    port = _listen(settings)
    stopping = asyncio.create_task(stop.wait())
    getting_ready = asyncio.create_task(_get_ready(deps))
    await asyncio.wait([getting_ready, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not getting_ready.done():
        leaving(0)
        getting_ready.cancel()
        return
    identity, line = getting_ready.result()
    app, hear = build_app(deps, identity)
    sockets = _sockets(app, settings, line)
    web = _web(app, sockets, deps)
    scheduler = schedule.start(deps)
    hearing = asyncio.create_task(_hear(sockets))
    working: list[asyncio.Task[Any]] = [
        asyncio.create_task(web.serve(sockets=[port])),
        asyncio.create_task(_deliver(deps, owed, stop)),
        asyncio.create_task(_take_up(hear, stop)),
    ]
    await asyncio.wait([stopping, hearing, *working], return_when=asyncio.FIRST_COMPLETED)
    told = stop.is_set()
    leaving(0 if told else 1)
    stop.set()
    web.should_exit = True
    hearing.cancel()
    await _close(hear, sockets, scheduler)
    _, hanging = await asyncio.wait(working, timeout=1)
    for task in hanging:  # such as a message that Slack has not answered yet
        task.cancel()
    ended = await asyncio.gather(*working, hearing, return_exceptions=True)
    deps.sessions.engine.dispose()
    if not told:
        raise next((error for error in ended if isinstance(error, Exception)), Deaf("no living connection to Slack"))


async def _get_ready(deps: Deps) -> tuple[AuthorizeResult, str | None]:
    """Return who we are, and in Socket Mode the address of the first connection."""
    await asyncio.to_thread(migrations.upgrade, deps.sessions.engine)
    identity = await identify(deps.settings)
    return identity, await first_line(deps.settings) if deps.settings.slack_socket_mode else None


def _listen(settings: Settings) -> socket.socket:
    """Raises: NoPort."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise NoPort(
            f"Baton cannot listen on {settings.host}, port {settings.port}: {error.strerror}. Set HOST and PORT."
        ) from error
    return listening


def _web(app: AsyncApp, sockets: Sockets | None, deps: Deps) -> uvicorn.Server:
    async def health() -> dict[str, object]:
        living = await sockets.living() if sockets else None
        return {"ok": living != 0, "connections": living, "plan": deps.plan.digest[:12]}

    config = uvicorn.Config(
        build_web(app, health, hears_http=sockets is None, pages=roster_routes(deps)),
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    web = uvicorn.Server(config)
    web.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]  # signals are ours
    return web


def _sockets(app: AsyncApp, settings: Settings, line: str | None) -> Sockets | None:
    if line is None:
        return None
    token = settings.slack_app_token.get_secret_value()
    return Sockets(app, app_token=token, base_url=settings.slack_api_url, first_line=line)


async def _hear(sockets: Sockets | None) -> None:
    """Connect and stay so; return when deaf."""
    if sockets is None:
        logger.info("Baton hears Slack over HTTP", extra={"action": "ready"})
        await asyncio.Event().wait()
    else:
        watch = asyncio.create_task(sockets.watch(deaf_s=DEAF_S))
        connecting = asyncio.create_task(sockets.connect())
        try:
            await asyncio.wait([watch, connecting], return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                connecting.result()
                logger.info("Baton hears Slack", extra={"action": "ready"})
            await watch
        finally:
            watch.cancel()
            connecting.cancel()


async def _take_up(hear: Hear, stop: asyncio.Event) -> None:
    """Take up what a bot that died had acknowledged, and go on looking."""
    answered = True
    while not stop.is_set():
        try:
            if count := await hear.take_up():
                logger.info("%s deliveries taken up", count, extra={"action": "taken_up"})
            answered = True
        except UNREACHABLE as error:
            if answered:
                logger.warning("The database does not answer: %s", error, extra={"action": "database_gone"})
            answered = False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TAKE_UP_S)


async def _deliver(deps: Deps, owed: asyncio.Event, stop: asyncio.Event) -> None:
    """Deliver the outbox when somebody nudges, when the next retry is due, and for what other processes wrote."""
    pool = ThreadPoolExecutor(DELIVERY_THREADS, thread_name_prefix="delivery")
    wait_s = 0.0
    try:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(owed.wait(), wait_s)
            owed.clear()
            try:
                wait_s = await asyncio.get_running_loop().run_in_executor(pool, deliver_due, deps, pool, stop.is_set)
            except UNREACHABLE as error:  # the rows are still owed
                logger.warning("The outbox cannot be delivered now: %s", error, extra={"action": "outbox_unreachable"})
                wait_s = LOOK_S
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _close(hear: Hear, sockets: Sockets | None, scheduler: BaseScheduler) -> None:
    """Stop hearing first, then finish what was acknowledged; what does not finish is in the inbox and the outbox."""
    if sockets:
        await sockets.close()
    await hear.drain(DRAIN_S)
    hear.close()
    scheduler.shutdown(wait=False)
