"""/runbook, questions in plain words, and the buttons that open a section."""

import re

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import oncall, runbook
from bot.views import home, run
from bot.views import oncall as oncall_view
from bot.views import runbook as views
from bot.views.blocks import Message
from store import outbox

_WHO_IS_ON_CALL = re.compile(r"\bwho\b.*\bon[ -]?call\b", re.IGNORECASE)


def register(hear: Hear) -> None:
    hear.command("/runbook", answer)
    hear.press(re.compile(f"^{views.SHOW}"), show_section)
    hear.press(re.compile(f"^{run.READ}$"), show_section_of_run)
    hear.press(re.compile(f"^{home.RUNBOOKS}$"), show_pages)
    hear.event("app_mention", answer_in_thread)
    hear.event("message", answer_direct_message)


def answer(deps: Deps, heard: Heard) -> Message:
    plan = deps.plan
    asked = runbook.ask(deps, typed=heard.text)
    if asked.answer is not None:
        return views.answer(asked.answer, question=asked.question, asked=asked.pipeline)
    if asked.pipeline is None:
        return views.pages(plan.pipelines)
    on_call = oncall.holding(deps, asked.pipeline.key, at=deps.clock.now())
    return views.overview(asked.pipeline, plan.team, on_call, runbook.sections(deps, pipeline=asked.pipeline.key))


def show_section(deps: Deps, heard: Heard) -> Message:
    """A button names its section; a menu brings the heading as its choice and the page in its block's id."""
    pipeline = heard.value.get("pipeline") or heard.value["block"].removeprefix("page:")
    heading = heard.value.get("heading") or heard.value["choice"]
    return views.shown(runbook.section_at(deps, pipeline=pipeline, heading=heading))


def show_section_of_run(deps: Deps, heard: Heard) -> Message:
    return views.shown(runbook.section_of_run(deps, run_id=heard.value["run"]))


def show_pages(deps: Deps, _heard: Heard) -> Message:
    return views.pages(deps.plan.pipelines)


def answer_direct_message(deps: Deps, heard: Heard) -> None:
    """In a channel people talk to each other; there we answer only when mentioned."""
    if heard.channel_type == "im":
        answer_in_thread(deps, heard)


def answer_in_thread(deps: Deps, heard: Heard) -> None:
    """A mention or a direct message: the answer is for everybody who can read the question."""
    if not heard.user:  # an edited or deleted message, or another bot's
        return
    question = re.sub(r"<@[A-Z0-9]+>", " ", heard.text).strip()
    if _WHO_IS_ON_CALL.search(question):
        message = oncall_view.current(deps.plan.team, oncall.now(deps, at=deps.clock.now()), buttons=False)
    else:
        message = answer(deps, Heard(key=heard.key, user=heard.user, text=question))
    with deps.sessions.writing() as db:
        outbox.owe(
            db,
            key=f"answer:{heard.key}",
            channel=heard.channel,
            thread_ts=heard.thread_ts,
            payload=message.payload(),
            at=deps.machine_clock.now(),
        )
    deps.nudge()
