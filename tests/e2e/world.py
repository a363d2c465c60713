"""The whole of it on one machine: a workspace, the bot as a process, and a hand that does what a worker does."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo import members
from store import migrations, runs
from store.domain.run import Progress, Result, Run, RunStatus, Stage, advance
from store.plans import Plan, load_plan
from store.session import Sessions, connect
from store.settings import PLANS
from tests.driver import Seat, Workspace, running_sandbox, until

PLAN = load_plan(PLANS / "house")
PEOPLE = members(PLAN)
READY_S = 20
LEASE = timedelta(seconds=15)
# 1 x 1 pixel
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@dataclass
class Bot:
    """`baton serve` as a process of its own, to be killed and started again."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def health(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}/healthz"

    def start(self) -> float:
        """Start it; return the seconds until it heard Slack."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], env=self.environment, stdout=log, stderr=log
            )
        until(self._healthy, lambda: f"the bot did not come up:\n{self.log.read_text()}", READY_S)
        return time.monotonic() - begun

    def _healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the bot ended:\n{self.log.read_text()}"
        with suppress(OSError), urllib.request.urlopen(self.health, timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, as a supervisor does; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)


@dataclass
class Hand:
    """Does what a worker does, by the same table, one step at a time."""

    sessions: Sessions
    name: str = "hand"
    held: list[Run] = field(default_factory=list)

    def claim(self) -> Run:
        def taken() -> Run | None:
            with self.sessions.writing() as db:
                runs.seen(db, worker=self.name, at=datetime.now(UTC))
                return runs.claim(db, worker=self.name, at=datetime.now(UTC), lease=LEASE)

        run = until(taken, "no run was queued")
        self.held.append(run)
        return run

    def progress(self, stage: Stage, done: int = 0, total: int = 0) -> None:
        run = self.held[-1]
        seen = Progress(stage=stage, tasks_done=done, tasks_total=total)
        with self.sessions.writing() as db:
            assert runs.save_progress(db, run.id, attempt=run.attempt, progress=seen)

    def finish(self, status: RunStatus, *, picture: bytes | None = PNG, **changes: Any) -> Run:
        ended = advance(self.held[-1], status, at=datetime.now(UTC), **changes)
        with self.sessions.writing() as db:
            assert runs.finish(db, ended, attempt=ended.attempt, picture=picture)
        return ended


def a_result(**changes: Any) -> Result:
    given = {"rows_in": 1036, "rows_out": 28, "published": True, "version": 0, "seconds": {"start": 4, "read": 1}}
    return Result(**{**given, **changes})


@dataclass
class Clock:
    """The team's clock, moved by hand: `clock.set("2026-01-12 10:00")` on the wall clock of the plan."""

    file: Path
    zone: str

    def set(self, local: str) -> datetime:
        at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        new = self.file.with_suffix(".new")
        new.write_text(at.isoformat())
        new.replace(self.file)  # a reader never sees half of it
        return at


@dataclass
class World:
    slack: Workspace
    bot: Bot
    sessions: Sessions
    folder: Path
    plan: Plan
    clock: Clock
    """Moves only a world that was started with an instant."""

    @property
    def hand(self) -> Hand:
        return Hand(self.sessions)

    @property
    def channel(self) -> str:
        """The plan's on-call channel."""
        return f"#{self.plan.team.channels.oncall}"

    def as_(self, name: str) -> Seat:
        """Return the seat of a person by their key in the plan, in the on-call channel."""
        person = self.plan.team.people.get(name)
        seat = self.slack.as_(person.slack if person and person.slack else f"U0{name.upper()}")
        seat.here = self.channel
        return seat


@contextmanager
def running_world(
    folder: Path,
    *,
    transport: str = "socket",
    database_url: str = "",
    plan: Plan = PLAN,
    at: str = "",
    **settings: str,
) -> Iterator[World]:
    """
    Serve a workspace and a bot under *folder* until the block ends.

    Args:
        transport: `socket` or `http`.
        at: where the team's clock stands, on the plan's wall clock, until it is moved; empty: the machine's clock.
    """
    port = free_port()
    events = f"http://127.0.0.1:{port}/slack/events" if transport == "http" else ""
    channels = plan.team.channels
    clock = Clock(folder / "clock", plan.team.zone)
    if at:
        clock.set(at)
        settings = {"BATON_CLOCK": f"hand:{clock.file}", **settings}
    workspace = {
        "people": members(plan),
        "channels": (channels.oncall, channels.alerts, channels.incidents),
        "usergroups": tuple({one.slack_group for one in plan.team.rotations.values() if one.slack_group}),
    }
    with running_sandbox(folder, request_url=events, rate_limits=False, **workspace) as slack:
        database_url = database_url or f"sqlite:///{folder / 'baton.db'}"
        environment = {
            **environment_for(slack, folder, port=port),
            "SLACK_SOCKET_MODE": "0" if transport == "http" else "1",
            "BATON_PLAN": str(plan.folder),
            "DATABASE_URL": database_url,
            **settings,
        }
        bot = Bot(environment, folder / "bot.log")
        sessions = Sessions(connect(database_url))
        migrations.upgrade(sessions.engine)
        try:
            bot.start()
            if transport == "socket":
                slack.wait_for_app(connections=2)
            yield World(slack, bot, sessions, folder, plan, clock)
        finally:
            if bot.process is not None and bot.process.poll() is None:
                bot.stop()
            sessions.engine.dispose()


def environment_for(slack: Workspace, folder: Path, *, port: int) -> dict[str, str]:
    """Return what a bot needs to know to live in *slack*, with its data under *folder*."""
    ours = ("SLACK_", "BATON_", "DATABASE_", "HOST", "PORT")
    keys = slack.credentials
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "SLACK_BOT_TOKEN": keys.bot_token,
        "SLACK_APP_TOKEN": keys.app_token,
        "SLACK_SIGNING_SECRET": keys.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'baton.db'}",
        "BATON_DATA": str(folder / "data"),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
