"""/oncall override and /oncall take, their form, and the buttons that open it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.listeners.leave import no_errors
from bot.usecases import override
from bot.views import override as views
from bot.views.blocks import Message
from store.domain.moment import BadMoment, Moment, read_moment
from store.domain.override import Override
from store.domain.wall import day_of

QUARTER = timedelta(minutes=15)
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")


def register(hear: Hear) -> None:
    hear.press(re.compile(f"^{views.OPEN}$"), open_pressed)
    hear.preview(views.FORM, errors_of, preview)
    hear.form(views.CONFIRM, no_errors, enter, closes_all=True)
    hear.press(re.compile(f"^{views.TAKE_BACK}$"), preview_taking_back)
    hear.form(views.TAKE_BACK_CONFIRM, no_errors, take_back, closes_all=True)


def open_pressed(deps: Deps, heard: Heard) -> None:
    open_form(deps, heard, "")


def take(deps: Deps, heard: Heard, words: str) -> None:
    """
    Open the form for "I take it now": from this moment to the end of the running turn, or `until` what *words* say.

    Raises: NotInPlan, BadMoment.
    """
    until = _read(deps, words.lower().replace("until", " ", 1).split())
    ends_at = (until.ends_at or until.starts_at) if until else None
    if ends_at is not None and ends_at <= deps.clock.now():
        raise BadMoment("That is past already. Write until when you take it, such as `/oncall take until tomorrow`.")
    _open(deps, heard, starts_at=deps.clock.now(), ends_at=ends_at)


def open_form(deps: Deps, heard: Heard, words: str) -> None:
    """
    Open the form, filled in with the days of *words* where there are some.

    Raises: NotInPlan, BadMoment.
    """
    when = _read(deps, words.lower().split())
    if when is None:
        _open(deps, heard, starts_at=deps.clock.now(), ends_at=None)
    else:
        _open(deps, heard, starts_at=when.starts_at, ends_at=when.ends_at or when.starts_at + timedelta(days=1))


def _read(deps: Deps, words: list[str]) -> Moment | None:
    """A time of day alone is today's. Raises: BadMoment."""
    zone = deps.plan.team.zone
    if words and _CLOCK.fullmatch(words[0]):
        words = ["today", *words]
    return read_moment(words, today=day_of(deps.clock.now(), zone), zone=zone) if words else None


def _open(deps: Deps, heard: Heard, *, starts_at: datetime, ends_at: datetime | None) -> None:
    at = deps.clock.now()
    offered = override.choices(deps, user=heard.user, at=at)
    view = views.override_form(
        deps.plan.team,
        deps.plan.pipelines,
        takers=offered.takers,
        replaceable=offered.replaceable,
        me=offered.me,
        starts_at=_on_the_quarter(starts_at),
        ends_at=ends_at or offered.ends_at,
        for_anybody=offered.for_anybody,
        coming=offered.coming,
        channel=heard.channel,
    )
    deps.slack.open_view(heard.trigger_id, view)


def _on_the_quarter(at: datetime) -> datetime:
    """What is past is cut off when it is entered: "now" stays now."""
    return at - timedelta(seconds=at.timestamp() % QUARTER.total_seconds())


def errors_of(value: Mapping[str, Any]) -> Mapping[str, str]:
    if value["ends_at"] <= value["starts_at"]:
        return {"ends_at": "This is not after the beginning. Choose a later time."}
    if value["person"] == value["replaces"]:
        return {"person": "Somebody cannot replace themselves. Choose another person."}
    return {}


def preview(deps: Deps, heard: Heard) -> dict[str, Any]:
    planned = override.plan_override(
        deps, user=heard.user, override=_override(heard.value, heard.user, deps.clock.now()), at=deps.clock.now()
    )
    names = ("replaces", "person", "starts_at", "ends_at", "pipelines")
    carried = {"form": heard.view_id, "channel": heard.channel, **{name: heard.value.get(name) for name in names}}
    return views.preview(deps.plan.team, planned.override, planned.effect, carried=carried)


def _override(value: Mapping[str, Any], user: str, at: datetime) -> Override:
    return Override(
        person=None if value["person"] == views.NOBODY else value["person"],
        replaces=None if value["replaces"] == views.WHOEVER else value["replaces"],
        starts_at=datetime.fromtimestamp(value["starts_at"], UTC),
        ends_at=datetime.fromtimestamp(value["ends_at"], UTC),
        pipelines=tuple(value.get("pipelines") or ()),
        entered_at=at,
        entered_by=user,
    )


def enter(deps: Deps, heard: Heard) -> Message:
    at = deps.clock.now()
    entered = override.enter(
        deps,
        request_key=f"view:{heard.carried['form']}",
        user=heard.user,
        override=_override(heard.carried, heard.user, at),
        at=at,
    )
    return views.entered(deps.plan.team, entered)


def preview_taking_back(deps: Deps, heard: Heard) -> None:
    override_id = int(heard.value["override"])
    planned = override.plan_taking_back(deps, user=heard.user, override_id=override_id, at=deps.clock.now())
    carried = {"channel": heard.channel, "override": override_id}
    view = views.preview_of_taking_back(deps.plan.team, planned.override, planned.effect, carried=carried)
    deps.slack.push_view(heard.trigger_id, view)


def take_back(deps: Deps, heard: Heard) -> Message:
    taken = override.take_back(deps, user=heard.user, override_id=int(heard.carried["override"]), at=deps.clock.now())
    return views.taken_back(deps.plan.team, taken)
