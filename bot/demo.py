"""
`baton demo`: everything on one machine, with nothing to set up.

Starts a local workspace, the bot and a worker as processes of their own, with the plan in use and sample data.
What dies is started again; Ctrl-C stops all of it; the next start goes on where this one was. What the shell says of
a real workspace, database or cluster is not for the demo.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import IO

from bot.roster_cli import read_instant
from store.domain.errors import UserError
from store.plans import Plan, load_plan

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = Path(__file__).parent / "manifest.yaml"
READY_S = 60
STOP_S = 12
RESTARTS = 20
OUTSIDER = {"id": "U0RIN", "name": "Rin", "real_name": "Rin", "title": "Sales, not in the plan", "outsider": True}
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-sandbox",
    "SLACK_APP_TOKEN": "xapp-sandbox",
    "SLACK_SIGNING_SECRET": "sandbox",
}


OURS = ("SLACK_", "JIRA_", "BATON_", "DATABASE_URL", "SPARK_MASTER", "SPARK_REMOTE", "HOST", "PORT")
"""Names in the shell, or their beginnings, that speak of a real installation."""
SHARED = frozenset({"BATON_CACHE", "BATON_WARM"})
"""What is as good for the demo as for any other."""


class AlreadyRunning(UserError):
    """Two demos on one state would share a database and a workspace."""


class NotReady(UserError):
    """A part of the demo did not come up."""


@dataclass
class Part:
    """One process of the demo, started again when it dies."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    folder: Path
    """Where it runs: not where the demo was started, whose file .env may speak of a real installation."""
    log: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we end the parts in order
            )

    def dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is None or self.dead():
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def demo(*, port: int, at: str, speed: float, state: Path, folder: Path, shell: Mapping[str, str]) -> int:
    """
    Run until Ctrl-C; return the exit code.

    Args:
        at: where the team's clock starts, ISO on the clock of the plan; empty: now.
        folder: the plan.
        shell: the environment to pass on, without what speaks of a real installation.
    """
    state = state.resolve()
    (state / "logs").mkdir(parents=True, exist_ok=True)
    plan = load_plan(folder.resolve())
    clock = clock_of(at, speed, zone=plan.team.zone, since=datetime.now(UTC))
    held = hold(state)
    port = _free(port)
    address = f"http://127.0.0.1:{port}"
    bot_port = _free(0)
    parts = _parts(plan, state, shell, port=port, bot_port=bot_port, clock=clock)
    workspace, bot, worker = parts
    _on_interrupt(_interrupt)
    try:
        subprocess.run([sys.executable, "-m", "jobs.sample"], env=worker.environment, cwd=state, check=True)
        for part, ready_at in ((workspace, address), (worker, None), (bot, f"http://127.0.0.1:{bot_port}/healthz")):
            part.start()
            if ready_at:
                _wait_until_ready(part, ready_at)
        _say(f"\n  Baton is up: {address}\n")
        _say(f"  Try /rerun aggregate-engagement 2024-06-03 in #{plan.team.channels.oncall}.")
        _say(f"  State and logs: {state}. Ctrl-C stops everything; the next start goes on from here.\n")
        _watch(parts)
    except KeyboardInterrupt:
        _say("\nStopping; a run that does not end within seconds goes on at the next start …")
    finally:
        for part in (bot, worker, workspace):
            part.stop()
        held.close()
    return 0


def hold(state: Path) -> IO[str]:
    """
    Keep *state* to this demo until the file that is returned is closed, or the process is gone.

    Raises: AlreadyRunning.
    """
    lock = (state / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise AlreadyRunning(
            f"A demo is running on {state}. Go to its page, end it with Ctrl-C, or give this one another --state."
        ) from error
    return lock


def environment(
    shell: Mapping[str, str], *, plan: Path, state: Path, address: str, bot_port: int, clock: str
) -> dict[str, str]:
    """Return what the demo's processes are told: what is harmless in *shell*, and a world of its own."""
    harmless = {name: value for name, value in shell.items() if name in SHARED or not name.upper().startswith(OURS)}
    return {
        **harmless,
        **SECRETS,
        "SLACK_API_URL": f"{address}/api/",
        "SLACK_SOCKET_MODE": "1",
        "HOST": "127.0.0.1",
        "PORT": str(bot_port),
        "DATABASE_URL": f"sqlite:///{state / 'baton.db'}",
        "BATON_PLAN": str(plan),
        "BATON_DATA": str(state / "data"),
        "BATON_CLOCK": clock,
        "BATON_WARM": shell.get("BATON_WARM", "1"),  # who tries it out is not made to wait for Spark
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), shell.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
    }


