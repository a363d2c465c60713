"""Swaps: asked, answered by the one who was asked, and moved on when time or the roster decides."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.people import leads, names, person_asking, refuse
from bot.views import swap as views
from bot.views.blocks import Message
from bot.views.people import name_of
from bot.views.shifts import dated
from bot.views.swap import Terms
from store import audit, outbox, rosters
from store.domain.change import Change, changes
from store.domain.exchange import AHEAD, Offer, check_swap, expires_at, is_over, offers
from store.domain.roster import Roster
from store.domain.swap import Swap, SwapOver, SwapRefused, SwapState, advance, turn_on

AFTER = timedelta(weeks=8)


class NoTurns(SwapRefused):
    """There is nothing to swap."""


class AnsweredAlready(SwapOver):
    """Somebody was first, and who."""

    def __init__(self, swap: Swap, roster: Roster) -> None:
        super().__init__(swap)
        by = {SwapState.WITHDRAWN: swap.asker, SwapState.ACCEPTED: swap.other, SwapState.DECLINED: swap.other}.get(
            swap.state
        )
        if by and swap.entered_by in ("", swap.asker):
            verb = "withdrew" if swap.state is SwapState.WITHDRAWN else swap.state.value
            self.args = (f"{roster.name_of(by)} {verb} this swap already, so nothing was changed.",)


@dataclass(frozen=True)
class Choices:
    """What the form offers."""

    mine: tuple[Offer, ...]
    others: tuple[Offer, ...]
    for_anybody: bool
    """The lead may swap anybody's turn."""


@dataclass(frozen=True)
class Planned:
    swap: Swap
    terms: Terms
    effect: tuple[Change, ...]
    at_once: bool
    """By the lead's word, without the other's answer."""


def choices(deps: Deps, *, user: str, at: datetime) -> Choices:
    """
    Return the turns that *user* may give, and those to take for them; the lead's need no notice.

    Raises: NotInPlan, NoTurns.
    """
    me = person_asking(deps, user)
    for_anybody = me in leads(deps)
    roster = oncall.roster(deps)
    found = offers(roster, at=at, by_lead=for_anybody)
    mine = tuple(one for one in found if for_anybody or one.person == me)
    rotations = {one.rotation for one in mine}
    others = tuple(one for one in found if one.rotation in rotations and (for_anybody or one.person != me))
    if not mine or not others:
        _check_notice(deps, roster, me, at=at)
    if not mine:
        raise NoTurns(
            f"You have no turn in the next {AHEAD.days // 7} weeks that could be swapped. A turn that runs is handed "
            "over with `/oncall override`."
        )
    if not others:
        raise NoTurns("Nobody else has a turn in the same rotation in the next half year, so there is nobody to ask.")
    return Choices(mine, others, for_anybody)


def _check_notice(deps: Deps, roster: Roster, me: str, *, at: datetime) -> None:
    """Raises: NoTurns: it is the notice alone that leaves nothing to swap."""
    soon = offers(roster, at=at)
    mine = {one.rotation for one in soon if one.person == me}
    if any(one.person != me and one.rotation in mine for one in soon):
        lead = names(deps, leads(deps))
        asked = f"Ask {lead}, who may still swap it" if lead else "Talk to the others"
        raise NoTurns(
            f"The team hears of a swap {roster.leave.swap_notice.days} days ahead, and too few turns are left that "
            f"begin later. {asked}, or let somebody take days of it over with `/oncall override`."
        )


def plan_swap(deps: Deps, *, user: str, gives: str, takes: str, at: datetime) -> Planned:
    """
    Return what the swap of two turns (`rotation|day|person`) would do; nothing is saved.

    People give their own turns; the lead anybody's.

    Raises: NotInPlan, NotAllowed, SwapRefused.
    """
    swap = _read(deps, user=user, gives=gives, takes=takes, at=at)
    roster = oncall.roster(deps)
    check_swap(roster, swap, at=at, by_lead=_has_word(deps, swap))
    return _planned(roster, deps, swap, at=at)


def _read(deps: Deps, *, user: str, gives: str, takes: str, at: datetime) -> Swap:
    """Raises: NotInPlan, NotAllowed, SwapRefused."""
    me = person_asking(deps, user)
    (rotation, given, asker), (same, taken, other) = gives.split("|"), takes.split("|")
    if rotation != same:
        raise SwapRefused("The two turns belong to different rotations. Choose two turns of one rotation.")
    if asker != me and me not in leads(deps):
        whose = name_of(deps.plan.team, asker)
        why = f"This is {whose}’s turn: only {whose} and the lead ({names(deps, leads(deps))}) may swap it."
        refuse(deps, user=user, action="swap", subject=gives, why=why, at=at)
    return Swap(
        rotation=rotation,
        asker=asker,
        gives=date.fromisoformat(given),
        other=other,
        takes=date.fromisoformat(taken),
        asked_at=at,
        entered_by=me,
    )


