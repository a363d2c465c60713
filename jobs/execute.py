"""
The process of one run: `python -m jobs.execute`, started by the worker and by nobody else.

It brings Spark up, waits for its order, does the work and ends. When the worker goes away it ends at once, and Spark
with it: nothing is published that nobody asks for any more.
"""

import argparse
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jobs import catalog, wire
from jobs.cause import cause_of_error
from jobs.spark import SCRATCH, Jvm, Spark, open_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--master", required=True)
    parser.add_argument("--remote", default="")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--large", action="store_true", help="expect more input than a quick start is good for")
    parser.add_argument("--warm", action="store_true", help="stand ready: there is no order yet")
    given = parser.parse_args(arguments)
    spark = Spark(given.master, given.remote, given.cache)
    jvm: Jvm | None = None

    def end() -> None:
        if jvm is not None:
            jvm.kill()
        if Path(tempfile.gettempdir()).name.startswith(SCRATCH):  # whoever made it is gone
            shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
        os._exit(0)

    line = wire.Line(on_end=end)
    code = 0
    try:
        # First of all: while the JVM starts, Python imports what it needs.
        jvm = Jvm(spark, small=not given.large) if spark.is_local else None
        from jobs.execution import Execution

        small = spark.is_local and not given.large
        session = open_session(spark, jvm, name="baton", small=small) if given.warm else None
        if session is not None:
            _warm_up(line, session)
        order = wire.order_of(line.hear())
        execution = Execution(line, catalog.load(order.job), order, small=small)
        session = session or open_session(spark, jvm, name="baton", small=small)
        execution.run(session)
        if jvm is None:
            session.stop()
    except wire.TooLarge:
        line.say("too-large")
    except Exception as error:
        traceback.print_exc()
        cause, note = cause_of_error(error, jvm_code=None if jvm is None else jvm.code_if_ending())
        line.say("failed", cause=cause.value, note=note)
        code = 1
    if jvm is not None:
        jvm.kill()
    sys.stderr.flush()
    os._exit(code)  # py4j's threads would keep the process for a while


def _warm_up(line: wire.Line, session: "SparkSession") -> None:
    """Let Spark meet the work it will get. As soon as there is an order, it is dropped."""
    from jobs.rehearsal import rehearse

    def make_room() -> None:
        with suppress(Exception):  # a Spark that is gone is noticed by who works with it
            session.sparkContext.cancelAllJobs()

    line.on_word = make_room
    try:
        rehearse(session, should_stop=lambda: line.is_spoken_to)
    except Exception:
        if not line.is_spoken_to:
            raise
    finally:
        line.on_word = lambda: None


if __name__ == "__main__":
    main()
