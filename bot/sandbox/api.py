"""The app's side over HTTP: `/api/<method>`, response URLs, uploads."""

import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.faults import cut, rate_limited, suffer
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.method import Method
from bot.sandbox.responses import answer_by_url
from bot.sandbox.wire import Args, read_args

logger = logging.getLogger(__name__)
Endpoint = Callable[[Request], Awaitable[Response]]

MOST_BYTES = 32 * 1024 * 1024
"""An upload larger than this is refused."""


def routes(app: App) -> list[Route]:
    def meeting_faults(answer: Callable[[App, Request], Awaitable[Response]], name: str = "") -> Endpoint:
        """Answer unless a fault is planned for *name*, or for the method that is called."""

        async def endpoint(request: Request) -> Response:
            fault = app.faults.next(name or request.path_params["method"])
            if fault and (instead := await suffer(fault, request)):
                return instead
            response = await answer(app, request)
            return cut(request) if fault else response

        return endpoint

    async def private_file(request: Request) -> Response:
        file = app.workspace.file(request.path_params["key"].rpartition("-")[2])
        if file is None or _token(request, Args({})) != app.credentials.bot_token:
            return PlainTextResponse("not found", status_code=404)
        return Response(file.content, media_type=file.mimetype)

    return [
        Route("/api/{method}", meeting_faults(_call), methods=["GET", "POST"]),
        Route("/response/{team}/{key:path}", meeting_faults(_respond, "response_url"), methods=["POST"]),
        Route("/upload/v1/{file_id}", meeting_faults(_upload, "upload"), methods=["POST"]),
        Route("/files-pri/{key}/{name}", private_file),
    ]


async def _call(app: App, request: Request) -> Response:
    name = request.path_params["method"]
    try:
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        args = await read_args(request)
        _need_token(app, method, _token(request, args))
        app.need_scope(*method.scopes)
        key = f"{name}:{args.text(method.limited_by)}" if method.limited_by else name
        if wait_s := app.limits.take(key, method.tier):
            return rate_limited(wait_s)
        body: dict[str, Any] = {"ok": True, **method.run(app, args)}
    except Refused as refused:
        logger.info("%s refused: %s", name, refused.body())
        body = refused.body()
    return JSONResponse(
        body,
        headers={
            "X-Slack-Req-Id": secrets.token_hex(16),
            "X-OAuth-Scopes": ",".join(sorted(app.workspace.manifest.bot_scopes)),
        },
    )


def _token(request: Request, args: Args) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else args.text("token")


def _need_token(app: App, method: Method, token: str) -> None:
    if method.token == "none":  # noqa: S105
        return
    if not token:
        raise Refused("not_authed")
    known = {app.credentials.bot_token: "bot", app.credentials.app_token: "app"}
    kind = known.get(token)
    if kind is None:
        raise Refused("invalid_auth")
    if method.token not in (kind, "any"):
        raise Refused("not_allowed_token_type")


async def _respond(app: App, request: Request) -> Response:
    try:
        body = json.loads(await request.body() or b"{}")
        if not isinstance(body, dict):
            raise Refused("invalid_payload")
        answer_by_url(app, request.path_params["key"], body)
    except ValueError:
        return JSONResponse({"ok": False, "error": "invalid_payload"}, status_code=400)
    except Refused as refused:
        logger.info("response_url refused: %s", refused.body())
        gone = refused.error in ("no_such_url", "expired_url", "used_url")
        return JSONResponse(refused.body(), status_code=404 if gone else 400)
    return PlainTextResponse("ok")


async def _upload(app: App, request: Request) -> Response:
    doc = app.workspace.store.get("file", request.path_params["file_id"])
    if doc is None or doc["state"] == "complete":
        return PlainTextResponse("no such upload", status_code=404)
    if int(request.headers.get("content-length", 0)) > MOST_BYTES:
        return PlainTextResponse("too large", status_code=413)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            parts = [part for part in form.values() if not isinstance(part, str)]
            content = await parts[0].read() if parts else b""
    else:
        content = await request.body()
    if len(content) != doc["size"]:
        return PlainTextResponse(f"expected {doc['size']} bytes, got {len(content)}", status_code=400)
    app.workspace.store.put("file", doc["id"], {**doc, "state": "uploaded"})
    app.workspace.store.put_content(doc["id"], content)
    return PlainTextResponse(f"OK - {len(content)}")
