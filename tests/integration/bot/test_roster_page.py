"""The roster in the browser and in calendars, by HTTP: who may open what, and what stands there."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar
from starlette.applications import Starlette

from bot.listeners import calendar
from bot.listeners.heard import Heard
from bot.roster_page.routes import roster_routes
from bot.usecases.people import NotAllowed, NotInPlan
from store import feeds, rosters
from store.domain.absence import Absence, Kind
from store.domain.override import Override
from tests.integration.bot.hand import HeldBot, held_bot

AT = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[HeldBot]:
    with held_bot(tmp_path, AT, baton_url="https://baton.example.com/") as made:
        yield made


@pytest.fixture
async def browser(bot: HeldBot) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=roster_routes(bot.deps)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def token(bot: HeldBot, subject: str = feeds.TEAM) -> str:
    with bot.deps.sessions.writing() as db:
        return feeds.token_of(db, subject, at=AT)


def heard(user: str) -> Heard:
    return Heard(key="k", user=user, channel="C0DATAONCALL")


def read(html: str) -> str:
    """Return the words of the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def test_the_feed_of_a_person_and_of_the_team(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    team = await browser.get(f"/calendar/{token(bot)}.ics")
    own = await browser.get(f"/calendar/{token(bot, 'choo')}.ics")
    assert team.status_code == own.status_code == 200
    assert team.headers["content-type"] == "text/calendar; charset=utf-8"
    titles = {str(event["SUMMARY"]) for event in Calendar.from_ical(own.content).walk("VEVENT")}
    assert titles <= {"On call", "On call for Spencer", "On call for Aidil", "On call for Thiru"}
    assert b"Thiru on call" in team.content


@pytest.mark.parametrize(
    "path",
    ["/calendar/x.ics", "/calendar/.ics", "/roster/x", "/roster/%00", "/calendar/%C3%A4.ics", f"/roster/{'a' * 5000}"],
)
async def test_nothing_opens_without_a_token(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_a_persons_token_does_not_open_the_page(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    assert (await browser.get(f"/roster/{token(bot, 'choo')}")).status_code == 404
    assert (await browser.get(f"/roster/{token(bot)}")).status_code == 200


async def test_who_left_the_plan_has_no_feed(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    path = f"/calendar/{token(bot, 'jonas')}.ics"
    assert (await browser.get(path)).status_code == 200
    text = (bot.deps.plan.folder / "team.yaml").read_text()
    jonas = re.search(r"  jonas:\n(    .*\n)+", text)
    assert jonas is not None
    bot.plan(jonas[0], "")
    assert (await browser.get(path)).status_code == 404


async def test_a_reader_with_the_newest_copy_gets_none(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    path = f"/calendar/{token(bot)}.ics"
    first = await browser.get(path)
    for header in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'W/{first.headers["etag"]}, "x"'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = await browser.get(path, headers=header)
        assert (again.status_code, again.content) == (304, b"")
    monday = Override(person="irfan", starts_at=AT + DAY, ends_at=AT + 2 * DAY, entered_at=AT)
    with bot.deps.sessions.writing() as db:
        rosters.save_override(db, monday, request_key="o")
    bot.machine.at += timedelta(minutes=1)
    for header in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
        {"If-Modified-Since": "nonsense"},
    ):
        again = await browser.get(path, headers=header)
        assert again.status_code == 200
        assert b"Irfan Hakim on call for Aidil" in again.content


async def test_the_page_shows_the_month_with_its_reasons(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    leave = Absence(
        person="aidil", starts_at=AT + 14 * HOUR, ends_at=AT + 38 * HOUR, kind=Kind.EMERGENCY, entered_at=AT
    )
    with bot.deps.sessions.writing() as db:
        rosters.save_absence(db, leave, request_key="a", by="U0AIDIL")
    page = await browser.get(f"/roster/{token(bot)}")
    words = read(page.text)
    assert "January 2026" in words
    assert "Aidil is on call now until Thu 08 Jan 00:00" in words
    assert "Spencer for Aidil" in words or "Nobody gap" in words
    assert "Aidil away" in words
    assert "all on deck" in words
    assert "Investor reports are due at month end" in words
    assert page.text.count('aria-current="date"') == 1
    february = await browser.get(f"/roster/{token(bot)}?month=2026-02")
    assert "Chinese New Year" in read(february.text)
    assert 'aria-current="date"' not in february.text


async def test_the_page_tells_no_other_site_where_it_is(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"/roster/{token(bot)}")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "noindex" in page.headers["x-robots-tag"]
    assert "no-store" in page.headers["cache-control"]
    assert "<script" not in page.text
    assert not re.search(r'(src|href)="(https?:)?//', page.text)


async def test_names_are_text_whatever_stands_in_them(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    bot.plan("name: Thiru", 'name: "<img src=x onerror=alert(1)>"')
    page = await browser.get(f"/roster/{token(bot)}?month=2026-01")
    assert "<img" not in page.text
    assert "&lt;img src=x" in page.text


async def test_months_and_pipelines_are_turned_by_address(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    path = f"/roster/{token(bot)}"
    march = await browser.get(path, params={"month": "2026-03", "pipeline": "daily-growth"})
    assert "March 2026" in read(march.text)
    assert re.search(r'aria-current="page">Daily Growth', march.text)
    assert "?month=2026-02&amp;pipeline=daily-growth" in march.text
    assert "?month=2026-04&amp;pipeline=daily-growth" in march.text


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=x", "month=0001-01", "month=9999-12", "month=2040-01", "pipeline=nope", "pipeline=<b>"],
)
async def test_what_is_not_there_is_not_found(bot: HeldBot, browser: httpx.AsyncClient, query: str) -> None:
    assert (await browser.get(f"/roster/{token(bot)}?{query}")).status_code == 404


async def test_the_style_needs_no_token(browser: httpx.AsyncClient) -> None:
    style, icon = await browser.get("/roster/roster.css"), await browser.get("/roster/icon.svg")
    assert style.headers["content-type"].startswith("text/css")
    assert icon.headers["content-type"].startswith("image/svg+xml")


async def test_the_command_gives_addresses_that_open(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    shown = str(calendar.show(bot.deps, heard("U0CHOO"), "").payload())
    paths = re.findall(r"https://baton\.example\.com(/[a-z]+/[a-z0-9.]+)", shown)
    assert len(paths) == 3
    for path in paths:
        assert (await browser.get(path)).status_code == 200
    assert "BATON_URL" not in shown


async def test_a_renewed_address_closes_the_old_one(bot: HeldBot, browser: httpx.AsyncClient) -> None:
    old, team = token(bot, "choo"), token(bot)
    calendar.show(bot.deps, heard("U0CHOO"), "new")
    assert (await browser.get(f"/calendar/{old}.ics")).status_code == 404
    assert (await browser.get(f"/roster/{team}")).status_code == 200
    calendar.show(bot.deps, heard("U0IRFAN"), "new team")
    assert (await browser.get(f"/roster/{team}")).status_code == 404


def test_only_who_is_in_the_plan_has_addresses_and_only_a_lead_renews_the_teams(bot: HeldBot) -> None:
    with pytest.raises(NotInPlan):
        calendar.show(bot.deps, heard("U0RIN"), "")
    with pytest.raises(NotAllowed):
        calendar.show(bot.deps, heard("U0CHOO"), "new team")


def test_an_address_that_opens_on_this_machine_alone_says_so(tmp_path: Path) -> None:
    with held_bot(tmp_path, AT) as bot:
        assert "BATON_URL" in str(calendar.show(bot.deps, heard("U0CHOO"), "").payload())
