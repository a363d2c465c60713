"""/oncall comp, and the buttons by which the lead says what a holiday on call is worth."""

import re
from datetime import date

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import comp
from bot.views import comp as views
from bot.views.blocks import Message
from store.domain.team import Compensation


def register(hear: Hear) -> None:
    hear.press(re.compile(f"^{views.CHOOSE}:"), choose)
    hear.press(re.compile(f"^{views.REFUSE}$"), refuse)


def show(deps: Deps, heard: Heard, _words: str) -> Message:
    found, everybody = comp.ledger(deps, user=heard.user)
    return views.ledger(deps.plan.team, found, everybody=everybody)


def choose(deps: Deps, heard: Heard) -> Message:
    day_off = heard.value.get("day_off")
    decided = comp.decide(
        deps,
        comp_id=int(heard.value["comp"]),
        user=heard.user,
        choice=Compensation(heard.value["choice"]),
        day_off=date.fromisoformat(day_off) if day_off else None,
        at=deps.clock.now(),
    )
    return views.decided(deps.plan.team, decided)


def refuse(deps: Deps, heard: Heard) -> Message:
    decided = comp.decide(
        deps, comp_id=int(heard.value["comp"]), user=heard.user, choice=None, day_off=None, at=deps.clock.now()
    )
    return views.decided(deps.plan.team, decided)