def _has_word(deps: Deps, swap: Swap) -> bool:
    """Whether the lead asks: no notice is needed then."""
    return swap.entered_by in leads(deps)


def _at_once(deps: Deps, swap: Swap) -> bool:
    """The lead's word stands for somebody absent; the lead's own turn takes the other's consent like anybody's."""
    return _has_word(deps, swap) and swap.entered_by != swap.asker


def _planned(roster: Roster, deps: Deps, swap: Swap, *, at: datetime) -> Planned:
    held = advance(swap, SwapState.ACCEPTED, at=at)
    after = rosters.roster_of(deps.plan, replace(roster.entries, swaps=(*roster.entries.swaps, held)))
    rotation = roster.rotations[swap.rotation]
    ends = [turn.ends_at for day in (swap.gives, swap.takes) if (turn := turn_on(rotation, day))]
    effect = changes(roster, after, at, max(ends, default=at) + AFTER)
    return Planned(swap, terms_of(roster, swap), effect, _at_once(deps, swap))


def terms_of(roster: Roster, swap: Swap) -> Terms:
    """Return the two turns in words; the day alone where a turn is no more."""
    known = roster.rotations.get(swap.rotation)
    turns = [turn_on(known, day) if known else None for day in (swap.gives, swap.takes)]
    zone = known.zone if known else roster.zone
    said = [
        dated(turn.starts_at, turn.ends_at, zone, at=swap.asked_at) if turn else f"{day:%a %d %b %Y}"
        for turn, day in zip(turns, (swap.gives, swap.takes), strict=True)
    ]
    return Terms(*said)


def ask(deps: Deps, *, request_key: str, user: str, gives: str, takes: str, at: datetime) -> Swap:
    """
    Keep the swap, once per *request_key*, and owe both people their living messages.

    Raises: NotInPlan, NotAllowed, SwapRefused.
    """
    swap = _read(deps, user=user, gives=gives, takes=takes, at=at)
    with deps.sessions.writing() as db:
        roster = rosters.load_roster(db, deps.plan)
        if (known := rosters.find_swap_of(db, request_key=request_key)) is not None:
            return known
        check_swap(roster, swap, at=at, by_lead=_has_word(deps, swap))
        _check_not_asked(roster, swap)
        agreed = advance(swap, SwapState.ACCEPTED, at=at) if _at_once(deps, swap) else swap
        saved = rosters.save_swap(db, agreed, request_key=request_key)
        subject = f"{swap.asker} {swap.gives} with {swap.other} {swap.takes}"
        audit.note(db, at=at, actor=user, action="swap", subject=subject, outcome="done", detail=saved.state)
        _tell(db, deps, roster, saved, by=saved.entered_by)
    deps.nudge()
    return saved


def _check_not_asked(roster: Roster, swap: Swap) -> None:
    for one in roster.entries.swaps:
        same = (one.rotation, one.asker, one.gives, one.other, one.takes)
        if one.state is SwapState.ASKED and same == (swap.rotation, swap.asker, swap.gives, swap.other, swap.takes):
            raise SwapRefused(f"{roster.name_of(swap.other)} is asked already and has not answered yet.")


def answer(deps: Deps, *, swap_id: int, user: str, state: SwapState, at: datetime) -> Swap:
    """
    Move a swap on for whoever pressed: the one who was asked accepts or declines, the one who asked withdraws.

    Raises: NotInPlan, NotAllowed, SwapOver (somebody was first), SwapRefused (the roster says no by now).
    """
    me = person_asking(deps, user)
    with deps.sessions.reading() as db:
        swap, roster = _find(db, swap_id), rosters.load_roster(db, deps.plan)
    _check_may_answer(deps, swap, me, user=user, state=state, at=at)
    if swap.state is not SwapState.ASKED:  # what both agreed on is not withdrawn by one
        raise AnsweredAlready(swap, roster)
    if state is SwapState.ACCEPTED:
        _check_in_time(roster, swap, at=at)
        check_swap(roster, swap, at=at, by_lead=True)  # the notice was kept when it was asked for
    after = advance(swap, state, at=at)
    with deps.sessions.writing() as db:
        if not rosters.move_swap(db, swap, after):
            raise AnsweredAlready(_find(db, swap_id), roster)
        audit.note(db, at=at, actor=user, action="swap_answer", subject=f"swap {swap_id}", outcome="done", detail=state)
        _tell(db, deps, roster, after, by=me)
    deps.nudge()
    return after


