"""The shared leave calendar flows into the roster; what cannot be read is told and changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.usecases import leave_calendar, oncall
from bot.usecases.leave_calendar import place
from store.domain.oncall import on_call
from tests.integration.bot.hand import HeldBot, held_bot

AT = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:{who} on leave
DTSTART;VALUE=DATE:20260114
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Office closed
DTSTART;VALUE=DATE:20260120
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[HeldBot]:
    with held_bot(tmp_path, AT) as made:
        made.plan("leave:\n", "leave:\n  calendar_ics: leave.ics\n")
        yield made


def write(bot: HeldBot, text: str) -> None:
    (bot.deps.plan.folder / "leave.ics").write_text(text)


def tick(bot: HeldBot, *, after: timedelta = QUARTER) -> None:
    bot.clock.at += after
    leave_calendar.tick(bot.deps)


def who_on(bot: HeldBot, day: int) -> str | None:
    roster = oncall.roster(bot.deps)
    [shift] = on_call(roster, roster.lines[0], at=datetime(2026, 1, day, 4, tzinfo=UTC))
    return shift.person


def test_leave_from_the_calendar_is_covered_and_goes_away_with_it(bot: HeldBot) -> None:
    write(bot, CALENDAR.format(who="Thiru"))
    tick(bot)
    assert [who_on(bot, day) for day in (13, 14, 15)] == ["thiru", "aidil", "thiru"]
    assert leave_calendar.notice(bot.deps, at=bot.clock.at) == "Leave calendar: 1 event names nobody in the plan."
    write(bot, CALENDAR.format(who="Choo"))
    tick(bot, after=QUARTER - timedelta(seconds=1))
    assert who_on(bot, 14) == "aidil", "not read again yet"
    tick(bot, after=timedelta(seconds=1))
    assert who_on(bot, 14) == "thiru"


@pytest.mark.parametrize(
    "broken",
    ["<!doctype html><title>Sign in</title>", "", CALENDAR[:120], "BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n"],
)
def test_the_last_good_copy_stays_in_force_with_its_age(bot: HeldBot, broken: str) -> None:
    write(bot, CALENDAR.format(who="Thiru"))
    tick(bot)
    write(bot, broken)
    for _ in range(3):
        tick(bot)
    assert who_on(bot, 14) == "aidil"
    told = leave_calendar.notice(bot.deps, at=bot.clock.at + timedelta(hours=5))
    assert told.startswith("Leave calendar: ")
    assert "The copy of Wed 07 Jan 10:15 (5 h old) stays in force." in told
    assert bot.told() == [], "an hour without it is nobody's business"


def test_the_lead_hears_once_when_the_copy_is_a_day_old(bot: HeldBot) -> None:
    write(bot, CALENDAR.format(who="Thiru"))
    tick(bot)
    (bot.deps.plan.folder / "leave.ics").unlink()
    for hours in (20, 3, 2, 1, 24):
        tick(bot, after=timedelta(hours=hours))
    [(user, text)] = bot.told()
    assert user == "U0IRFAN"
    assert "leave.ics" in text
    assert "(25 h old) stays in force" in text
    write(bot, CALENDAR.format(who="Choo"))
    tick(bot)
    (bot.deps.plan.folder / "leave.ics").unlink()
    tick(bot, after=timedelta(hours=25))
    assert len(bot.told()) == 2, "mended meanwhile, so it is told again"


def test_a_calendar_that_was_never_read_is_told_at_once(bot: HeldBot) -> None:
    for _ in range(3):
        tick(bot)
    [(user, text)] = bot.told()
    assert user == "U0IRFAN"
    assert "It was never read" in text


def test_a_calendar_taken_out_of_the_plan_makes_nobody_away_any_more(bot: HeldBot) -> None:
    write(bot, CALENDAR.format(who="Thiru"))
    tick(bot)
    bot.plan("leave:\n  calendar_ics: leave.ics\n", "leave:\n")
    tick(bot)
    assert who_on(bot, 14) == "thiru"
    assert leave_calendar.notice(bot.deps, at=bot.clock.at) == ""


def test_a_secret_address_is_never_shown() -> None:
    assert place("https://calendar.example.com/private-5d41402a/basic.ics?key=1") == "calendar.example.com"
    assert place("https://user:word@calendar.example.com/basic.ics") == "calendar.example.com"
    assert place("leave.ics") == "leave.ics"
