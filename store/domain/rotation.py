"""
The repeating order of a rotation: turns counted in whole local units from an anchor.

Before the anchor nobody has a turn. A version holds from its first turn until the first turn of the next one, so the
past and the running turn never change; only whoever is missing from a version that has come into force gives up the
running turn, to the next in the old order who stays.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property

from dateutil.relativedelta import relativedelta

from store.domain.strict import Strict
from store.domain.wall import DAY, WEEKDAYS, at_clock, day_begins, day_of, instant, local_of

WEEK = 7 * DAY


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Duty(Strict):
    """Hours on which somebody is on call. A closing that is not after the opening is on the next day."""

    days: tuple[str, ...] = WEEKDAYS[:5]
    """Weekdays on which the hours open."""
    opens: time = time(9)
    closes: time = time(18)
    zone: str | None = None
    """IANA zone of the hours; left out: the rotation's."""


@dataclass(frozen=True, kw_only=True)
class Version(Strict):
    """An order that holds from a day on, until a later version takes over."""

    starts_on: date
    """The first day of the first turn. Within a week it waits for the handoff, and who is not in it leaves at once."""
    order: tuple[str, ...]
    """Keys of people, or of `groups` who serve together. Empty: nobody from then on, on purpose."""


@dataclass(frozen=True, kw_only=True)
class Rotation(Strict):
    """Who serves in turn, and when they change hands; or a stack of other rotations."""

    zone: str
    """IANA zone of the handoff's wall clock."""
    turn: Unit = Unit.WEEK
    every: int = 1
    """Length of a turn, in units of `turn`."""
    handoff_on: str = "monday"
    """For turns of weeks."""
    handoff_at: time = time(10)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of people who serve together, by the name that stands in an order."""
    versions: tuple[Version, ...] = ()
    duty: Duty | None = None
    """Hours of this rotation; left out: all."""
    layers: tuple[str, ...] = ()
    """Keys of rotations, most important first, instead of versions: the first with somebody on duty holds."""
    slack_group: str | None = None
    """Handle of the Slack user group that follows this rotation; several rotations may share one."""

    @cached_property
    def in_time(self) -> tuple[tuple[Version, datetime], ...]:
        """The versions in order of time, each with the UTC instant at which its first turn begins."""
        versions = sorted(self.versions, key=lambda version: version.starts_on)
        return tuple((version, handoff_instant(self, _first_day(self, version))) for version in versions)

    @cached_property
    def orders(self) -> dict[int, tuple[str, ...]]:
        """Everybody in the rotation, by the number of `changes` so far, where that was worked out already."""
        return {}

    @cached_property
    def neighbours(self) -> dict[datetime, "Turn | None"]:
        """The turns before and after others that were worked out already."""
        return {}

    @cached_property
    def changes(self) -> tuple[datetime, ...]:
        """The instants, UTC and in order, at which people join or leave."""
        left = (handoff_instant(self, version.starts_on) for version in self.versions)
        return tuple(sorted({*left, *(begins for _, begins in self.in_time)}))


@dataclass(frozen=True)
class Turn:
    """One half-open turn `[starts_at, ends_at)` of a rotation, aware UTC."""

    members: tuple[str, ...]
    """Keys of people: one, or a group. Nobody where the order is empty."""
    starts_at: datetime
    ends_at: datetime
    begun_at: datetime
    """Where the whole turn begins, whoever took over in the middle of it."""
    number: int
    """Place in the order, from 1."""
    of: int
    """Length of the order."""
    left: str | None = None
    """Whose turn it was until they left the rotation in the middle of it."""


def handoff_instant(rotation: Rotation, day: date) -> datetime:
    """Return the UTC instant of the handoff on the local *day*."""
    return at_clock(day, rotation.handoff_at, rotation.zone)


def turn_at(rotation: Rotation, *, at: datetime) -> Turn | None:
    """Return the turn that holds at the instant *at*, or None before the first anchor."""
    return next(turns(rotation, at, at + timedelta.resolution), None)


def turns(rotation: Rotation, starts_at: datetime, ends_at: datetime) -> Iterator[Turn]:
    """Yield the turns that touch `[starts_at, ends_at)`, whole, in order. None is empty or overlaps another."""
    versions = rotation.in_time
    for index, (version, begins) in enumerate(versions):
        until = versions[index + 1][1] if index + 1 < len(versions) else None
        if begins >= ends_at:
            return
        if until is not None and until <= starts_at:
            continue
        for turn in _of_version(rotation, version, max(starts_at, begins), min(ends_at, until or ends_at)):
            whole = turn if until is None or turn.ends_at <= until else replace(turn, ends_at=until)
            pieces = _without_leavers(rotation, index, whole)
            yield from (piece for piece in pieces if piece.starts_at < ends_at and starts_at < piece.ends_at)


def span_of(rotation: Rotation, day: date) -> tuple[datetime, datetime]:
    """Return the span of a turn that begins on the local *day*."""
    begins = datetime.combine(day, rotation.handoff_at)
    return instant(begins, rotation.zone), instant(_local_begin(rotation, begins, 1), rotation.zone)


def begins_at(rotation: Rotation) -> datetime | None:
    """Return the instant of the anchor: nobody has a turn before it. None without a version."""
    return rotation.in_time[0][1] if rotation.versions else None


def following(rotation: Rotation, turn: Turn) -> Turn | None:
    """Return the turn after *turn*, whoever takes over in the middle of it."""
    after = _remembered(rotation, turn.ends_at)
    return following(rotation, after) if after and after.begun_at == turn.begun_at else after


def as_of(rotation: Rotation, at: datetime) -> Rotation:
    """Return *rotation* with the versions alone whose day has come by *at*."""
    come = tuple(version for version in rotation.versions if handoff_instant(rotation, version.starts_on) <= at)
    return rotation if len(come) == len(rotation.versions) else replace(rotation, versions=come)


def preceding(rotation: Rotation, turn: Turn) -> Turn | None:
    """Return the turn before *turn*; None for the first."""
    return _remembered(rotation, turn.begun_at - timedelta.resolution)


def _remembered(rotation: Rotation, at: datetime) -> Turn | None:
    """As `turn_at`, for the few instants that are asked for again and again: the ends of turns."""
    if at not in rotation.neighbours:
        rotation.neighbours[at] = turn_at(rotation, at=at)
    return rotation.neighbours[at]


def orders_people(rotation: Rotation, turn: Turn) -> tuple[str, ...]:
    """Return everybody of the order that *turn* belongs to, beginning with whoever comes after it."""
    order = _version_at(rotation, turn.starts_at)[0].order
    people = (
        member for entry in (*order[turn.number :], *order[: turn.number]) for member in _members(rotation, entry)
    )
    return tuple(dict.fromkeys(people))


def in_order(rotation: Rotation, at: datetime) -> tuple[str, ...]:
    """Return everybody in the rotation at the instant *at*; before the anchor the first order."""
    if not rotation.versions:
        return ()
    since = bisect_right(rotation.changes, at)
    if since not in rotation.orders:
        rotation.orders[since] = _in_order(rotation, at)
    return rotation.orders[since]


def _in_order(rotation: Rotation, at: datetime) -> tuple[str, ...]:
    version, begins = _version_at(rotation, at)
    people = dict.fromkeys(member for entry in version.order for member in _members(rotation, entry))
    for later, later_begins in rotation.in_time:
        if later.order and begins < later_begins and handoff_instant(rotation, later.starts_on) <= at:
            staying = {member for entry in later.order for member in _members(rotation, entry)}
            people = {person: None for person in people if person in staying}
    return tuple(people)


def everybody_at(rotations: Mapping[str, Rotation], key: str, at: datetime) -> tuple[str, ...]:
    """Return everybody in a rotation, or in its layers, at the instant *at*."""
    people = (one for leaf in leaves(rotations, key).values() for one in in_order(leaf, at))
    return tuple(dict.fromkeys(people))


def leaves(rotations: Mapping[str, Rotation], key: str) -> dict[str, Rotation]:
    """Return the rotations with turns of their own behind *key*: itself, or those of its layers."""
    rotation = rotations[key]
    if not rotation.layers:
        return {key: rotation}
    return {name: leaf for layer in rotation.layers for name, leaf in leaves(rotations, layer).items()}


def _version_at(rotation: Rotation, at: datetime) -> tuple[Version, datetime]:
    begun = [each for each in rotation.in_time if each[1] <= at]
    return begun[-1] if begun else rotation.in_time[0]


def _first_day(rotation: Rotation, version: Version) -> date:
    """A week's turn begins on the weekday of the handoff, whatever day the version names."""
    if rotation.turn is not Unit.WEEK:
        return version.starts_on
    return version.starts_on + (WEEKDAYS.index(rotation.handoff_on) - version.starts_on.weekday()) % 7 * DAY


