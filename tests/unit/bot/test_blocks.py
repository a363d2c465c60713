"""The builders of Block Kit: limits and escaping."""

import json
from datetime import UTC, datetime

import pytest

from bot.views import blocks


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U0AIDIL> look", "&lt;@U0AIDIL&gt; look"),
        ("<https://evil.example|Jira>", "&lt;https://evil.example|Jira&gt;"),
        ("R&D &amp; more", "R&amp;D &amp;amp; more"),
    ],
)
def test_what_people_type_never_comes_alive(typed: str, shown: str) -> None:
    assert blocks.escape(typed) == shown


def test_a_time_is_shown_in_the_readers_zone_and_falls_back_to_utc() -> None:
    at = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
    assert blocks.slack_time(at) == f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|Mon 12 Jan 02:00 UTC>"


def test_long_texts_are_cut_to_slacks_limits() -> None:
    assert len(blocks.section("x" * 4000)["text"]["text"]) == blocks.SECTION_LIMIT
    assert blocks.section("x" * 4000)["text"]["text"].endswith("…")
    assert len(blocks.header("x" * 200)["text"]["text"]) == blocks.HEADER_LIMIT
    assert len(blocks.button("x" * 100, "a")["text"]["text"]) == blocks.BUTTON_LIMIT
    assert len(blocks.fields(["x"] * 12)["fields"]) == 10
    assert blocks.clip("exactly", 7) == "exactly"


def test_a_button_carries_its_value_as_json() -> None:
    made = blocks.button("Start run", "run_start", {"day": "2024-06-03"}, style="primary")
    assert json.loads(made["value"]) == {"day": "2024-06-03"}
    assert made["style"] == "primary"
    assert "style" not in blocks.button("Not now", "run_drop"), "Slack refuses an empty style"


def test_a_message_without_blocks_sends_none() -> None:
    assert "blocks" not in blocks.Message(text="hello").payload()
    assert blocks.private("hello").payload()["blocks"] == [blocks.section("hello")]
    assert blocks.private("hello").payload()["unfurl_links"] is False
