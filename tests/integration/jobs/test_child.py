"""A real process that stands ready, and gets its order in the middle of getting ready."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jobs import wire
from jobs.child import Child
from jobs.sample import lay_down
from store.domain.run import Period
from tests.integration.jobs.conftest import PLACE

BOUND_S = 90


def talk(child: Child) -> list[wire.Message]:
    """Answer the child until it has nothing more to say."""
    said: list[wire.Message] = []
    until = time.monotonic() + BOUND_S
    while not child.has_ended:
        assert time.monotonic() < until, child.log.last()
        message = child.hear(timeout_s=0.2)
        if message is not None:
            said.append(message)
            if message["say"] == "measured":
                child.say({"publish": True, "metadata": {}})
    return said


@pytest.mark.spark
@pytest.mark.timeout(200)
def test_an_order_in_the_middle_of_the_rehearsal_is_carried_out_and_nothing_else(tmp_path: Path) -> None:
    order = wire.Order(
        run="1-20240604t093000",
        attempt=1,
        job="aggregate-engagement",
        period=Period.of_day(date(2024, 6, 3)),
        inputs={},
        inputs_folder=lay_down(tmp_path / "inputs").parent,
        table=tmp_path / "table",
        now=datetime(2024, 6, 5, tzinfo=UTC),
    )
    child = Child(PLACE, warm=True)
    try:
        until = time.monotonic() + BOUND_S
        while not list(child.scratch.glob("baton-rehearsal-*/tables/*")):
            assert time.monotonic() < until, child.log.last()
            assert child.hear(timeout_s=0.05) is None, "a rehearsal is not told"
        child.say(wire.order_to(order))
        said = talk(child)
    finally:
        scratch = child.scratch
        code = child.end()
    told = [message for message in said if message["say"] != "progress"]  # its last word may overtake the last count
    assert [message["say"] for message in told] == ["measured", "published"]
    assert told[-1]["version"] == 1
    assert code == 0
    assert not scratch.exists()


def test_a_process_whose_worker_is_gone_ends(tmp_path: Path) -> None:
    child = Child(PLACE)
    child.log.keep_in(tmp_path / "log")
    assert child.process.stdin is not None
    child.process.stdin.close()
    try:
        # 1 where the end of its JVM is noticed first
        assert child.process.wait(BOUND_S) in (0, 1)
    finally:
        child.end()