def _of_version(rotation: Rotation, version: Version, starts_at: datetime, ends_at: datetime) -> Iterator[Turn]:
    """Yield the turns of *version* alone that touch the span; it begins at or before *starts_at*."""
    anchor = datetime.combine(_first_day(rotation, version), rotation.handoff_at)

    def begin_of(number: int) -> datetime:
        return instant(_local_begin(rotation, anchor, number), rotation.zone)

    number = _number_near(rotation, anchor, local_of(starts_at, rotation.zone))
    # The count is of the wall clock; where that was turned, the instant may lie in a neighbour.
    while begin_of(number) > starts_at:
        number -= 1
    while begin_of(number + 1) <= starts_at:
        number += 1
    begins = begin_of(number)
    while begins < ends_at:
        ends = begin_of(number + 1)
        if begins < ends:  # else the clock skipped it whole
            place = number % len(version.order) if version.order else 0
            members = _members(rotation, version.order[place]) if version.order else ()
            yield Turn(members, begins, ends, begins, place + 1, len(version.order))
        begins, number = ends, number + 1


def _local_begin(rotation: Rotation, anchor: datetime, number: int) -> datetime:
    steps = number * rotation.every
    if rotation.turn is Unit.MONTH:
        return anchor + relativedelta(months=steps)  # from the anchor, so that the 31st comes back after February
    return anchor + steps * _LENGTH[rotation.turn]


