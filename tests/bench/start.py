"""How soon Baton hears after it was started, how much memory it takes, and what it costs while nothing happens."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.figures import Table, median, ms
from tests.bench.stage import Stage, stage
from tests.bench.volley import AT_ONCE, COMMANDS, command
from tests.e2e.world import Bot

STARTS = 7
VOLLEYS = 40
IDLE_S = 20.0
HEAVY = 8


def measure(folder: Path, *, starts: int = STARTS, volleys: int = VOLLEYS, idle_s: float = IDLE_S) -> list[Table]:
    return [asyncio.run(_measure(folder, starts, volleys, idle_s)), _imports()]


async def _measure(folder: Path, starts: int, volleys: int, idle_s: float) -> Table:
    async with stage(folder, transport="socket", crowd=False) as on:
        first, again = await asyncio.to_thread(_start, on, folder, starts)
        fresh_mib = _mib(on.pid)
        idle = await _idle(on, idle_s)
        for number in range(volleys):
            line = COMMANDS[number % len(COMMANDS)]
            fired = await on.guns["baton"].fire([command(line, slack_url=on.slack_url) for _ in range(AT_ONCE)])
            await on.answered([shot.key for shot in fired])
        javas = sum(_name(pid) == "java" for pid in _children(on.pid))
        rows = [
            ("start to `/healthz`, new database, s", f"{median(first):.2f} ({min(first):.2f}–{max(first):.2f})"),
            ("start to `/healthz`, known database, s", f"{median(again):.2f} ({min(again):.2f}–{max(again):.2f})"),
            ("memory after the start, MiB", f"{fresh_mib:.0f}"),
            (f"memory after {volleys * AT_ONCE:,} commands, MiB", f"{_mib(on.pid):.0f}"),
            (f"processor while idle for {idle_s:.0f} s, % of a core", f"{idle * 100:.1f}"),
            ("Java processes below the bot", javas),
        ]
    return Table("Start and size", ("what", "figure"), rows, f"Median of {starts} starts (best–worst), Socket Mode.")


def _start(on: Stage, folder: Path, starts: int) -> tuple[list[float], list[float]]:
    """Return the seconds of first starts, each with an empty database, and of second ones."""
    first: list[float] = []
    again: list[float] = []
    for number in range(starts):
        database = f"sqlite:///{folder / f'start-{number}.db'}"
        bot = Bot({**on.environment, "DATABASE_URL": database}, folder / "start.log")
        for taken in (first, again):
            taken.append(bot.start())
            bot.stop()
    return first, again


async def _idle(on: Stage, seconds: float) -> float:
    """Return the share of a core that Baton takes while nobody asks anything."""
    await asyncio.sleep(min(2.0, seconds))
    begun, at = _cpu_s(on.pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (_cpu_s(on.pid) - begun) / (time.monotonic() - at)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _children(pid: int) -> list[int]:
    """Return the processes below *pid*, however deep."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for file in files for child in file.read_text().split()]
    return [*found, *(below for child in found for below in _children(child))]


def _imports() -> Table:
    """What of the start goes into loading code: the packages that take longest, with all they load first."""
    asked = [sys.executable, "-X", "importtime", "-c", "import bot.cli, bot.serve"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stderr
    lines = [line.removeprefix("import time:").split("|") for line in told.splitlines() if "[us]" not in line]
    took = [(int(total) / 1e6, name.strip()) for _, total, name in lines]
    packages = sorted((one for one in took if "." not in one[1]), reverse=True)
    whole = sum(seconds for seconds, name in took if name in ("bot.cli", "bot.serve"))
    rows = [("everything", ms(whole)), *((f"`{name}`", ms(seconds)) for seconds, name in packages[:HEAVY])]
    note = "With what each loads first; `-X importtime` itself costs about a third on top."
    return Table("What loading costs", ("package", "ms"), rows, note)
