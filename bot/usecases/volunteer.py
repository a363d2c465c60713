"""Offers to cover: days that somebody offers, and the one press that closes a gap."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.deps import Deps
from bot.usecases import gaps, oncall
from bot.usecases.people import crew_of, leads, names, person_asking, refuse
from store import audit, rosters
from store.domain.absence import check_days
from store.domain.change import Change, changes
from store.domain.errors import UserError
from store.domain.gap import Gap, serving
from store.domain.override import Volunteer
from store.domain.roster import Roster
from store.domain.team import Cover
from store.domain.wall import day_of, days_span

AFTER = timedelta(weeks=8)


class NoVolunteer(UserError):
    """The offer cannot be, or is of no use."""


@dataclass(frozen=True)
class Planned:
    offer: Volunteer
    effect: tuple[Change, ...]


def cover_gap(deps: Deps, *, user: str, name: str, turn_at: datetime, at: datetime) -> tuple[Change, ...]:
    """
    Put whoever pressed into what is still open of a gap, once; return who serves in it then.

    Raises: NotInPlan, NotAllowed, NoVolunteer: it is closed by now, or they are away then or serve already.
    """
    me = _check_may(deps, user=user, action="cover_gap", at=at)
    with deps.sessions.writing() as db:
        roster = rosters.load_roster(db, deps.plan)
        gap = _find(roster, name, turn_at, at=at)
        if gap is None:
            raise NoVolunteer("This gap is closed by now, so nothing was changed. Thank you all the same.")
        spans = gap.open_at(at.replace(microsecond=0))
        _check_here(roster, me, spans[0][0], spans[-1][1])
        for begin, end in spans:
            offer = Volunteer(person=me, starts_at=begin, ends_at=end, pipelines=gap.pipelines, entered_at=at)
            rosters.save_volunteer(db, offer, request_key=f"gap:{name}:{turn_at}:{me}:{begin}:{end}", by=user)
        after = rosters.load_roster(db, deps.plan)
        now = serving(after, gap, spans)
        if not any(one.after == me for one in now):
            raise NoVolunteer(
                "You serve in this turn already, so you cannot step in for it as well. Ask somebody else."
            )
        audit.note(db, at=at, actor=user, action="cover_gap", subject=f"{name} {turn_at:%Y-%m-%d}", outcome="done")
        gaps.show(db, deps, after, at=at)
    deps.nudge()
    return now


def _find(roster: Roster, name: str, turn_at: datetime, *, at: datetime) -> Gap | None:
    found = (gap for gap in gaps.in_sight(roster, at=at) if (gap.name, gap.turn_at) == (name, turn_at))
    return next((gap for gap in found if gap.open_at(at)), None)


def _check_here(roster: Roster, person: str, starts_at: datetime, ends_at: datetime) -> None:
    away = roster.away(person, starts_at, ends_at)
    if away:
        raise NoVolunteer(
            f"You are away for part of that time ({away[0].why}). Offer the days on which you can with "
            "`/oncall volunteer`."
        )


def coming(deps: Deps, *, user: str, at: datetime) -> tuple[Volunteer, ...]:
    """Return what *user* offered and may take back. Raises: NotInPlan, NotAllowed, NoVolunteer."""
    me = _check_may(deps, user=user, action="volunteer", at=at)
    everybody = me in leads(deps)
    offers = oncall.roster(deps).entries.volunteers
    return tuple(one for one in offers if one.ends_at > at and (everybody or one.person == me))


def plan_offer(deps: Deps, *, user: str, first: date, last: date, pipelines: tuple[str, ...], at: datetime) -> Planned:
    """
    Return what the offer would do; nothing is saved.

    Raises: NotInPlan, NotAllowed, NoVolunteer, BadLeave.
    """
    me = _check_may(deps, user=user, action="volunteer", at=at)
    return _planned(oncall.roster(deps), deps, me, first=first, last=last, pipelines=pipelines, at=at)


def offer(
    deps: Deps, *, request_key: str, user: str, first: date, last: date, pipelines: tuple[str, ...], at: datetime
) -> Planned:
    """
    Keep the offer, once per *request_key*.

    Raises: NotInPlan, NotAllowed, NoVolunteer, BadLeave.
    """
    me = _check_may(deps, user=user, action="volunteer", at=at)
    with deps.sessions.writing() as db:
        roster = rosters.load_roster(db, deps.plan)
        if (known := rosters.find_volunteer(db, request_key=request_key)) is not None:
            return Planned(known, ())
        planned = _planned(roster, deps, me, first=first, last=last, pipelines=pipelines, at=at)
        saved = rosters.save_volunteer(db, planned.offer, request_key=request_key, by=user)
        audit.note(db, at=at, actor=user, action="volunteer", subject=f"{me} {first}..{last}", outcome="done")
        gaps.show(db, deps, rosters.load_roster(db, deps.plan), at=at)
    deps.nudge()
    return replace(planned, offer=saved)


def _planned(
    roster: Roster,
    deps: Deps,
    person: str,
    *,
    first: date,
    last: date,
    pipelines: tuple[str, ...],
    at: datetime,
) -> Planned:
    zone = roster.zone_of(person)
    check_days(first, last, today=day_of(at, zone))
    starts_at, ends_at = days_span(first, last, zone)
    made = Volunteer(
        person=person,
        starts_at=max(starts_at, at.replace(microsecond=0)),
        ends_at=ends_at,
        pipelines=pipelines,
        entered_at=at,
    )
    after = _with(deps, roster, (*roster.entries.volunteers, made))
    return Planned(made, changes(roster, after, made.starts_at, made.ends_at + AFTER))


def _with(deps: Deps, roster: Roster, offers: tuple[Volunteer, ...]) -> Roster:
    return rosters.roster_of(deps.plan, replace(roster.entries, volunteers=offers))


def plan_taking_back(deps: Deps, *, user: str, offer_id: int, at: datetime) -> Planned:
    """Return what taking an offer back would do. Raises: NotInPlan, NotAllowed, NoVolunteer."""
    roster = oncall.roster(deps)
    found = _own(deps, roster, user=user, offer_id=offer_id, at=at)
    passed = (replace(found, ends_at=at),) if found.starts_at < at else ()
    others = tuple(one for one in roster.entries.volunteers if one.id != found.id)
    after = _with(deps, roster, (*others, *passed))
    return Planned(found, changes(roster, after, max(at, found.starts_at), found.ends_at + AFTER))


def take_back(deps: Deps, *, user: str, offer_id: int, at: datetime) -> Volunteer:
    """Take an offer back from now on. Raises: NotInPlan, NotAllowed, NoVolunteer."""
    found = _own(deps, oncall.roster(deps), user=user, offer_id=offer_id, at=at)
    with deps.sessions.writing() as db:
        if not rosters.cancel(db, found, at=at):
            raise _gone()
        audit.note(db, at=at, actor=user, action="volunteer_take_back", subject=str(found.id), outcome="done")
        gaps.show(db, deps, rosters.load_roster(db, deps.plan), at=at)
    deps.nudge()
    return found


def _own(deps: Deps, roster: Roster, *, user: str, offer_id: int, at: datetime) -> Volunteer:
    me = person_asking(deps, user)
    found = next((one for one in roster.entries.volunteers if one.id == offer_id and one.ends_at > at), None)
    if found is None:
        raise _gone()
    if me != found.person and me not in leads(deps):
        why = f"Only {roster.name_of(found.person)} and the lead take this offer back."
        refuse(deps, user=user, action="volunteer_take_back", subject=str(offer_id), why=why, at=at)
    return found


def _gone() -> NoVolunteer:
    return NoVolunteer("This offer was taken back already or is over, so nothing was changed.")


def _check_may(deps: Deps, *, user: str, action: str, at: datetime) -> str:
    """
    Return who asks: somebody of the rotations or of their teams.

    Raises: NotInPlan, NotAllowed, NoVolunteer: the plan asks for none.
    """
    me, team = person_asking(deps, user), deps.plan.team
    if Cover.VOLUNTEER not in team.cover:
        raise NoVolunteer(
            "This plan’s cover rules ask for no volunteers. Put yourself on call with `/oncall override`, or swap a "
            "turn with `/oncall swap`."
        )
    if me not in crew_of(team):
        lead = names(deps, leads(deps)) or "whoever keeps the plan"
        why = f"Volunteers are people of the rotation and of their teams, and you are in neither. Ask {lead}."
        refuse(deps, user=user, action=action, subject=me, why=why, at=at)
    return me
