"""Time in the sandbox: the team's clock, and the real seconds of triggers, limits and response URLs."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.clock import TeamClock
from bot.sandbox.errors import Refused
from bot.sandbox.limits import FREE, POSTING, TIER_2, Limits
from bot.sandbox.response_urls import LIVES_S, USES, ResponseUrls
from bot.sandbox.store import Store
from bot.sandbox.triggers import Triggers

START = datetime(2026, 1, 12, 10, tzinfo=UTC)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Hands:
    """A machine's clock that only moves when told to."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def test_a_fast_clock_runs_from_its_start() -> None:
    hands = Hands()
    clock = TeamClock(START, 60, machine=hands)
    hands.wait(30)
    assert clock.now() == START + timedelta(minutes=30)


def test_two_clocks_with_the_same_three_values_agree() -> None:
    text = f"{START.isoformat()}@60@{NOON.isoformat()}"
    one, other = TeamClock.of(text), TeamClock.of(text)
    assert abs(one.now() - other.now()) < timedelta(seconds=10)
    assert one.speed == 60


def test_a_clock_without_a_start_tells_the_machines_time() -> None:
    hands = Hands()
    assert TeamClock(machine=hands).now() == NOON


def test_hands_can_be_moved_and_stopped() -> None:
    hands = Hands()
    clock = TeamClock(START, machine=hands)
    clock.move(by=timedelta(days=1), speed=0)
    hands.wait(3600)
    assert clock.now() == START + timedelta(days=1)
    clock.move(to=NOON, speed=2)
    hands.wait(1)
    assert clock.now() == NOON + timedelta(seconds=2)


@pytest.mark.parametrize("text", ["2026-01-12T10:00", "soon"])
def test_an_instant_needs_a_zone(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|isoformat"):
        TeamClock.of(text)


def test_a_trigger_is_good_for_three_seconds_and_once() -> None:
    hands = Hands()
    triggers = Triggers(hands.seconds)
    first, second = triggers.give("U1"), triggers.give("U2")
    hands.wait(3)
    assert triggers.take(first) == "U1"
    with pytest.raises(Refused, match="exchanged_trigger_id"):
        triggers.take(first)
    hands.wait(0.1)
    with pytest.raises(Refused, match="expired_trigger_id"):
        triggers.take(second)
    with pytest.raises(Refused, match="invalid_trigger_id"):
        triggers.take("made up")


def test_old_triggers_are_forgotten() -> None:
    hands = Hands()
    triggers = Triggers(hands.seconds)
    old = triggers.give("U1")
    hands.wait(61)
    triggers.give("U1")
    with pytest.raises(Refused, match="invalid_trigger_id"):
        triggers.take(old)


def test_a_burst_is_forgiven_and_then_it_is_one_a_second() -> None:
    hands = Hands()
    limits = Limits(on=True, now_s=hands.seconds)
    assert [limits.take("C1", POSTING) for _ in range(POSTING.burst)] == [0] * POSTING.burst
    assert limits.take("C1", POSTING) == 1
    hands.wait(1)
    assert [limits.take("C1", POSTING) for _ in range(2)] == [0, 1]


def test_the_wait_is_as_long_as_the_tier_is_slow() -> None:
    hands = Hands()
    limits = Limits(on=True, now_s=hands.seconds)
    for _ in range(TIER_2.burst):
        limits.take("users.list", TIER_2)
    assert limits.take("users.list", TIER_2) == 3
    hands.wait(3)
    assert limits.take("users.list", TIER_2) == 0


def test_limits_can_be_off_and_some_methods_have_none() -> None:
    off, on = Limits(on=False), Limits(on=True)
    assert {off.take("x", POSTING) for _ in range(99)} == {0}
    assert {on.take("x", FREE) for _ in range(99)} == {0}


def test_a_response_url_takes_five_answers_in_half_an_hour() -> None:
    hands = Hands()
    urls = ResponseUrls(Store(":memory:"), hands.seconds)
    one, other = urls.give("C1", "U1"), urls.give("C1", "U1")
    for _ in range(USES):
        urls.use(one)
    with pytest.raises(Refused, match="used_url"):
        urls.use(one)
    hands.wait(LIVES_S)
    urls.use(other)
    hands.wait(1)
    with pytest.raises(Refused, match="expired_url"):
        urls.use(other)
    with pytest.raises(Refused, match="no_such_url"):
        urls.use("made/up")
