"""Handoffs: posted when hands change, kept current, ticked, confirmed, chased, and carried over to the next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.gateways.slack import Posted
from bot.usecases import handoff_message, oncall, people
from bot.usecases.briefing import checks_of, workdays_of
from bot.views import handoff as views
from store import audit, handoffs, occurrences, outbox, rosters
from store.domain.errors import UserError
from store.domain.handoff import (
    Chase,
    Group,
    Handoff,
    HandoffOver,
    Item,
    Note,
    NotYours,
    chase,
    confirm,
    items_for,
    ticked,
)
from store.domain.handover import Due, coming, weekly, within_turn
from store.domain.oncall import person_of
from store.domain.roster import Roster

logger = logging.getLogger(__name__)

ON_TIME = timedelta(minutes=10)
"""Within this long of its instant a handoff is on time, also for a bot that has never run before."""
AWAKE = timedelta(minutes=1)
"""Between two looks of a bot that was up; a machine that slept was not."""
SMALL_CAUGHT_UP = timedelta(days=1)
"""A change within a turn that nobody was told of for longer is told by the weekly handoff."""


class NotInTeam(UserError):
    """Somebody outside the plan ticks or writes."""


class NothingToStart(UserError):
    """`/handoff` was asked to start what runs already."""


@dataclass(frozen=True)
class Waiting:
    """A handoff that is to be posted now."""

    due: Due
    late: bool
    inside: bool
    """Within a turn: the week's own handoff goes on beside it."""


class Watch:
    """Posts what is due and chases what is not confirmed, for one process; the database says what was done."""

    def __init__(self) -> None:
        self._looked: tuple[datetime, datetime] | None = None

    def look(self, deps: Deps) -> None:
        at, machine_at = deps.clock.now(), deps.machine_clock.now()
        up = self._looked is not None and timedelta(0) <= machine_at - self._looked[1] <= AWAKE
        up_since = self._looked[0] if self._looked and up else at
        _first_seen(deps, at)
        with deps.sessions.reading() as db:
            roster = oncall.recent(deps, db, at=at)
            waiting = _waiting(deps, db, roster, at=at, up_since=up_since)
            running = [one for one in handoffs.running(db) if one.is_open and _is_in(deps, one)]
        for one in waiting:
            _post(deps, roster, one, at=at)
        for handoff in running:
            _chase(deps, roster, handoff, at=at)
        self._looked = (at, machine_at)


def _is_in(deps: Deps, handoff: Handoff) -> bool:
    """Whether the plan still has a rotation of this handoff: else nobody is left to take it over."""
    return bool(set(handoff.rotations) & set(deps.plan.team.rotations))


def _seen_name(rotation: str) -> str:
    return f"handoff seen:{rotation}"


def _name(rotation: str, *, inside: bool) -> str:
    return f"{'handover' if inside else 'handoff'}:{rotation}"


def _first_seen(deps: Deps, at: datetime) -> None:
    """Note since when each rotation has been in a plan that Baton serves: nothing before is caught up."""
    names = [_seen_name(key) for key in deps.plan.team.rotations]
    with deps.sessions.reading() as db:
        new = [name for name in names if occurrences.last(db, name=name) is None]
    if new:
        with deps.sessions.writing() as db:
            for name in new:
                if occurrences.last(db, name=name) is None:
                    occurrences.claim(db, name=name, due_at=at, at=at)


def _waiting(deps: Deps, db: Session, roster: Roster, *, at: datetime, up_since: datetime) -> list[Waiting]:
    team = deps.plan.team
    found, of_turns = [], weekly(roster, team.handoff.on_holiday, at=at)
    for due in of_turns:
        if due.held_at <= at and _is_ours(db, due, at=at, inside=False):
            late = at - due.held_at > ON_TIME and not up_since < due.held_at
            found.append(Waiting(due, late, inside=False))
    for due, told_at in within_turn(roster, team.hours, at=at):
        if any(due.due_at <= one.held_at and set(due.rotations) & set(one.rotations) for one in of_turns):
            continue  # the turn's own handoff waits for the end of a holiday, and tells this too
        if told_at <= at < told_at + SMALL_CAUGHT_UP and _is_ours(db, due, at=at, inside=True):
            late = at - told_at > ON_TIME and not up_since < told_at
            found.append(Waiting(due, late, inside=True))
    return found


def _is_ours(db: Session, due: Due, *, at: datetime, inside: bool) -> bool:
    """Whether *due* was never posted, and does not lie before Baton came to be."""
    for rotation in due.rotations:
        seen = occurrences.last(db, name=_seen_name(rotation))
        known = seen is not None and (seen <= due.due_at or at - due.due_at <= ON_TIME)
        if known and not occurrences.is_done(db, name=_name(rotation, inside=inside), due_at=due.due_at):
            return True
    return False


