"""A run, shown: the plan before it, the living message while it goes, and what came out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.views.blocks import (
    REPORT,
    Block,
    Message,
    actions,
    button,
    clip,
    confirm,
    context,
    escape,
    fields,
    many_fields,
    option,
    picture,
    private,
    section,
    select,
    slack_time,
)
from store.domain.check import Level, Verdict
from store.domain.pipeline import Pipeline, Purpose
from store.domain.run import Cause, Period, Progress, Run, RunStatus, Stage

START, DROP, PICK, READ = "run_start", "run_drop", "run_pick", "runbook_section"

_MARK = {Level.PASS: "✅", Level.UNKNOWN: "❔", Level.WARN: "⚠️", Level.FAIL: "❌"}
"""In the order of their weight."""
_STAGES = {
    Stage.START: "start Spark",
    Stage.READ: "read",
    Stage.COMPUTE: "compute",
    Stage.CHECK: "check",
    Stage.PUBLISH: "publish",
}
_BAR = 12


def day_text(period: Period) -> str:
    first, last = period.starts_on, period.ends_on - timedelta(days=1)
    text = f"{first:%a} {first.day} {first:%b %Y}"
    return text if period.days == 1 else f"{text} to {last:%a} {last.day} {last:%b %Y}"


def plan(pipeline: Pipeline, period: Period, *, nonce: str, last: Run | None, by_now: datetime) -> Message:
    """Return what a run would do, for the asker's eyes, with the button that starts it."""
    text = f"Rerun *{escape(pipeline.name)}* for *{day_text(period)}*?"
    facts = [
        f"*Period*\n{period} (UTC)",
        f"*Last run of this period*\n{_last(last)}",
        "*Published when*\nno check fails",
        f"*Read by*\n{escape('; '.join(pipeline.writes)) or 'not stated in the plan'}",
    ]
    if pipeline.upstreams:
        facts.append(f"*Needs first*\n{', '.join(pipeline.upstreams)}")
    if period.ends_at > by_now:
        facts.append(f"*Still open*\nThe period ends {slack_time(period.ends_at)}; data may be incomplete.")
    value = {"pipeline": pipeline.key, "period": str(period), "nonce": nonce}
    start = button("Start run", START, value, style="primary", confirm=_guard(pipeline, period))
    return Message(
        text=f"Rerun {pipeline.name} for {day_text(period)}?",
        blocks=(section(text), fields(facts), actions((start, button("Not now", DROP)))),
    )


def _guard(pipeline: Pipeline, period: Period) -> Block | None:
    """Investors read the figures: a slip of the finger must not replace them."""
    if pipeline.purpose is not Purpose.INVESTORS:
        return None
    text = f"Investors read *{escape(pipeline.name)}*. If its checks hold, this run becomes what they see for {period}."
    return confirm("Publish to investors?", text, "Start run")


def _last(last: Run | None) -> str:
    if last is None:
        return "none yet"
    when = slack_time(last.finished_at or last.requested_at)
    return f"{last.status} {when}"


def pick(pipelines: Sequence[Pipeline], *, said: str, day: str) -> Message:
    """Return the choice of pipelines that Baton can run, after a word that names none."""
    options = [option(pipeline.name, pipeline.key) for pipeline in pipelines]
    chosen = select(PICK, "Choose a pipeline", options)
    return Message(text=said, blocks=({**section(said, accessory=chosen), "block_id": f"day:{day}"},))


def days(pipeline: Pipeline, *, said: str, offered: Sequence[date]) -> Message:
    """Return days to choose from, after one that cannot be run."""
    buttons = [
        button(f"{day:%a} {day.day} {day:%b %Y}", f"{PICK}:{day}", {"pipeline": pipeline.key, "day": day.isoformat()})
        for day in offered
    ]
    return Message(text=said, blocks=(section(said), actions(buttons)))


