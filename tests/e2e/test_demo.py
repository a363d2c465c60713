"""`baton demo` as a new user meets it: one command, a real Spark run in a thread, Ctrl-C, and on from there."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.demo import SECRETS
from bot.sandbox.app import Credentials
from tests.driver import Workspace, until

CHANNEL = "#data-oncall"
READY_S = 60
RUN_S = 90


@contextmanager
def demo(state: Path, port: str = "0") -> Iterator[Workspace]:
    """Run the demo until the block ends; it is ended by Ctrl-C and leaves no process behind."""
    elsewhere = {"DATABASE_URL": f"sqlite:///{state.parent / 'production.db'}", "SPARK_REMOTE": "sc://127.0.0.1:1"}
    environment = {**os.environ, **elsewhere, "SLACK_BOT_TOKEN": "xoxb-production", "JIRA_URL": "http://127.0.0.1:1"}
    (state.parent / ".env").write_text("SPARK_REMOTE=sc://127.0.0.1:1\nBATON_CLOCK=nonsense\n")
    command = [sys.executable, "-m", "bot", "demo", "--port", port, "--state", str(state)]
    log = state.parent / "demo.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment, cwd=state.parent, stdout=out, stderr=out)
    try:
        found = until(
            lambda: re.search(r"Baton is up: (\S+)", log.read_text()),
            lambda: f"the demo did not come up:\n{log.read_text()}",
            READY_S,
        )
        keys = Credentials(SECRETS["SLACK_BOT_TOKEN"], SECRETS["SLACK_APP_TOKEN"], SECRETS["SLACK_SIGNING_SECRET"])
        yield Workspace(found[1], keys)
    finally:
        children = _children(process.pid)
        for _ in range(2):  # whoever is impatient presses again while it stops
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        assert process.wait(60) == 0, log.read_text()
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()], "everything has ended"
        assert not (state.parent / "production.db").exists(), "what the shell names is left alone"


def _children(parent: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return listed.stdout.split()


@pytest.mark.spark
@pytest.mark.timeout(300)
def test_a_run_is_followed_to_its_checked_result_across_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with demo(state) as slack:
        choo = slack.as_("choo").command("/rerun aggregate-engagement 2024-06-03", in_=CHANNEL)
        choo.expect_ephemeral("2024-06-03 (UTC)").click("Start run")
        line = slack.expect(CHANNEL, "Aggregate Engagement, Mon 3 Jun 2024", timeout=10)
        line.expect_reply("Run 1: ", timeout=30)
    with demo(state) as slack:
        line = slack.expect(CHANNEL, "run 1 is published after", timeout=RUN_S)
        result = line.expect_reply("published. All checks passed.")
        assert len(line.thread()) == 1
        assert "Daily active accounts\n35" in result.text
        assert "36 rows in, 35 out" in result.text
        assert "freshness: known up to 2024-06-04" in result.text
        assert "image" in [block["type"] for block in result.doc["blocks"]]
    published = list((state / "data" / "published" / "aggregate-engagement" / "day=2024-06-03").rglob("*.parquet"))
    assert published
