"""Whoever goes on call hears of it the day before and at the start, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.usecases import reminder
from store import outbox, rosters
from store.domain.absence import Absence
from store.domain.override import Override
from tests.integration.bot.hand import HeldBot, held_bot

MONDAY = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
"""Thiru takes over from Aidil, 10:00 on the team's clock."""
SUNDAY = MONDAY - timedelta(days=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[HeldBot]:
    with held_bot(tmp_path, SUNDAY - MINUTE) as made:
        yield made


def at(bot: HeldBot, instant: datetime) -> list[tuple[str, str]]:
    """Let the bot look at *instant*; return what it has told so far."""
    bot.clock.at = instant
    reminder.tick(bot.deps)
    return bot.told()


def test_the_day_before_and_the_start_are_told_once_each(bot: HeldBot) -> None:
    assert at(bot, SUNDAY - MINUTE) == []
    [(user, text)] = at(bot, SUNDAY)
    assert user == "U0THIRU"
    assert text.startswith("🔔 You go on call ")
    assert "Mon 12 Jan 02:00 UTC" in text
    assert "Mon 19 Jan 02:00 UTC" in text
    assert text.endswith("for all pipelines.")
    assert len(at(bot, SUNDAY + HOUR)) == len(at(bot, MONDAY - MINUTE)) == 1
    _, (user, text) = at(bot, MONDAY)
    assert user == "U0THIRU"
    assert text.startswith("📟 You are on call now until ")
    assert len(at(bot, MONDAY + HOUR)) == len(at(bot, MONDAY + timedelta(days=3))) == 2


def test_two_bots_tell_it_once(bot: HeldBot, tmp_path: Path) -> None:
    at(bot, MONDAY)
    other = tmp_path / "other"
    other.mkdir()
    with held_bot(other, MONDAY, database_url=f"sqlite:///{tmp_path / 'baton.db'}") as second:
        assert at(second, MONDAY + MINUTE) == bot.told()
    assert len(bot.told()) == 1


@pytest.mark.parametrize(
    ("up_at", "said"),
    [
        (SUNDAY + 5 * HOUR, ["🔔 You go on call"]),
        (SUNDAY + 7 * HOUR, []),
        (MONDAY - MINUTE, []),
        (MONDAY + 10 * MINUTE, ["📟 You are on call now"]),
        (MONDAY + 90 * MINUTE, ["📟 You are on call since"]),
        (MONDAY + 2 * HOUR, []),
        (MONDAY + timedelta(days=2), []),
    ],
)
def test_a_bot_that_was_down_tells_what_is_still_of_use(bot: HeldBot, up_at: datetime, said: list[str]) -> None:
    told = at(bot, up_at)
    assert [text[: len(start)] for (_, text), start in zip(told, said, strict=True)] == said


def test_whoever_really_holds_the_shift_is_told(bot: HeldBot) -> None:
    monday = Override(
        person="irfan", replaces="thiru", starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1), entered_at=SUNDAY
    )
    with bot.deps.sessions.writing() as db:
        rosters.save_override(db, monday, request_key="o")
    assert [user for user, _ in at(bot, SUNDAY)] == ["U0IRFAN"]
    assert [user for user, _ in at(bot, MONDAY)] == ["U0IRFAN", "U0IRFAN", "U0THIRU"], (
        "and Thiru, who is on call tomorrow"
    )


def test_leave_at_the_last_moment_moves_the_word_with_the_shift(bot: HeldBot) -> None:
    at(bot, SUNDAY)
    away = Absence(person="thiru", starts_at=MONDAY - 10 * HOUR, ends_at=MONDAY + timedelta(days=1), entered_at=SUNDAY)
    with bot.deps.sessions.writing() as db:
        rosters.save_absence(db, away, request_key="a", by="U0THIRU")
    told = [(user, text.split(" on call")[0]) for user, text in at(bot, MONDAY)]
    assert told == [("U0THIRU", "🔔 You go")] * 2, "Aidil covers and simply goes on; Thiru has Tuesday before him"
    user, text = at(bot, MONDAY + timedelta(days=1))[-1]
    assert (user, text.split(" until")[0]) == ("U0THIRU", "📟 You are on call now")


@pytest.mark.parametrize("first", [SUNDAY, MONDAY])
def test_of_somebody_without_a_slack_id_the_lead_hears_once(bot: HeldBot, first: datetime) -> None:
    bot.plan("    slack: U0THIRU\n", "")
    at(bot, first)
    [(user, text)] = at(bot, MONDAY)
    assert user == "U0IRFAN"
    assert text.startswith("⚠️ Thiru is on call from <!date^1768183200^")
    assert "`team.yaml` has no Slack id for Thiru" in text


def test_several_lines_at_one_instant_are_one_message(tmp_path: Path) -> None:
    with held_bot(tmp_path, SUNDAY, plan="xyz-tech") as bot:
        at(bot, SUNDAY)
        told = at(bot, MONDAY)
        for user in {user for user, _ in told}:
            texts = [text for other, text in told if other == user]
            assert len(texts) == 2, f"one the day before and one at the start for {user}"
        assert any("for Aggregate Engagement, Aggregate Profit." in text for _, text in told)


def test_the_message_names_the_next_move(bot: HeldBot) -> None:
    at(bot, SUNDAY)
    with bot.deps.sessions.reading() as db:
        owed = outbox.find(db, "reminder:before:thiru:20260112T0200")
    assert owed is not None
    assert '"action_id": "swap_open"' in str(owed.payload).replace("'", '"')
    at(bot, MONDAY)
    with bot.deps.sessions.reading() as db:
        owed = outbox.find(db, "reminder:start:thiru:20260112T0200")
    assert owed is not None
    assert "You take over from Aidil." in str(owed.payload)
