"""Overrides: shown before they are entered, entered once, and taken back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.people import crew_of, leads, names, person_asking, refuse, rota_of
from bot.views import override as views
from bot.views.people import name_of
from store import audit, outbox, rosters
from store.domain.change import Change, changes
from store.domain.oncall import on_call, person_of, timelines
from store.domain.override import BadOverride, Override, check_override
from store.domain.roster import Roster

AFTER = timedelta(weeks=8)
"""How far past the override its effect is looked for: who covers may depend on who served before."""

AHEAD = timedelta(weeks=5)
"""How far ahead is looked for who is on call at all."""


@dataclass(frozen=True)
class Planned:
    override: Override
    effect: tuple[Change, ...]


@dataclass(frozen=True)
class Choices:
    """What the form offers to whoever asks."""

    me: str
    takers: tuple[str, ...]
    replaceable: tuple[str, ...]
    """Whose time there may be to take over: the rotations' people, and whoever else is on call in the weeks ahead."""
    for_anybody: bool
    coming: tuple[Override, ...]
    ends_at: datetime
    """When the turn that runs ends."""


class NothingChanges(BadOverride):
    """The override acts on nothing."""


def choices(deps: Deps, *, user: str, at: datetime) -> Choices:
    """Raises: NotInPlan."""
    me = person_asking(deps, user)
    for_anybody = me in leads(deps)
    roster = oncall.roster(deps)
    running = [shift.ends_at for line in roster.lines if line.rotation for shift in on_call(roster, line, at=at)]
    crew = crew_of(deps.plan.team)
    return Choices(
        me=me,
        takers=crew if for_anybody else (me,),
        replaceable=_replaceable(deps, roster, at=at),
        for_anybody=for_anybody,
        coming=tuple(one for one in roster.entries.overrides if one.ends_at > at and _may(deps, me, user, one)),
        ends_at=min(running, default=at + timedelta(days=1)),
    )


def _replaceable(deps: Deps, roster: Roster, *, at: datetime) -> tuple[str, ...]:
    serving = [shift.person for shift in timelines(roster, at, at + AHEAD) if shift.person]
    entered = [one.person for one in roster.entries.overrides if one.person and one.ends_at > at]
    return tuple(key for key in dict.fromkeys((*rota_of(deps.plan.team), *serving, *entered)) if key in roster.people)


def plan_override(deps: Deps, *, user: str, override: Override, at: datetime) -> Planned:
    """
    Return what *override* would do; nothing is saved.

    Everybody of the rotations and of their teams may put themselves on call, for everybody's time or somebody's; the
    lead may put anybody on call, or nobody.

    Raises: NotInPlan, NotAllowed, BadOverride.
    """
    _check_may_enter(deps, override, user=user, at=at)
    return _planned(oncall.roster(deps), deps, override, at=at)


def enter(deps: Deps, *, request_key: str, user: str, override: Override, at: datetime) -> Override:
    """
    Keep the override, once per *request_key*, and owe the channel its line.

    Raises: NotInPlan, NotAllowed, BadOverride.
    """
    by = _check_may_enter(deps, override, user=user, at=at)
    with deps.sessions.writing() as db:
        if (known := rosters.find_override(db, request_key=request_key)) is not None:
            return known
        planned = _planned(rosters.load_roster(db, deps.plan), deps, override, at=at)
        saved = rosters.save_override(db, planned.override, request_key=request_key)
        detail = views.said(deps.plan.team, saved).replace("*", "")
        audit.note(db, at=at, actor=user, action="override", subject=str(saved.id), outcome="done", detail=detail)
        _tell_channel(db, deps, saved, by=by, user=user)
    deps.nudge()
    return saved


def _planned(roster: Roster, deps: Deps, override: Override, *, at: datetime) -> Planned:
    check_override(override, at=at)
    # the past of the roster does not change
    override = replace(override, starts_at=max(override.starts_at, at.replace(microsecond=0)))
    # the latest entry wins, also over one of the same instant
    newest = replace(override, id=1 + max((one.id for one in roster.entries.overrides), default=0))
    after = _with(deps, roster, (*roster.entries.overrides, newest))
    effect = changes(roster, after, override.starts_at, override.ends_at + AFTER)
    if not effect:
        raise NothingChanges(_why_nothing(roster, override))
    return Planned(override, effect)


