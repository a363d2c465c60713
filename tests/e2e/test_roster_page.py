"""The month in a real browser: reasons by pointer and keyboard, wide and narrow, and a policy that nothing breaks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette

from bot.roster_page.routes import roster_routes
from store import feeds, rosters
from store.domain.absence import Absence
from tests.driver import until
from tests.e2e.page_browser import launched, needs_chromium
from tests.integration.bot.hand import held_bot

pytestmark = [pytest.mark.browser, needs_chromium]
AT = datetime(2026, 1, 14, 6, 20, tzinfo=UTC)
NARROW: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with held_bot(tmp_path_factory.mktemp("page"), AT) as bot:
        away = Absence(person="thiru", starts_at=AT, ends_at=AT + timedelta(days=2), entered_at=AT)
        with bot.deps.sessions.writing() as db:
            rosters.save_absence(db, away, request_key="a", by="U0THIRU")
            token = feeds.token_of(db, feeds.TEAM, at=AT)
        listening = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=roster_routes(bot.deps))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        until(lambda: server.started, "the page is not served")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/roster/{token}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    yield page
    context.close()
    assert said == [], "the browser has nothing to complain of"


def shown(page: Page) -> list[str]:
    """Return the reasons that can be read now."""
    return [tip.inner_text() for tip in page.locator(".tip").all() if tip.is_visible()]


def test_pointing_at_a_bar_tells_its_reason(browser: Browser, address: str) -> None:
    with opened(browser, address, **WIDE) as page:
        assert shown(page) == []
        page.locator(".bar.cover").hover()
        [reason] = shown(page)
        assert "covers for Thiru (leave) as last week’s on-call" in reason
        page.locator("h1").hover()
        assert shown(page) == []


def test_the_keyboard_reaches_every_bar_and_its_reason(browser: Browser, address: str) -> None:
    with opened(browser, address, **WIDE) as page:
        reasons: dict[int, list[str]] = {}
        for _ in range(40):
            page.keyboard.press("Tab")
            at = page.evaluate("[...document.querySelectorAll('.bar')].indexOf(document.activeElement)")
            if at >= 0:
                reasons[at] = shown(page)
        assert sorted(reasons) == list(range(page.locator(".bar").count()))
        assert all(len(told) == 1 for told in reasons.values())
        assert any("covers for Thiru" in told for [told] in reasons.values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_sticks_out(browser: Browser, address: str, size: dict[str, Any], scheme: str) -> None:
    with opened(browser, address, color_scheme=scheme, **size) as page:
        width = size["viewport"]["width"]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for bar in page.locator(".bar").all():
            bar.focus()
            box = page.locator(".bar:focus .tip").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_a_narrow_screen_lists_each_time_on_call(browser: Browser, address: str) -> None:
    with opened(browser, address, **NARROW) as page:
        listed = page.locator(".listed li").all()
        assert any("Aidil for Thiru" in each.inner_text() for each in listed)
        assert all(each.is_visible() for each in listed)
        page.get_by_role("link", name="February 2026").click()
        assert page.locator("h1").inner_text() == "February 2026"
