"""Slack's rate limits, kept on our side."""

from bot.gateways.pace import BURST, Pace


def test_a_burst_passes_and_then_calls_come_at_slacks_rate() -> None:
    pace = Pace()
    assert [pace.wait_s("chat.postMessage", "C1", now=100.0) for _ in range(BURST)] == [0.0] * BURST
    assert pace.wait_s("chat.postMessage", "C1", now=100.0) == 1.0, "one a second per channel"
    assert pace.wait_s("chat.postMessage", "C1", now=101.0) == 0.0
    assert pace.wait_s("chat.postMessage", "C1", now=101.0) > 0


def test_each_channel_and_each_method_has_its_own_budget() -> None:
    pace = Pace()
    for _ in range(BURST):
        pace.wait_s("chat.postMessage", "C1", now=100.0)
    assert pace.wait_s("chat.postMessage", "C1", now=100.0) > 0
    assert pace.wait_s("chat.postMessage", "C2", now=100.0) == 0.0
    assert pace.wait_s("chat.update", "", now=100.0) == 0.0


def test_what_a_person_waits_for_goes_out_at_once() -> None:
    pace = Pace()
    assert {pace.wait_s("views.open", "", now=100.0) for _ in range(100)} == {0.0}


def test_when_slack_asks_to_wait_only_that_method_waits() -> None:
    pace = Pace()
    pace.pause("conversations.list", until=160.0)
    assert pace.wait_s("conversations.list", "", now=100.0) == 60.0
    assert pace.wait_s("chat.postMessage", "C1", now=100.0) == 0.0
    assert pace.wait_s("conversations.list", "", now=160.0) == 0.0


def test_a_shorter_pause_never_ends_a_longer_one() -> None:
    pace = Pace()
    pace.pause("chat.update", until=130.0)
    pace.pause("chat.update", until=110.0)
    assert pace.wait_s("chat.update", "", now=100.0) == 30.0


def test_a_wait_costs_nothing_of_the_budget() -> None:
    pace = Pace()
    for _ in range(BURST):
        pace.wait_s("chat.update", "", now=0.0)
    waits = {pace.wait_s("chat.update", "", now=0.5) for _ in range(5)}
    assert len(waits) == 1, "asking again does not push the turn further away"
