"""What public holidays on call earned: written once the day is over, confirmed by the lead, told to the person."""

from datetime import date, datetime

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.people import leads, names, person_asking, refuse
from bot.usecases.tell import owe_leads
from bot.views import comp as views
from bot.views.people import name_of
from store import audit, comps, occurrences, outbox, rosters
from store.comps import Comp, CompState
from store.domain.absence import Absence, Kind
from store.domain.comp import earned, suggested_day_off
from store.domain.errors import UserError
from store.domain.roster import Roster
from store.domain.team import Compensation
from store.domain.wall import DAY, day_begins, day_of, days_span

NAME = "comp"


class CompOver(UserError):
    """It was decided already, or is no more."""


class DayTaken(UserError):
    """The day off that was proposed is a day off already: another holiday's, or leave."""


def tick(deps: Deps) -> None:
    """
    Write what the days since the last look earned, once a day, and ask the lead what it is worth.

    At the very first look yesterday counts: what lies before Baton is none of its business.
    """
    if not deps.plan.team.leave.compensation:
        return
    at, zone = deps.clock.now(), deps.plan.team.zone
    due_at = day_begins(day_of(at, zone), zone)
    with deps.sessions.reading() as db:
        last = occurrences.last(db, name=NAME)
        if last is not None and last >= due_at:
            return
        roster = oncall.recent(deps, db, at=at)
    found = earned(roster, last or due_at - DAY, due_at)
    with deps.sessions.writing() as db:
        if not occurrences.claim(db, name=NAME, due_at=due_at, at=at):
            return
        for one in found:
            saved = comps.save(db, one, at=at)
            if saved is not None:
                _ask(db, deps, roster, saved, at=at)
    if found:
        deps.nudge()


def _ask(db: Session, deps: Deps, roster: Roster, comp: Comp, *, at: datetime) -> None:
    """Owe the lead the question, or what has become of it."""
    wanted = Compensation.DAY_OFF_NEXT_ROTATION in deps.plan.team.leave.compensation
    suggested = suggested_day_off(roster, comp.person, at) if wanted and comp.state is CompState.EARNED else None
    message = views.question(deps.plan.team, comp, suggested=suggested)
    owe_leads(deps, db, key=f"comp:{comp.id}", message=message)


def decide(
    deps: Deps, *, comp_id: int, user: str, choice: Compensation | None, day_off: date | None, at: datetime
) -> Comp:
    """
    Note what the lead says of a claim, once, and tell the person; a day off is entered as time away.

    Args:
        choice: None: it does not count.
    Raises: NotInPlan, NotAllowed, CompOver: it was decided already, DayTaken.
    """
    me = person_asking(deps, user)
    if me not in leads(deps):
        why = f"Only the lead ({names(deps, leads(deps)) or 'none is named'}) decides what a holiday on call is worth."
        refuse(deps, user=user, action="comp", subject=str(comp_id), why=why, at=at)
    state = CompState.CONFIRMED if choice else CompState.REFUSED
    with deps.sessions.writing() as db:
        before = comps.find(db, comp_id)
        if before is None:
            raise CompOver("This claim is no longer in the ledger, so nothing was changed.")
        taken = day_off is not None and before.state is CompState.EARNED and _is_away(deps, db, before, day_off)
        if taken:
            _ask_all(db, deps, before.person, at=at)
        elif not comps.decide(db, before, state=state, choice=choice, day_off=day_off, by=user, at=at):
            raise CompOver("This was decided already, so nothing was changed. `/oncall comp` shows what was said.")
        else:
            _note(db, deps, before, day_off=day_off, by=user, at=at)
        after = comps.find(db, comp_id)
        assert after is not None
    deps.nudge()
    if taken:
        name = name_of(deps.plan.team, before.person)
        why = f"{name} is away on {day_off:%a %d %b} already, so nothing was changed."
        raise DayTaken(f"{why} The question now proposes another day.")
    return after


def _note(db: Session, deps: Deps, before: Comp, *, day_off: date | None, by: str, at: datetime) -> None:
    """Do what a decision asks for: the audit log, the day off, the word to the person, what the lead sees."""
    after = comps.find(db, before.id)
    assert after is not None
    audit.note(
        db,
        at=at,
        actor=by,
        action="comp",
        subject=f"{after.person} {after.feast} {after.year}",
        outcome="done",
        detail=after.choice or "does not count",
    )
    roster = rosters.load_roster(db, deps.plan)
    if day_off is not None:
        _enter_day_off(db, roster, after, day_off, by=by, at=at)
    _ask(db, deps, roster, after, at=at)
    _tell_person(db, deps, after)
    _ask_all(db, deps, after.person, at=at)


def _ask_all(db: Session, deps: Deps, person: str, *, at: datetime) -> None:
    """Show the lead the open claims of one person anew: no two of them propose a day that is taken."""
    roster = rosters.load_roster(db, deps.plan)
    for one in comps.ledger(db, person=person):
        if one.state is CompState.EARNED:
            _ask(db, deps, roster, one, at=at)


def _is_away(deps: Deps, db: Session, comp: Comp, day: date) -> bool:
    roster = rosters.load_roster(db, deps.plan)
    return bool(roster.away(comp.person, *days_span(day, day, roster.zone_of(comp.person))))


def _enter_day_off(db: Session, roster: Roster, comp: Comp, day: date, *, by: str, at: datetime) -> None:
    starts_at, ends_at = days_span(day, day, roster.zone_of(comp.person))
    absence = Absence(person=comp.person, starts_at=starts_at, ends_at=ends_at, kind=Kind.DAY_OFF, entered_at=at)
    if ends_at > at:
        rosters.save_absence(db, absence, request_key=f"comp:{comp.id}", by=by)


def _tell_person(db: Session, deps: Deps, comp: Comp) -> None:
    known = deps.plan.team.people.get(comp.person)
    if known and known.slack:
        message, now = views.told(comp), deps.machine_clock.now()
        outbox.owe(db, key=f"comp:{comp.id}:told", channel=known.slack, payload=message.payload(), at=now)


def ledger(deps: Deps, *, user: str) -> tuple[tuple[Comp, ...], bool]:
    """
    Return the claims that *user* may see, newest first, and whether they are everybody's.

    Raises: NotInPlan.
    """
    me = person_asking(deps, user)
    everybody = me in leads(deps)
    with deps.sessions.reading() as db:
        return comps.ledger(db, person=None if everybody else me), everybody
