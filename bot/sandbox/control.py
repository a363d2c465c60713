"""
What tests may do to the workspace, by POST under `/control/`:

    faults      {method, fault, times?, retry_after?, seconds?}   the next calls go wrong; {clear: true} ends all
    limits      {on: bool}                                        rate limits on or off
    disconnect  {reason, close_after?: seconds, count?}           Socket Mode: announce the end of connections
    drop        {}                                                Socket Mode: cut each connection without a word
    redeliver   {times}                                           send the newest command, interaction or event again
    verify      {}                                                signed HTTP: url_verification of the request URL
    retries     {scale: number}                                   multiplies the waits before an event comes again
    clock       {to?: instant, by?: seconds, speed?: number}      move the team's clock
    channel     {name, members?: [ids], bot?: bool,               make a channel, or change it
                 private?: bool, archived?: bool}

`GET /control/state` tells how many connections there are, which events were given up, and the time.
"""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.app import App
from bot.sandbox.faults import Fault
from bot.sandbox.residents import add_channel
from bot.sandbox.signed import Signed
from bot.sandbox.sockets import MOST_CONNECTIONS, Sockets
from bot.sandbox.store import Doc


def routes(app: App) -> list[Route]:
    async def control(request: Request) -> Response:
        what = request.path_params["what"]
        if request.headers.get("content-type") != "application/json":
            return JSONResponse({"ok": False, "error": "not_json"}, status_code=400)
        body = await request.json()
        try:
            return JSONResponse({"ok": True, **await _control(app, what, body)})
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"ok": False, "error": f"{what}: {error!r}"}, status_code=400)

    async def state(_request: Request) -> Response:
        line = app.delivery.line
        return JSONResponse(
            {
                "ok": True,
                "connections": line.open_connections if isinstance(line, Sockets) else 0,
                "given_up": app.delivery.given_up,
                "now": app.workspace.clock.now().isoformat(),
                "speed": app.workspace.clock.speed,
            }
        )

    return [
        Route("/control/state", state),
        Route("/control/{what}", control, methods=["POST"]),
    ]


async def _control(app: App, what: str, body: Doc) -> Doc:
    """Raises: KeyError, ValueError: it is not asked for in the right way."""
    match what:
        case "faults":
            if body.get("clear"):
                app.faults.clear()
            else:
                app.faults.plan(body.pop("method"), Fault(**body))
            return {}
        case "limits":
            app.limits.on = bool(body["on"])
            return {}
        case "disconnect":
            wait_s = float(body.get("close_after", 10.0))
            count = int(body.get("count", MOST_CONNECTIONS))
            return {"told": await _sockets(app).say_goodbye(body["reason"], close_after_s=wait_s, count=count)}
        case "drop":
            return {"dropped": _sockets(app).drop()}
        case "redeliver":
            replies = await app.delivery.again(int(body.get("times", 1)))
            return {"acknowledged": [reply.ok for reply in replies]}
        case "verify":
            return {"verified": await _signed(app).verify(app.credentials.verification_token)}
        case "retries":
            app.delivery.retry_scale = float(body["scale"])
            return {}
        case "clock":
            app.workspace.clock.move(
                to=datetime.fromisoformat(body["to"]) if "to" in body else None,
                by=timedelta(seconds=body["by"]) if "by" in body else None,
                speed=body.get("speed"),
            )
            return {"now": app.workspace.clock.now().isoformat()}
        case "channel":
            members, bot = body.get("members"), bool(body.get("bot", True))
            channel = add_channel(app.workspace, body["name"], members=members, bot=bot)
            channel |= {"is_archived": bool(body.get("archived")), "is_private": bool(body.get("private"))}
            app.workspace.store.put_channel(channel)
            return {"channel": channel}
    raise ValueError("no such control")


def _sockets(app: App) -> Sockets:
    if not isinstance(app.delivery.line, Sockets):
        raise ValueError("this workspace sends signed requests, it has no sockets")
    return app.delivery.line


def _signed(app: App) -> Signed:
    if not isinstance(app.delivery.line, Signed):
        raise ValueError("this workspace uses Socket Mode, it has no request URL")
    return app.delivery.line