def _why_nothing(roster: Roster, override: Override) -> str:
    if override.replaces:
        return (
            f"{roster.name_of(override.replaces)} is not on call in that time, so there is nothing to take over. "
            "Look at `/oncall week`, or choose “Whoever is on call”."
        )
    if override.person:
        return f"{roster.name_of(override.person)} is on call then anyway, so nothing would change."
    return "Nobody is on call then anyway, so nothing would change."


def _with(deps: Deps, roster: Roster, overrides: tuple[Override, ...]) -> Roster:
    return rosters.roster_of(deps.plan, replace(roster.entries, overrides=overrides))


def plan_taking_back(deps: Deps, *, user: str, override_id: int, at: datetime) -> Planned:
    """
    Return what taking an override back would do; nothing is saved.

    Raises: NotInPlan, NotAllowed, BadOverride: it is gone.
    """
    roster = oncall.roster(deps)
    override = _find(roster, override_id, at=at)
    _check_may_take_back(deps, override, user=user, at=at)
    passed = (replace(override, ends_at=at),) if override.starts_at < at else ()
    others = tuple(one for one in roster.entries.overrides if one.id != override.id)
    after = _with(deps, roster, (*others, *passed))
    return Planned(override, changes(roster, after, max(at, override.starts_at), override.ends_at + AFTER))


def take_back(deps: Deps, *, user: str, override_id: int, at: datetime) -> Override:
    """
    Take an override back from now on.

    Raises: NotInPlan, NotAllowed, BadOverride: it is gone, or was taken back a moment ago.
    """
    override = _find(oncall.roster(deps), override_id, at=at)
    me = _check_may_take_back(deps, override, user=user, at=at)
    with deps.sessions.writing() as db:
        if not rosters.cancel(db, override, at=at):
            raise _gone()
        audit.note(db, at=at, actor=user, action="override_take_back", subject=str(override.id), outcome="done")
        by = person_of(deps.plan.team, override.entered_by) or override.entered_by
        _tell_channel(db, deps, override, by=by, user=user, taken_back_by=me)
    deps.nudge()
    return override


def _tell_channel(db: Session, deps: Deps, override: Override, *, by: str, user: str, taken_back_by: str = "") -> None:
    team = deps.plan.team
    channel = f"#{team.channels.oncall}"
    message = views.in_channel(team, override, by=by, taken_back_by=taken_back_by)
    payload = {**message.payload(), "dm": user, "place": channel}
    outbox.owe(db, key=f"override:{override.id}", channel=channel, payload=payload, at=deps.machine_clock.now())


def _find(roster: Roster, override_id: int, *, at: datetime) -> Override:
    found = next((one for one in roster.entries.overrides if one.id == override_id and one.ends_at > at), None)
    if found is None:
        raise _gone()
    return found


def _gone() -> BadOverride:
    return BadOverride("This override was taken back already or is over, so nothing was changed.")


def _check_may_enter(deps: Deps, override: Override, *, user: str, at: datetime) -> str:
    """Return who asks. Raises: NotInPlan, NotAllowed."""
    me, team = person_asking(deps, user), deps.plan.team
    if me in leads(deps):
        return me
    lead = names(deps, leads(deps)) or "whoever keeps the plan"
    if override.person != me:
        who = name_of(team, override.person) if override.person else "Nobody"
        why = f"{who} can be put on call by {lead}" + (f", or by {who} alone." if override.person else ".")
        refuse(deps, user=user, action="override", subject=override.person or "nobody", why=why, at=at)
    if me not in crew_of(team):
        why = f"Neither you nor your team is in a rotation of this plan. Ask {lead}."
        refuse(deps, user=user, action="override", subject=me, why=why, at=at)
    return me


def _check_may_take_back(deps: Deps, override: Override, *, user: str, at: datetime) -> str:
    me = person_asking(deps, user)
    if not _may(deps, me, user, override):
        why = f"Only who entered an override, who takes over by it, or {names(deps, leads(deps))} takes it back."
        refuse(deps, user=user, action="override_take_back", subject=str(override.id), why=why, at=at)
    return me


def _may(deps: Deps, me: str, user: str, override: Override) -> bool:
    return me in leads(deps) or me == override.person or user == override.entered_by
