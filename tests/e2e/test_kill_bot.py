"""kill -9 of the bot at ten points of a run: afterwards there is one result message, and nothing is stuck."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from bot.inbox import HOLD
from bot.serve import TAKE_UP_S
from store import inbox, runs
from store.domain.run import Run, RunStatus, Stage
from tests.driver import Message, Seat, until
from tests.e2e.world import World, a_result, running_world

CHANNEL = "#data-oncall"
TAKEN_UP_S = HOLD.total_seconds() + TAKE_UP_S + 5
"""Within this time somebody takes up what a killed bot had in hand."""
DAYS = (date(2024, 4, 1) + timedelta(days=each) for each in count())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("kill")) as running:
        yield running


@pytest.fixture
def day(world: World) -> Iterator[str]:
    yield str(next(DAYS))
    world.slack.control("faults", clear=True)


def revive(world: World) -> None:
    world.bot.kill()
    world.bot.start()
    world.slack.wait_for_app(connections=2)


def lines(world: World, number: int) -> list[Message]:
    return [each for each in world.slack.messages(CHANNEL) if f"run {number} " in each.text and not each.in_thread]


def run_of(world: World, day: str) -> Run:
    def found() -> Run | None:
        with world.sessions.reading() as db:
            return next((run for run in runs.recent(db, limit=50) if str(run.period) == day), None)

    return until(found, f"no run of {day}", TAKEN_UP_S)


def ask(world: World, day: str) -> Seat:
    return world.as_("choo").command(f"/rerun daily-growth {day}", in_=CHANNEL)


def confirm(world: World, day: str) -> None:
    ask(world, day).expect_ephemeral(f"{day} (UTC)").click("Start run")


def finish_and_look(world: World, day: str, *, claimed: bool = False) -> None:
    """Let the run end, and check what people see of it."""
    run = run_of(world, day)
    hand = world.hand
    if claimed:
        hand.held.append(run)
    else:
        hand.claim()
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    look(world, run.id)


def look(world: World, number: int) -> None:
    line = world.slack.expect(CHANNEL, f"run {number} is published", timeout=TAKEN_UP_S)
    line.expect_reply("published", timeout=TAKEN_UP_S)
    assert len(lines(world, number)) == 1
    assert len(line.thread()) == 1


def test_before_the_plan_was_shown(world: World, day: str) -> None:
    world.bot.kill()
    with pytest.raises(AssertionError, match="dispatch_failed"):
        ask(world, day)
    world.bot.start()
    world.slack.wait_for_app(connections=2)
    confirm(world, day)
    finish_and_look(world, day)


def test_after_the_command_was_acknowledged_before_the_plan_was_shown(world: World, day: str) -> None:
    world.slack.faults("response_url", "timeout", seconds=3)
    choo = ask(world, day)
    until(lambda: _in_hand(world), "the command was not kept")
    revive(world)
    choo.expect_ephemeral(f"{day} (UTC)", timeout=TAKEN_UP_S).click("Start run")
    finish_and_look(world, day)


def test_after_the_press_was_acknowledged(world: World, day: str) -> None:
    choo = ask(world, day)
    plan = choo.expect_ephemeral(f"{day} (UTC)")
    plan.click("Start run")
    revive(world)
    finish_and_look(world, day)


def test_while_the_first_message_is_on_its_way(world: World, day: str) -> None:
    world.slack.faults("chat.postMessage", "timeout", seconds=3)
    confirm(world, day)
    run_of(world, day)
    revive(world)
    finish_and_look(world, day)


def test_after_slack_took_the_first_message_before_we_knew(world: World, day: str) -> None:
    world.slack.faults("chat.postMessage", "drop_after")
    confirm(world, day)
    run = run_of(world, day)
    until(lambda: lines(world, run.id), "the first message has not arrived")
    revive(world)
    finish_and_look(world, day)


def test_between_the_first_message_and_the_living_one(world: World, day: str) -> None:
    confirm(world, day)
    until(lambda: lines(world, run_of(world, day).id), "the first message has not arrived")
    revive(world)
    finish_and_look(world, day)


def test_while_it_is_queued(world: World, day: str) -> None:
    confirm(world, day)
    world.slack.expect(CHANNEL, f"run {run_of(world, day).id} is queued").expect_reply("is queued")
    revive(world)
    finish_and_look(world, day)


def test_while_it_runs(world: World, day: str) -> None:
    confirm(world, day)
    hand = world.hand
    run = hand.claim()
    hand.progress(Stage.COMPUTE, 3, 9)
    world.slack.expect_thread(CHANNEL, "3 of 9 Spark tasks")
    revive(world)
    finish_and_look(world, day, claimed=True)
    assert run.id == run_of(world, day).id


def test_when_it_ends_while_the_bot_is_dead(world: World, day: str) -> None:
    confirm(world, day)
    hand = world.hand
    run = hand.claim()
    world.bot.kill()
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    world.bot.start()
    look(world, run.id)


def test_while_the_result_is_on_its_way(world: World, day: str) -> None:
    confirm(world, day)
    hand = world.hand
    run = hand.claim()
    world.slack.expect_thread(CHANNEL, f"Run {run.id}: start Spark")
    world.slack.faults("chat.update", "timeout", seconds=3, times=2)
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    until(lambda: not _untold(world), "the result was not handed to the outbox")
    revive(world)
    look(world, run.id)


def _in_hand(world: World) -> bool:
    with world.sessions.reading() as db:
        return inbox.is_any_left(db, at=datetime.now(UTC) + timedelta(minutes=1))


def _untold(world: World) -> bool:
    with world.sessions.reading() as db:
        return bool(runs.untold(db))


def test_a_bot_that_is_asked_to_end_leaves_within_seconds_and_in_good_order(world: World) -> None:
    assert world.bot.stop() == 0
    world.bot.start()
