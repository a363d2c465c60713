"""
What a person sees, as JSON: `GET /see/<what>`.

    /see/people                                             every user object
    /see/channels?user=U…                                   the channels that this person is in
    /see/messages?user=U…&channel=C…[&thread_ts=…][&all=1]  oldest first; `all` puts the answers in threads among them
    /see/views?user=U…                                      open modals, the lowest first
    /see/home?user=U…                                       the app's home, or null
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.errors import Asked, NotPossible
from bot.sandbox.store import Doc
from bot.sandbox.workspace import Workspace


def routes(workspace: Workspace) -> list[Route]:
    async def see(request: Request) -> Response:
        look = _LOOKS.get(request.path_params["what"])
        if look is None:
            return JSONResponse({"ok": False, "error": "unknown_sight"}, status_code=404)
        try:
            return JSONResponse({"ok": True, **look(workspace, Asked(request.query_params))})
        except NotPossible as refused:
            return JSONResponse(refused.body())

    return [Route("/see/{what}", see)]


def _messages(workspace: Workspace, query: Asked) -> Doc:
    channel = workspace.need_channel_of(query["user"], query["channel"])
    if query.get("all"):
        found = workspace.everything(channel["id"], query["user"])
    else:
        found = workspace.messages(channel["id"], query["user"], query.get("thread_ts"), limit=1000)
    return {"channel": channel, "messages": found}


_LOOKS: dict[str, Callable[[Workspace, Asked], Doc]] = {
    "people": lambda workspace, _query: {"people": workspace.people()},
    "channels": lambda workspace, query: {"channels": workspace.channels_of(query["user"])},
    "messages": _messages,
    "views": lambda workspace, query: {"views": workspace.views_of(query["user"])},
    "home": lambda workspace, query: {"home": workspace.home_of(query["user"])},
}
