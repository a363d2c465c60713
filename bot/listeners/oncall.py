"""/oncall: who, when, why; and the ways to change it."""

import re
from collections.abc import Callable, Mapping

from bot.deps import Deps
from bot.listeners import calendar, comp, leave, override, swap, volunteer
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import oncall
from bot.usecases.oncall import Asked, Show
from bot.views import help as help_view
from bot.views import oncall as views
from bot.views.blocks import Message, private
from store.domain.oncall import person_of

Change = Callable[[Deps, Heard, str], Message | None]

CHANGES: Mapping[str, Change] = {
    "leave": leave.open_form,
    "swap": swap.open_form,
    "override": override.open_form,
    "take": override.take,
    "volunteer": volunteer.open_form,
    "comp": comp.show,
    "calendar": calendar.show,
}
"""The first word of `/oncall …` that does something else than show who is on call."""


DRAW = {Show.MONTH: views.month, Show.WHY: views.why_of_days}
"""How a stretch of days is shown where it is not in a line each."""


def register(hear: Hear) -> None:
    hear.command("/oncall", answer)
    hear.press(re.compile(f"^{views.SHOW}_"), show_pressed)


def answer(deps: Deps, heard: Heard) -> Message | None:
    word, _, rest = heard.text.strip().partition(" ")
    if word.lower() == "help":
        return help_view.oncall()
    change = CHANGES.get(word.lower())
    if change is not None:
        return change(deps, heard, rest.strip())
    asked = oncall.read(deps, heard.text, at=deps.clock.now(), beside=(*CHANGES, "help"))
    return show(deps, asked, user=heard.user)


def show_pressed(deps: Deps, heard: Heard) -> Message:
    """Show what a button names, or a pipeline or a day that was chosen."""
    asked = oncall.read(deps, heard.value.get("show") or heard.value["choice"], at=deps.clock.now())
    return show(deps, asked, user=heard.user)


def show(deps: Deps, asked: Asked, *, user: str) -> Message:
    """Return the answer to what was asked."""
    team, at = deps.plan.team, deps.clock.now()
    if asked.show is Show.MINE:
        person = person_of(team, user)
        if person is None:
            return private("You are not in this team’s plan, so you have no turns. `/oncall` shows who is on call.")
        return views.mine(team, oncall.turns(oncall.roster(deps), person, at=at))
    instant = asked.moment.starts_at if asked.moment and asked.moment.ends_at is None else None
    if asked.show in (Show.NOW, Show.WHY, Show.AT) and (instant or asked.moment is None):
        groups = oncall.now(deps, at=instant or at, pipeline=asked.pipeline)
        return (views.why if asked.show is Show.WHY else views.current)(team, groups, at=instant)
    found = oncall.stretch(oncall.roster(deps), asked, at=at)
    return DRAW.get(asked.show, views.days)(team, found.lines, found.first, found.last)
