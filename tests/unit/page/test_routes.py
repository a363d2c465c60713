"""What the page answers to a browser."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.sandbox.clock import TeamClock
from bot.sandbox.manifest import read_manifest
from bot.sandbox.messages import from_bot, post, tell_privately
from bot.sandbox.page import page
from bot.sandbox.page.routes import HERE
from bot.sandbox.residents import populate
from bot.sandbox.store import Store
from bot.sandbox.workspace import Workspace
from tests.e2e.page_app import MANIFEST

EVIL = "<script>alert('x')</script>"


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace(Store(":memory:"), read_manifest(MANIFEST), TeamClock.of("2024-06-03T18:00:00+00:00@0"))
    people = [{"id": "U0CHOO", "name": "Choo", "title": EVIL}, {"id": "U0AIDIL", "name": f"Aidil {EVIL}"}]
    populate(made, people, ["data-oncall"])
    return made


@pytest.fixture
def browser(workspace: Workspace) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=page(workspace)))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


def say(workspace: Workspace, text: str, user: str = "U0CHOO", channel: str = "data-oncall", **more: Any) -> str:
    found = workspace.channel_named(channel)
    assert found
    return str(post(workspace, found, {"user": user, "text": text, **more})["ts"])


async def test_the_first_address_leads_to_a_channel(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    assert answer.is_redirect
    assert answer.headers["location"].startswith("/as/U0AIDIL/C0")
    assert (await browser.get("/as/U0CHOO")).headers["location"] == "/as/U0CHOO/C0DATAONCALL"


@pytest.mark.parametrize(
    "address",
    ["/as/U0NOBODY/C0DATAONCALL", "/as/U0CHOO/C0NOWHERE", "/as/U0NOBODY", "/file/F0", "/as/U0BATON/C0DATAONCALL"],
)
async def test_what_is_not_here_says_so_and_leads_back(browser: httpx.AsyncClient, address: str) -> None:
    answer = await browser.get(address)
    assert answer.status_code == 404
    assert '<a href="/">' in answer.text


async def test_names_titles_and_topics_are_escaped(browser: httpx.AsyncClient, workspace: Workspace) -> None:
    say(workspace, "hello", user="U0AIDIL", username=EVIL)
    answer = await browser.get("/as/U0CHOO/C0DATAONCALL")
    assert "alert(" in answer.text
    assert "<script>alert" not in answer.text
    assert 'title="<script' not in answer.text


async def test_the_policy_allows_only_our_own_scripts(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/as/U0CHOO/C0DATAONCALL")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert " style=" not in answer.text
    assert "onclick" not in answer.text


async def test_the_live_part_is_the_page_without_its_frame(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/as/U0CHOO/C0DATAONCALL/live")
    assert answer.text.startswith('<div id="app"')
    assert "<html" not in answer.text


async def test_times_are_written_in_the_browsers_zone(browser: httpx.AsyncClient, workspace: Workspace) -> None:
    say(workspace, "hello")
    address = "/as/U0CHOO/C0DATAONCALL"
    assert ">18:00<" in (await browser.get(address)).text
    there = await browser.get(address, headers={"Cookie": "zone=Asia%2FKuala_Lumpur"})
    assert ">02:00<" in there.text
    for odd in ("../../etc/passwd", "Nowhere%2FAtAll", "%00", "/etc/localtime"):
        assert ">18:00<" in (await browser.get(address, headers={"Cookie": f"zone={odd}"})).text


async def test_private_messages_are_seen_by_one_person(browser: httpx.AsyncClient, workspace: Workspace) -> None:
    tell_privately(workspace, "C0DATAONCALL", "U0CHOO", "for your eyes")
    assert "for your eyes" in (await browser.get("/as/U0CHOO/C0DATAONCALL")).text
    assert "for your eyes" not in (await browser.get("/as/U0AIDIL/C0DATAONCALL")).text


async def test_a_thread_opens_beside_the_channel(browser: httpx.AsyncClient, workspace: Workspace) -> None:
    root = say(workspace, "root")
    say(workspace, "answer", user="U0AIDIL", thread_ts=root)
    closed = await browser.get("/as/U0CHOO/C0DATAONCALL")
    assert "1 reply" in closed.text
    assert ">answer<" not in closed.text
    opened = await browser.get("/as/U0CHOO/C0DATAONCALL", params={"thread": root})
    assert ">answer<" in opened.text
    gone = await browser.get("/as/U0CHOO/C0DATAONCALL", params={"thread": "1.000000"})
    assert 'class="thread"' not in gone.text


async def test_unread_messages_are_counted_elsewhere_but_not_here(
    browser: httpx.AsyncClient, workspace: Workspace
) -> None:
    say(workspace, "news", user="U0AIDIL")
    elsewhere = (await browser.get("/as/U0CHOO/C0RANDOM")).text
    assert 'aria-label="1 new"' in elsewhere
    assert "<title>(1) random · Data team</title>" in elsewhere
    assert 'aria-label="1 new"' not in (await browser.get("/as/U0CHOO/C0DATAONCALL")).text


@pytest.mark.parametrize("limit", ["-1", "x", "99999999999", "½", ""])
async def test_an_odd_limit_is_the_usual_one(browser: httpx.AsyncClient, limit: str) -> None:
    assert (await browser.get("/as/U0CHOO/C0DATAONCALL", params={"limit": limit})).status_code == 200


@pytest.mark.parametrize(
    ("mimetype", "sent_as", "place"),
    [
        ("image/png", "image/png", "inline"),
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
    ],
)
async def test_only_pictures_are_shown_in_the_page(
    browser: httpx.AsyncClient, workspace: Workspace, mimetype: str, sent_as: str, place: str
) -> None:
    workspace.store.put("file", "F1", {"id": "F1", "name": 'a"\r\nb.html', "mimetype": mimetype})
    workspace.store.put_content("F1", b"<script>alert(1)</script>")
    answer = await browser.get("/file/F1")
    assert answer.headers["content-type"] == sent_as
    assert answer.headers["content-disposition"] == f"{place}; filename*=UTF-8''a%22%0D%0Ab.html"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_every_static_file_that_the_page_names_is_there(browser: httpx.AsyncClient) -> None:
    folder = HERE / "static"
    words = (await browser.get("/as/U0CHOO/C0DATAONCALL")).text
    for name in ("base.css", "shell.css", "messages.css", "blocks.css", "theme.js", "app.js", "icon.svg"):
        assert f"/static/{name}" in words
        answer = await browser.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.content == (folder / name).read_bytes()
    assert (await browser.get("/static/../routes.py")).status_code == 404


async def test_the_app_opens_at_its_home_unless_there_is_something_to_read(
    browser: httpx.AsyncClient, workspace: Workspace
) -> None:
    here = (await browser.get("/as/U0CHOO/C0DATAONCALL")).text
    assert here.count("/as/U0CHOO/D0CHOO") == 1
    assert 'href="/as/U0CHOO/D0CHOO?tab=home"' in here
    dm = workspace.channel("D0CHOO")
    assert dm
    post(workspace, dm, {**from_bot(workspace), "text": "your turn"})
    for address, badge in (
        ("/as/U0CHOO/C0DATAONCALL", True),
        ("/as/U0CHOO/D0CHOO?tab=home", True),
        ("/as/U0CHOO/D0CHOO", False),
    ):
        seen = (await browser.get(address)).text
        assert ('aria-label="1 new"' in seen) is badge
        assert ('<a href="/as/U0CHOO/D0CHOO" class="place unread"' in seen) is badge