def _post(
    deps: Deps, roster: Roster, waiting: Waiting, *, at: datetime, started_by: str | None = None
) -> Handoff | None:
    """Post one handoff and close the earlier ones, in one transaction. None: another bot has done it."""
    due, plan, inside = waiting.due, deps.plan, waiting.inside
    with deps.sessions.writing() as db:
        mine = [
            key
            for key in sorted(due.rotations)
            if occurrences.claim(db, name=_name(key, inside=inside), due_at=due.due_at, at=at)
        ]
        if not mine:
            return None
        earlier = handoffs.carry_over(db, mine, at=at, small_only=inside)
        talk, checks = ((), ()) if due.small else (plan.team.handoff.checklist, checks_of(plan, roster, due))
        unfinished = [item for one in earlier for item in one.unfinished]
        posted = handoffs.save(
            db,
            Handoff(
                rotations=tuple(mine),
                due_at=due.due_at,
                held_at=due.held_at,
                ends_at=due.ends_at,
                small=due.small,
                outgoing=due.outgoing,
                incoming=due.incoming,
                remarks=due.remarks,
                posted_at=at,
                late=waiting.late,
                started_by=started_by,
                items=items_for(unfinished, talk=talk, checks=checks, due_at=due.due_at),
            ),
        )
        if posted is None:
            return None
        handoff_message.tell(db, deps, roster, posted, at=at, new=True)
        for one in earlier:
            handoff_message.tell(db, deps, roster, one, at=at)
        handoff_message.propose_sync(db, deps, posted)
        subject = f"{', '.join(mine)} {due.due_at:%Y-%m-%d %H:%M}"
        audit.note(db, at=at, actor=started_by or "baton", action="handoff", subject=subject, outcome="done")
    deps.nudge()
    logger.info("Handoff %s is posted", posted.id, extra={"action": "handoff_posted"})
    return posted


def refresh(deps: Deps) -> None:
    """Show what has changed around the handoffs that are not confirmed yet: runs, issues, leave."""
    at = deps.clock.now()
    with deps.sessions.reading() as db:
        ids = [one.id for one in handoffs.running(db) if one.is_open and _is_in(deps, one)]
    for id_ in sorted(ids):
        _change(deps, id_, lambda _db, handoff: handoff, at=at)


def _change(deps: Deps, id_: int, change: Callable[[Session, Handoff], Handoff], *, at: datetime) -> Handoff:
    """Change one handoff and owe its message, with nobody else in between."""
    with deps.sessions.writing() as db:
        handoff = handoffs.load(db, id_, lock=True)
        changed = change(db, handoff)
        handoff_message.tell(db, deps, rosters.load_roster(db, deps.plan), changed, at=at)
    deps.nudge()
    return changed


def tick(
    deps: Deps, *, id_: int, shown: dict[int, bool], chosen: set[int], user: str, stamp: str, at: datetime
) -> None:
    """
    Tick and untick items, as somebody of the team pressed.

    Args:
        shown: item to whether it was ticked in the message that was pressed.
    Raises: NotInTeam, HandoffOver, NoSuchHandoff.
    """
    _check_in_team(deps, user)

    def change(db: Session, handoff: Handoff) -> Handoff:
        if handoff.carried_at is not None:
            raise HandoffOver
        items = [item for item in handoff.items if item.id in shown]
        seen = {item for item, was_ticked in shown.items() if was_ticked}
        handoffs.change_items(db, ticked(items, seen=seen, chosen=chosen, user=user, at=at, stamp=stamp))
        return handoffs.load(db, id_)

    _change(deps, id_, change, at=at)


def _check_in_team(deps: Deps, user: str) -> None:
    """Raises: NotInTeam."""
    if person_of(deps.plan.team, user) is None:
        raise NotInTeam(
            "You are not in this team’s plan, so nothing was changed. Tell the person on call what you know, "
            "or report what you see with `/issue`."
        )


def to_write(deps: Deps, id_: int, *, user: str) -> Handoff:
    """
    Return the handoff that somebody is about to write into: whoever may not is told before they have typed.

    Raises: NotInTeam, NoSuchHandoff.
    """
    _check_in_team(deps, user)
    with deps.sessions.reading() as db:
        return handoffs.load(db, id_)


def write(deps: Deps, *, id_: int, text: str, is_action: bool, user: str, request_key: str, at: datetime) -> Handoff:
    """
    Add a note, or an item that comes back until it is ticked; once per *request_key*.

    Raises: NotInTeam, HandoffOver, NoSuchHandoff.
    """
    _check_in_team(deps, user)

    def change(db: Session, handoff: Handoff) -> Handoff:
        if handoff.carried_at is not None:
            raise HandoffOver
        if is_action:
            item = Item(group=Group.ACTION, text=" ".join(text.split()), since=handoff.due_at)
            handoffs.add_item(db, id_, item, request_key=request_key)
        else:
            note = Note(text=text, by=user, at=at)
            if handoffs.add_note(db, id_, note, request_key=request_key):
                handoff_message.reply(db, deps, handoff, f"note:{request_key}", views.noted(note, deps.plan.team))
        return handoffs.load(db, id_)

    return _change(deps, id_, change, at=at)