def started(run: Run, name: str) -> Message:
    return private(f"Run {run.id} of *{escape(name)}* for {day_text(run.period)}: follow it in its thread.")


def headline(run: Run, name: str) -> Message:
    """Return the message in the channel: one line that says where the run stands, to be edited in place."""
    who = "From a shell" if run.requested_by == "shell" else f"<@{run.requested_by}>"
    said = {
        RunStatus.QUEUED: "is queued",
        RunStatus.RUNNING: "is running",
        RunStatus.SUCCEEDED: f"is published after {_took(run)}" + (", with a warning" if _warned(run) else ""),
        RunStatus.FAILED: _failed(run),
        RunStatus.CANCELLED: "was cancelled",
    }[run.status]
    text = f"{_icon(run)} *{escape(name)}*, {day_text(run.period)}: run {run.id} {said}. Asked by {who}."
    return Message(text=text, blocks=(section(text),))


def living(
    run: Run,
    name: str,
    *,
    at: datetime,
    usual: dict[Stage, float] | None = None,
    at_least: float = 0,
    waits_for_worker: bool = False,
    with_picture: bool = False,
) -> Message:
    """
    Return the one message of a run in its thread, from queued to result.

    Args:
        name: of the pipeline, as people know it.
        usual: seconds each stage took in earlier runs; None for the first run, when no share can be told.
        at_least: the share told before; a bar that goes back tells nothing.
        waits_for_worker: queued, and no worker has been seen lately.
    """
    if run.status is RunStatus.QUEUED:
        return _queued(run, waits_for_worker=waits_for_worker)
    if run.status is RunStatus.RUNNING:
        return _running(run, at=at, usual=usual, at_least=at_least)
    return _ended(run, name, with_picture=with_picture)


def _queued(run: Run, *, waits_for_worker: bool) -> Message:
    text = f"⏳ Run {run.id} is queued."
    if run.note:
        text += f" {escape(run.note)}"
    if waits_for_worker:
        text += " No worker has been seen for a while: start one with `baton worker`."
    return Message(text=text, blocks=(section(text), context(_trail(None))))


def _running(run: Run, *, at: datetime, usual: dict[Stage, float] | None, at_least: float) -> Message:
    progress = run.progress or Progress(stage=Stage.START)
    share = done_share(progress, usual)
    elapsed = _seconds((at - run.started_at).total_seconds()) if run.started_at else "0 s"
    doing = _STAGES.get(progress.stage, "wait")
    tasks = f" · {progress.tasks_done} of {progress.tasks_total} Spark tasks" if progress.tasks_total else ""
    rows = f" · {progress.rows:,} rows" if progress.rows is not None else ""
    if share is None:
        bar = "First run: no estimate yet"
    else:
        share = max(share, at_least)
        filled = round(share * _BAR)
        left = sum((usual or {}).values()) * (1 - share)
        bar = f"{'🟩' * filled}{'⬜' * (_BAR - filled)} {share:.0%} · about {_seconds(left)} left"
    again = f" (attempt {run.attempt})" if run.attempt > 1 else ""
    text = f"▶️ Run {run.id}{again}: {doing}{tasks}{rows} · {elapsed}"
    return Message(text=text, blocks=(section(f"{text}\n{bar}"), context(_trail(progress.stage))))


def done_share(progress: Progress, usual: dict[Stage, float] | None) -> float | None:
    """
    Return the share of the run that is done, 0 to 0.97, or None without earlier runs to measure against.

    Each stage weighs what it took before; Spark's own task counts fill the stage. A stage is never called
    done before it is, so the last steps of 3 % belong to the end.
    """
    if not usual or not sum(usual.values()):
        return None
    order = list(Stage)
    before = sum(usual.get(stage, 0) for stage in order[: order.index(progress.stage)])
    inside = progress.tasks_done / progress.tasks_total if progress.tasks_total else 0
    return min(0.97, (before + usual.get(progress.stage, 0) * inside) / sum(usual.values()))


