"""What the page shows, as values: the template draws them and decides nothing."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One person's time within one week; columns are hours from Monday 00:00, counted from 1."""

    begins: int
    ends: int
    lane: int
    person: str
    """Name; of a gap, what it is."""
    short: str
    hue: int | None
    kind: str
    """Why it is not the plain turn, in a word."""
    of: str
    """The pipelines, where not all."""
    goes_on: bool
    came_on: bool
    labelled: bool
    source: str
    tip: tuple[tuple[str, str], ...]
    """(what, words)."""
    span: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that is so all day: a public holiday, somebody away."""

    kind: str
    """`holiday` or `away`."""
    text: str
    who: str


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    inside: bool
    """Whether it belongs to the month."""
    today: bool
    marks: tuple[Mark, ...]
    deck: str = ""
    """Why everybody keeps watch."""
    deck_begins: bool = False


@dataclass(frozen=True, kw_only=True)
class Week:
    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    lanes: int
    now: int | None
    """The present hour, where it is in this week."""


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    hue: int
    days: str


@dataclass(frozen=True, kw_only=True)
class Tab:
    name: str
    key: str
    selected: bool


@dataclass(frozen=True, kw_only=True)
class Now:
    """Who is on call at this moment."""

    who: str
    hue: int | None
    of: str
    until: str


@dataclass(frozen=True, kw_only=True)
class Month:
    first: date
    before: date | None
    after: date | None
    tabs: tuple[Tab, ...]
    pipeline: str
    without: tuple[tuple[str, str], ...]
    """(pipelines, why) of those that have nobody on call on purpose."""
    now: tuple[Now, ...]
    weeks: tuple[Week, ...]
    people: tuple[Person, ...]
    listed: tuple[Bar, ...] = field(default=())
    """Each time on call once, in order: for a narrow screen, and for whoever cannot see the bars."""
