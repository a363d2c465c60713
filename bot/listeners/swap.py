"""/oncall swap, its form, and the buttons by which a swap is answered."""

import re
from collections.abc import Mapping
from typing import Any

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.listeners.leave import no_errors
from bot.usecases import swap
from bot.views import swap as views
from bot.views.blocks import Message
from store.domain.swap import SwapState


def register(hear: Hear) -> None:
    hear.press(re.compile(f"^{views.OPEN}$"), open_pressed)
    hear.preview(views.FORM, errors_of, preview)
    hear.form(views.CONFIRM, no_errors, ask, closes_all=True)
    hear.press(re.compile(f"^{views.ACCEPT}$"), accept)
    hear.press(re.compile(f"^{views.DECLINE}$"), decline)
    hear.press(re.compile(f"^{views.WITHDRAW}$"), withdraw)


def open_pressed(deps: Deps, heard: Heard) -> None:
    open_form(deps, heard, "")


def open_form(deps: Deps, heard: Heard, _words: str) -> None:
    """Open the form. Raises: NotInPlan, NoTurns."""
    offered = swap.choices(deps, user=heard.user, at=deps.clock.now())
    view = views.swap_form(
        deps.plan.team,
        mine=offered.mine,
        others=offered.others,
        for_anybody=offered.for_anybody,
        channel=heard.channel,
    )
    deps.slack.open_view(heard.trigger_id, view)


def errors_of(value: Mapping[str, Any]) -> Mapping[str, str]:
    if value["gives"].split("|")[2] == value["takes"].split("|")[2]:
        return {"takes": "Both turns belong to the same person. Choose a turn of somebody else."}
    return {}


def preview(deps: Deps, heard: Heard) -> dict[str, Any]:
    turns = {"gives": heard.value["gives"], "takes": heard.value["takes"]}
    planned = swap.plan_swap(deps, user=heard.user, at=deps.clock.now(), **turns)
    carried = {"form": heard.view_id, "channel": heard.channel, **turns}
    return views.preview(
        deps.plan.team, planned.swap, planned.terms, planned.effect, at_once=planned.at_once, carried=carried
    )


def ask(deps: Deps, heard: Heard) -> Message:
    kept = heard.carried
    asked = swap.ask(
        deps,
        request_key=f"view:{kept['form']}",
        user=heard.user,
        gives=kept["gives"],
        takes=kept["takes"],
        at=deps.clock.now(),
    )
    return views.asked(deps.plan.team, asked)


def accept(deps: Deps, heard: Heard) -> None:
    _answer(deps, heard, SwapState.ACCEPTED)


def decline(deps: Deps, heard: Heard) -> None:
    _answer(deps, heard, SwapState.DECLINED)


def withdraw(deps: Deps, heard: Heard) -> None:
    _answer(deps, heard, SwapState.WITHDRAWN)


def _answer(deps: Deps, heard: Heard, state: SwapState) -> None:
    swap.answer(deps, swap_id=int(heard.value["swap"]), user=heard.user, state=state, at=deps.clock.now())
