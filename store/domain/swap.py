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
    decided_at: datetime | None = None
    entered_by: str = ""
    """Key of whoever asked; the lead may ask in the place of somebody absent."""
    id: int = 0


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
    return replace(swap, state=state, decided_at=at)


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
    """Return what swaps come to, taken in the order in which they were accepted."""
    served: dict[tuple[str, datetime], dict[str, tuple[str, Swap]]] = {}
    fallen: list[Swap] = []
    accepted = sorted(
        (swap for swap in swaps if swap.state is SwapState.ACCEPTED), key=lambda swap: (swap.decided_at, swap.id)
    )
    for swap in (*accepted, *(swap for swap in swaps if swap.state is SwapState.ASKED)):
        rotation = rotations.get(swap.rotation)
        gives, takes = (turn_on(rotation, day) if rotation else None for day in (swap.gives, swap.takes))
        given = _slot(served, swap, gives, swap.asker)
        taken = _slot(served, swap, takes, swap.other)
        if gives is None or takes is None or given is None or taken is None or gives == takes:
            fallen.append(swap)
        elif swap.state is SwapState.ACCEPTED:
            served.setdefault((swap.rotation, gives.starts_at), {})[given] = (swap.other, swap)
            served.setdefault((swap.rotation, takes.starts_at), {})[taken] = (swap.asker, swap)
    return Standing(served, tuple(fallen))


def _slot(
    served: Mapping[tuple[str, datetime], Mapping[str, tuple[str, Swap]]], swap: Swap, turn: Turn | None, person: str
) -> str | None:
    """Return whose place in *turn* the person has now; None: none."""
    if turn is None:
        return None
    swapped = served.get((swap.rotation, turn.starts_at), {})
    return next((one for one in turn.members if swapped.get(one, (one,))[0] == person), None)


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
