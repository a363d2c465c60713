"""/oncall leave, its form, and the buttons that open it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import leave
from bot.usecases.people import leads, person_asking
from bot.views import leave as views
from bot.views.blocks import Message
from store.domain.absence import Kind
from store.domain.moment import read_moment
from store.domain.wall import day_of


def register(hear: Hear) -> None:
    hear.press(re.compile(f"^{views.OPEN}$"), open_pressed)
    hear.preview(views.FORM, errors_of, preview)
    hear.form(views.CONFIRM, no_errors, enter, closes_all=True)
    hear.press(re.compile(f"^{views.TAKE_BACK}$"), preview_taking_back)
    hear.form(views.TAKE_BACK_CONFIRM, no_errors, take_back, closes_all=True)


def no_errors(_value: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


def open_pressed(deps: Deps, heard: Heard) -> None:
    open_form(deps, heard, "")


def open_form(deps: Deps, heard: Heard, words: str) -> None:
    """
    Open the form, filled in from *words*: `emergency`, and days as people write them.

    Raises: NotInPlan, BadMoment.
    """
    me = person_asking(deps, heard.user)
    team, at = deps.plan.team, deps.clock.now()
    zone = team.people[me].zone or team.zone
    said = words.lower().split()
    kind = Kind.EMERGENCY if "emergency" in said else Kind.LEAVE
    days = [word for word in said if word not in ("emergency", "mine", "list")]
    first = last = day_of(at, zone) if kind is Kind.EMERGENCY else None
    if days:
        moment = read_moment(days, today=day_of(at, zone), zone=zone)
        first = last = day_of(moment.starts_at, zone)
        if moment.ends_at is not None:
            last = day_of(moment.ends_at - moment.ends_at.resolution, zone)
    people = tuple(team.people) if me in leads(deps) else (me,)
    view = views.leave_form(
        team,
        person=me,
        people=people,
        first=first,
        last=last,
        kind=kind,
        coming=leave.coming(deps, user=heard.user, at=at),
        hearers=leave.hearers(deps, by=me),
        channel=heard.channel,
    )
    deps.slack.open_view(heard.trigger_id, view)


def errors_of(value: Mapping[str, Any]) -> Mapping[str, str]:
    first, last = days_of(value)
    return {"last": "This is before the first day. Choose the same day or a later one."} if last < first else {}


def days_of(value: Mapping[str, Any]) -> tuple[date, date]:
    """Return the first and the last day of a form; a last day left empty is the first."""
    return date.fromisoformat(value["first"]), date.fromisoformat(value.get("last") or value["first"])


def preview(deps: Deps, heard: Heard) -> dict[str, Any]:
    me = person_asking(deps, heard.user)
    person = heard.value.get("person") or me
    first, last = days_of(heard.value)
    kind = Kind(heard.value["kind"])
    planned = leave.plan_leave(
        deps, user=heard.user, person=person, first=first, last=last, kind=kind, at=deps.clock.now()
    )
    carried = {
        "form": heard.view_id,
        "channel": heard.channel,
        "person": person,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "kind": kind.value,
    }
    team = deps.plan.team
    zone = team.people[person].zone or team.zone
    return views.preview(
        team,
        planned.absence,
        planned.effect,
        late=planned.late,
        zone=zone,
        hearers=leave.hearers(deps, by=me),
        carried=carried,
    )


def enter(deps: Deps, heard: Heard) -> Message:
    kept = heard.carried
    planned = leave.enter(
        deps,
        request_key=f"view:{kept['form']}",
        user=heard.user,
        person=kept["person"],
        first=date.fromisoformat(kept["first"]),
        last=date.fromisoformat(kept["last"]),
        kind=Kind(kept["kind"]),
        at=deps.clock.now(),
    )
    return views.entered(deps.plan.team, planned.absence, planned.effect, zone=_zone(deps, planned.absence.person))


def preview_taking_back(deps: Deps, heard: Heard) -> None:
    absence_id = heard.value["absence"]
    planned = leave.plan_taking_back(deps, user=heard.user, absence_id=absence_id, at=deps.clock.now())
    carried = {"channel": heard.channel, "absence": absence_id}
    zone = _zone(deps, planned.absence.person)
    view = views.preview_of_taking_back(deps.plan.team, planned.absence, planned.effect, zone=zone, carried=carried)
    deps.slack.push_view(heard.trigger_id, view)


def take_back(deps: Deps, heard: Heard) -> Message:
    absence = leave.take_back(deps, user=heard.user, absence_id=int(heard.carried["absence"]), at=deps.clock.now())
    return views.taken_back(deps.plan.team, absence, zone=_zone(deps, absence.person))


def _zone(deps: Deps, person: str) -> str:
    known = deps.plan.team.people.get(person)
    return (known.zone if known else None) or deps.plan.team.zone