_LENGTH = {Unit.HOUR: timedelta(hours=1), Unit.DAY: DAY, Unit.WEEK: WEEK}


def _number_near(rotation: Rotation, anchor: datetime, local: datetime) -> int:
    if rotation.turn is Unit.MONTH:
        months = (local.year - anchor.year) * 12 + local.month - anchor.month
        return months // rotation.every
    return (local - anchor) // (rotation.every * _LENGTH[rotation.turn])


def _members(rotation: Rotation, entry: str) -> tuple[str, ...]:
    return rotation.groups.get(entry, (entry,))


def _without_leavers(rotation: Rotation, index: int, turn: Turn) -> list[Turn]:
    """Cut *turn* of version *index* wherever a later version comes into force without somebody who serves in it."""
    pieces = [turn]
    for later, _ in rotation.in_time[index + 1 :]:
        left_at = handoff_instant(rotation, later.starts_on)
        if left_at >= turn.ends_at:
            break
        pieces[-1:] = _pass_on(rotation, rotation.in_time[index][0], later, pieces[-1], left_at)
    return pieces


def _pass_on(rotation: Rotation, version: Version, later: Version, turn: Turn, left_at: datetime) -> Iterator[Turn]:
    """
    Let others take over from those of *turn* who are not in the *later* version.

    Those who serve together go on without them; else the next in the old order who stays, else the first of the new.
    """
    staying = {member for entry in later.order for member in _members(rotation, entry)}
    rest = tuple(member for member in turn.members if member in staying)
    if len(rest) == len(turn.members) or not staying:
        yield turn
        return
    if turn.starts_at < left_at:
        yield replace(turn, ends_at=left_at)
    turn = replace(turn, starts_at=max(turn.starts_at, left_at))
    if rest:
        yield replace(turn, members=rest)
        return
    order = (*version.order[turn.number :], *version.order[: turn.number], *later.order)
    heirs = (tuple(one for one in _members(rotation, entry) if one in staying) for entry in order)
    yield replace(turn, members=next(heir for heir in heirs if heir), left=turn.left or turn.members[0])


def on_duty(duty: Duty, zone: str, starts_at: datetime, ends_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans of *duty* within `[starts_at, ends_at)`, in order; *zone* where the duty names none."""
    zone = duty.zone or zone
    overnight = duty.closes <= duty.opens
    day = day_of(starts_at, zone) - DAY
    while day_begins(day, zone) < ends_at:
        if WEEKDAYS[day.weekday()] in duty.days:
            opens = max(starts_at, at_clock(day, duty.opens, zone))
            closes = min(ends_at, at_clock(day + overnight * DAY, duty.closes, zone))
            if opens < closes:
                yield opens, closes
        day += DAY