def _trail(now: Stage | None) -> str:
    order = list(_STAGES)
    here = order.index(now) if now in _STAGES else -1
    return "  →  ".join(
        f"*{name}*" if index == here else f"✓ {name}" if index < here else name
        for index, name in enumerate(_STAGES.values())
    )


def _ended(run: Run, name: str, *, with_picture: bool) -> Message:
    text = f"{_icon(run)} {_verdict(run, name)}"
    blocks: list[Block] = [section(text)]
    result = run.result
    if result:
        figures = many_fields([f"*{escape(f.label)}*\n{escape(f.value)}{_change(f.change)}" for f in result.figures])
        worst_first = sorted(result.verdicts, key=lambda verdict: list(_MARK).index(verdict.level), reverse=True)
        checks = section("\n".join(map(_check, worst_first))) if worst_first else None
        shown = [picture(f"run:{run.id}", f"{name}: the 30 days up to {run.period}")] if with_picture else []
        # what went wrong comes first; figures that nobody will see come after it
        parts = [checks, *figures, *shown] if run.status is RunStatus.FAILED else [*figures, *shown, checks]
        blocks += [part for part in parts if part]
        written = f"{result.rows_out:,} out" if result.published else "nothing published"
        version = f" · table version {result.version}" if result.version is not None else ""
        blocks.append(context(f"{result.rows_in:,} rows in, {written} · {_took(run)}{version} · run {run.id}"))
    if run.status is RunStatus.FAILED:
        blocks.append(actions(_next_moves(run)))
    return Message(text=text, blocks=tuple(blocks))


def _verdict(run: Run, name: str) -> str:
    what = f"*{escape(name)}*, {day_text(run.period)}"
    if run.status is RunStatus.SUCCEEDED:
        warned = _warned(run)
        look = f"{warned} check{'' if warned == 1 else 's'} to look at." if warned else "All checks passed."
        return f"{what}: published. {look}"
    if run.status is RunStatus.CANCELLED:
        return f"{what}: cancelled. {escape(run.note)}".rstrip()
    return f"{what}: {_failed(run)}.\n{escape(clip(run.note, 1500))}"


def _next_moves(run: Run) -> tuple[Block, ...]:
    again = {"pipeline": run.pipeline, "day": str(run.period)}
    return (
        button("What the runbook says", READ, {"run": run.id}, style="primary"),
        button("Rerun", f"{PICK}:{run.id}", again),
        button("Report an issue", REPORT, {"run": run.id}),
    )


def _check(verdict: Verdict) -> str:
    allowed = f" _{escape(verdict.allowed)}_" if verdict.allowed and verdict.level is not Level.PASS else ""
    return f"{_MARK[verdict.level]} *{escape(verdict.check)}*: {escape(verdict.observed)}{allowed}"


def _change(change: str) -> str:
    return f"  _{escape(change)}_" if change else ""


def _warned(run: Run) -> int:
    """Return how many checks of a published run did not pass."""
    return sum(verdict.level is not Level.PASS for verdict in run.result.verdicts) if run.result else 0


def _icon(run: Run) -> str:
    if run.status is RunStatus.SUCCEEDED and _warned(run):
        return "⚠️"
    return {"queued": "⏳", "running": "▶️", "succeeded": "✅", "failed": "❌", "cancelled": "⏹️"}[run.status]


def _failed(run: Run) -> str:
    publishing = run.progress is not None and run.progress.stage is Stage.PUBLISH
    if run.cause is Cause.WORKER_LOST or (run.cause in (Cause.KILLED, Cause.OUT_OF_MEMORY) and publishing):
        return "failed, and it is not known whether it published"
    return "failed" if run.result and run.result.published else "failed, nothing was published"


def _took(run: Run) -> str:
    if not run.started_at or not run.finished_at:
        return "no time"
    return _seconds((run.finished_at - run.started_at).total_seconds())


def _seconds(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
