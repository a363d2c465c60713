"""mrkdwn as Slack shows it, and nothing else."""

import re
import time
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.page.mrkdwn import as_words, mrkdwn, plain_text
from bot.sandbox.page.seat import Seat

SEAT = Seat(
    viewer="U1",
    people={"U1": "Choo", "U2": "Aidil <x>"},
    channels={"C1": "data-oncall"},
    groups={"S1": "data-oncall"},
    zone=ZoneInfo("Asia/Kuala_Lumpur"),
    now=datetime(2024, 6, 3, 12, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~", "<b>bold</b> <i>italic</i> <s>gone</s>"),
        ("*_both_*", "<b><i>both</i></b>"),
        ("_*~all~*_", "<i><b><s>all</s></b></i>"),
        ("(*bold*), *bold*.", "(<b>bold</b>), <b>bold</b>."),
        ("`a*b*c` *x*", "<code>a*b*c</code> <b>x</b>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
        ("* not bold*", "* not bold*"),
        ("*two\nlines*", "*two<br>lines*"),
        ("**bold**", "**bold**"),
        ("a\nb", "a<br>b"),
        ("```\nx <b>\n*y*\n```", "<pre>x &lt;b&gt;\n*y*</pre>"),
        ("before ```x``` after", "before <pre>x</pre> after"),
        ("```never closed", "```never closed"),
        ("> a\n> b\nc", "<blockquote>a<br>b</blockquote>c"),
        ("&gt; a", "<blockquote>a</blockquote>"),
        (":tada: :unknown_one: 10:30:20", None),
    ],
)
def test_marks(text: str, html: str | None) -> None:
    if html is not None:
        assert mrkdwn(text, SEAT) == html
    else:
        assert mrkdwn(text, SEAT).striptags() == "🎉 :unknown_one: 10:30:20"


def test_bullets_hang_and_keep_their_marks() -> None:
    shown = mrkdwn("- one\n  • two\n3. three", SEAT)
    assert re.findall(r'bullet indent-(\d)"><span class="bullet-mark">(.*?)</span><span>(.*?)</span>', shown) == [
        ("0", "-", "one"),
        ("1", "•", "two"),
        ("0", "3.", "three"),
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"),
        ("&amp;lt;", "&amp;lt;"),
        ("&quot; &#60;", "&amp;quot; &amp;#60;"),
        ("a & b", "a &amp; b"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
    ],
)
def test_exactly_three_escapes_are_read_and_all_else_is_escaped(text: str, html: str) -> None:
    assert mrkdwn(text, SEAT) == html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U1>", '<span class="mention mine" data-person="U1">@Choo</span>'),
        ("<@U2>", '<span class="mention" data-person="U2">@Aidil &lt;x&gt;</span>'),
        ("<@U9|sam>", '<span class="mention" data-person="U9">@sam</span>'),
        ("<@U9>", '<span class="mention" data-person="U9">@unknown person</span>'),
        ("<#C1>", '<a class="mention" href="#" data-channel="C1">#data-oncall</a>'),
        ("<#C9>", '<span class="mention">#private-channel</span>'),
        ("<!channel>", '<span class="mention broadcast">@channel</span>'),
        ("<!here|here>", '<span class="mention broadcast">@here</span>'),
        ("<!subteam^S1>", '<span class="mention broadcast">@data-oncall</span>'),
        ("<!nonsense>", "&lt;!nonsense&gt;"),
    ],
)
def test_mentions_become_chips_with_the_name(text: str, shown: str) -> None:
    assert mrkdwn(text, SEAT) == shown


def test_links_open_beside_the_page_and_show_their_words() -> None:
    shown = mrkdwn("<https://example.com/?a=1&amp;b=2|see *this*>", SEAT)
    assert shown == (
        '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">see *this*</a>'
    )


def test_bare_addresses_are_links_without_the_full_stop() -> None:
    shown = mrkdwn("See https://example.com/a_b_c.", SEAT)
    assert 'href="https://example.com/a_b_c"' in shown
    assert shown.endswith("</a>.")


def test_links_and_mentions_are_read_inside_marks_and_code() -> None:
    assert "<b>see <a " in mrkdwn("*see <https://example.com|it>*", SEAT)
    assert '<code><span class="mention mine"' in mrkdwn("`<@U1>`", SEAT)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{date_num} {time}", "2024-06-03 16:00"),
        ("{date_short_pretty} at {time}", "Today at 16:00"),
        ("{date}", "June 3rd, 2024"),
        ("{unknown}", "{unknown}"),
    ],
)
def test_dates_are_in_the_readers_zone(form: str, words: str) -> None:
    shown = mrkdwn(f"<!date^1717401600^{form}|fallback>", SEAT)
    assert shown.striptags() == words
    assert 'datetime="2024-06-03T08:00:00Z"' in shown


def test_a_date_that_is_none_leaves_its_fallback() -> None:
    assert mrkdwn("<!date^soon^{time}|at &lt;noon&gt;>", SEAT) == "at &lt;noon&gt;"
    assert mrkdwn("<!date^99999999999999999999^{time}|later>", SEAT) == "later"


def test_a_date_may_link_but_only_to_the_web() -> None:
    assert '<a href="https://example.com"' in mrkdwn("<!date^0^{time}^https://example.com|x>", SEAT)
    assert "<a" not in mrkdwn("<!date^0^{time}^javascript:alert(1)|x>", SEAT)


def test_a_bar_of_blocks_stays_text_as_at_slack() -> None:
    assert mrkdwn("`███░░░` 50%", SEAT) == "<code>███░░░</code> 50%"


def test_plain_text_knows_emoji_and_line_ends_only() -> None:
    assert plain_text("*a* :tada:\n<b> &lt;") == "*a* 🎉<br>&lt;b&gt; &lt;"


def test_words_alone_for_live_regions() -> None:
    assert as_words("*Run*\n<@U1> <https://example.com|log>", SEAT) == "Run @Choo log"


class Tags(HTMLParser):
    """Collects what a browser would see as elements."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


ALLOWED = {"a", "b", "blockquote", "br", "code", "i", "pre", "rect", "s", "span", "svg", "time"}
PIECES = st.sampled_from(
    ["<", ">", "&lt;", "&gt;", "&amp;", '"', "'", "*", "_", "~", "`", "```", "\n", "> ", "- ", "|", "<@U1>",
     "<!date^1^",
     "{time}", "javascript:", "https://x.y", "onerror=", "script", ":tada:", "█████", "\ue000", "0", "\ue001", "a", " "]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_but_our_own_elements_ever_comes_out(text: str) -> None:
    parser = Tags()
    parser.feed(mrkdwn(text, SEAT))
    for name, attributes in parser.seen:
        assert name in ALLOWED
        assert not any(key.startswith("on") for key in attributes)
        assert (attributes.get("href") or "#").startswith(("https://", "http://", "mailto:", "#"))


@pytest.mark.parametrize(
    "text", ["*" * 3000, "`" * 3000, "<" * 3000, "*a " * 1000, "_~*" * 1000, "> " * 1500, ":a" * 1500]
)
def test_the_longest_odd_text_is_read_in_no_time(text: str) -> None:
    begun = time.perf_counter()
    mrkdwn(text, SEAT)
    assert time.perf_counter() - begun < 1
