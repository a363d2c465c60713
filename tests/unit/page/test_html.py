"""Elements are safe by construction."""

import pytest
from markupsafe import Markup

from bot.sandbox.page.html import joined, link, tag, web_url


def test_strings_are_escaped_and_markup_passes() -> None:
    made = tag("p", "<b>&", Markup("<i>x</i>"), None)
    assert made == "<p>&lt;b&gt;&amp;<i>x</i></p>"


def test_attributes_cannot_break_out_of_their_quotes() -> None:
    made = tag("a", "x", title='" onclick="alert(1)', data_value="'<>")
    assert made == '<a title="&#34; onclick=&#34;alert(1)" data-value="&#39;&lt;&gt;">x</a>'


def test_absent_and_false_attributes_are_left_out_and_true_ones_stand_alone() -> None:
    assert tag("input", checked=True, disabled=False, value=None, tabindex=0) == '<input checked tabindex="0">'


def test_void_elements_are_not_closed() -> None:
    assert tag("hr") == "<hr>"
    assert tag("div") == "<div></div>"


def test_joined_escapes_what_is_not_markup() -> None:
    assert joined(["<", Markup("<br>"), None]) == "&lt;<br>"


@pytest.mark.parametrize(
    "url", ["https://example.com/a?b=1", "http://127.0.0.1:80/", "mailto:a@example.com", " https://x.y "]
)
def test_addresses_a_browser_may_open(url: str) -> None:
    assert web_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
     "//evil.example", "/local", "https:", "https://[bad", "mailto:", "", None, 7, {"url": "https://x.y"}],
)  # fmt: skip
def test_other_addresses_are_not_links(url: object) -> None:
    assert web_url(url) is None
    assert link(url, "<words>") == "<span>&lt;words&gt;</span>"
