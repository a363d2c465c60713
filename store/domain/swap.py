"""
Swaps: two people exchange one turn each, once both want it.

A swap is bound to the days of its two turns. It follows them when the rotation's hours change, and falls when one of
the two no longer has their turn.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from store.domain.errors import UserError
from store.domain.rotation import Rotation, Turn, span_of, turns


class SwapState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Nobody answered in time."""
    FALLEN = "fallen"
    """The roster was edited under it."""


NEXT = {
    SwapState.ASKED: (
        SwapState.ACCEPTED,
        SwapState.DECLINED,
        SwapState.WITHDRAWN,
        SwapState.EXPIRED,
        SwapState.FALLEN,
    ),
    SwapState.ACCEPTED: (SwapState.WITHDRAWN, SwapState.FALLEN),
}
"""The lines along which a swap moves; the other states are final."""


@dataclass(frozen=True, kw_only=True)
class Swap:
    """*asker* gives the turn that begins on `gives` and takes *other*'s turn that begins on `takes`."""

    rotation: str
    asker: str
    gives: date
    """Local day on which the asker's turn begins."""
    other: str
    takes: date
    """Local day on which the other's turn begins."""
    state: SwapState = SwapState.ASKED
    asked_at: datetime
    accepted_at: datetime | None = None
    """Kept when it is withdrawn or falls afterwards: turns that had begun by then stay swapped."""
    decided_at: datetime | None = None
    """When it came into its state; None while it is asked."""
    entered_by: str = ""
    """Key of whoever asked; the lead may ask in the place of somebody absent."""
    id: int = 0

    @property
    def agreed_at(self) -> datetime | None:
        """When both wanted it, whatever became of it later."""
        if self.state is SwapState.ACCEPTED:
            return self.accepted_at or self.decided_at or self.asked_at
        return self.accepted_at


class SwapRefused(UserError):
    """This swap cannot be, and why."""


class SwapOver(UserError):
    """Somebody else was first, or it is too late."""

    def __init__(self, swap: Swap) -> None:
        super().__init__(f"This swap was {swap.state} already, so nothing was changed.")
        self.swap = swap


def advance(swap: Swap, state: SwapState, *, at: datetime) -> Swap:
    """Return *swap* in its next state. Raises: SwapOver: no line leads there."""
    if state not in NEXT.get(swap.state, ()):
        raise SwapOver(swap)
    accepted_at = at if state is SwapState.ACCEPTED else swap.accepted_at
    return replace(swap, state=state, accepted_at=accepted_at, decided_at=at)


def answer_until(swap_notice: timedelta, first_turn_at: datetime) -> datetime:
    """Return the instant at which an unanswered swap expires: when the notice before its earlier turn begins."""
    return first_turn_at - swap_notice


@dataclass(frozen=True)
class Standing:
    """Swaps, held against the turns as they are."""

    turns: Mapping[tuple[str, datetime], Mapping[str, tuple[str, "Swap"]]]
    """(rotation, begin of a turn) to who serves in whose place there, by which swap."""
    fallen: tuple[Swap, ...]
    """Asked or accepted, and one of the two no longer has their turn."""


def standing(swaps: Iterable[Swap], rotations: Mapping[str, Rotation]) -> Standing:
    """
    Return what swaps come to, taken in the order in which they were accepted.

    One that was withdrawn or fell after it was accepted still holds for the turns that had begun by then.
    """
    served: dict[tuple[str, datetime], dict[str, tuple[str, Swap]]] = {}
    fallen: list[Swap] = []
    swaps = tuple(swaps)
    agreed = sorted((swap for swap in swaps if swap.agreed_at), key=lambda swap: (swap.agreed_at, swap.id))
    for swap in (*agreed, *(swap for swap in swaps if swap.state is SwapState.ASKED)):
        rotation = rotations.get(swap.rotation)
        given = _place(served, swap, rotation, swap.gives, swap.asker) if rotation else None
        taken = _place(served, swap, rotation, swap.takes, swap.other) if rotation else None
        if swap.state in (SwapState.ASKED, SwapState.ACCEPTED):
            if given is None or taken is None or given.turn.begun_at == taken.turn.begun_at or swap.asker == swap.other:
                fallen.append(swap)
                continue
            until = None
        else:
            until = swap.decided_at
        if swap.agreed_at:
            for place, person in ((given, swap.other), (taken, swap.asker)):
                if place and (until is None or place.turn.begun_at < until):
                    served.setdefault((swap.rotation, place.turn.starts_at), {})[place.member] = (person, swap)
    return Standing(served, tuple(fallen))


@dataclass(frozen=True)
class _Place:
    turn: Turn
    member: str
    """Whose place it was before any swap."""


def _place(
    served: Mapping[tuple[str, datetime], Mapping[str, tuple[str, Swap]]],
    swap: Swap,
    rotation: Rotation,
    day: date,
    person: str,
) -> _Place | None:
    """Return the place that the person has now in the turn that begins on *day*; None: none."""
    found = turn_on(rotation, day)
    if found is None:
        return None
    pieces = turns(rotation, found.begun_at, found.ends_at)  # somebody who left may have been followed in it
    for turn in (piece for piece in pieces if piece.begun_at == found.begun_at):
        swapped = served.get((swap.rotation, turn.starts_at), {})
        for member in turn.members:
            if swapped.get(member, (member,))[0] == person:
                return _Place(turn, member)
    return None


def turn_on(rotation: Rotation, day: date) -> Turn | None:
    """Return the turn that begins on the local *day*; after a change of the handoff the one that takes most of it."""
    if not rotation.versions:
        return None
    starts_at, ends_at = span_of(rotation, day)
    return max(
        turns(rotation, starts_at, ends_at),
        key=lambda turn: min(turn.ends_at, ends_at) - max(turn.starts_at, starts_at),
        default=None,
    )
