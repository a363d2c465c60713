"""One person's time on call, as it is told: who, from when to when, why, and who else watches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, TypeVar

from store.domain.spans import Spanning


class Source(StrEnum):
    """What put this person on call."""

    ROTATION = "rotation"
    COVER = "cover"
    OVERRIDE = "override"
    SWAP = "swap"
    GAP = "gap"
    """Somebody should be on call and nobody is."""
    NONE = "none"
    """Nobody is on call, on purpose."""


@dataclass(frozen=True)
class Passed:
    """Somebody the cover rules came to and could not take."""

    person: str
    why: str


class Watch(NamedTuple):
    """Those who watch beside the person on call in `[starts_at, ends_at)`, aware UTC."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shift:
    """`[starts_at, ends_at)`, aware UTC."""

    person: str | None
    """None: nobody, by a gap or on purpose."""
    starts_at: datetime
    ends_at: datetime
    why: str
    """For people: the rule that acted, and who was passed over."""
    source: Source
    instead_of: str | None = None
    """Who would have been on call without the cover, override or swap."""
    backup: tuple[str, ...] = ()
    on_deck: tuple[str, ...] = ()
    passed: tuple[Passed, ...] = ()
    pipeline: str | None = None
    """None: all pipelines that have somebody on call."""
    seat: int = 0
    """Which of those who serve together, from 0."""

    def is_held_as(self, other: "Shift") -> bool:
        """Whether the same person holds both for the same reason, whoever watches beside."""
        return (self.person, self.why, self.source) == (other.person, other.why, other.source)


Span = tuple[datetime, datetime]
T = TypeVar("T")
Timed = TypeVar("Timed", bound=Spanning)


def but(value: T, **changes: object) -> T:
    """Return a plain dataclass *value* with *changes*, as `dataclasses.replace` does in ten times the time."""
    new = object.__new__(type(value))
    object.__setattr__(new, "__dict__", value.__dict__ | changes)
    return new


def part(value: Timed, starts_at: datetime, ends_at: datetime) -> Timed:
    """Return the part of *value* from *starts_at* to *ends_at*; itself where that is all of it."""
    if value.starts_at == starts_at and value.ends_at == ends_at:
        return value
    return but(value, starts_at=starts_at, ends_at=ends_at)


def cut(spans: Iterable[Span], starts_at: datetime, ends_at: datetime) -> Iterator[Span]:
    """Yield the parts of `[starts_at, ends_at)` between all the begins and ends of *spans*, in order."""
    inside = {at for span in spans for at in span if starts_at < at < ends_at}
    if not inside:
        yield starts_at, ends_at
        return
    edges = [starts_at, *sorted(inside), ends_at]
    yield from pairwise(edges)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return *spans* in order, those that overlap or touch as one: no hour is in there twice."""
    done: list[Span] = []
    for begin, end in sorted(spans):
        if done and begin <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], end))
        else:
            done.append((begin, end))
    return tuple(done)


def overlap(spans: Iterable[Span], starts_at: datetime, ends_at: datetime) -> timedelta:
    """Return how much of `[starts_at, ends_at)` lies in *spans*, none of which overlaps another."""
    parts = (min(end, ends_at) - max(begin, starts_at) for begin, end in spans)
    return sum((part for part in parts if part > timedelta()), timedelta())


def clipped(shift: Shift, starts_at: datetime, ends_at: datetime) -> Shift:
    return part(shift, max(starts_at, shift.starts_at), min(ends_at, shift.ends_at))


def merged(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return *shifts* in order of time, those of one seat that touch and differ in nothing else as one."""
    done: list[Shift] = []
    last: dict[int, int] = {}
    for shift in sorted(shifts, key=lambda one: (one.starts_at, one.seat)):
        index = last.get(shift.seat)
        if index is not None and done[index].ends_at == shift.starts_at and _same(done[index], shift):
            done[index] = but(done[index], ends_at=shift.ends_at)
        else:
            last[shift.seat] = len(done)
            done.append(shift)
    return tuple(done)


def _same(one: Shift, other: Shift) -> bool:
    if one.why != other.why or one.person != other.person:  # most differ here
        return False
    return (one.source, one.instead_of, one.backup, one.on_deck, one.passed) == (
        other.source,
        other.instead_of,
        other.backup,
        other.on_deck,
        other.passed,
    )
