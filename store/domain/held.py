"""Who has the turn: rotations, their layers, swaps and hours of duty, before anybody is looked at for being away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from store.domain.roster import Line, Roster
from store.domain.rotation import Duty, Rotation, Turn, begins_at, on_duty, turns
from store.domain.shift import Source, Span, but
from store.domain.wall import local_of


@dataclass(frozen=True)
class Held:
    """Part of a turn as one person holds it."""

    person: str | None
    starts_at: datetime
    ends_at: datetime
    why: str
    source: Source
    instead_of: str | None = None
    seat: int = 0
    rotation: str = ""
    turn: Turn | None = None


def held(roster: Roster, line: Line, starts_at: datetime, ends_at: datetime) -> Iterator[Held]:
    """Yield what covers `[starts_at, ends_at)`, seat by seat; *line* has a rotation."""
    assert line.rotation is not None
    pieces = _of_rotation(roster, line.rotation, starts_at, ends_at)
    if line.duty is None:
        yield from pieces
        return
    for piece in pieces:
        yield from _during(line.duty, roster.rotations[line.rotation], piece, line.why)


def _of_rotation(roster: Roster, key: str, starts_at: datetime, ends_at: datetime) -> Iterator[Held]:
    rotation = roster.rotations[key]
    if rotation.layers:
        for piece in _stacked(roster, rotation, starts_at, ends_at):
            yield from _during(rotation.duty, rotation, piece, "") if rotation.duty else (piece,)
        return
    begins = begins_at(rotation)
    if begins is None or starts_at < begins:
        until = min(ends_at, begins) if begins else ends_at
        yield Held(None, starts_at, until, _not_yet(key, rotation), Source.NONE)
    for turn in turns(rotation, starts_at, ends_at):
        begin, end = max(turn.starts_at, starts_at), min(turn.ends_at, ends_at)
        for piece in _of_turn(roster, key, turn, begin, end):
            yield from _during(rotation.duty, rotation, piece, "") if rotation.duty else (piece,)


def _not_yet(key: str, rotation: Rotation) -> str:
    begins = begins_at(rotation)
    if begins is None:
        return f"the rotation {key} has no order yet"
    return f"the rotation {key} begins on {local_of(begins, rotation.zone):%a %d %b %Y}"


def _of_turn(roster: Roster, key: str, turn: Turn, begin: datetime, end: datetime) -> Iterator[Held]:
    if not turn.members:
        why = "the rotation has nobody in it, on purpose"
        yield Held(None, begin, end, why, Source.NONE, rotation=key, turn=turn)
    for seat, (person, whose, swap) in enumerate(roster.members(key, turn)):
        if swap is None:
            yield Held(person, begin, end, _turn_why(roster, turn), Source.ROTATION, None, seat, key, turn)
        else:
            why = f"swapped with {roster.name_of(whose)}"
            yield Held(person, begin, end, why, Source.SWAP, whose, seat, key, turn)


def _turn_why(roster: Roster, turn: Turn) -> str:
    if turn.left:
        return f"took over from {roster.name_of(turn.left)}, who left the rotation"
    return f"turn {turn.number} of {turn.of} in the rotation" if turn.of > 1 else "the only one in the rotation"


def _during(duty: Duty, rotation: Rotation, piece: Held, why: str) -> Iterator[Held]:
    """Yield *piece* within the hours of duty, and nobody outside of them."""
    if piece.source is Source.NONE:
        yield piece
        return
    off = but(piece, person=None, instead_of=None, source=Source.NONE, why=why or "outside the hours of duty")
    at = piece.starts_at
    for begin, end in on_duty(duty, rotation.zone, piece.starts_at, piece.ends_at):
        if at < begin:
            yield but(off, starts_at=at, ends_at=begin)
        yield but(piece, starts_at=begin, ends_at=end)
        at = end
    if at < piece.ends_at:
        yield but(off, starts_at=at)


def _stacked(roster: Roster, rotation: Rotation, starts_at: datetime, ends_at: datetime) -> Iterator[Held]:
    """Yield the first layer's people wherever it has some, below them the next layer's, and so on."""
    free: list[Span] = [(starts_at, ends_at)]
    for layer in rotation.layers:
        still_free: list[Span] = []
        for begin, end in free:
            at = begin
            for piece in _of_rotation(roster, layer, begin, end):
                if piece.source is Source.NONE:
                    continue
                yield piece
                if at < piece.starts_at:
                    still_free.append((at, piece.starts_at))
                at = max(at, piece.ends_at)
            if at < end:
                still_free.append((at, end))
        free = still_free
    for begin, end in free:
        yield Held(None, begin, end, "no layer of the rotation is on duty", Source.NONE)
