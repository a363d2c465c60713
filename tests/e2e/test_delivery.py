"""Slack fails in every way it can; each message still stands exactly once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from slack_sdk import WebClient

from store import outbox
from store.domain.run import Cause, RunStatus, Stage
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
    ("error:internal_error", {}),
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
    line = start(world.as_("choo"), "daily-growth", day_of(2024, 2))
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
    line = start(world.as_("choo"), "daily-growth", day_of(2024, 1))
    world.slack.faults(method, "500")
    hand.claim()
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    result = line.expect_reply("published", timeout=15)
    assert "image" in [block["type"] for block in result.doc["blocks"]]


def test_a_result_is_told_without_its_picture_when_slack_takes_no_files(world: World) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "daily-growth", day_of(2023, 1))
    world.slack.faults("files.getUploadURLExternal", "500", times=50)
    hand.claim()
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    result = line.expect_reply("published", timeout=10)
    assert "image" not in [block["type"] for block in result.doc["blocks"]]


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
def test_where_the_bot_has_no_place_the_person_gets_a_direct_message(world: World, error: str) -> None:
    world.slack.faults("chat.postMessage", f"error:{error}")
    summary = report(world)
    message = world.as_("sofia").expect(summary, in_="dm", timeout=10)
    assert standing(world, summary) == 0
    assert "I cannot post in #data-oncall" in message.text


@pytest.mark.parametrize("before", ["500", "drop_before", "429"])
def test_a_rerun_asked_for_where_the_bot_is_no_member_is_told_in_a_direct_message(world: World, before: str) -> None:
    day = day_of(2023, 12)
    choo = world.as_("choo").command(f"/rerun daily-growth {day}", in_="#random")
    plan = choo.expect_ephemeral(f"{day} (UTC)")
    world.slack.faults("chat.postMessage", before)
    plan.click("Start run")
    run = world.hand.claim()
    line = choo.expect(f"run {run.id} is running", in_="dm", timeout=10)
    line.expect_reply(f"Run {run.id}: ")
    copies = [each for each in choo.messages("dm") if f"run {run.id} " in each.text]
    assert len(copies) == 1


def test_a_channel_that_is_archived_under_a_run_does_not_swallow_its_end(world: World) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "daily-growth", day_of(2023, 2))
    run = hand.claim()
    line.expect("is running")
    world.slack.control("channel", name="data-oncall", archived=True)
    try:
        hand.finish(RunStatus.FAILED, cause=Cause.CODE, note="A bug in the job.", picture=None)
        told = world.as_("choo").expect(f"run {run.id} failed", in_="dm", timeout=10)
        assert "I cannot post in" in told.text
        world.as_("choo").expect("A bug in the job.", in_="dm", timeout=10)
    finally:
        world.slack.control("channel", name="data-oncall", archived=False)


def test_a_message_that_somebody_deleted_is_posted_anew_when_there_is_news(world: World) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "daily-growth", day_of(2023, 3))
    run = hand.claim()
    living = line.expect_reply(f"Run {run.id}: ")
    client = WebClient(world.slack.credentials.bot_token, world.slack.api_url)
    client.chat_delete(channel=living.channel, ts=living.ts)
    hand.finish(RunStatus.SUCCEEDED, result=a_result(), picture=None)
    line.expect_reply("published", timeout=10)


def test_when_slack_asks_for_a_pause_only_that_method_rests(world: World) -> None:
    world.slack.faults("chat.postMessage", "429", retry_after=3)
    summary = report(world)
    sofia = world.as_("sofia").command("/issue", in_=CHANNEL)
    sofia.expect_modal(timeout=2.0)
    sofia.close()
    assert standing(world, summary) == 0, "the post rests, the form opened"
    world.slack.expect(CHANNEL, summary, timeout=10)


def test_a_crowd_of_messages_keeps_slacks_pace_and_no_copy_is_looked_for(world: World) -> None:
    for each in range(13):
        with world.sessions.writing() as db:
            payload = {"text": f"one of a crowd, {each}."}
            outbox.owe(db, key=f"crowd:{each}", channel=CHANNEL, payload=payload, at=datetime.now(UTC))
    for each in range(13):
        world.slack.expect(CHANNEL, f"one of a crowd, {each}.", timeout=20)
    assert standing(world, "one of a crowd") == 13


def day_of(year: int, month: int) -> str:
    return f"{year}-{month:02d}-{next(NUMBERS) % 28 + 1:02d}"
