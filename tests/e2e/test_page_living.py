"""The page stays calm while messages change, and works small, dark and without a mouse."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.page_app import Living, living, plain
from tests.e2e.page_browser import launched, needs_chromium, window

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    with living(tmp_path_factory.mktemp("workspace")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


@pytest.fixture
def address(workspace: Living) -> str:
    return f"{workspace.url}/as/U0CHOO/{workspace.channel('on-call-alerts')}"


def run_blocks(done: int) -> list[dict[str, Any]]:
    bar = "▓" * done + "░" * (20 - done)
    select = {
        "type": "static_select",
        "action_id": "who",
        "placeholder": plain("Hand over to"),
        "options": [{"text": plain(name), "value": name} for name in ("Choo", "Aidil")],
    }
    return [
        {"type": "section", "block_id": "bar", "text": {"type": "mrkdwn", "text": f"`{bar}` {done * 5} %"}},
        {"type": "actions", "block_id": "acts", "elements": [select]},
    ]


def post_run(workspace: Living) -> str:
    channel = workspace.channel("on-call-alerts")
    posted = workspace.client.chat_postMessage(channel=channel, text="Run", blocks=run_blocks(0))
    return str(posted["ts"])


def edit_run(workspace: Living, ts: str, done: int) -> None:
    channel = workspace.channel("on-call-alerts")
    workspace.client.chat_update(channel=channel, ts=ts, text="Run", blocks=run_blocks(done))


def test_a_message_edited_often_stays_the_same_node_and_disturbs_nothing(
    browser: Browser, workspace: Living, address: str
) -> None:
    ts = post_run(workspace)
    with window(browser, address) as page:
        line = page.locator(f'[id="m-{ts}"]')
        line.evaluate("node => { node.marked = true; node.querySelector('.picker').marked = true; }")
        page.keyboard.type("half a sen")
        line.get_by_role("combobox").click()
        menu = page.locator(".popup [role=option]")
        expect(menu).to_have_count(2)
        for done in range(1, 13):
            edit_run(workspace, ts, done)
        expect(line).to_contain_text("60 %")
        expect(menu).to_have_count(2)
        menu.first.click()
        expect(line.get_by_role("combobox")).to_contain_text("Choo")
        edit_run(workspace, ts, 20)
        expect(line).to_contain_text("100 %")
        expect(line.get_by_role("combobox")).to_contain_text("Choo")
        assert line.evaluate("node => node.marked && node.querySelector('.picker').marked")
        expect(page.locator(".main .composer textarea")).to_have_value("half a sen")
        expect(line.locator(".edited")).to_have_count(1)
        page.reload()
        expect(line.get_by_role("combobox")).to_contain_text("Choo")


def test_the_reader_of_old_messages_is_left_in_place(browser: Browser, workspace: Living, address: str) -> None:
    channel = workspace.channel("on-call-alerts")
    for number in range(60):
        workspace.client.chat_postMessage(channel=channel, text=f"alert number {number}")
    with window(browser, address) as page:
        newest = page.locator(".line").last
        expect(newest).to_be_in_viewport()
        workspace.client.chat_postMessage(channel=channel, text="still at the end")
        expect(page.locator(".line", has_text="still at the end")).to_be_in_viewport()
        old = page.locator(".line", has_text="alert number 12")
        old.scroll_into_view_if_needed()
        before = old.bounding_box()
        workspace.client.chat_postMessage(channel=channel, text="this came later")
        expect(page.locator(".newer")).to_be_visible()
        assert old.bounding_box() == before
        expect(page.locator("#announcer")).to_have_text("Baton: this came later")
        page.locator(".newer").click()
        expect(page.locator(".line", has_text="this came later")).to_be_in_viewport()
        expect(page.locator(".newer")).to_have_count(0)
        old.scroll_into_view_if_needed()
        workspace.client.chat_postMessage(channel=channel, text="and one more")
        expect(page.locator(".newer")).to_be_visible()
        page.locator(".place", has_text="random").click()
        expect(page.locator(".newer")).to_have_count(0)


def test_the_end_stays_in_sight_whatever_grows_and_whoever_writes(
    browser: Browser, workspace: Living, address: str
) -> None:
    with window(browser, address) as page:
        messages = page.locator(".main .messages")
        grown = "<li data-live>" + "<br>" * 40 + "</li>"
        messages.evaluate(  # a message grows, and the browser tells of an earlier scroll before it measures again
            """(node, grown) => {
                node.querySelector(".lines").insertAdjacentHTML("beforeend", grown);
                node.dispatchEvent(new Event("scroll"));
            }""",
            grown,
        )
        page.wait_for_function(
            "node => node.scrollTop + node.clientHeight >= node.scrollHeight - 1", arg=messages.element_handle()
        )
        messages.evaluate("node => { node.querySelector('li[data-live]').remove(); node.scrollTo(0, 0); }")
        page.locator(".main .composer textarea").fill("mine")
        page.keyboard.press("Enter")
        expect(page.locator(".line", has_text="mine").last).to_be_in_viewport()


def test_what_happens_before_the_feed_is_open_is_not_missed(browser: Browser, workspace: Living, address: str) -> None:
    with window(browser, address) as page:
        held: list[Route] = []
        page.route("**/changes?*", lambda route: held.append(route))
        page.reload()
        page.wait_for_selector("html[data-ready]")
        page.wait_for_function("() => document.querySelectorAll('.line').length")
        workspace.client.chat_postMessage(channel=workspace.channel("on-call-alerts"), text="in between")
        held[0].continue_()
        expect(page.locator(".line", has_text="in between")).to_have_count(1)


def test_earlier_messages_are_a_click_away(browser: Browser, workspace: Living) -> None:
    channel = workspace.channel("incident-response")
    for number in range(104):
        workspace.client.chat_postMessage(channel=channel, text=f"entry {number}")
    with window(browser, f"{workspace.url}/as/U0CHOO/{channel}") as page:
        expect(page.locator(".line")).to_have_count(100)
        page.get_by_role("link", name="Show earlier messages").click()
        expect(page.locator(".line")).to_have_count(104)
        expect(page.locator("#beginning")).to_contain_text("#incident-response")


def test_pictures_are_shown_and_a_missing_one_says_what_it_was(
    browser: Browser, workspace: Living, address: str
) -> None:
    channel = workspace.channel("on-call-alerts")
    workspace.client.files_upload_v2(channel=channel, content=one_pixel(), filename="rows.png", title="Rows per day")
    gone = {"type": "image", "image_url": f"{workspace.url}/file/F0GONE", "alt_text": "growth per week"}
    workspace.client.chat_postMessage(channel=channel, text="gone", blocks=[gone])
    with window(browser, address) as page:
        shown = page.get_by_role("img", name="Rows per day")
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.naturalWidth") == 1
        broken = page.locator("[data-live-broken]").last
        expect(broken).to_have_attribute("data-live-broken", "growth per week")


def one_pixel() -> bytes:
    from PIL import Image

    held = io.BytesIO()
    Image.new("RGB", (1, 1)).save(held, "PNG")
    return held.getvalue()


def test_a_phone_has_a_drawer_and_a_thread_over_the_whole_width(
    browser: Browser, workspace: Living, tmp_path: Path
) -> None:
    channel = workspace.channel("data-oncall")
    root = workspace.client.chat_postMessage(channel=channel, text="a root")["ts"]
    workspace.client.chat_postMessage(channel=channel, text="an answer", thread_ts=root)
    phone = {"viewport": {"width": 390, "height": 800}, "is_mobile": True, "has_touch": True}
    with window(browser, f"{workspace.url}/as/U0CHOO/{workspace.channel('random')}", **phone) as page:
        places = page.locator("#sidebar .place")
        expect(places.first).not_to_be_in_viewport()
        page.get_by_role("button", name="Channels").tap()
        expect(places.first).to_be_in_viewport()
        page.screenshot(path=tmp_path / "drawer.png")
        page.locator("#sidebar .place", has_text="data-oncall").tap()
        expect(places.first).not_to_be_in_viewport()
        page.locator(".replies").tap()
        thread = page.locator(".thread")
        expect(thread).to_contain_text("an answer")
        box = thread.bounding_box()
        assert box
        assert box["width"] == 390
        page.screenshot(path=tmp_path / "thread.png")
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_table_in_markdown_shows_every_word_and_stays_in_its_message(browser: Browser, workspace: Living) -> None:
    channel = workspace.channel("data-oncall")
    long = "clicks, time on the platform, activity of every user and every session of the day before"
    rows = f"| Reads | From | Through | Every |\n|---|---|---|---|\n| {long} | {long} | Kafka | day |"
    posted = workspace.client.chat_postMessage(channel=channel, text="t", blocks=[{"type": "markdown", "text": rows}])
    narrow = {"viewport": {"width": 390, "height": 800}}
    with window(browser, f"{workspace.url}/as/U0CHOO/{channel}", **narrow) as page:
        line = page.locator(f'[id="m-{posted["ts"]}"]')
        cell = line.get_by_text(long).first
        assert cell.evaluate("node => node.scrollWidth - node.clientWidth") == 0
        assert line.evaluate("node => node.scrollWidth - node.clientWidth") == 0


def test_a_phone_shows_the_words_of_a_select_beside_a_text(browser: Browser, workspace: Living) -> None:
    channel = workspace.channel("data-oncall")
    options = [{"text": plain("One"), "value": "1"}]
    select = {"type": "static_select", "action_id": "s", "placeholder": plain("Open one section"), "options": options}
    rest = {"type": "section", "text": plain("The rest of the page"), "accessory": select}
    workspace.client.chat_postMessage(channel=channel, text="x", blocks=[rest])
    phone = {"viewport": {"width": 390, "height": 800}}
    with window(browser, f"{workspace.url}/as/U0CHOO/{channel}", **phone) as page:
        words = page.locator(".picker-placeholder", has_text="Open one section")
        assert words.evaluate("node => node.scrollWidth - node.clientWidth") == 0


def test_everything_is_reached_with_the_keyboard(browser: Browser, workspace: Living) -> None:
    channel = workspace.channel("random")
    with window(browser, f"{workspace.url}/as/U0CHOO/{channel}") as page:
        page.keyboard.type("first words")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("second line")
        page.keyboard.press("Enter")
        line = page.locator(".line", has_text="second line")
        expect(line.locator("br")).to_have_count(1)
        page.keyboard.press("Shift+Tab")  # from the composer to the messages
        page.keyboard.press("ArrowUp")
        expect(line).to_be_focused()
        page.keyboard.press("t")
        expect(page.locator(".thread .composer textarea")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".thread")).to_have_count(0)
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator("#sidebar [aria-current]")).to_contain_text("on-call-alerts")
        page.keyboard.type("/iss")
        page.keyboard.press("Enter")  # completes
        page.keyboard.press("Enter")  # sends
        form = page.get_by_role("dialog", name="New issue")
        expect(form.get_by_label("What happened?")).to_be_focused()
        page.keyboard.type("nothing but keys")
        page.keyboard.press("Tab")
        expect(form.get_by_role("combobox")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(form.get_by_role("combobox")).to_contain_text("Medium")
        expect(form.get_by_role("combobox")).to_be_focused()
        outline = form.get_by_role("combobox").evaluate("node => getComputedStyle(node).outlineWidth")
        assert outline == "3px"
        for _ in ("notes", "choose a run", "cancel", "open"):
            page.keyboard.press("Tab")
        expect(form.get_by_role("button", name="Open")).to_be_focused()
        page.keyboard.press("Enter")
        expect(form).to_have_count(0)


def test_arrows_walk_on_from_a_button_of_a_message(browser: Browser, workspace: Living) -> None:
    channel = workspace.channel("data-oncall")
    workspace.client.chat_postMessage(channel=channel, text="above")
    button = {"type": "button", "text": plain("Go"), "action_id": "go"}
    workspace.client.chat_postMessage(channel=channel, text="x", blocks=[{"type": "actions", "elements": [button]}])
    with window(browser, f"{workspace.url}/as/U0CHOO/{channel}") as page:
        page.locator(".line").last.get_by_role("button", name="Go").focus()
        page.keyboard.press("ArrowUp")
        expect(page.locator(".line", has_text="above")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_ground_in_light_and_dark(
    browser: Browser, workspace: Living, address: str, scheme: str
) -> None:
    post_run(workspace)
    with window(browser, address, color_scheme=scheme) as page:
        for selector in (".line .text", ".by time", ".place", ".channel-name", ".app-badge", ".picker-placeholder"):
            assert contrast(page, selector) >= 4.5, selector


def test_the_switch_between_light_and_dark_is_remembered(browser: Browser, address: str) -> None:
    with window(browser, address, color_scheme="light") as page:
        ground = page.locator(".main").evaluate("node => getComputedStyle(node).backgroundColor")
        page.get_by_role("button", name="Light or dark").click()
        page.reload()
        assert page.locator(".main").evaluate("node => getComputedStyle(node).backgroundColor") != ground


def contrast(page: Page, selector: str) -> float:
    """Return the contrast of the first match's words to what is painted behind them, 1 to 21."""
    ink, ground = page.locator(selector).first.evaluate(
        """node => {
            let behind = node;
            const clear = "rgba(0, 0, 0, 0)";
            const ground = () => getComputedStyle(behind).backgroundColor;
            while (behind.parentElement && ground() === clear) behind = behind.parentElement;
            return [getComputedStyle(node).color, ground()];
        }"""
    )
    darker, lighter = sorted((luminance(ink), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_lost_connection_is_shown_and_found_again(browser: Browser, workspace: Living, address: str) -> None:
    with window(browser, address) as page:
        page.context.set_offline(True)
        workspace.server.app.workspace.changes.close()
        workspace.client.chat_postMessage(channel=workspace.channel("on-call-alerts"), text="while you were away")
        expect(page.locator(".offline")).to_be_visible()
        page.context.set_offline(False)
        expect(page.locator(".offline")).to_have_count(0)
        expect(page.locator(".line", has_text="while you were away")).to_have_count(1)
