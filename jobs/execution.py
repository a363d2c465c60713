"""One run on an open Spark session, from its order to its end."""

import time
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession

from jobs.datasets import read, require, size_of
from jobs.job import Day, Job
from jobs.measure import measure_days, measure_written, observe
from jobs.progress import Counters, Watch
from jobs.publish import LostRace, Staged, Table
from jobs.spark import SMALL_INPUT
from jobs.wire import Message, Order, TooLarge
from store.domain.check import Observation
from store.domain.errors import UserError
from store.domain.run import Figure, Stage


class UnknownInput(UserError):
    """The pipeline's page sets the place of an input that its job does not read."""

    def __init__(self, job: str, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"The job {job} has no input {' or '.join(unknown)}; it reads {', '.join(known)}. "
            "Put the names right under `inputs` on the pipeline's page."
        )


class Ear(Protocol):
    """Who is told, and who answers whether to publish."""

    def say(self, what: str, **more: object) -> None: ...

    def hear(self) -> Message: ...


class Execution:
    """What can be known without Spark is looked at first, while Spark is still starting."""

    def __init__(self, line: Ear, job: Job, order: Order, *, small: bool) -> None:
        """
        Args:
            small: the session is tuned for a quick start.
        Raises: TooLarge; UnknownInput; MissingInput.
        """
        self.line, self.job, self.order = line, job, order
        self.table = Table(order.table, job.output)
        self.seconds: dict[str, float] = {}
        self.rows: int | None = None
        self.stage = Stage.START
        self._since = time.monotonic()
        if unknown := sorted(order.inputs.keys() - job.inputs.keys()):
            raise UnknownInput(order.job, unknown, tuple(job.inputs))
        paths = {name: order.inputs.get(name, entry.path) for name, entry in job.inputs.items()}
        self.paths = {name: order.inputs_folder / path for name, path in paths.items()}
        for name, path in self.paths.items():
            require(name, path)
        if small and sum(map(size_of, self.paths.values())) > SMALL_INPUT:
            raise TooLarge

    def run(self, session: SparkSession) -> None:
        """
        Do the work; all that comes of it is told on the line.

        Raises: SchemaChanged, LostRace, and whatever the pipeline's code or Spark raises.
        """
        if self.order.attempt > 1 and self._tell_earlier_commit():
            return
        self.session, self.counters = session, Counters(session)
        with Watch(self):
            self._work()

    def _tell_earlier_commit(self) -> bool:
        """An earlier attempt may have been lost between its commit and its record: only the word is missing then."""
        commit = self.table.find(self.order.run)
        if commit is not None:
            self.line.say("published", version=commit.version, metadata=commit.metadata)
        return commit is not None

    def _work(self) -> None:
        self._enter(Stage.READ)
        inputs = {
            name: read(self.session, name, path, self.job.inputs[name].schema) for name, path in self.paths.items()
        }
        self._enter(Stage.COMPUTE)
        period = self.order.period
        prepared = self.job.prepare(inputs, period).persist()
        days = measure_days(self.job.days(prepared, period))
        self.rows = sum(day.rows for day in days if period.starts_on <= day.day < period.ends_on)
        figures = self.job.figures(prepared, days, period)
        with ThreadPoolExecutor(1) as painter:
            picture = painter.submit(self._draw, days)
            name = f"{self.order.run}-{self.order.attempt}"
            staged = self.table.stage(self.job.select(prepared, period), period=period, run=name)
            self._enter(Stage.CHECK)
            written = measure_written(self._read_back(staged), self.job.key)
            self._publish(staged, observe(days, written, period=period, now=self.order.now), figures, picture)

    def _publish(self, staged: Staged, seen: Observation, figures: tuple[Figure, ...], picture: "Future[str]") -> None:
        before = self.table.open()  # before the lease is asked for: what comes later is a lost race
        self._enter(Stage.PUBLISH)
        told = [asdict(figure) for figure in figures]
        self.line.say("measured", observation=asdict(seen), figures=told, seconds=self.seconds)
        answer = self.line.hear()
        if not answer["publish"]:
            self.table.discard(staged)
            self.line.say("discarded", png=picture.result())
            return
        try:
            version = self.table.commit(
                before, staged, run=self.order.run, attempt=self.order.attempt, metadata=answer["metadata"]
            )
        except LostRace:
            self.table.discard(staged)
            if not self._tell_earlier_commit():
                raise
            return
        self._leave()
        self.line.say(
            "published", version=version, metadata=answer["metadata"], seconds=self.seconds, png=picture.result()
        )

    def _read_back(self, staged: Staged) -> DataFrame:
        files = [str(file) for found in staged.files.values() for file in found]
        reader = self.session.read.schema(self.job.output).option("basePath", str(self.table.folder))
        return reader.parquet(*files) if files else self.session.createDataFrame([], self.job.output)

    def _draw(self, days: tuple[Day, ...]) -> str:
        from jobs.picture import draw

        name, title = self.job.picture
        series = {day.day: day.values[name] for day in days}
        return b64encode(draw(series, period=self.order.period, title=title)).decode()

    def _enter(self, stage: Stage) -> None:
        self._leave()
        self.stage = stage
        self.tell_progress()

    def _leave(self) -> None:
        now = time.monotonic()
        self.seconds[self.stage.value] = self.seconds.get(self.stage.value, 0) + round(now - self._since, 3)
        self._since = now

    def tell_progress(self) -> None:
        done, total = self.counters.read()
        self.line.say("progress", stage=self.stage.value, tasks_done=done, tasks_total=total, rows=self.rows)
