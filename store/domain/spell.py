"""
The roster as people count it: whole times on call, without the seams that only the reasons have.

A `Spell` is a time in which the same people hold a line: its ends are changes of hands. A `Stint` is one person's time
with its reason, told once for all pipelines where it is the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.shift import Shift, Source, cut, merged

NEAR = timedelta(days=35)
"""How far a change of hands is looked for, back and ahead."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Spell:
    """`[starts_at, ends_at)`, aware UTC."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    """Nobody in a gap, and outside the hours of duty."""
    on_purpose: bool
    """Whether nobody is meant to be on call."""


@dataclass(frozen=True, kw_only=True)
class Stint:
    shift: Shift
    """Without those who watch beside."""
    pipelines: tuple[str, ...]
    """In the order of the plan."""


def spells(roster: Roster, line: Line, starts_at: datetime, ends_at: datetime) -> tuple[Spell, ...]:
    """Return who holds *line* within the window, in order; neighbours differ."""
    shifts = timeline(roster, line, starts_at, ends_at)
    found: list[Spell] = []
    for begin, end in cut(((shift.starts_at, shift.ends_at) for shift in shifts), starts_at, ends_at):
        here = [shift for shift in shifts if shift.starts_at <= begin and end <= shift.ends_at]
        people = tuple(sorted({shift.person for shift in here if shift.person}))
        on_purpose = not people and all(shift.source is Source.NONE for shift in here)
        if found and (found[-1].people, found[-1].on_purpose) == (people, on_purpose):
            found[-1] = replace(found[-1], ends_at=end)
        else:
            found.append(Spell(starts_at=begin, ends_at=end, people=people, on_purpose=on_purpose))
    return tuple(found)


def spell_at(roster: Roster, line: Line, *, at: datetime) -> tuple[Spell, datetime | None]:
    """
    Return who holds *line* at the instant *at*, and until when; None: no change in sight.

    A spell that began farther back than `NEAR` begins `LONG_AGO`.
    """
    near = spells(roster, line, at - NEAR, at + NEAR)
    spell = next(one for one in near if one.starts_at <= at < one.ends_at)
    if spell is near[0]:
        spell = replace(spell, starts_at=LONG_AGO)
    return spell, spell.ends_at if spell.ends_at < at + NEAR else None


def beginnings(spells: Iterable[Spell]) -> Iterator[tuple[str, Spell, tuple[str, ...]]]:
    """
    Yield (person, spell, whom they take over from) for each time that somebody comes on call; not for the first spell.

    Hours in which nobody is meant to be on call do not count: who goes on the next morning does not begin anew.
    """
    before: Spell | None = None
    for spell in spells:
        if spell.on_purpose:
            before = before or spell
            continue
        if before is not None:
            for person in spell.people:
                if person not in before.people:
                    yield person, spell, tuple(one for one in before.people if one not in spell.people)
        before = spell


def stints(roster: Roster, lines: Iterable[Line], starts_at: datetime, ends_at: datetime) -> tuple[Stint, ...]:
    """Return the times on call of *lines* within the window, those together that differ in the pipeline alone."""
    found: dict[Shift, list[str]] = {}
    for line in lines:
        bare = (
            replace(shift, backup=(), on_deck=(), pipeline=None) for shift in timeline(roster, line, starts_at, ends_at)
        )
        for shift in merged(bare):
            pipelines = found.setdefault(replace(shift, seat=0), [])
            pipelines += [key for key in line.pipelines if key not in pipelines]
    ordered = sorted(found.items(), key=lambda item: (item[0].starts_at, item[0].ends_at, item[0].person or ""))
    return tuple(Stint(shift=shift, pipelines=tuple(pipelines)) for shift, pipelines in ordered)


def is_all(roster: Roster, pipelines: Iterable[str]) -> bool:
    """Whether *pipelines* are all that have somebody on call."""
    return {key for line in roster.lines if line.rotation for key in line.pipelines} <= set(pipelines)
