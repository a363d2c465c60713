"""Nobody loses an acknowledgement while the database is locked by somebody else, or while Slack takes no answers."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.bench.figures import Table, ms
from tests.bench.stage import Stage, stage
from tests.bench.volley import AT_ONCE, COMMANDS, Shot, command

LOCKED_S = 1.0
SLOW_S = 2.0


def measure(folder: Path, *, at_once: int = AT_ONCE, locked_s: float = LOCKED_S, slow_s: float = SLOW_S) -> list[Table]:
    rows = []
    for transport in ("http", "socket"):
        rows += asyncio.run(_measure(folder / transport, transport, at_once, locked_s, slow_s))
    head = ("transport", "trouble", "commands", "acknowledged", "first and last, ms", "answered")
    return [Table("Trouble while 25 people type", head, rows)]


async def _measure(
    folder: Path, transport: str, at_once: int, locked_s: float, slow_s: float
) -> list[tuple[object, ...]]:
    async with stage(folder, transport=transport) as on:
        await _volley(on, at_once)
        locked = await _while_locked(on, at_once, locked_s)
        rows = [await _row(on, transport, f"database locked for {locked_s} s", locked)]
        await on.slow_down(slow_s)
        hanging = await _volley(on, at_once)
        behind = await _volley(on, at_once)
        await on.slow_down(0)
        why = f"Slack takes {slow_s} s for each answer, {at_once} are under way"
        return [*rows, await _row(on, transport, why, behind, also=hanging)]


async def _while_locked(on: Stage, at_once: int, seconds: float) -> list[Shot]:
    """Fire while a stranger holds the lock of the database."""
    with closing(sqlite3.connect(on.database, timeout=10, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        firing = asyncio.create_task(_volley(on, at_once))
        await asyncio.sleep(seconds)
        stranger.execute("COMMIT")
    return await firing


async def _volley(on: Stage, at_once: int) -> list[Shot]:
    lines = [COMMANDS[number % len(COMMANDS)] for number in range(at_once)]
    return await on.guns["baton"].fire([command(line, slack_url=on.slack_url) for line in lines])


async def _row(
    on: Stage, transport: str, trouble: str, shots: list[Shot], *, also: list[Shot] | None = None
) -> tuple[object, ...]:
    good = [shot.seconds for shot in shots if shot.seconds is not None and _kept(shot)]
    asked = [*shots, *(also or [])]
    answered = await on.answered([shot.key for shot in asked], within_s=60)
    span = f"{ms(min(good))} / {ms(max(good))}" if good else ""
    return transport, trouble, len(shots), len(good), span, f"{len(answered)} of {len(asked)}"


def _kept(shot: Shot) -> bool:
    """Say whether it was kept, and not answered with the excuse that the database cannot be reached."""
    return shot.answer.startswith("200") and "database" not in shot.answer
