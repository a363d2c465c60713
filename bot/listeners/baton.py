"""/baton, the home tab, and whatever no other listener knows."""

import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import oncall
from bot.views import help as help_view
from bot.views import home
from bot.views.blocks import Message, private
from store import runs
from store.domain.errors import UserError
from store.domain.oncall import person_of
from store.domain.roundup import roundup


def register(hear: Hear) -> None:
    hear.command("/baton", show_help)
    hear.event("app_home_opened", show_home)


class FormGone(UserError):
    """A form that no listener knows: it was opened by another version."""


def register_last(hear: Hear) -> None:
    """Whoever uses something that no other listener knows is told so; other events are acknowledged and left."""
    hear.any_other_command(show_help)
    hear.press(re.compile(".*"), tell_stale)
    hear.form(re.compile(".*"), _no_errors, tell_form_gone)
    hear.any_shortcut(tell_stale)
    hear.ignore_the_rest()


def _no_errors(_value: Mapping[str, Any]) -> Mapping[str, str]:
    """Nothing is wrong with what was typed; the form itself is."""
    return {}


def show_help(deps: Deps, _heard: Heard) -> Message:
    return help_view.overview(version("baton"), deps.plan.team.name)


def show_home(deps: Deps, heard: Heard) -> None:
    team, at = deps.plan.team, deps.clock.now()
    known = oncall.roster(deps)
    person = person_of(team, heard.user)
    turns = oncall.turns(known, person, at=at) if person else None
    with deps.sessions.reading() as db:
        recent = runs.recent(db, limit=5)
    view = home.home(team, deps.plan.pipelines, roundup(known, at=at), mine=turns, recent=recent)
    deps.slack.publish_home(heard.user, view)


def tell_stale(_deps: Deps, _heard: Heard) -> Message:
    return private("This no longer applies. `/baton help` lists what I can do.")


def tell_form_gone(_deps: Deps, _heard: Heard) -> None:
    raise FormGone("This form no longer applies, so nothing was done with it. `/baton help` lists what I can do.")
