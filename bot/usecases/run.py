"""Reruns: plan, start, and tell what the worker wrote."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases.people import check_may_rerun
from bot.views import run as views
from store import audit, outbox, runs
from store.domain.errors import UserError
from store.domain.pipeline import Pipeline, find_runnable
from store.domain.run import OPEN, Period, Run, RunStatus, Stage, parse_period

WORKER_SILENT = timedelta(seconds=20)
"""A worker says that it is alive every few seconds; after this long it counts as gone."""


class DayMissing(UserError):
    """A pipeline was named without a day."""

    def __init__(self, pipeline: Pipeline, offered: tuple[date, ...], why: str) -> None:
        super().__init__(why)
        self.pipeline, self.offered = pipeline, offered


@dataclass(frozen=True)
class Planned:
    pipeline: Pipeline
    period: Period
    last: Run | None


def plan_run(deps: Deps, *, typed: str, user: str, at: datetime) -> Planned:
    """
    Return what `/rerun` with these words would do; nothing is started.

    Raises: UnknownPipeline, DayMissing, BadDay, NotRunByBaton, NotAllowed.
    """
    name, _, rest = typed.strip().partition(" ")
    pipeline = find_runnable(deps.plan.pipelines, name)
    check_may_rerun(deps, pipeline, user=user, at=at)
    period = _read_day(pipeline, rest, today=at.date())
    with deps.sessions.reading() as db:
        last = next((run for run in runs.recent(db, pipeline=pipeline.key, limit=200) if run.period == period), None)
    return Planned(pipeline, period, last)


_WHICH_DAY = "Which day of {name}? Choose one, or type `/rerun {key} 2024-06-03`."


def _read_day(pipeline: Pipeline, typed: str, *, today: date) -> Period:
    offered = tuple(today - timedelta(days=back) for back in (1, 2, 3))
    if not typed.strip():
        raise DayMissing(pipeline, offered, _WHICH_DAY.format(name=pipeline.name, key=pipeline.key))
    try:
        return parse_period(typed, today=today)
    except UserError as error:
        raise DayMissing(pipeline, offered, str(error)) from error


def start_run(deps: Deps, *, pipeline_key: str, period: str, nonce: str, user: str, channel: str, at: datetime) -> Run:
    """
    Queue the run that was confirmed, once however often the button is pressed, and owe its two messages.

    Raises: NotAllowed (roles may have changed since the plan was shown), AlreadyOpen, UnknownPipeline, BadDay.
    """
    pipeline = find_runnable(deps.plan.pipelines, pipeline_key)
    check_may_rerun(deps, pipeline, user=user, at=at)
    days = parse_period(period, today=at.date())
    with deps.sessions.writing() as db:
        run = runs.request(db, key=nonce, pipeline=pipeline.key, period=days, by=user, channel=channel, at=at)
        if run.requested_at == at:  # else this press has been heard before
            audit.note(db, at=at, actor=user, action="rerun", subject=f"{pipeline.key} {days}", outcome="done")
        tell_run(db, deps, run)
    deps.nudge()
    return run


def report_runs(deps: Deps) -> int:
    """Hand every change that the worker wrote to the outbox; return how many runs had one."""
    with deps.sessions.reading() as db:
        if not runs.untold(db):
            return 0
    with deps.sessions.writing() as db:
        changed = runs.take_untold(db)
        for run, revision in changed:
            tell_run(db, deps, run)
            runs.mark_told(db, run.id, revision)
    deps.nudge()
    return len(changed)


def tell_run(db: Session, deps: Deps, run: Run) -> None:
    """Owe the channel its line about *run*, and the thread its living message, as they should look now."""
    if not run.channel:  # started from a shell
        return
    pipeline = deps.plan.pipelines.get(run.pipeline)
    name = pipeline.name if pipeline else run.pipeline  # its page may have left the plan while it ran
    now = deps.machine_clock.now()
    with_picture = run.status not in OPEN and runs.picture(db, run.id) is not None
    usual = usual_seconds(runs.recent(db, pipeline=run.pipeline, limit=20))
    at_least = _share_told(db, run)
    living = views.living(
        run,
        name,
        at=now,
        usual=usual,
        at_least=at_least,
        waits_for_worker=not runs.workers(db, since=now - WORKER_SILENT),
        with_picture=with_picture,
    )
    share = max(at_least, views.done_share(run.progress, usual) or 0) if run.progress else 0
    ours = {"dm": run.requested_by, "place": run.channel, "told": [run.attempt, share]}
    line = {**views.headline(run, name).payload(), **ours}
    outbox.owe(db, key=f"run:{run.id}:line", channel=run.channel, payload=line, at=now)
    payload = {**living.payload(), **ours, **({"picture": run.id} if with_picture else {})}
    outbox.owe(db, key=f"run:{run.id}", channel=run.channel, parent=f"run:{run.id}:line", payload=payload, at=now)


def _share_told(db: Session, run: Run) -> float:
    """Return the share of this attempt that people have been told."""
    before = outbox.find(db, f"run:{run.id}")
    attempt, share = before.payload.get("told", (0, 0)) if before else (0, 0)
    return float(share) if attempt == run.attempt else 0


def usual_seconds(earlier: tuple[Run, ...]) -> dict[Stage, float] | None:
    """Return the seconds each stage took in the newest earlier run that succeeded, or None without one."""
    for run in earlier:
        if run.status is RunStatus.SUCCEEDED and run.result and run.result.seconds:
            return {Stage(stage): seconds for stage, seconds in run.result.seconds.items() if stage in set(Stage)}
    return None


def release_lost_runs(deps: Deps) -> None:
    """Take runs from workers that have died, so that none stays "running" when no worker is left to notice."""
    with deps.sessions.writing() as db:
        runs.release_lost(db, at=deps.machine_clock.now())


def tell_waiting_runs(deps: Deps) -> None:
    """Have queued runs told again: a worker has come or gone, which their messages say."""
    with deps.sessions.writing() as db:
        runs.tell_queued_again(db)