def clock_of(at: str, speed: float, *, zone: str, since: datetime) -> str:
    """
    Return the `BATON_CLOCK` that the workspace and the bot share; nothing where the machine's does.

    Raises: UserError: *at* is no time.
    """
    if not at and speed == 1:
        return ""
    begin = read_instant(at, zone) if at else since
    return f"{begin.isoformat()}@{speed}@{since.isoformat()}"


def _parts(plan: Plan, state: Path, shell: Mapping[str, str], *, port: int, bot_port: int, clock: str) -> list[Part]:
    address = f"http://127.0.0.1:{port}"
    people = state / "people.json"
    people.write_text(json.dumps(members(plan), indent=2))
    told = environment(shell, plan=plan.folder, state=state, address=address, bot_port=bot_port, clock=clock)
    channels = plan.team.channels
    sandbox = [
        *("--port", str(port), "--state", str(state / "workspace.db"), "--manifest", str(MANIFEST)),
        *("--people", str(people), "--channels", f"{channels.oncall},{channels.alerts},{channels.incidents}"),
        *("--usergroups", ",".join(user_groups(plan))),
        *("--clock", clock),
        *("--bot-token", SECRETS["SLACK_BOT_TOKEN"], "--app-token", SECRETS["SLACK_APP_TOKEN"]),
        *("--signing-secret", SECRETS["SLACK_SIGNING_SECRET"]),
    ]
    programs = (("workspace", ["bot.sandbox", *sandbox]), ("bot", ["bot", "serve"]), ("worker", ["jobs.worker"]))
    return [
        Part(name, [sys.executable, "-m", *program], told, state, state / "logs" / f"{name}.log")
        for name, program in programs
    ]


def members(plan: Plan) -> list[dict[str, object]]:
    """Return the plan's people as members of the workspace, and one person who is not in the plan."""
    known = [
        {
            "id": person.slack,
            "name": person.name,
            "real_name": person.name,
            "email": person.email or f"{key}@example.com",
            "tz": plan.team.zone,
            "title": ", ".join(plan.team.roles[role].does for role in person.roles[:1]),
            "outsider": False,
        }
        for key, person in plan.team.people.items()
        if person.slack
    ]
    return [*known, {**OUTSIDER, "email": "rin@example.com", "tz": plan.team.zone}]


def user_groups(plan: Plan) -> list[str]:
    """Return the handles that follow the plan's rotations."""
    return sorted({rotation.slack_group for rotation in plan.team.rotations.values() if rotation.slack_group})


def _free(port: int) -> int:
    """Return *port* when nobody listens there, else any free one."""
    with socket.socket() as probe:
        # as whoever listens there does: a port that was given up a moment ago is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            _say(f"Port {port} is taken; another one is used.")
            return _free(0)
        return int(probe.getsockname()[1])


def _wait_until_ready(part: Part, address: str) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and not part.dead():
        with suppress(OSError), urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own loopback address
            return
        time.sleep(0.05)
    raise NotReady(f"The {part.name} did not come up. Its last words:\n{part.last_words()}\nMore in {part.log}.")


def _watch(parts: Sequence[Part]) -> None:
    while True:
        time.sleep(0.5)
        for part in parts:
            if part.dead():
                if part.starts > RESTARTS:
                    raise NotReady(f"The {part.name} keeps dying. Its last words:\n{part.last_words()}")
                _say(f"The {part.name} has died; it is started again. Log: {part.log}")
                part.start()


def _on_interrupt(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):  # a shell starts what runs in the background without SIGINT
        signal.signal(name, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop, once: a second press would end the stopping and leave processes behind."""
    _on_interrupt(signal.SIG_IGN)
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is the terminal
