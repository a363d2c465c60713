"""/oncall volunteer, its form, and the button that closes a gap."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.listeners.leave import days_of, errors_of, no_errors
from bot.usecases import volunteer
from bot.views import volunteer as views
from bot.views.blocks import Message
from store.domain.moment import read_moment
from store.domain.wall import day_of


def register(hear: Hear) -> None:
    hear.press(re.compile(f"^{views.OPEN}$"), open_pressed)
    hear.preview(views.FORM, errors_of, preview)
    hear.form(views.CONFIRM, no_errors, offer, closes_all=True)
    hear.press(re.compile(f"^{views.TAKE_BACK}$"), preview_taking_back)
    hear.form(views.TAKE_BACK_CONFIRM, no_errors, take_back, closes_all=True)
    hear.press(re.compile(f"^{views.CAN}$"), cover_gap)


def open_pressed(deps: Deps, heard: Heard) -> None:
    open_form(deps, heard, "")


def open_form(deps: Deps, heard: Heard, words: str) -> None:
    """Open the form, filled in with the days of *words*. Raises: NotInPlan, NotAllowed, NoVolunteer, BadMoment."""
    at, team = deps.clock.now(), deps.plan.team
    coming = volunteer.coming(deps, user=heard.user, at=at)
    first = last = None
    if words:
        moment = read_moment(words.lower().split(), today=day_of(at, team.zone), zone=team.zone)
        first = last = day_of(moment.starts_at, team.zone)
        if moment.ends_at is not None:
            last = day_of(moment.ends_at - moment.ends_at.resolution, team.zone)
    view = views.volunteer_form(team, deps.plan.pipelines, first=first, last=last, coming=coming, channel=heard.channel)
    deps.slack.open_view(heard.trigger_id, view)


def preview(deps: Deps, heard: Heard) -> dict[str, Any]:
    first, last = days_of(heard.value)
    asked = {"first": first.isoformat(), "last": last.isoformat(), "pipelines": heard.value.get("pipelines")}
    planned = volunteer.plan_offer(deps, user=heard.user, at=deps.clock.now(), **_read(asked))
    carried = {"form": heard.view_id, "channel": heard.channel, **asked}
    return views.preview(deps.plan.team, planned.offer, planned.effect, carried=carried)


def _read(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "first": date.fromisoformat(asked["first"]),
        "last": date.fromisoformat(asked["last"]),
        "pipelines": tuple(asked.get("pipelines") or ()),
    }


def offer(deps: Deps, heard: Heard) -> Message:
    planned = volunteer.offer(
        deps,
        request_key=f"view:{heard.carried['form']}",
        user=heard.user,
        at=deps.clock.now(),
        **_read(heard.carried),
    )
    return views.offered(deps.plan.team, planned.offer, planned.effect)


def preview_taking_back(deps: Deps, heard: Heard) -> None:
    offer_id = int(heard.value["volunteer"])
    planned = volunteer.plan_taking_back(deps, user=heard.user, offer_id=offer_id, at=deps.clock.now())
    carried = {"channel": heard.channel, "volunteer": offer_id}
    view = views.preview_of_taking_back(deps.plan.team, planned.offer, planned.effect, carried=carried)
    deps.slack.push_view(heard.trigger_id, view)


def take_back(deps: Deps, heard: Heard) -> Message:
    offer_id = int(heard.carried["volunteer"])
    return views.taken_back(
        deps.plan.team, volunteer.take_back(deps, user=heard.user, offer_id=offer_id, at=deps.clock.now())
    )


def cover_gap(deps: Deps, heard: Heard) -> Message:
    turn_at = datetime.fromisoformat(heard.value["turn_at"])
    now = volunteer.cover_gap(deps, user=heard.user, name=heard.value["name"], turn_at=turn_at, at=deps.clock.now())
    return views.thanked(deps.plan.team, now)
