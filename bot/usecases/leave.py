"""Leave: shown before it is entered, entered once, and taken back."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.people import leads, names, person_asking, refuse
from bot.views import leave as views
from bot.views.people import name_of
from store import audit, outbox, rosters
from store.domain.absence import Absence, BadLeave, Kind, check_days, is_late
from store.domain.change import Change, changes
from store.domain.roster import Entries, Roster
from store.domain.wall import day_of, days_span

AFTER = timedelta(weeks=8)
"""How far past the leave its effect is looked for: who covers may depend on who covered before."""


@dataclass(frozen=True)
class Planned:
    """A leave, and what it does to the roster."""

    absence: Absence
    effect: tuple[Change, ...]
    late: bool
    """Entered later than the plan's notice asks for."""


class NoSuchLeave(BadLeave):
    """It was taken back, or is over."""


def plan_leave(deps: Deps, *, user: str, person: str, first: date, last: date, kind: Kind, at: datetime) -> Planned:
    """
    Return what the leave would do; nothing is saved.

    People enter their own leave, the lead anybody's.

    Raises: NotInPlan, NotAllowed, BadLeave.
    """
    _check_may(deps, user=user, person=person, action="leave", at=at)
    return _planned(oncall.roster(deps), deps, person=person, first=first, last=last, kind=kind, at=at)


def enter(
    deps: Deps, *, request_key: str, user: str, person: str, first: date, last: date, kind: Kind, at: datetime
) -> Planned:
    """
    Keep the leave, once per *request_key*, and owe the lead a word where it is late or an emergency.

    Raises: NotInPlan, NotAllowed, BadLeave.
    """
    by = _check_may(deps, user=user, person=person, action="leave", at=at)
    with deps.sessions.writing() as db:
        if (known := rosters.find_absence(db, request_key=request_key)) is not None:
            return Planned(known, (), late=False)
        roster = rosters.load_roster(db, deps.plan)
        planned = _planned(roster, deps, person=person, first=first, last=last, kind=kind, at=at)
        saved = rosters.save_absence(db, planned.absence, request_key=request_key, by=user)
        planned = replace(planned, absence=saved)
        detail = f"{first}..{last} {kind}{', late' if planned.late else ''}"
        audit.note(db, at=at, actor=user, action="leave", subject=person, outcome="done", detail=detail)
        if planned.late or kind is Kind.EMERGENCY:
            _tell_leads(db, deps, planned, by=by, at=at)
    deps.nudge()
    return planned


def _planned(roster: Roster, deps: Deps, *, person: str, first: date, last: date, kind: Kind, at: datetime) -> Planned:
    zone = roster.zone_of(person)
    check_days(first, last, today=day_of(at, zone))
    starts_at, ends_at = days_span(first, last, zone)
    # the past of the roster does not change, not even by somebody who falls ill at noon
    absence = Absence(
        person=person, starts_at=max(starts_at, at.replace(microsecond=0)), ends_at=ends_at, kind=kind, entered_at=at
    )
    entered = [one for one in roster.entries.absences if one.person == person]
    if any(one.starts_at <= absence.starts_at and absence.ends_at <= one.ends_at for one in entered):
        raise BadLeave(
            f"{roster.name_of(person)}’s leave of these days is entered already. `/oncall leave` lists what is entered."
        )
    after = rosters.roster_of(deps.plan, with_absences(roster.entries, (*roster.entries.absences, absence)))
    effect = changes(roster, after, absence.starts_at, absence.ends_at + AFTER)
    return Planned(absence, effect, late=is_late(absence, roster.leave.notice, zone))


def with_absences(entries: Entries, absences: tuple[Absence, ...]) -> Entries:
    return replace(entries, absences=absences)


def _tell_leads(db: Session, deps: Deps, planned: Planned, *, by: str, at: datetime) -> None:
    """Owe the word to whoever hears of late leave."""
    team, absence = deps.plan.team, planned.absence
    zone = team.people[absence.person].zone or team.zone
    message = views.told_to_lead(team, absence, planned.effect, by=by, late=planned.late, at=at, zone=zone)
    for name, place in hearers(deps, by=by).items():
        key, now = f"leave:{absence.id}:{name}", deps.machine_clock.now()
        outbox.owe(db, key=key, channel=place, payload=message.payload(), at=now)


