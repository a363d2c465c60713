"""A handoff and a leave as Slack, a calendar and a browser see them, by the real bot and a clock moved by hand."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from icalendar import Calendar

from tests.e2e.story import Story
from tests.e2e.world import running_world


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_world(tmp_path_factory.mktemp("sync"), at="2026-01-12 09:50") as world:
        yield Story(world)


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return bytes(answer.read())


def test_group_topic_and_reminder_follow_a_handoff(story: Story) -> None:
    story.api.conversations_setTopic(channel="C0DATAONCALL", topic="Say since when.")
    story.expect_group("on-call", "aidil")
    story.on("2026-01-12 10:00")
    story.expect_group("on-call", "thiru")
    story.expect_topic("▸ On call: Thiru until Mon 19 Jan 10:00 ◂")
    assert "You take over from Aidil." in story.told("thiru", "You are on call now").text


def test_leave_brings_its_cover_everywhere_and_takes_them_away_again(story: Story) -> None:
    story.leave("thiru", "2026-01-14")
    story.on("2026-01-14 00:00")
    story.expect_group("on-call", "aidil")
    story.expect_topic("▸ On call: Aidil until Thu 15 Jan 00:00 ◂")
    assert "You take over from Thiru." in story.told("aidil", "You are on call now").text
    story.on("2026-01-15 00:00")
    story.expect_group("on-call", "thiru")
    story.expect_topic("▸ On call: Thiru until Mon 19 Jan 10:00 ◂")
    story.quiet(lambda: (story.group("on-call"), story.topic()))


def test_the_addresses_of_the_command_open_feed_and_page(story: Story) -> None:
    shown = story.ask("aidil", "calendar")
    own, team, page = re.findall(r"http://127\.0\.0\.1:\d+/(?:calendar|roster)/[a-z0-9]{32}(?:\.ics)?", shown)
    titles = [str(event["SUMMARY"]) for event in Calendar.from_ical(get(own)).walk("VEVENT")]
    assert titles.count("On call for Thiru") == 1
    assert b"Aidil on call for Thiru" in get(team)
    month = get(page).decode()
    assert "<h1>January <span>2026</span></h1>" in month
    assert "covers for Thiru (leave)" in month
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(page[:-1] + ("a" if page[-1] != "a" else "b"))
