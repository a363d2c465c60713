"""`/roster/<token>`, its style sheet, and `/calendar/<token>.ics`."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.deps import Deps
from bot.roster_page.month import month_of
from bot.roster_page.values import Month
from bot.usecases import leave_calendar, oncall
from bot.usecases.feed import Feed, Feeds, subject_of
from store import feeds
from store.domain.wall import day_of

HERE = Path(__file__).parent
REACH = timedelta(days=2 * 366)
"""How far one may turn the pages, either way."""
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""The address is the secret: it must not travel on."""
POLICY = (
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
MAX_AGE = "private, max-age=300"
LONGEST = 64


def roster_routes(deps: Deps) -> list[BaseRoute]:
    """Return the routes of the roster in the browser and in calendars."""
    return RosterPages(deps).routes()


class RosterPages:
    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._feeds = Feeds(deps)
        self._style = (HERE / "static" / "roster.css").read_bytes()
        self._icon = (HERE / "static" / "icon.svg").read_bytes()
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/calendar/{token}.ics", self.feed),
            Route("/roster/roster.css", self.style),
            Route("/roster/icon.svg", self.icon),
            Route("/roster/{token}", self.page),
        ]

    async def feed(self, request: Request) -> Response:
        feed = await asyncio.to_thread(self._feeds.get, request.path_params["token"][:LONGEST])
        if feed is None:
            return _missing()
        headers = {
            **PRIVATE,
            "ETag": f'"{feed.etag}"',
            "Last-Modified": format_datetime(feed.changed_at.astimezone(UTC), usegmt=True),
            "Cache-Control": MAX_AGE,
            "Content-Disposition": 'inline; filename="on-call.ics"',
        }
        if _is_fresh(request, feed):
            return Response(status_code=304, headers=headers)
        return Response(feed.body, media_type="text/calendar", headers=headers)

    async def style(self, _request: Request) -> Response:
        return Response(self._style, media_type="text/css", headers={"Cache-Control": "no-cache"})

    async def icon(self, _request: Request) -> Response:
        return Response(self._icon, media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})

    async def page(self, request: Request) -> Response:
        token = request.path_params["token"][:LONGEST]
        html = await asyncio.to_thread(self._html, token, dict(request.query_params))
        if html is None:
            return _missing()
        headers = {**PRIVATE, "Content-Security-Policy": POLICY, "Cache-Control": "private, no-store"}
        return HTMLResponse(html, headers=headers)

    def _html(self, token: str, asked: dict[str, str]) -> str | None:
        """Return the page, or None where the token is not the team's or the month or pipeline is none of ours."""
        deps = self._deps
        if subject_of(deps, token) != feeds.TEAM:
            return None
        plan, at = deps.plan, deps.clock.now()
        today = day_of(at, plan.team.zone)
        first = _month(asked.get("month", ""), today)
        pipeline = asked.get("pipeline") or None
        if first is None or (pipeline is not None and pipeline not in plan.pipelines):
            return None
        month = month_of(plan, oncall.roster(deps), first=first, pipeline=pipeline, at=at, reach=REACH)
        return self._draw(month, token, leave_calendar.notice(deps, at=at))

    def _draw(self, month: Month, token: str, notice: str) -> str:
        team = self._deps.plan.team
        return self._templates.get_template("month.html").render(
            team=team, month=month, token=token, notice=notice, hours=7 * 24
        )


def _missing() -> Response:
    text = "There is nothing here. Ask Baton for the address with /oncall calendar."
    return PlainTextResponse(text, status_code=404, headers=PRIVATE)


def _is_fresh(request: Request, feed: Feed) -> bool:
    """Whether the reader has this content already, as RFC 9110 weighs the two headers."""
    if tags := request.headers.get("if-none-match"):
        return any(tag.strip().removeprefix("W/") in (f'"{feed.etag}"', "*") for tag in tags.split(","))
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (TypeError, ValueError):
        return False
    changed_at: datetime = feed.changed_at.replace(microsecond=0)
    return since.tzinfo is not None and changed_at <= since


def _month(text: str, today: date) -> date | None:
    """Return the first day of the month that `2026-01` names; of today's where nothing is said; None: out of reach."""
    if not text:
        return today.replace(day=1)
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return None
    return first if abs(first - today) <= REACH + timedelta(days=31) else None
