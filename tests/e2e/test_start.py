"""How the bot begins and ends: every mistake is named with the next move, and nothing keeps it from leaving."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.serve import LEAVE_S
from tests.driver import Workspace, running_sandbox, until
from tests.e2e.world import PEOPLE, Bot, environment_for, free_port, running_world

CHANNEL = "#data-oncall"


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running_sandbox(tmp_path_factory.mktemp("start"), people=PEOPLE, rate_limits=False) as running:
        yield running


@pytest.fixture
def bot(slack: Workspace, tmp_path: Path) -> Iterator[Bot]:
    made = Bot(environment_for(slack, tmp_path, port=free_port()), tmp_path / "bot.log")
    yield made
    slack.control("faults", clear=True)
    if made.process is not None and made.process.poll() is None:
        made.kill()


def refused(bot: Bot, **settings: str) -> str:
    """Return what the bot says when it does not start with these settings."""
    command = [sys.executable, "-m", "bot", "serve"]
    environment = {**bot.environment, **settings}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "Baton hears Slack" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, ["SLACK_BOT_TOKEN is not set", "SLACK_APP_TOKEN is not set"]),
        ({"SLACK_APP_TOKEN": ""}, ["SLACK_APP_TOKEN is not set. Copy an app-level token", "api.slack.com/apps"]),
        ({"SLACK_SIGNING_SECRET": "", "SLACK_SOCKET_MODE": "0"}, ["SLACK_SIGNING_SECRET is not set"]),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, ["Slack does not accept SLACK_BOT_TOKEN (invalid_auth)", "Install App"]),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, ["Slack does not accept SLACK_APP_TOKEN (", "connections:write"]),
        ({"PORT": "abc"}, ["PORT cannot be “abc”"]),
        ({"BATON_CLOCK": "tomorrow"}, ["“tomorrow” is not an instant"]),
        ({"DATABASE_URL": "my-database"}, ["DATABASE_URL is no address of a database"]),
        ({"DATABASE_URL": "sqlite:////dev/null/baton.db"}, ["The folder of the database /dev/null/baton.db"]),
    ],
)
def test_a_mistake_at_the_start_is_named_with_the_next_move(
    bot: Bot, settings: dict[str, str], said: list[str]
) -> None:
    error = refused(bot, **settings)
    for part in said:
        assert part in error


def test_a_port_that_is_taken_is_named(bot: Bot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(bot, PORT=str(taken.getsockname()[1]))
    assert "Set HOST and PORT" in said


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("fault", ["error:internal_error", "503", "drop_before"])
def test_trouble_of_slacks_at_the_start_is_waited_out(slack: Workspace, bot: Bot, method: str, fault: str) -> None:
    slack.faults(method, fault)
    bot.start()
    log = bot.log.read_text()
    assert "trying again" in log
    assert "Traceback" not in log
    until(lambda: "Baton hears Slack" in bot.log.read_text(), "it does not say that it hears Slack")
    assert bot.stop() == 0


def test_a_bot_that_waits_for_slack_leaves_when_asked_to(bot: Bot) -> None:
    bot.environment["SLACK_API_URL"] = "http://127.0.0.1:1/api/"
    with bot.log.open("ab") as log:
        bot.process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=bot.environment, stderr=log)
    until(lambda: "cannot be reached" in bot.log.read_text(), "it does not wait", 10)
    begun = time.monotonic()
    assert bot.stop() == 0
    assert time.monotonic() - begun < 2
    assert "Baton hears Slack" not in bot.log.read_text()


def test_a_bot_leaves_in_time_while_slack_answers_nothing(tmp_path: Path) -> None:
    with running_world(tmp_path) as world:
        world.slack.faults("*", "timeout", times=200, seconds=30)
        for name in ("choo", "aidil", "thiru", "sofia") * 4:
            world.as_(name).command("/oncall", in_=CHANNEL)
        begun = time.monotonic()
        assert world.bot.stop() == 0
        assert time.monotonic() - begun < LEAVE_S + 1.5
        world.slack.control("faults", clear=True)


DEAF_SOON = "from bot import serve; from store.settings import Settings; serve.DEAF_S = 1; exit(serve.run(Settings()))"


def test_a_deaf_bot_ends_with_an_exit_code_that_has_it_started_again(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, people=PEOPLE, rate_limits=False) as slack:
        environment = environment_for(slack, tmp_path, port=free_port())
        with (tmp_path / "bot.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-c", DEAF_SOON], env=environment, stdout=log, stderr=log)
        slack.wait_for_app(connections=2, timeout=20)
    try:
        assert process.wait(LEAVE_S + 10) == 1
    finally:
        process.kill()
    assert "Traceback" not in (tmp_path / "bot.log").read_text()


def test_a_second_signal_is_not_needed_and_does_no_harm(bot: Bot) -> None:
    bot.start()
    assert bot.process is not None
    bot.process.send_signal(signal.SIGINT)
    assert bot.stop() == 0
