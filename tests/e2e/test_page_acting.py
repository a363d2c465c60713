"""What people do in the page: commands, buttons, forms, threads, two of them at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.page_app import Living, living
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
def choo(browser: Browser, workspace: Living) -> Iterator[Page]:
    with window(browser, f"{workspace.url}/as/U0CHOO/{workspace.channel('data-oncall')}") as page:
        yield page


def write(page: Page, words: str) -> None:
    page.locator(".main .composer textarea").fill(words)
    page.keyboard.press("Enter")


def test_a_command_is_completed_and_its_button_asks_before_it_acts(choo: Page, tmp_path: Path) -> None:
    choo.keyboard.type("/")
    offered = choo.locator(".completion [role=option]")
    expect(offered).to_have_count(4)
    expect(offered.first).to_contain_text("pipeline [day]")
    choo.keyboard.type("re")
    expect(offered).to_have_count(1)
    choo.screenshot(path=tmp_path / "completion.png")
    choo.keyboard.press("Tab")
    field = choo.locator(".main .composer textarea")
    expect(field).to_have_value("/rerun ")
    expect(field).to_be_focused()
    expect(choo.locator(".composer-usage")).to_contain_text("pipeline [day]")
    choo.keyboard.type("aggregate-engagement 2024-06-03")
    choo.keyboard.press("Enter")

    question = choo.locator(".line.ephemeral", has_text="Run aggregate-engagement")
    expect(question).to_contain_text("Only visible to you")
    start = question.get_by_role("button", name="Start run")
    start.click()
    dialog = choo.get_by_role("dialog", name="Start the run?")
    expect(dialog.locator("b")).to_have_text("replaces")
    choo.screenshot(path=tmp_path / "confirm.png")
    dialog.get_by_role("button", name="Not now").click()
    expect(dialog).to_have_count(0)
    expect(question).to_have_count(1)
    start.click()
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(choo.locator(".line", has_text="Run started by @Choo")).to_have_count(1)
    expect(question).to_have_count(0)


def test_one_enter_sends_a_command_that_is_typed_in_full(choo: Page) -> None:
    choo.keyboard.type("/issue")
    expect(choo.locator(".composer-usage")).to_contain_text("[what happened]")
    choo.keyboard.press("Enter")
    expect(choo.get_by_role("dialog", name="New issue")).to_be_visible()
    choo.keyboard.press("Escape")


def test_a_form_keeps_what_was_typed_and_shows_errors_under_the_field(choo: Page, tmp_path: Path) -> None:
    write(choo, "/issue")
    form = choo.get_by_role("dialog", name="New issue")
    expect(form.get_by_label("What happened?")).to_be_focused()
    form.get_by_role("button", name="Open").click()
    expect(form.locator(".invalid")).to_have_count(2)  # two are required
    form.get_by_label("What happened?").fill("late")
    form.get_by_role("combobox").click()
    choo.keyboard.press("Escape")  # closes the list, not the form
    expect(choo.locator(".popup")).to_have_count(0)
    expect(form).to_be_visible()
    form.get_by_role("combobox").click()
    choo.get_by_role("option", name="Medium").click()
    form.get_by_label("Notes").fill("two\nlines")
    form.get_by_role("button", name="Open").click()
    expect(form.locator(".field-error")).to_have_text(["Say a little more: at least 10 letters."])
    choo.screenshot(path=tmp_path / "error.png")
    expect(form.get_by_label("What happened?")).to_be_focused()
    expect(form.get_by_label("Notes")).to_have_value("two\nlines")
    expect(form.get_by_role("combobox")).to_contain_text("Medium")
    form.get_by_label("What happened?").fill("engagement is late again")
    choo.keyboard.press("Enter")
    expect(form).to_have_count(0)
    choo.locator("#sidebar .place", has_text="Baton").first.click()
    expect(choo.locator(".line").last).to_contain_text("Issue DI-1 (medium): engagement is late again")


def test_a_form_is_opened_from_a_message_and_closed_with_escape(choo: Page, workspace: Living) -> None:
    write(choo, "the numbers look odd")
    line = choo.locator(".line", has_text="the numbers look odd")
    line.hover()
    line.get_by_role("button", name="More actions").click()
    choo.get_by_role("menuitem", name="Open an issue").click()
    form = choo.get_by_role("dialog", name="New issue")
    expect(form).to_be_visible()
    choo.keyboard.press("Escape")
    expect(form).to_have_count(0)
    assert workspace.server.app.workspace.views_of("U0CHOO") == []


def test_a_form_opens_above_another_and_its_options_come_while_typing(choo: Page, tmp_path: Path) -> None:
    write(choo, "/issue")
    form = choo.get_by_role("dialog", name="New issue")
    form.get_by_label("What happened?").fill("half a sentence")
    form.get_by_role("button", name="Choose a run").click()
    upper = choo.get_by_role("dialog", name="Which run?")
    upper.get_by_role("combobox").click()
    search = upper.get_by_role("textbox", name="Search")
    search.press_sequentially("a")
    expect(upper.locator(".nothing")).to_have_text("Type at least 2 characters")
    search.press_sequentially("gg")
    expect(upper.get_by_role("option")).to_have_text(["agg on day 1", "agg on day 2"])
    choo.screenshot(path=tmp_path / "stack.png")
    choo.keyboard.press("ArrowDown")
    choo.keyboard.press("Enter")
    expect(upper.get_by_role("combobox")).to_contain_text("agg on day 2")
    upper.get_by_role("button", name="Take it").click()
    expect(upper).to_have_count(0)
    expect(form.get_by_label("What happened?")).to_have_value("half a sentence")
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_have_count(0)


def test_a_form_survives_a_reload_with_what_was_chosen(choo: Page) -> None:
    write(choo, "/issue")
    form = choo.get_by_role("dialog", name="New issue")
    form.get_by_role("combobox").click()
    choo.get_by_role("option", name="High").click()
    form.get_by_label("What happened?").fill("half a sentence")
    choo.keyboard.press("Tab")
    expect(form.locator("[data-live-busy]")).to_have_count(0)
    choo.reload()
    expect(form.get_by_role("combobox")).to_contain_text("High")
    expect(form.get_by_label("What happened?")).to_have_value("half a sentence")
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_have_count(0)


def test_a_late_app_is_told_and_the_command_is_not_lost(choo: Page) -> None:
    write(choo, "/sleepy now")
    private = choo.locator(".line.ephemeral", has_text="operation_timeout")
    expect(private.locator(".author")).to_have_text("Slackbot")
    expect(choo.locator(".main .composer textarea")).to_have_value("/sleepy now")
    expect(choo.locator(".toast")).to_have_count(0)
    private.get_by_role("button", name="Dismiss message").click()
    expect(private).to_have_count(0)
    choo.locator(".main .composer textarea").fill("")
    choo.reload()
    expect(private).to_have_count(0)


def test_an_unknown_command_is_told(choo: Page) -> None:
    write(choo, "/nonsense x")
    expect(choo.locator(".toast")).to_contain_text("/nonsense is not a valid command.")
    choo.locator(".main .composer textarea").fill("")


def test_two_people_see_each_other(choo: Page, browser: Browser, workspace: Living) -> None:
    with window(browser, f"{workspace.url}/as/U0AIDIL/{workspace.channel('random')}") as aidil:
        write(choo, "hello @Aidil <b>&amp;</b>")
        line = choo.locator(".line", has_text="hello")
        expect(line.locator("b:not(.author)")).to_have_count(0)
        expect(line).to_contain_text("hello @Aidil <b>&amp;</b>")
        place = aidil.locator("#sidebar .place", has_text="data-oncall")
        expect(place.locator(".badge")).to_be_visible()
        place.click()
        expect(place.locator(".badge")).to_have_count(0)
        heard = aidil.locator(".line", has_text="hello")
        expect(heard.locator(".mention.mine")).to_have_text("@Aidil")
        heard.hover()
        heard.get_by_role("button", name="Add a reaction").click()
        aidil.get_by_role("menuitem", name="eyes").click()
        expect(line.get_by_role("button", name="👀 1")).to_have_attribute("aria-pressed", "false")
        heard.hover()
        heard.get_by_role("link", name="Reply in thread").click()
        aidil.locator(".thread .composer textarea").fill("on it")
        aidil.keyboard.press("Enter")
        expect(line.locator(".replies")).to_contain_text("1 reply")
        line.locator(".replies").click()
        expect(choo.locator(".thread .line").last).to_contain_text("on it")
        choo.get_by_role("link", name="Close the thread").click()
        expect(choo.locator(".thread")).to_have_count(0)


def test_the_person_is_switched_in_the_page(choo: Page, tmp_path: Path) -> None:
    choo.get_by_role("button", name="Acting as Choo").click()
    choo.screenshot(path=tmp_path / "people.png")
    choo.get_by_role("menuitem", name="Nora").click()
    expect(choo.get_by_role("button", name="Acting as Nora")).to_be_visible()
    assert "/as/U0NORA/" in choo.url


def test_the_home_tab_is_drawn_once_the_app_hears_of_it(choo: Page) -> None:
    choo.locator("#sidebar .place", has_text="Baton").last.click()
    expect(choo.locator("#home")).to_contain_text("Good morning, @Choo.")
    choo.get_by_role("tab", name="About").click()
    expect(choo.locator("#about")).to_contain_text("Run a pipeline again")
    choo.go_back()
    expect(choo.locator("#home")).to_contain_text("Good morning")
