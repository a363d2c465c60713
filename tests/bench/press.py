"""How soon people see what they did: from a press, a question or the worker's word to what stands in the workspace."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.views.run import day_text
from store import runs
from store.domain.run import Period, RunStatus, Stage
from tests.bench.figures import Table, median, ms, percentile
from tests.driver import Message, Seat
from tests.e2e.world import LEASE, World, a_result, running_world

TIMES = 20
CHANNEL = "#data-oncall"
BREATH_S = 2.2
"""Two messages in one channel: Slack allows one a second, and what is measured is not that wait."""
EDIT_BREATH_S = 1.5
"""Slack allows 50 edits of a message a minute."""


def measure(folder: Path, *, times: int = TIMES) -> list[Table]:
    with running_world(folder) as world:
        edits = _edits(world, times)  # while one run is there: others would be told that a worker has come
        rows = [
            *_presses(world, times),
            _row("the worker's word to the edited message", edits),
            _row("`/oncall` to the answer", _answers(world, "/oncall", "is on call until", times)),
            _row("`/runbook` question to the answer", _answers(world, _QUESTION, "Kafka is down", times)),
        ]
    head = ("from … to …", "median, ms", "p95, ms", "worst, ms")
    return [Table("What people wait for", head, rows, f"{times} times each, over Socket Mode, in the sandbox.")]


_QUESTION = "/runbook aggregate-engagement kafka was down all night"


def _row(what: str, seconds: list[float]) -> tuple[object, ...]:
    return what, ms(median(seconds)), ms(percentile(seconds, 0.95)), ms(max(seconds))


def _presses(world: World, times: int) -> list[tuple[object, ...]]:
    choo, lines, livings = world.as_("choo"), [], []
    for number in range(times):
        line, living, pressed_at = _press(choo, date(2024, 1, 1) + timedelta(days=number))
        lines.append(float(line.ts) - pressed_at)
        livings.append(float(living.ts) - pressed_at)
        time.sleep(BREATH_S)
    return [
        _row("“Start run” to the message in the channel", lines),
        _row("“Start run” to the living message in its thread", livings),
    ]


def _press(choo: Seat, day: date) -> tuple[Message, Message, float]:
    """Return both messages and the instant of the press."""
    choo.command(f"/rerun daily-growth {day}", in_=CHANNEL)
    plan = choo.expect_ephemeral(f"{day} (UTC)")
    pressed_at = time.time()
    plan.click("Start run")
    told = choo.expect_ephemeral(f"{day_text(Period.of_day(day))} is queued: follow it")
    line = choo.slack.expect(CHANNEL, f"run {told.text.split()[1]} ")
    return line, line.expect_reply("queued"), pressed_at


def _edits(world: World, times: int) -> list[float]:
    """A worker writes how far its run has come; each word is awaited in the message."""
    hand, taken = world.hand, []
    _, living, _ = _press(world.as_("choo"), date(2023, 12, 31))
    run = hand.claim()
    for done in range(1, times + 1):
        time.sleep(EDIT_BREATH_S)
        with world.sessions.writing() as db:
            runs.seen(db, worker=hand.name, at=datetime.now(UTC))
            assert runs.beat(db, run.id, attempt=run.attempt, at=datetime.now(UTC), lease=LEASE)
        wrote_at = time.monotonic()
        hand.progress(Stage.COMPUTE, done, 100)
        living.expect(f"{done} of 100")
        taken.append(time.monotonic() - wrote_at)
    hand.finish(RunStatus.SUCCEEDED, picture=None, result=a_result())
    living.expect("published")
    return taken


def _answers(world: World, typed: str, said: str, times: int) -> list[float]:
    choo, taken = world.as_("choo"), []
    for _ in range(times):
        known = {each.ts for each in choo.messages()}
        asked_at = time.time()
        choo.command(typed, in_=CHANNEL)
        answer = choo.expect_new_ephemeral(known)
        assert said in answer.text
        taken.append(float(answer.ts) - asked_at)
    return taken
