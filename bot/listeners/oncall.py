"""/oncall."""

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import oncall
from bot.views import oncall as views
from bot.views.blocks import Message


def register(hear: Hear) -> None:
    hear.command("/oncall", show_on_call)


def show_on_call(deps: Deps, _heard: Heard) -> Message:
    return views.current(deps.plan.team, oncall.who(deps, at=deps.clock.now()))
