"""Swaps held against the roster: which turns can be exchanged, whether a swap may be, until when it can be answered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from store.domain.roster import Roster
from store.domain.rotation import Turn, turns
from store.domain.swap import Swap, SwapRefused, SwapState, answer_until, standing, turn_on
from store.domain.wall import day_of

AHEAD = timedelta(weeks=26)
"""How far ahead turns are offered."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A whole coming turn of one person."""

    rotation: str
    person: str
    day: date
    """Local day on which it begins; names it within the rotation."""
    starts_at: datetime
    ends_at: datetime


def offers(roster: Roster, *, at: datetime, by_lead: bool = True, ahead: timedelta = AHEAD) -> tuple[Offer, ...]:
    """
    Return the turns that may still be exchanged, in order of time: not begun, and not exchanged already.

    Args:
        by_lead: the lead's word needs no notice; for anybody else only turns are left that keep it.
    """
    found = (offer for key in roster.rotations for offer in _of_rotation(roster, key, at, at + ahead))
    mine = (one for one in found if by_lead or _is_in_time(roster, one.starts_at, at=at))
    return tuple(sorted(mine, key=lambda one: (one.starts_at, one.rotation, one.person)))


def _is_in_time(roster: Roster, begins: datetime, *, at: datetime) -> bool:
    return at <= answer_until(roster.leave.swap_notice, begins)


def _of_rotation(roster: Roster, key: str, starts_at: datetime, ends_at: datetime) -> Iterator[Offer]:
    rotation = roster.rotations[key]
    for turn in turns(rotation, starts_at, ends_at):
        day = day_of(turn.begun_at, rotation.zone)
        # of several turns on one day only one can be named by its day
        if turn.starts_at <= starts_at or turn.starts_at != turn.begun_at or turn_on(rotation, day) != turn:
            continue
        for person, _, swap in roster.members(key, turn):
            if swap is None:
                yield Offer(rotation=key, person=person, day=day, starts_at=turn.starts_at, ends_at=turn.ends_at)


def check_swap(roster: Roster, swap: Swap, *, at: datetime, by_lead: bool) -> None:
    """
    Let pass a swap that may be asked for, or accepted, at the instant *at*.

    Args:
        by_lead: the lead's word needs no notice.
    Raises: SwapRefused: with oneself, of one turn, of turns that are over, run or were exchanged, of somebody else's
        turn, or too late.
    """
    given, taken = (_turn(roster, swap.rotation, day) for day in (swap.gives, swap.takes))
    if swap.asker == swap.other:
        raise SwapRefused("Both turns belong to the same person. Choose a turn of somebody else.")
    if given == taken:
        raise SwapRefused("That is the same turn twice. Choose two turns that begin on different days.")
    for person, day, turn in ((swap.asker, swap.gives, given), (swap.other, swap.takes, taken)):
        _check_turn(roster, swap, person, day, turn, at=at)
    others = (one for one in roster.entries.swaps if one.state is SwapState.ACCEPTED and one.id != swap.id)
    if standing((*others, replace(swap, state=SwapState.ASKED)), roster.rotations).fallen:
        raise SwapRefused("The roster has changed, and one of you no longer has that turn. Ask for another one.")
    if not by_lead and not _is_in_time(roster, min(given.starts_at, taken.starts_at), at=at):
        raise SwapRefused(
            f"The team hears of a swap {roster.leave.swap_notice.days} days ahead, and the first of the two turns "
            "begins sooner. The lead may still make it: ask them."
        )


def _turn(roster: Roster, rotation: str, day: date) -> Turn:
    known = roster.rotations.get(rotation)
    turn = turn_on(known, day) if known else None
    if turn is None:
        raise SwapRefused(f"No turn begins on {day:%a %d %b %Y} any more. Look at `/oncall month` and ask again.")
    return turn


def _check_turn(roster: Roster, swap: Swap, person: str, day: date, turn: Turn, *, at: datetime) -> None:
    name = roster.name_of(person)
    if turn.ends_at <= at:
        raise SwapRefused(f"The turn of {day:%a %d %b %Y} is over. Choose coming turns.")
    if turn.starts_at <= at:
        raise SwapRefused(
            f"The turn of {day:%a %d %b %Y} has begun. A turn that runs is handed over with `/oncall override`."
        )
    mine = [by for who, _, by in roster.members(swap.rotation, turn) if who == person]
    if not mine:
        raise SwapRefused(
            f"The turn of {day:%a %d %b %Y} is not {name}’s, or was swapped away. Look at `/oncall month`."
        )
    if any(mine):
        raise SwapRefused(f"{name}’s turn of {day:%a %d %b %Y} was swapped already. Choose another one.")


def expires_at(roster: Roster, swap: Swap) -> datetime | None:
    """
    Return the instant at which *swap* can no longer be accepted; None where a turn of it is no more.

    One that was asked for after the notice had begun, which only the lead may, lives until the first turn begins.
    """
    known = roster.rotations.get(swap.rotation)
    both = [turn_on(known, day) for day in (swap.gives, swap.takes)] if known else []
    begins = min((turn.starts_at for turn in both if turn), default=None)
    if begins is None or None in both:
        return None
    until = answer_until(roster.leave.swap_notice, begins)
    return until if swap.asked_at <= until else begins


def is_over(roster: Roster, swap: Swap, *, at: datetime) -> bool:
    """Whether both days of *swap* are past: what became of it is history, whatever the plan says now."""
    known = roster.rotations.get(swap.rotation)
    today = day_of(at, known.zone if known else roster.zone)
    return max(swap.gives, swap.takes) < today
