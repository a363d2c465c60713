"""
The least that Bolt can do, as a process of its own: acknowledge, and nothing else.

What Baton adds to this is what its promises cost. `python -m tests.bench.bare` reads the same settings as the bot.
"""

import asyncio

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.socket import Sockets
from store.settings import Settings
from tests.bench.volley import COMMANDS


def build_app(settings: Settings) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0BENCH", bot_token="xoxb", bot_user_id="U0BATON")

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    secret = settings.slack_signing_secret.get_secret_value()
    app = AsyncApp(signing_secret=secret, authorize=authorize, process_before_response=True)
    for line in COMMANDS:
        app.command(line.split()[0])(acknowledge)
    return app


async def serve(settings: Settings) -> None:
    app = build_app(settings)
    handler = AsyncSlackRequestHandler(app)
    if settings.slack_socket_mode:
        token = settings.slack_app_token.get_secret_value()
        await Sockets(app, app_token=token, base_url=settings.slack_api_url).connect()

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    web = Starlette(routes=[Route("/slack/events", events, methods=["POST"]), Route("/healthz", health)])
    await uvicorn.Server(
        uvicorn.Config(web, host="127.0.0.1", port=settings.port, lifespan="off", log_level="warning", access_log=False)
    ).serve()


if __name__ == "__main__":
    asyncio.run(serve(Settings()))
