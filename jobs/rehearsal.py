"""Every job once over the sample data, published where nobody looks: it loads what a real run is going to need."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from jobs.catalog import MODULES, load
from jobs.execution import Execution
from jobs.sample import lay_down
from jobs.wire import Message, Order
from store.domain.run import Period

DAY = date(2024, 6, 3)


class Stopped(Exception):
    """There is real work to do."""


class Alone:
    """Nobody listens, and anything may be published."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop

    def say(self, what: str, **more: object) -> None:  # noqa: ARG002 - nobody listens
        if self._should_stop():
            raise Stopped

    def hear(self) -> Message:
        return {"publish": True, "metadata": {}}


def rehearse(session: SparkSession, *, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Raises: Stopped: *should_stop* said so between two stages."""
    scratch = Path(tempfile.mkdtemp(prefix="baton-rehearsal-"))
    try:
        inputs = lay_down(scratch).parent
        for job in MODULES:
            order = Order(
                run="rehearsal",
                attempt=1,
                job=job,
                period=Period.of_day(DAY),
                inputs={},
                inputs_folder=inputs,
                table=scratch / "tables" / job,
                now=datetime(2024, 6, 5, tzinfo=UTC),
            )
            Execution(Alone(should_stop), load(job), order, small=True).run(session)
    finally:
        session.catalog.clearCache()
        shutil.rmtree(scratch, ignore_errors=True)
