"""Things that go wrong on purpose: a test asks for a fault, and the next calls of a method meet it."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

NAMES = ("429", "500", "503", "timeout", "drop_before", "drop_after")
"""And `error:<word>`. `drop_after`: the effect is there, but the connection is cut before the answer."""
HANGS_S = 30.0


@dataclass
class Fault:
    fault: str
    times: int = 1
    retry_after: int = 1
    seconds: float = HANGS_S
    """How long a `timeout` hangs before the connection is cut."""


class Faults:
    """By method (`chat.postMessage`), or `response_url` and `upload`; `*` is any method."""

    def __init__(self) -> None:
        self._planned: dict[str, list[Fault]] = {}

    def plan(self, method: str, fault: Fault) -> None:
        if fault.fault not in NAMES and not fault.fault.startswith("error:"):
            raise ValueError(f"unknown fault {fault.fault!r}: one of {', '.join(NAMES)} or error:<word>")
        self._planned.setdefault(method, []).append(fault)

    def clear(self) -> None:
        self._planned.clear()

    def next(self, method: str) -> Fault | None:
        """Return the fault that this call meets, if any; it counts."""
        for key in (method, "*"):
            queue = self._planned.get(key, [])
            if queue:
                queue[0].times -= 1
                return queue.pop(0) if queue[0].times <= 0 else queue[0]
        return None


async def suffer(fault: Fault, request: Request) -> Response | None:
    """Return what the caller gets instead of an answer; None for `drop_after`, which wants the effect first."""
    match fault.fault:
        case "drop_after":
            return None
        case "drop_before":
            return cut(request)
        case "timeout":
            await asyncio.sleep(fault.seconds)
            return cut(request)
        case "429":
            return rate_limited(fault.retry_after)
        case "500" | "503":
            return PlainTextResponse("Something went wrong", status_code=int(fault.fault))
        case _:
            return JSONResponse({"ok": False, "error": fault.fault.removeprefix("error:")})


def rate_limited(retry_after_s: int) -> Response:
    body = {"ok": False, "error": "ratelimited"}
    return JSONResponse(body, status_code=429, headers={"Retry-After": str(retry_after_s)})


def cut(request: Request) -> Response:
    """Cut the caller's connection; what is returned goes nowhere."""
    request.state.transport.abort()
    return Response(status_code=500)
