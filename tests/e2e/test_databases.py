"""Several bots on one database, a bot on PostgreSQL, and a database that goes away under a running bot."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlmodel import col, select

from store.domain.run import RunStatus, Stage
from store.tables import InboxRow
from tests.driver import Message, until
from tests.e2e.world import Bot, World, a_result, free_port, running_world
from tests.postgres import Cluster

CHANNEL = "#data-oncall"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("databases")) as running:
        yield running


@pytest.fixture
def on_postgres(postgres: Cluster, tmp_path: Path) -> Iterator[World]:
    with running_world(tmp_path, database_url=postgres.create("bots")) as running:
        yield running
    postgres.drop("bots")


@contextmanager
def second_bot(world: World) -> Iterator[Bot]:
    environment = {**world.bot.environment, "PORT": str(free_port())}
    bot = Bot(environment, world.folder / "second.log")
    bot.start()
    world.slack.wait_for_app(connections=4)
    try:
        yield bot
    finally:
        bot.stop()


def private(world: World, name: str) -> list[Message]:
    return [each for each in world.as_(name).messages(CHANNEL) if each.doc["is_ephemeral"]]


def _in_hand(world: World) -> int:
    with world.sessions.reading() as db:
        return len(db.exec(select(InboxRow.key).where(col(InboxRow.done_at).is_(None))).all())


@pytest.mark.parametrize("database", ["world", "on_postgres"])
def test_two_bots_give_one_answer_each_time_and_show_a_run_once(database: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(database)
    before = len(private(world, "choo"))
    with second_bot(world) as other:
        for _ in range(20):
            world.as_("choo").command("/baton help", in_=CHANNEL)
        until(lambda: len(private(world, "choo")) >= before + 20, "not all are answered", 10)
        choo = world.as_("choo").command("/rerun daily-growth 2024-05-01", in_=CHANNEL)
        choo.expect_ephemeral("2024-05-01 (UTC)").click("Start run")
        hand = world.hand
        run = hand.claim()
        for done in range(1, 6):
            hand.progress(Stage.COMPUTE, done, 6)
        hand.finish(RunStatus.SUCCEEDED, result=a_result())
        line = world.slack.expect(CHANNEL, f"run {run.id} is published", timeout=15)
        line.expect_reply("published")
        time.sleep(2.5)  # both look for work that nobody has in hand
        assert len(line.thread()) == 1
        assert len([each for each in world.slack.messages(CHANNEL) if f"run {run.id} " in each.text]) == 1
        assert len(private(world, "choo")) == before + 21
        for bot in (world.bot, other):
            assert "deliveries taken up" not in bot.log.read_text(), "nobody does the other's work"


def test_a_bot_that_starts_leaves_alone_what_another_has_in_hand(world: World) -> None:
    before = len(private(world, "aidil"))
    world.slack.faults("response_url", "timeout", seconds=4)  # shorter than our patience with Slack
    world.as_("aidil").command("/baton help", in_=CHANNEL)
    with second_bot(world):
        until(lambda: len(private(world, "aidil")) > before, "no answer", 20)
        time.sleep(5)
        assert len(private(world, "aidil")) == before + 1


def test_what_a_dead_bot_had_in_hand_the_living_one_takes_up(world: World) -> None:
    before = len(private(world, "thiru"))
    with second_bot(world) as other:
        world.slack.faults("response_url", "timeout", times=8, seconds=4)
        for _ in range(8):
            world.as_("thiru").command("/baton help", in_=CHANNEL)
        until(lambda: _in_hand(world) == 8, "not all are kept")
        world.bot.kill()
        until(lambda: len(private(world, "thiru")) >= before + 8, "not all are answered", 30)
        assert "deliveries taken up" in other.log.read_text()
        world.bot.start()
        world.slack.wait_for_app(connections=4)
        time.sleep(2.5)
        assert len(private(world, "thiru")) == before + 8


def test_a_running_bot_outlives_a_database_that_goes_away(on_postgres: World, postgres: Cluster) -> None:
    choo = on_postgres.as_("choo")
    with psycopg.connect(host=str(postgres.folder), user="baton", dbname="postgres", autocommit=True) as admin:
        admin.execute("ALTER DATABASE bots ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'bots'")
        choo.command("/oncall", in_=CHANNEL).expect_ephemeral("I cannot reach my database")
        time.sleep(4)
        choo.command("/oncall", in_=CHANNEL)
        admin.execute("ALTER DATABASE bots ALLOW_CONNECTIONS true")
    choo.command("/oncall", in_=CHANNEL).expect_ephemeral("is on call until")
    log = on_postgres.bot.log.read_text()
    assert on_postgres.bot.process is not None
    assert on_postgres.bot.process.poll() is None
    assert log.count("\n") < 200, "a database that is gone is said once, not with each tick"
    assert log.count("No database, so not now: report") == 1
