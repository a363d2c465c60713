"""One bot process: hears Slack, ticks, delivers, until it is told to stop or goes deaf."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import uvicorn
from apscheduler.schedulers.base import BaseScheduler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot import schedule
from bot.app import build_app, build_deps
from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.socket import Sockets
from bot.usecases.delivery import deliver_due
from bot.web import build_web
from store import migrations
from store.domain.errors import UserError
from store.settings import Settings

logger = logging.getLogger(__name__)

DRAIN_S = 8
TAKE_UP = timedelta(seconds=60)
WORK_THREADS = 8
DELIVERY_THREADS = 5
"""One looks what is due, the others send."""
SWITCH_S = 0.0005
"""How long a computing thread may keep the loop, and with it every acknowledgement, waiting; Python's own is 5 ms."""


class Deaf(Exception):
    """No connection to Slack has lived for a while; the supervisor starts us afresh."""


async def serve(settings: Settings) -> None:
    """
    Run until SIGTERM or SIGINT.

    Raises: UserError: a broken plan, a database of a newer version or a refused token, at the start; Deaf.
    """
    sys.setswitchinterval(SWITCH_S)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(WORK_THREADS, thread_name_prefix="work"))
    stop, owed = asyncio.Event(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)

    def nudge() -> None:
        loop.call_soon_threadsafe(owed.set)

    deps = build_deps(settings, nudge=nudge)
    migrations.upgrade(deps.sessions.engine)
    stopping = asyncio.create_task(stop.wait())
    known = asyncio.create_task(_identity(settings))
    await asyncio.wait([known, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not known.done():
        known.cancel()
        return
    app, hear = build_app(deps, known.result())
    sockets = _sockets(app, settings)
    web = _web(app, sockets, deps)
    # What is loaded now stays for good: left unfrozen, each full collection walks all of it and stops us for 100 ms.
    gc.collect()
    gc.freeze()
    scheduler = schedule.start(deps)
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(web.serve()),
        asyncio.create_task(_deliver(deps, owed, stop)),
        asyncio.create_task(_hear(hear, sockets, stop)),
    ]
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    told = stop.is_set()
    stop.set()
    web.should_exit = True
    await _close(hear, sockets, scheduler)
    _, hanging = await asyncio.wait(tasks, timeout=DRAIN_S)
    for task in hanging:  # such as a connection that Slack has asked to wait for
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    deps.sessions.engine.dispose()
    if not told:
        raise next((error for error in ended if isinstance(error, Exception)), Deaf("no living connection to Slack"))


def _web(app: AsyncApp, sockets: Sockets | None, deps: Deps) -> uvicorn.Server:
    async def health() -> dict[str, object]:
        living = await sockets.living() if sockets else None
        return {"ok": living != 0, "connections": living, "plan": deps.plan.digest[:12]}

    settings = deps.settings
    web = uvicorn.Server(
        uvicorn.Config(
            build_web(app, health, hears_http=sockets is None),
            host=settings.host,
            port=settings.port,
            lifespan="off",
            log_level="warning",
            access_log=False,
        )
    )
    web.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]  # signals are ours
    return web


async def _hear(hear: Hear, sockets: Sockets | None, stop: asyncio.Event) -> None:
    """Connect, take up what a bot that died had acknowledged, and go on looking; return when deaf."""
    if sockets:
        await sockets.connect()
    taken_up = await hear.take_up()
    logger.info("Baton hears Slack; %s deliveries taken up", taken_up, extra={"action": "ready"})
    deaf = asyncio.create_task(sockets.watch() if sockets else asyncio.Event().wait())
    stopping = asyncio.create_task(stop.wait())
    while not (deaf.done() or stopping.done()):
        done, _ = await asyncio.wait(
            [deaf, stopping], timeout=TAKE_UP.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            await hear.take_up(older_than=TAKE_UP)
    deaf.cancel()


async def _identity(settings: Settings) -> AuthorizeResult:
    """
    Return who we are in the workspace; waits for Slack to be reachable.

    Raises: UserError: Slack does not accept the token.
    """
    client = AsyncWebClient(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, retry_handlers=[])
    wait_s = 0.5
    while True:
        try:
            me = await client.auth_test()
            return AuthorizeResult(
                enterprise_id=me.get("enterprise_id"),
                team_id=me["team_id"],
                bot_id=me["bot_id"],
                bot_user_id=me["user_id"],
                bot_token=settings.slack_bot_token.get_secret_value(),
            )
        except SlackApiError as error:
            if error.response.status_code == 200:
                raise UserError(
                    f"Slack does not accept SLACK_BOT_TOKEN ({error.response['error']}). "
                    "Copy the bot token from the app's page, Install App."
                ) from error
            logger.warning("Slack answers %s, trying again", error.response.status_code)
        except (OSError, SlackClientError, TimeoutError) as error:
            logger.warning("Slack cannot be reached, trying again: %s", type(error).__name__)
        await asyncio.sleep(wait_s)
        wait_s = min(30, wait_s * 2)


def _sockets(app: AsyncApp, settings: Settings) -> Sockets | None:
    if not settings.slack_socket_mode:
        return None
    return Sockets(app, app_token=settings.slack_app_token.get_secret_value(), base_url=settings.slack_api_url)


async def _deliver(deps: Deps, owed: asyncio.Event, stop: asyncio.Event) -> None:
    """Deliver the outbox when somebody nudges, when the next retry is due, and for what other processes wrote."""
    with ThreadPoolExecutor(DELIVERY_THREADS, thread_name_prefix="delivery") as pool:
        wait_s = 0.0
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(owed.wait(), wait_s)
            owed.clear()
            try:
                wait_s = await asyncio.get_running_loop().run_in_executor(pool, deliver_due, deps, pool)
            except SQLAlchemyError:  # a busy or absent database: the rows are still owed, the next look tries again
                logger.exception("The outbox cannot be delivered now", extra={"action": "outbox_unreachable"})


async def _close(hear: Hear, sockets: Sockets | None, scheduler: BaseScheduler) -> None:
    """Stop hearing first, then finish what was acknowledged; what does not finish is in the inbox and the outbox."""
    if sockets:
        await sockets.close()
    await hear.drain(DRAIN_S)
    await asyncio.to_thread(scheduler.shutdown, wait=True)
