"""What changes or dies under a running bot: the plan, and workers."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import runs
from store.domain.run import Cause, RunStatus
from store.settings import PLANS
from tests.driver import until
from tests.e2e.test_rerun import start
from tests.e2e.world import World, running_world

CHANNEL = "#data-oncall"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(PLANS / "house", tmp_path_factory.mktemp("plan") / "ours"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, plan: Path) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("recovery"), BATON_PLAN=str(plan)) as running:
        yield running


def test_a_broken_plan_is_told_by_file_and_line_and_the_last_good_one_stays_also_after_kill_9(
    world: World, plan: Path
) -> None:
    team = plan / "team.yaml"
    good = team.read_text()
    team.write_text(good.replace("order: [aidil, thiru", "order: [aidl, thiru"))
    told = world.slack.expect(CHANNEL, "the version before stays in force", timeout=10)
    assert "unknown person aidl: did you mean aidil?" in told.text
    assert "team.yaml:" in told.text
    world.as_("choo").command("/oncall", in_=CHANNEL).expect_ephemeral("is on call until")
    world.bot.kill()
    world.bot.start()
    world.slack.wait_for_app(connections=2)
    world.as_("choo").command("/runbook daily-growth", in_=CHANNEL).expect_ephemeral("Daily Growth")
    page = plan / "daily-growth.md"
    page.write_text(page.read_text().replace("name: Daily Growth", "name: Growth of the Day"))
    team.write_text(good)

    def renamed() -> bool:
        choo = world.as_("choo").command("/runbook", in_=CHANNEL)
        return "Growth of the Day" in choo.expect_ephemeral("Ask in your own words").text

    until(renamed, "the mended plan is not in force", 10)
    told.expect("It is mended and in force")
    assert len([each for each in world.slack.messages(CHANNEL) if "lan was" in each.text]) == 1, "one message of it all"


def test_a_run_whose_worker_died_goes_back_to_the_queue_and_says_so(world: World) -> None:
    line = start(world.as_("choo"), "aggregate-engagement", "2024-05-01")
    _die_with_it(world)
    line.expect_reply("stopped answering", timeout=10)
    again = world.hand.claim()
    assert again.attempt == 2
    line.expect_reply("(attempt 2)")
    assert len(line.thread()) == 1


def test_a_run_that_takes_two_workers_with_it_is_told_as_failed(world: World) -> None:
    line = start(world.as_("choo"), "aggregate-engagement", "2024-05-02")
    _die_with_it(world)
    line.expect_reply("stopped answering", timeout=10)
    _die_with_it(world)
    failed = line.expect_reply("it is not known whether it published", timeout=10)
    with world.sessions.reading() as db:
        run = runs.recent(db, limit=1)[0]
    assert (run.status, run.cause) == (RunStatus.FAILED, Cause.WORKER_LOST)
    failed.click("What the runbook says", as_="choo")
    world.as_("choo").expect_ephemeral("Run failed: worker lost")


def _die_with_it(world: World) -> None:
    """Claim the queued run as a worker whose lease has run out already."""
    now = datetime.now(UTC)
    with world.sessions.writing() as db:
        assert runs.claim(db, worker="doomed", at=now - timedelta(minutes=1), lease=timedelta(seconds=15))
