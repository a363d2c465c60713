"""/rerun, and the buttons around a run."""

import re

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.listeners.reply import replace, withdraw
from bot.usecases import run as usecase
from bot.usecases.run import DayMissing
from bot.views import run as views
from bot.views.blocks import Message, escape
from store.domain.errors import UserError
from store.domain.pipeline import UnknownPipeline

_LOOKS_LIKE_DAYS = re.compile(r"[0-9.-]{10,22}|today|yesterday")
"""What may travel on in a block's id while the pipeline is being chosen."""


def register(hear: Hear) -> None:
    hear.command("/rerun", plan_run)
    hear.press(re.compile(f"^{views.START}$"), start_run)
    hear.press(re.compile(f"^{views.DROP}$"), drop_plan)
    hear.press(re.compile(f"^{views.PICK}"), pick)


def plan_run(deps: Deps, heard: Heard) -> Message:
    return _plan(deps, heard, heard.text)


def pick(deps: Deps, heard: Heard) -> Message | None:
    """A pipeline was chosen from the list, or a day from the buttons: plan again with it."""
    pipeline = heard.value.get("choice") or heard.value["pipeline"]
    day = heard.value.get("day") or str(heard.value.get("block", "")).removeprefix("day:")
    return _plan(deps, heard, f"{pipeline} {day}")


def _plan(deps: Deps, heard: Heard, typed: str) -> Message:
    now = deps.clock.now()
    try:
        planned = usecase.plan_run(deps, typed=typed, user=heard.user, at=now)
    except DayMissing as error:
        return views.days(error.pipeline, said=escape(str(error)), offered=error.offered)
    except UnknownPipeline as error:
        if not typed.strip():
            said = "Which pipeline? Choose one, or type `/rerun aggregate-engagement 2024-06-03`."
        else:
            said = escape(str(error))
        runnable = [pipeline for pipeline in deps.plan.pipelines.values() if pipeline.job]
        day = typed.strip().partition(" ")[2].strip()
        return views.pick(runnable, said=said, day=day if _LOOKS_LIKE_DAYS.fullmatch(day) else "")
    return views.plan(planned.pipeline, planned.period, nonce=heard.key, last=planned.last, by_now=now)


def start_run(deps: Deps, heard: Heard) -> None:
    """Start what was planned; the plan's buttons give way to the answer, whatever it is."""
    try:
        run = usecase.start_run(
            deps,
            pipeline_key=heard.value["pipeline"],
            period=heard.value["period"],
            nonce=heard.value["nonce"],
            user=heard.user,
            channel=heard.channel,
            at=deps.clock.now(),
        )
    except UserError as error:
        replace(deps, heard, Message(text=escape(str(error))))
        return
    replace(deps, heard, views.started(run, deps.plan.pipelines[run.pipeline].name))


def drop_plan(deps: Deps, heard: Heard) -> None:
    withdraw(deps, heard)