def _find(db: Session, swap_id: int) -> Swap:
    swap = rosters.find_swap(db, swap_id)
    if swap is None:
        raise SwapRefused("This swap no longer exists, so nothing was changed.")
    return swap


def _check_in_time(roster: Roster, swap: Swap, *, at: datetime) -> None:
    until = expires_at(roster, swap)
    if until is not None and at >= until:
        raise SwapRefused("The time to answer has passed, so nothing was changed. The lead can still make this swap.")


def _check_may_answer(deps: Deps, swap: Swap, me: str, *, user: str, state: SwapState, at: datetime) -> None:
    """Raises: NotAllowed."""
    withdraws = state is SwapState.WITHDRAWN
    may = {swap.asker, swap.entered_by} if withdraws else {swap.other}
    if me not in may:
        who = name_of(deps.plan.team, swap.asker if withdraws else swap.other)
        why = f"Only {who} can {'withdraw this swap' if withdraws else 'answer this'}. Nothing was changed."
        refuse(deps, user=user, action="swap_answer", subject=f"swap {swap.id}", why=why, at=at)


def sweep(deps: Deps) -> int:
    """Move on the swaps that time or an edit of the roster has decided, and tell both; return how many."""
    at = deps.clock.now()
    with deps.sessions.reading() as db:
        roster = oncall.recent(deps, db, at=at)
    over = [(swap, state) for swap in roster.entries.swaps if (state := _fate(roster, swap, at=at))]
    moved = sum(_move(deps, roster, swap, state, at=at) for swap, state in over)
    if moved:
        deps.nudge()
    return moved


def _fate(roster: Roster, swap: Swap, *, at: datetime) -> SwapState | None:
    """Return what has become of a standing swap without anybody's word; None: it stands."""
    if swap.state is SwapState.ACCEPTED and is_over(roster, swap, at=at):
        return None
    if swap in roster.swaps.fallen:
        return SwapState.FALLEN
    until = expires_at(roster, swap)
    return SwapState.EXPIRED if swap.state is SwapState.ASKED and until is not None and at >= until else None


def _move(deps: Deps, roster: Roster, swap: Swap, state: SwapState, *, at: datetime) -> bool:
    after = advance(swap, state, at=at)
    with deps.sessions.writing() as db:
        if not rosters.move_swap(db, swap, after):
            return False
        audit.note(
            db, at=at, actor="baton", action="swap_answer", subject=f"swap {swap.id}", outcome="done", detail=state
        )
        _tell(db, deps, roster, after, was=swap.state)
    return True


def _tell(
    db: Session, deps: Deps, roster: Roster, swap: Swap, *, by: str = "", was: SwapState = SwapState.ASKED
) -> None:
    """Owe everything that shows *swap* as it is now: two living messages, a word that rings, the channel's line."""
    team, terms, until = deps.plan.team, terms_of(roster, swap), expires_at(roster, swap)
    own = swap.entered_by in ("", swap.asker)
    for person in (swap.asker, swap.other):
        if not own:
            living = views.by_lead(team, swap, terms, person=person)
        elif person == swap.asker:
            living = views.to_asker(team, swap, terms, until=until, by=by)
        else:
            living = views.to_other(team, swap, terms, until=until, by=by)
        _owe(db, deps, f"swap:{swap.id}:{person}", person, living)
        ringing = views.ended_line(team, swap, terms, person=person)
        if ringing and person != by:
            _owe(db, deps, f"swap:{swap.id}:{person}:{swap.state}", person, ringing)
    if swap.state is SwapState.ACCEPTED or was is SwapState.ACCEPTED:
        channel = f"#{team.channels.oncall}"
        payload = {**views.in_channel(team, swap, terms).payload(), "place": channel, **_else_to(deps, swap.asker)}
        outbox.owe(db, key=f"swap:{swap.id}", channel=channel, payload=payload, at=deps.machine_clock.now())


def _else_to(deps: Deps, person: str) -> dict[str, str]:
    """Return whom to tell where the channel cannot be posted to."""
    known = deps.plan.team.people.get(person)
    return {"dm": known.slack} if known and known.slack else {}


def _owe(db: Session, deps: Deps, key: str, person: str, message: Message) -> None:
    known = deps.plan.team.people.get(person)
    if known and known.slack:
        outbox.owe(db, key=key, channel=known.slack, payload=message.payload(), at=deps.machine_clock.now())