def confirm_for(deps: Deps, *, id_: int, person: str, user: str, at: datetime) -> None:
    """
    Keep one person's word, and with the last one end the handoff with a summary in its thread.

    Raises: NotYours (audited), AlreadyConfirmed, HandoffOver, NoSuchHandoff.
    """
    team, leads = deps.plan.team, people.leads(deps)
    who = people.names(deps, dict.fromkeys((person, *leads)))

    def change(db: Session, handoff: Handoff) -> Handoff:
        by = person_of(team, user)
        said = confirm(handoff, person=person, by=by, leads=leads, user=user, at=at, names=who)
        handoffs.add_confirmation(db, id_, said.confirmations[-1])
        audit.note(db, at=at, actor=user, action="confirm handoff", subject=f"{id_} {person}", outcome="done")
        if said.completed_at:
            handoffs.complete(db, id_, at=at)
            handoff_message.reply(db, deps, said, "summary", views.summary(said, team))
        return said

    try:
        _change(deps, id_, change, at=at)
    except NotYours as error:
        with deps.sessions.writing() as db:
            subject = f"{id_} {person}"
            audit.note(
                db, at=at, actor=user, action="confirm handoff", subject=subject, outcome="refused", detail=str(error)
            )
        raise


def _chase(deps: Deps, roster: Roster, handoff: Handoff, *, at: datetime) -> None:
    """Ask whoever has not confirmed again, and tell the lead, when it is time and only then."""
    team = deps.plan.team
    said = chase(handoff, team.handoff, team.hours, workdays_of(deps.plan, roster, at), at=at)
    if said is None:
        return
    with deps.sessions.writing() as db:
        current = handoffs.load(db, handoff.id, lock=True)
        if current.awaited and handoffs.note_chase(db, handoff, said, at=at):
            _say(db, deps, current, said, at=at)
    deps.nudge()


def _say(db: Session, deps: Deps, handoff: Handoff, said: Chase, *, at: datetime) -> None:
    team, leads = deps.plan.team, people.leads(deps)
    if said.lead and leads:
        handoff_message.reply(db, deps, handoff, "lead", views.tell_lead(handoff, team, leads, at=at))
    elif said.nudge:
        handoff_message.reply(db, deps, handoff, f"nudge:{said.nudged}", views.nudge(handoff, team))


def running(deps: Deps, *, user: str) -> tuple[Handoff, ...]:
    """Return the handoffs that run, those that concern this person first; a small one that is done runs no more."""
    person = person_of(deps.plan.team, user)
    with deps.sessions.reading() as db:
        found = [one for one in handoffs.running(db) if _is_in(deps, one)]
    every = (one for one in found if one.is_open or not one.small)
    return tuple(sorted(every, key=lambda one: person not in one.people))


def upcoming(deps: Deps, *, at: datetime) -> tuple[Due, ...]:
    """Return the next handoffs of turns, as the roster stands."""
    return coming(oncall.roster(deps), deps.plan.team.handoff.on_holiday, at=at)


def link_to(deps: Deps, handoff: Handoff) -> str:
    """Return the address of its message in Slack; empty while it stands nowhere."""
    with deps.sessions.reading() as db:
        owed = outbox.find(db, handoff_message.key_of(handoff))
    if owed is None or owed.ts is None:
        return ""
    return deps.slack.link(Posted(owed.channel_posted or owed.channel, owed.ts))


def startable(deps: Deps, *, user: str, at: datetime) -> tuple[Due, ...]:
    """Return the handoffs of the running turns that were never posted and that this person may start."""
    person, leads = person_of(deps.plan.team, user), people.leads(deps)
    with deps.sessions.reading() as db:
        roster = rosters.load_roster(db, deps.plan)
        missing = [
            due
            for due in weekly(roster, deps.plan.team.handoff.on_holiday, at=at)
            if not any(
                occurrences.is_done(db, name=_name(key, inside=False), due_at=due.due_at) for key in due.rotations
            )
        ]
    return tuple(due for due in missing if person and person in (*due.outgoing, *due.incoming, *leads))


def start(deps: Deps, *, user: str, at: datetime) -> tuple[Handoff, ...]:
    """
    Post the handoffs of the running turns that are missing, as somebody asked by hand.

    Raises: NothingToStart.
    """
    missing = startable(deps, user=user, at=at)
    with deps.sessions.reading() as db:
        roster = rosters.load_roster(db, deps.plan)
    waiting = [Waiting(replace(due, held_at=min(due.held_at, at)), late=False, inside=False) for due in missing]
    posted = [_post(deps, roster, one, at=at, started_by=user) for one in waiting]
    if not any(posted):
        raise NothingToStart(
            "There is no handoff for you to start: it runs already, or you are neither of the two people nor the lead. "
            "`/handoff` shows the one that runs."
        )
    return tuple(one for one in posted if one is not None)
