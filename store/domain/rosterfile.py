"""
A roster in one file, without the rest of a plan: the shape of what `baton roster --file` reads.

What decides who is on call has the same form as in `team.yaml`. What people enter in Slack stands here too, so that a
team can replay its own history and try out what it has not agreed on yet.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from store.domain.absence import Kind
from store.domain.pipeline import OnCallRule
from store.domain.rotation import Rotation
from store.domain.strict import Strict
from store.domain.swap import SwapState
from store.domain.team import Cover, HolidayFix, Leave, OnDeck, Person, Team
from store.domain.wall import WEEKDAYS


@dataclass(frozen=True, kw_only=True)
class Watched(OnCallRule):
    """A pipeline, as far as the roster needs to know it."""

    primary: str | None = None
    """Key of the team or person who owns it; cover and backups look here."""
    secondary: str | None = None
    """Key of a team or a person."""


@dataclass(frozen=True, kw_only=True)
class Lasting(Strict):
    """From when to when: whole days, or times."""

    starts_on: date | None = None
    """The first day."""
    ends_on: date | None = None
    """The last day, included; left out: the first day alone."""
    starts_at: datetime | None = None
    """On the clock of the file's zone, unless it names an offset or `Z`."""
    ends_at: datetime | None = None
    """Not included."""
    entered_at: datetime | None = None
    """Left out: before everything that has it. Of two entries of one time the one further down counts as later."""


@dataclass(frozen=True, kw_only=True)
class AbsenceEntry(Lasting):
    person: str
    kind: Kind = Kind.LEAVE
    name: str = ""
    """Of a public holiday."""


@dataclass(frozen=True, kw_only=True)
class OverrideEntry(Lasting):
    person: str | None
    """Who is on call; `null`: nobody, on purpose."""
    replaces: str | None = None
    """Acts only in this person's own time; left out: covers whoever is on call."""
    pipelines: tuple[str, ...] = ()
    """Keys; empty means all that have somebody on call."""


@dataclass(frozen=True, kw_only=True)
class VolunteerEntry(Lasting):
    person: str
    pipelines: tuple[str, ...] = ()
    """Keys; empty means all."""


@dataclass(frozen=True, kw_only=True)
class SwapEntry(Strict):
    """*asker* gives one turn and takes another from *other*."""

    rotation: str
    asker: str
    gives: date
    """The day on which the asker's turn begins."""
    other: str
    takes: date
    """The day on which the other's turn begins."""
    state: SwapState = SwapState.ACCEPTED
    asked_at: datetime | None = None
    decided_at: datetime | None = None
    """Swaps act in this order; left out: in the order of the file."""


@dataclass(frozen=True, kw_only=True)
class RosterFile(Strict):
    """One bare roster."""

    zone: str
    """IANA zone of the wall clock on which days begin and times are read."""
    people: dict[str, Person]
    teams: dict[str, Team] = field(default_factory=dict)
    """Needed only where a team owns a pipeline; people name theirs."""
    rotations: dict[str, Rotation]
    pipelines: dict[str, Watched] = field(default_factory=dict)
    """Left out: each rotation that is no layer of another answers for itself, by its own key."""
    cover: tuple[Cover, ...] = ()
    """Tried in this order; when all are exhausted there is a gap."""
    leave: Leave = field(default_factory=Leave)
    holidays: tuple[HolidayFix, ...] = ()
    """Corrections of the public holidays, or all of them where `known_holidays` is false."""
    known_holidays: bool = True
    """Whether the public holidays of the world's countries are looked up."""
    on_deck: tuple[OnDeck, ...] = ()
    workdays: tuple[str, ...] = WEEKDAYS[:5]
    absences: tuple[AbsenceEntry, ...] = ()
    overrides: tuple[OverrideEntry, ...] = ()
    swaps: tuple[SwapEntry, ...] = ()
    volunteers: tuple[VolunteerEntry, ...] = ()
