"""The addresses of the page: `/as/<person>/<channel>`, its live part, files and what does not change."""

from pathlib import Path
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.page.screen import NotHere, Screen, screen
from bot.sandbox.workspace import Workspace

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
SHOWN_IN_PAGE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Other files are only handed over for saving, so that an uploaded HTML or SVG cannot run here."""
MOST_MESSAGES = 5000


class Static(StaticFiles):
    """Files of the page; the browser asks each time whether they changed, so an edit shows at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


class Page:
    """Answers the browser from one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.start),
            Route("/as/{user}", self.start),
            Route("/as/{user}/{channel}", self.whole),
            Route("/as/{user}/{channel}/live", self.live),
            Route("/file/{file_id}", self.file),
            Mount("/static", Static(directory=HERE / "static")),
        ]

    async def start(self, request: Request) -> Response:
        """Go to the first channel, as the person asked for or the first one."""
        people = [each["id"] for each in self.workspace.people() if not each["is_bot"]]
        user = request.path_params.get("user") or next(iter(people), "")
        channels = self.workspace.channels_of(user) if user in people else []
        if not channels:
            return self._missing("There is nobody here with this id." if people else "Nobody is in this workspace yet.")
        return RedirectResponse(f"/as/{quote(user)}/{quote(channels[0]['id'])}", headers={"Cache-Control": "no-store"})

    async def whole(self, request: Request) -> Response:
        return self._drawn(request, "page.html")

    async def live(self, request: Request) -> Response:
        """The same without the frame around it; the script merges it into the page it has."""
        return self._drawn(request, "app.html")

    async def file(self, request: Request) -> Response:
        stored = self.workspace.file(request.path_params["file_id"])
        if stored is None:
            return self._missing("There is no such file.")
        shown = stored.mimetype in SHOWN_IN_PAGE
        headers = {
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(stored.name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        }
        media_type = stored.mimetype if shown else "application/octet-stream"
        return Response(stored.content, media_type=media_type, headers=headers)

    def _drawn(self, request: Request, template: str) -> Response:
        try:
            seen = self._screen(request)
        except NotHere as missing:
            return self._missing(str(missing))
        return HTMLResponse(self.templates.get_template(template).render(screen=seen), headers=HEADERS)

    def _screen(self, request: Request) -> Screen:
        query = request.query_params
        limit = query.get("limit", "")
        return screen(
            self.workspace,
            request.path_params["user"],
            request.path_params["channel"],
            zone=_zone(request.cookies.get("zone", "")),
            tab=query.get("tab", ""),
            thread=query.get("thread", ""),
            limit=min(int(limit), MOST_MESSAGES) if limit.isdecimal() and len(limit) < 6 else 0,
        )

    def _missing(self, why: str) -> Response:
        words = self.templates.get_template("missing.html").render(why=why)
        return HTMLResponse(words, status_code=404, headers=HEADERS)


def _zone(name: str) -> ZoneInfo:
    """Return the browser's zone, which its script keeps in a cookie; UTC until then."""
    try:
        return ZoneInfo(unquote(name) or "UTC")
    except (ValueError, OSError, KeyError):  # what an odd cookie makes ZoneInfo raise
        return ZoneInfo("UTC")