def hearers(deps: Deps, *, by: str) -> dict[str, str]:
    """
    Return who is told of late leave that *by* enters, with where to write to them.

    Every lead but *by*; where Slack knows none, the channel. Nobody where the only lead enters it.
    """
    team, known = deps.plan.team, leads(deps)
    others = {lead: slack for lead in known if lead != by and (slack := team.people[lead].slack)}
    return others if others or by in known else {views.CHANNEL: f"#{team.channels.oncall}"}


def coming(deps: Deps, *, user: str, at: datetime) -> tuple[Absence, ...]:
    """Return the leave that *user* entered and may take back, soonest first; for the lead everybody's."""
    me = person_asking(deps, user)
    everybody = me in leads(deps)
    found = (one for one in oncall.roster(deps).entries.absences if one.id and one.ends_at > at)
    mine = (one for one in found if everybody or one.person == me)
    return tuple(sorted(mine, key=lambda one: (one.person != me, one.starts_at)))


def plan_taking_back(deps: Deps, *, user: str, absence_id: int, at: datetime) -> Planned:
    """
    Return what taking a leave back would do; nothing is saved.

    Raises: NotInPlan, NotAllowed, NoSuchLeave.
    """
    roster = oncall.roster(deps)
    absence = _find(roster, absence_id, at=at)
    _check_may(deps, user=user, person=absence.person, action="leave_take_back", at=at)
    return Planned(absence, _effect_of_taking_back(roster, deps, absence, at=at), late=False)


def take_back(deps: Deps, *, user: str, absence_id: int, at: datetime) -> Absence:
    """
    Take a leave back from now on; what has passed of it stays.

    Raises: NotInPlan, NotAllowed, NoSuchLeave: also when it was taken back a moment ago.
    """
    absence = _find(oncall.roster(deps), absence_id, at=at)
    _check_may(deps, user=user, person=absence.person, action="leave_take_back", at=at)
    with deps.sessions.writing() as db:
        if not rosters.cancel(db, absence, at=at):
            raise _gone()
        subject = f"{absence.person} {absence.starts_at:%Y-%m-%d}"
        audit.note(db, at=at, actor=user, action="leave_take_back", subject=subject, outcome="done")
    deps.nudge()
    return absence


def _effect_of_taking_back(roster: Roster, deps: Deps, absence: Absence, *, at: datetime) -> tuple[Change, ...]:
    passed = (replace(absence, ends_at=at),) if absence.starts_at < at else ()
    others = tuple(one for one in roster.entries.absences if one.id != absence.id or not one.id)
    after = rosters.roster_of(deps.plan, with_absences(roster.entries, (*others, *passed)))
    return changes(roster, after, max(at, absence.starts_at), absence.ends_at + AFTER)


def _find(roster: Roster, absence_id: int, *, at: datetime) -> Absence:
    found = (one for one in roster.entries.absences if one.id == absence_id and absence_id and one.ends_at > at)
    absence = next(found, None)
    if absence is None:
        raise _gone()
    return absence


def _gone() -> NoSuchLeave:
    return NoSuchLeave("This leave was taken back already or is over, so nothing was changed.")


def _check_may(deps: Deps, *, user: str, person: str, action: str, at: datetime) -> str:
    """Return who asks. Raises: NotInPlan, NotAllowed."""
    me = person_asking(deps, user)
    if person not in deps.plan.team.people:
        raise BadLeave("This person is no longer in the plan. Open the form again.")
    if me == person or me in leads(deps):
        return me
    name = name_of(deps.plan.team, person)
    lead = names(deps, leads(deps)) or "none is named"
    why = f"Only {name} and the lead ({lead}) enter {name}’s leave or take it back. Ask one of them."
    refuse(deps, user=user, action=action, subject=person, why=why, at=at)
