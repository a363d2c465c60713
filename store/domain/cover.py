"""
Who steps in for whoever is away: the plan's rules in their order, moment by moment.

Cover never moves the rotation. When every rule is exhausted there is a gap, which says whom the rules came to.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from store.domain.absence import Absence
from store.domain.held import Held
from store.domain.roster import Line, Roster
from store.domain.rotation import Turn, Unit, as_of, following, in_order, orders_people, preceding
from store.domain.shift import Passed, Shift, Source, but, cut, part
from store.domain.team import Cover

Loads = Mapping[str, timedelta]
"""Time on call since 1 January, by person."""


class Candidate(NamedTuple):
    person: str
    role: str
    """In what capacity, for people."""
    starts_at: datetime | None = None
    """A volunteer's offer holds from here …"""
    ends_at: datetime | None = None
    """… to here; None: always."""
    of_order: bool = False
    """Comes from the rotation's order, and so covers only while in it."""

    def offers(self, shift: Shift) -> bool:
        return (self.starts_at is None or self.starts_at <= shift.starts_at) and (
            self.ends_at is None or shift.ends_at <= self.ends_at
        )


def covered(roster: Roster, line: Line, held: Held, loads: Loads) -> Iterator[Shift]:
    """Yield *held*, with somebody else, or a gap, wherever its person is away."""
    shift = Shift(
        person=held.person,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        why=held.why,
        source=held.source,
        instead_of=held.instead_of,
        pipeline=line.key,
        seat=held.seat,
    )
    away = roster.away(held.person, held.starts_at, held.ends_at) if held.person else ()
    if not away:
        yield shift
        return
    # an edit of the order changes nothing before its day, so who comes next is asked of the order as it is then
    changes = ((at, at) for at in roster.rotations[held.rotation].changes)
    for begin, end in cut(changes, held.starts_at, held.ends_at):
        yield from _covered(roster, line, part(held, begin, end), part(shift, begin, end), away, loads)


def _covered(
    roster: Roster, line: Line, held: Held, shift: Shift, away: tuple[Absence, ...], loads: Loads
) -> Iterator[Shift]:
    beside = tuple(_beside(roster, line, held, loads)) if held.seat else ()
    present = in_order(roster.rotations[held.rotation], held.starts_at)
    candidates: list[Candidate] = []
    absences: dict[str, tuple[Absence, ...]] = {}
    for one in _candidates(roster, line, held, loads):
        candidates.append(one)
        absences[one.person] = roster.away(one.person, held.starts_at, held.ends_at)
        there = one.starts_at is None and (one.person in present or not one.of_order)
        if there and not absences[one.person] and not beside:
            break  # free all through, so nobody after them is ever asked
    spans = [(one.starts_at, one.ends_at) for each in (away, *absences.values()) for one in each]
    spans += [(one.starts_at, one.ends_at) for one in beside]
    spans += [(one.starts_at, one.ends_at) for one in candidates if one.starts_at and one.ends_at]
    for begin, end in cut(spans, held.starts_at, held.ends_at):
        piece, absence = part(shift, begin, end), _holding(away, begin)
        if absence is None:
            yield piece
        else:
            taken = {one.person for one in beside if one.starts_at <= begin < one.ends_at}
            free = [one for one in candidates if one.person not in taken] if taken else candidates
            yield _step_in(roster, present, piece, absence, free, absences)


def _beside(roster: Roster, line: Line, held: Held, loads: Loads) -> Iterator[Shift]:
    """Yield who serves in the seats before this one in the same turn: nobody takes two of them."""
    assert held.turn is not None
    for seat, (person, _, _) in enumerate(roster.members(held.rotation, held.turn)[: held.seat]):
        yield from covered(roster, line, but(held, person=person, seat=seat), loads)


def _holding(absences: tuple[Absence, ...], at: datetime) -> Absence | None:
    for one in absences:
        if one.starts_at <= at < one.ends_at:
            return one
    return None


