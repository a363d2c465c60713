"""How long Slack waits for its acknowledgement when 25 people type at once, beside the least that Bolt can do."""

import asyncio
from collections import defaultdict
from pathlib import Path

from tests.bench.figures import Table, median, ms, percentile
from tests.bench.stage import Stage, stage
from tests.bench.volley import AT_ONCE, COMMANDS, Shot, command

ROUNDS = 20
APPS = ("bare", "baton")


def measure(folder: Path, *, rounds: int = ROUNDS, at_once: int = AT_ONCE) -> list[Table]:
    return [asyncio.run(_measure(folder / transport, transport, rounds, at_once)) for transport in ("http", "socket")]


async def _measure(folder: Path, transport: str, rounds: int, at_once: int) -> Table:
    shots: dict[tuple[str, str], list[Shot]] = defaultdict(list)
    lasts: dict[str, list[float]] = defaultdict(list)
    async with stage(folder, transport=transport) as on:
        for app in APPS:  # the first of each kind pays for what is loaded late
            for line in COMMANDS:
                await _volley(on, app, line, at_once)
        for number in range(rounds):
            for line in COMMANDS:
                for app in APPS[:: -1 if number % 2 else 1]:
                    fired, last = await _volley(on, app, line, at_once)
                    shots[app, line] += fired
                    lasts[line].append(last)
    return _table(transport, rounds, at_once, shots, lasts)


async def _volley(on: Stage, app: str, line: str, at_once: int) -> tuple[list[Shot], float]:
    """Return the shots and the seconds until the last answer (0 for the bare app, which gives none)."""
    fired = await on.guns[app].fire([command(line, slack_url=on.slack_url) for _ in range(at_once)])
    last = 0.0
    if app == "baton":
        answered = await on.answered([shot.key for shot in fired])
        assert len(answered) == len(fired), f"{len(fired) - len(answered)} answers are missing"
        last = max(answered.values()) - fired[0].sent_at
    await asyncio.sleep(0.1)
    return fired, last


def _table(
    transport: str, rounds: int, at_once: int, shots: dict[tuple[str, str], list[Shot]], lasts: dict[str, list[float]]
) -> Table:
    rows = []
    for line in (*COMMANDS, "all"):
        figures = {}
        for app in APPS:
            fired = [
                shot for (whose, what), some in shots.items() if whose == app and line in (what, "all") for shot in some
            ]
            seconds = [shot.seconds for shot in fired if shot.seconds is not None and shot.answer.startswith("200")]
            lost = len(fired) - len(seconds)
            slowest = [max(seconds[at : at + at_once]) for at in range(0, len(seconds), at_once)]
            figures[app] = (median(seconds), percentile(seconds, 0.99), median(slowest), lost)
        bare, baton = figures["bare"], figures["baton"]
        answers = median([last for last in lasts.get(line, []) if last]) if line in lasts else 0
        rows.append(
            (
                f"`{line}`" if line != "all" else "all",
                f"{ms(bare[0])} / {ms(bare[1])} / {ms(bare[2])}",
                f"{ms(baton[0])} / {ms(baton[1])} / {ms(baton[2])}",
                f"{baton[0] / bare[0]:.2f} / {baton[1] / bare[1]:.2f} / {baton[2] / bare[2]:.2f}",
                baton[3],
                ms(answers) if answers else "",
            )
        )
    return Table(
        f"Acknowledgement, {AT_ONCE} commands at once, {'Socket Mode' if transport == 'socket' else 'signed HTTP'}",
        (
            "command",
            "bare p50 / p99 / last of a round, ms",
            "Baton p50 / p99 / last of a round, ms",
            "ratio p50 / p99 / last",
            "lost",
            "last of 25 answers, ms",
        ),
        rows,
        f"{rounds} rounds of each command and app in turn; a run is going, another process commits 200 times a second.",
    )
