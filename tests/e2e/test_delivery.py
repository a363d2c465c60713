"""Slack fails in every way it can; each message still stands exactly once."""

from collections.abc import Iterator
from itertools import count

import pytest

from store.domain.run import RunStatus, Stage
from tests.e2e.test_rerun import start
from tests.e2e.world import World, a_result, running_world

CHANNEL = "#data-oncall"
NUMBERS = count(1)
HARMLESS = [
    ("429", {"retry_after": 1}),
    ("500", {}),
    ("503", {"times": 2}),
    ("drop_before", {}),
    ("drop_after", {}),
    ("timeout", {"seconds": 0.5}),
    ("error:invalid_blocks", {}),
    ("error:msg_too_long", {}),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("delivery")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_faults_left(world: World) -> Iterator[None]:
    yield
    world.slack.control("faults", clear=True)


def report(world: World) -> str:
    """Report an issue with a summary of its own; return the summary."""
    summary = f"odd number {next(NUMBERS)} of the day"
    sofia = world.as_("sofia").command(f"/issue daily-growth {summary}", in_=CHANNEL)
    sofia.expect_modal()
    sofia.fill(severity="low").submit()
    return summary


def standing(world: World, text: str) -> int:
    return len([each for each in world.slack.messages(CHANNEL) if text in each.text])


@pytest.mark.parametrize(("fault", "how"), HARMLESS, ids=[fault for fault, _ in HARMLESS])
def test_a_post_that_goes_wrong_stands_once(world: World, fault: str, how: dict[str, int]) -> None:
    world.slack.faults("chat.postMessage", fault, **how)
    summary = report(world)
    world.slack.expect(CHANNEL, summary, timeout=10)
    report_after = report(world)
    world.slack.expect(CHANNEL, report_after, timeout=10)
    assert standing(world, summary) == 1


@pytest.mark.parametrize(("fault", "how"), HARMLESS, ids=[fault for fault, _ in HARMLESS])
def test_an_edit_that_goes_wrong_arrives_all_the_same(world: World, fault: str, how: dict[str, int]) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "daily-growth", f"2024-02-{next(NUMBERS):02d}")
    living = line.expect_reply("is queued")
    world.slack.faults("chat.update", fault, **how)
    hand.claim()
    hand.progress(Stage.COMPUTE, 1, 2)
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    living.expect("published", timeout=15)
    line.expect("is published", timeout=15)
    assert len(line.thread()) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
def test_a_picture_that_cannot_be_sent_holds_nothing_up_for_long(world: World, method: str) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "daily-growth", f"2024-01-{next(NUMBERS):02d}")
    world.slack.faults(method, "500", times=2)
    hand.claim()
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    result = line.expect_reply("published", timeout=15)
    assert "image" in [block["type"] for block in result.doc["blocks"]]


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
def test_where_the_bot_has_no_place_the_person_gets_a_direct_message(world: World, error: str) -> None:
    world.slack.faults("chat.postMessage", f"error:{error}")
    summary = report(world)
    message = world.as_("sofia").expect(summary, in_="dm", timeout=10)
    assert standing(world, summary) == 0
    assert "I cannot post in" in message.text


def test_a_rerun_asked_for_where_the_bot_is_no_member_is_told_in_a_direct_message(world: World) -> None:
    choo = world.as_("choo").command("/rerun daily-growth 2023-12-01", in_="#random")
    choo.expect_ephemeral("2023-12-01 (UTC)").click("Start run")
    line = choo.expect("Fri 1 Dec 2023: run", in_="dm", timeout=10)
    world.hand.claim()
    line.expect("is running", timeout=10)
    assert line.thread(), "and its living message is in the thread there"


def test_when_slack_asks_for_a_pause_only_that_method_rests(world: World) -> None:
    world.slack.faults("chat.postMessage", "429", retry_after=2)
    summary = report(world)
    choo = world.as_("choo").command("/oncall", in_=CHANNEL)
    choo.expect_ephemeral("is on call until", timeout=1.5)
    world.slack.expect(CHANNEL, summary, timeout=10)
