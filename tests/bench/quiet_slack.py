"""
A Slack that answers everything at once, as a process of its own: `python -m tests.bench.quiet_slack PORT LINKS`.

The sandbox checks what it is given and keeps it, which would cost the measured process a share of two cores. This one
only says yes, and notes when each answer came. LINKS is where sockets are opened: `ws://127.0.0.1:1234`.
"""

import asyncio
import itertools
import sys
import time

from aiohttp import web

NUMBERS = itertools.count(1)
delay = {"s": 0.0}
"""How long an answer is let wait."""
answered: dict[str, float] = {}
"""Key of a command to the instant of its first answer, on the clock that all processes of this machine share."""


async def method(request: web.Request) -> web.Response:
    name = request.match_info["method"]
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    answers: dict[str, dict[str, object]] = {
        "auth.test": {"team_id": "T0BENCH", "user_id": "U0BATON", "bot_id": "B0BATON"},
        "apps.connections.open": {"url": f"{sys.argv[2]}/{token}"},
        "conversations.list": {"channels": [{"id": "C0ONCALL", "name": "data-oncall"}]},
    }
    said = answers.get(name, {"channel": "C0ONCALL", "ts": f"1700000000.{next(NUMBERS):06d}", "messages": []})
    return web.json_response({"ok": True, **said})


async def answer(request: web.Request) -> web.Response:
    await asyncio.sleep(delay["s"])
    answered.setdefault(request.match_info["key"], time.monotonic())
    return web.Response(text="ok")


async def slow_down(request: web.Request) -> web.Response:
    delay["s"] = float(request.match_info["seconds"])
    return web.json_response({})


async def answers(_request: web.Request) -> web.Response:
    return web.json_response(answered)


def main() -> None:
    app = web.Application()
    app.add_routes(
        [
            web.post("/api/{method}", method),
            web.post("/answer/{key}", answer),
            web.get("/answers", answers),
            web.get("/slow/{seconds}", slow_down),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=lambda *_: None)


if __name__ == "__main__":
    main()
