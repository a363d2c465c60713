"""The processes that a measurement needs, started side by side and ended with it."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from store import migrations
from store.session import Sessions, connect
from tests.bench.volley import Gun, HttpGun, links
from tests.e2e.world import free_port

SECRET = "bench"
READY_S = 30.0


@dataclass
class Stage:
    """Baton and the bare app under the same guns."""

    slack_url: str
    sessions: Sessions
    database: Path
    guns: dict[str, Gun]
    """By app: `baton` and `bare`."""
    pid: int
    """Of Baton."""
    environment: dict[str, str]
    """For another Baton in the same place; `PORT` is free."""

    async def answered(self, keys: Sequence[str], within_s: float = 20.0) -> dict[str, float]:
        """Return key to the instant of its answer, once all *keys* have one or the time is up."""
        give_up_at = time.monotonic() + within_s
        while True:
            seen = await asyncio.to_thread(_read, f"{self.slack_url}/answers")
            found = {key: seen[key] for key in keys if key in seen}
            if len(found) == len(keys) or time.monotonic() > give_up_at:
                return found
            await asyncio.sleep(0.05)

    async def slow_down(self, seconds: float) -> None:
        """Let Slack take so long for each answer from now on."""
        await asyncio.to_thread(_read, f"{self.slack_url}/slow/{seconds}")


@asynccontextmanager
async def stage(folder: Path, *, transport: str, crowd: bool = True) -> AsyncIterator[Stage]:
    """
    Serve a quiet Slack, Baton and the bare app until the block ends.

    Args:
        transport: `socket` or `http`.
        crowd: whether a run is going and the database is busy.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    database = folder / "baton.db"
    url = f"sqlite:///{database}"
    sessions = Sessions(connect(url))
    migrations.upgrade(sessions.engine)
    ports = {name: free_port() for name in ("slack", "baton", "bare")}
    slack_url = f"http://127.0.0.1:{ports['slack']}"
    started: list[subprocess.Popen[bytes]] = []

    def start(module: str, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        with (folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *module.split(), *arguments],
                env={**environment(slack_url, url, folder, transport), **settings},
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    async with links() as (address, socket_guns):
        try:
            start("tests.bench.quiet_slack", str(ports["slack"]), address)
            await ready(f"{slack_url}/answers")
            start("tests.bench.bare", PORT=str(ports["bare"]), SLACK_APP_TOKEN="xapp-bare")
            bot = start("bot serve", PORT=str(ports["baton"]), SLACK_APP_TOKEN="xapp-bot")
            await ready(f"http://127.0.0.1:{ports['bare']}/healthz")
            await ready(f"http://127.0.0.1:{ports['baton']}/healthz")
            if crowd:
                start("tests.bench.crowd", url)
                await asyncio.sleep(1)
            guns: dict[str, Gun] = {
                "baton": socket_guns["xapp-bot"] if transport == "socket" else HttpGun(ports["baton"], SECRET),
                "bare": socket_guns["xapp-bare"] if transport == "socket" else HttpGun(ports["bare"], SECRET),
            }
            spare = {**environment(slack_url, url, folder, transport), "PORT": str(free_port())}
            yield Stage(slack_url, sessions, database, guns, bot.pid, {**spare, "SLACK_APP_TOKEN": "xapp-spare"})
        except OSError as error:
            ended = [process.args for process in started if process.poll() is not None]
            raise RuntimeError(f"{ended or 'Nothing'} has ended; the logs say:\n{_last_words(folder)}") from error
        finally:
            for process in started[::-1]:
                process.terminate()
            for process in started:
                await asyncio.to_thread(process.wait, 20)
            sessions.engine.dispose()


def _last_words(folder: Path) -> str:
    return "\n".join(log.read_text()[-2000:] for log in folder.glob("*.log"))


def environment(slack_url: str, database_url: str, folder: Path, transport: str) -> dict[str, str]:
    """Return the environment of the bot: nothing of ours but the path."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "BATON_"))},
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack_url}/api/",
        "SLACK_SOCKET_MODE": str(int(transport == "socket")),
        "DATABASE_URL": database_url,
        "BATON_DATA": str(folder / "data"),
    }


async def ready(url: str, within_s: float = READY_S) -> None:
    """Return once *url* answers. Raises: TimeoutError."""
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        with suppress(OSError):
            await asyncio.to_thread(_read, url)
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"{url} does not answer")


def _read(url: str) -> dict[str, float]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text = answer.read().decode()
    found: dict[str, float] = json.loads(text) if text.startswith("{") else {}
    return found
