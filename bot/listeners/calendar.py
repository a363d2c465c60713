"""`/oncall calendar`: the private addresses of the roster."""

from bot.deps import Deps
from bot.listeners.heard import Heard
from bot.usecases import calendar
from bot.views import calendar as views
from bot.views.blocks import Message


def show(deps: Deps, heard: Heard, words: str) -> Message:
    """
    Answer with the asker's addresses; the word `new` renews their own, and a lead's `new team` the team's.

    Raises: NotInPlan, NotAllowed.
    """
    match words.split():
        case ["new"]:
            return views.addresses(calendar.renew_own(deps, heard.user), renewed="yours")
        case ["new", "team"]:
            return views.addresses(calendar.renew_team(deps, heard.user), renewed="the team's")
    return views.addresses(calendar.addresses(deps, heard.user))