def _step_in(
    roster: Roster,
    present: Collection[str],
    shift: Shift,
    absence: Absence,
    candidates: Iterable[Candidate],
    absences: Mapping[str, tuple[Absence, ...]],
) -> Shift:
    """
    Return *shift*, all through which its person is away by *absence*, with the first candidate who is there.

    Args:
        present: everybody in the rotation then.
    """
    holder = roster.name_of(shift.person or "")
    passed: list[Passed] = []
    seen: set[str] = set()
    for candidate in candidates:
        if candidate.person in seen or not candidate.offers(shift):
            continue
        seen.add(candidate.person)
        name = roster.name_of(candidate.person)
        if candidate.of_order and candidate.person not in present:
            passed.append(Passed(candidate.person, f"{name}, {candidate.role}, is not in the rotation at that time"))
            continue
        theirs = _holding(absences[candidate.person], shift.starts_at)
        if theirs is None:
            why = f"covers for {holder} ({absence.why}) as {candidate.role}"
            why = "; ".join([why, *(one.why for one in passed)])
            source, person = Source.COVER, candidate.person
            return but(shift, person=person, why=why, source=source, instead_of=shift.person, passed=tuple(passed))
        passed.append(Passed(candidate.person, f"{name}, {candidate.role}, is away too ({theirs.why})"))
    why = "; ".join([f"{holder} is away ({absence.why})", *(one.why for one in passed)])
    if Cover.VOLUNTEER in roster.cover:
        why += "; nobody has volunteered yet"
    return but(shift, person=None, why=why, source=Source.GAP, instead_of=shift.person, passed=tuple(passed))


def _candidates(roster: Roster, line: Line, held: Held, loads: Loads) -> Iterator[Candidate]:
    """Yield whom the rules come to, in order; never somebody who serves in the same turn already."""
    assert held.turn is not None
    serving = {person for person, _, _ in roster.members(held.rotation, held.turn)}
    for rule in roster.cover:
        for candidate in _RULES[rule](roster, line, held, loads):
            if candidate.person not in serving:
                yield candidate


Rule = Callable[[Roster, Line, Held, Loads], Iterator[Candidate]]


def _previous(roster: Roster, _line: Line, held: Held, _loads: Loads) -> Iterator[Candidate]:
    assert held.turn is not None
    yield from _of_turn(roster, held, preceding(roster.rotations[held.rotation], held.turn), "last", "before")


def _next(roster: Roster, _line: Line, held: Held, _loads: Loads) -> Iterator[Candidate]:
    assert held.turn is not None
    rotation = roster.rotations[held.rotation]
    turn = following(as_of(rotation, held.starts_at), held.turn)
    really = turn == following(rotation, held.turn)
    yield from _of_turn(roster, held, turn, "next" if really else "", "after")


def _of_turn(roster: Roster, held: Held, turn: Turn | None, which: str, side: str) -> Iterator[Candidate]:
    rotation = roster.rotations[held.rotation]
    weekly = rotation.turn is Unit.WEEK and rotation.every == 1
    people = [person for person, _, _ in roster.members(held.rotation, turn)] if turn else []
    role = f"{which} week’s on-call" if weekly else f"on call the turn {side}"
    # who serves together steps in seat for seat; the rest of the other group only after that
    for person in (*people[held.seat : held.seat + 1], *people[: held.seat], *people[held.seat + 1 :]):
        yield Candidate(person, role if which else "next in the order", of_order=True)


def _secondary(roster: Roster, line: Line, held: Held, _loads: Loads) -> Iterator[Candidate]:
    for primary, secondary in line.owners:
        owner, role = (secondary, "secondary owner")
        if held.person in roster.people_of(secondary):
            owner, role = (primary, "primary owner")
        for person in roster.people_of(owner):
            yield Candidate(person, role)


def _least_loaded(roster: Roster, _line: Line, held: Held, loads: Loads) -> Iterator[Candidate]:
    assert held.turn is not None
    people = orders_people(roster.rotations[held.rotation], held.turn)
    for person in sorted(people, key=lambda one: loads.get(one, timedelta())):  # ties: who is next in the order
        yield Candidate(person, "least on call this year", of_order=True)


def _volunteer(roster: Roster, line: Line, _held: Held, _loads: Loads) -> Iterator[Candidate]:
    here = (one for one in roster.entries.volunteers if one.person in roster.people)
    for one in sorted(here, key=lambda each: (each.entered_at, each.id)):
        if not one.pipelines or set(one.pipelines) & set(line.pipelines):
            yield Candidate(one.person, "volunteer", one.starts_at, one.ends_at)


_RULES: Mapping[Cover, Rule] = {
    Cover.PREVIOUS: _previous,
    Cover.NEXT: _next,
    Cover.SECONDARY: _secondary,
    Cover.LEAST_LOADED: _least_loaded,
    Cover.VOLUNTEER: _volunteer,
}
