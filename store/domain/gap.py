"""Gaps: times in which somebody should be on call and nobody is, those of one turn together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from store.domain.change import Change, covered_by, together
from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.rotation import leaves, turn_at
from store.domain.roundup import calmed
from store.domain.shift import Shift, Source, Span, joined


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What nobody covers of one person's turn."""

    rotation: str
    person: str | None
    """Who would be on call; None: nobody is left in the rotation."""
    turn_at: datetime
    """When the turn began: with rotation and person it names the gap, however much of it is covered meanwhile."""
    spans: tuple[Span, ...]
    pipelines: tuple[str, ...] = ()
    """Empty: all that have somebody on call."""
    seat: int = 0
    """Which of those who serve together is missing."""

    @property
    def name(self) -> str:
        return f"{self.rotation}:{self.person or ''}"

    def open_at(self, at: datetime) -> tuple[Span, ...]:
        """Return what is still to come of it, or goes on, at the instant *at*."""
        return tuple((max(begin, at), end) for begin, end in self.spans if end > at)


def gaps(roster: Roster, starts_at: datetime, ends_at: datetime) -> tuple[Gap, ...]:
    """Return the gaps that touch the window, in order of their beginning."""
    found: dict[tuple[str, str | None, datetime], list[tuple[Line, Shift]]] = {}
    for line in roster.lines:
        for shift in timeline(roster, line, starts_at, ends_at):
            if shift.source is Source.GAP and line.rotation is not None:
                key = (line.rotation, shift.instead_of, _turn_at(roster, line.rotation, shift))
                found.setdefault(key, []).append((line, shift))
    made = (_gap(roster, *key, held) for key, held in found.items())
    return tuple(sorted(made, key=lambda gap: (gap.spans, gap.name)))


def _gap(roster: Roster, rotation: str, person: str | None, turn: datetime, held: list[tuple[Line, Shift]]) -> Gap:
    pipelines = tuple(dict.fromkeys(key for line, _ in held for key in line.pipelines))
    return Gap(
        rotation=rotation,
        person=person,
        turn_at=turn,
        spans=joined((shift.starts_at, shift.ends_at) for _, shift in held),
        pipelines=() if set(pipelines) == set(covered_by(roster)) else pipelines,
        seat=held[0][1].seat,
    )


def _turn_at(roster: Roster, rotation: str, shift: Shift) -> datetime:
    """Return when the turn of whoever is missing began; that of a layer where the rotation has some."""
    begun: list[tuple[bool, datetime]] = []
    for key, leaf in leaves(roster.rotations, rotation).items():
        turn = turn_at(leaf, at=shift.starts_at)
        if turn:
            theirs = any(person == shift.instead_of for person, _, _ in roster.members(key, turn))
            begun.append((not theirs, turn.begun_at))
    return min(begun)[1] if begun else shift.starts_at


def serving(roster: Roster, gap: Gap, spans: Iterable[Span]) -> tuple[Change, ...]:
    """Return who is on call now in what was a gap: whom it leaves, who came instead, or still nobody."""
    spans = tuple(spans)
    found: list[Change] = []
    for line in roster.lines:
        concerned = tuple(key for key in line.pipelines if not gap.pipelines or key in gap.pipelines)
        if line.rotation == gap.rotation and concerned:
            for begin, end in spans:
                held = calmed(timeline(roster, line, begin, end))
                found += (_served(gap, shift, concerned) for shift in held if shift.seat == gap.seat)
    return together(found, gap.pipelines or covered_by(roster))


def _served(gap: Gap, shift: Shift, pipelines: tuple[str, ...]) -> Change:
    return Change(
        pipelines=pipelines,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        before=gap.person if shift.person != gap.person else None,
        after=shift.person,
        why=shift.why,
        source=shift.source,
        seat=shift.seat,
    )
