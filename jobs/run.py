"""
One run from a shell: `python -m jobs.run PIPELINE DAYS [--json]`.

It goes through the same table as a run asked for in Slack: asked for, claimed with a lease, recorded. If a worker is
quicker to claim it, the worker does it and this only watches.

Exit code: 0 published, 1 the run failed, 2 the words were no good.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from uuid import uuid4

from jobs.child import Child
from jobs.supervise import LEASE, Supervision, Workplace, log_of
from jobs.worker import name_of_this_worker, open_workplace
from store import runs
from store.domain.errors import UserError
from store.domain.pipeline import Pipeline, find_runnable
from store.domain.run import OPEN, Period, Progress, Run, RunStatus, advance, parse_period
from store.plans import Plan, load_plan
from store.run_rows import RESULT
from store.settings import Settings

FOLLOW_S = 0.5
SIGNS = {"pass": "ok  ", "warn": "WARN", "fail": "FAIL", "unknown": "?   "}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="baton run", description="Run a pipeline here and now.")
    parser.add_argument("pipeline", help="key, name or alias of a pipeline of the plan")
    parser.add_argument("days", help="year-month-day, today, yesterday, or a range such as 2024-06-01..2024-06-03")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    given = parser.parse_args(arguments)
    settings = Settings()
    try:
        plan = load_plan(settings.baton_plan)
        place = open_workplace(settings)
        pipeline = find_runnable(plan.pipelines, given.pipeline)
        period = parse_period(given.days, today=place.clock.now().date())
        if place.spark.is_local:
            place.spark.java  # noqa: B018 - asked now, so that its absence is told before anything is queued
        with place.sessions.writing() as db:
            run = runs.request(
                db,
                key=f"shell:{uuid4()}",
                pipeline=pipeline.key,
                period=period,
                by="shell",
                channel="",
                at=place.clock.now(),
            )
    except UserError as error:
        _fail(str(error), as_json=given.json)
        return 2
    return _execute(place, plan, pipeline, run, as_json=given.json)


def _execute(place: Workplace, plan: Plan, pipeline: Pipeline, asked: Run, *, as_json: bool) -> int:
    show = Screen(quiet=as_json)
    show.plan(pipeline, asked.period, asked)
    name = name_of_this_worker()
    with place.sessions.writing() as db:
        run = runs.claim(db, worker=name, at=place.machine.now(), lease=LEASE, run_id=asked.id)
    if run is None:
        show.line("A worker has taken it up.")
        ended = _follow(place, asked.id, show)
    else:
        supervision = Supervision(
            place,
            run,
            pipeline,
            plan_digest=plan.digest,
            start=lambda large: Child(place.spark, large=large),
            watch=show.progress,
        )
        try:
            ended = supervision.see_through() or _follow(place, asked.id, show)
        except KeyboardInterrupt:
            ended = _cancel(place, run)
    show.end()
    if as_json:
        sys.stdout.write(json.dumps(_to_json(place, ended), indent=2) + "\n")
    else:
        show.result(place, ended)
    return 0 if ended.status is RunStatus.SUCCEEDED else 1


def _cancel(place: Workplace, run: Run) -> Run:
    """Record that the person who asked has changed their mind; left open, another worker would take it up."""
    cancelled = advance(run, RunStatus.CANCELLED, at=place.machine.now(), note="Stopped from the shell.")
    with place.sessions.writing() as db:
        runs.finish(db, cancelled, attempt=run.attempt, picture=None)
    return cancelled


def _follow(place: Workplace, run_id: int, show: "Screen") -> Run:
    """Watch a run that somebody else does until it has ended; a lost one ends too, because this looks after it."""
    while True:
        with place.sessions.writing() as db:
            runs.release_lost(db, at=place.machine.now())
        with place.sessions.reading() as db:
            run = runs.load(db, run_id)
        if run.status not in OPEN:
            return run
        if run.progress is not None:
            show.progress(run.progress)
        time.sleep(FOLLOW_S)


class Screen:
    """What a person sees on the terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._rewrites = sys.stderr.isatty()
        self._told = ""

    def line(self, text: str) -> None:
        if not self._quiet:
            sys.stderr.write(text + "\n")

    def plan(self, pipeline: Pipeline, period: Period, run: Run) -> None:
        self.line(f"Run {run.id}: {pipeline.name} for {period}")

    def progress(self, progress: Progress) -> None:
        text = progress.stage.value
        if self._rewrites and progress.tasks_total:
            text += f", {progress.tasks_done} of {progress.tasks_total} tasks so far"
        if self._quiet or text == self._told:
            return
        self._told = text
        sys.stderr.write(f"\r\x1b[K  {text}" if self._rewrites else f"  {text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._rewrites and not self._quiet:
            sys.stderr.write("\r\x1b[K")

    def result(self, place: Workplace, run: Run) -> None:
        out = sys.stdout.write
        result = run.result
        if result is not None:
            width = max(len(figure.label) for figure in result.figures) if result.figures else 0
            for figure in result.figures:
                out(f"  {figure.label:<{width}}  {figure.value:>10}  {figure.change}".rstrip() + "\n")
            out("Checks\n")
            for verdict in result.verdicts:
                allowed = f" ({verdict.allowed})" if verdict.allowed else ""
                out(f"  {SIGNS[verdict.level]} {verdict.check}: {verdict.observed}{allowed}\n")
        if run.status is RunStatus.SUCCEEDED and result is not None:
            table = place.settings.published / run.pipeline
            out(f"Published: {result.rows_out:,} rows for {run.period}, version {result.version} of {table}\n")
            if run.note:
                out(f"{run.note}\n")
            return
        out(f"Run {run.id} {run.status}: {run.note}\n")
        log = log_of(place.settings, run)
        if log.exists():
            out(f"Log: {log}\n")


def _to_json(place: Workplace, run: Run) -> dict[str, object]:
    return {
        "run": run.id,
        "pipeline": run.pipeline,
        "period": str(run.period),
        "status": run.status.value,
        "cause": run.cause and run.cause.value,
        "note": run.note,
        "result": None if run.result is None else RESULT.dump_python(run.result, mode="json"),
        "table": str(place.settings.published / run.pipeline),
        "log": str(log_of(place.settings, run)),
    }


def _fail(text: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"error": text}) + "\n")
    else:
        sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
