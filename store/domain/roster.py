"""
Everything that decides who is on call, as one value.

`store.domain.oncall` answers from it. Two rosters can be compared: that is how a change is shown before it is saved.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from store.domain.absence import Absence, Kind
from store.domain.holiday import Holiday, HolidaysIn, corrected, is_named
from store.domain.override import Override, Volunteer
from store.domain.pipeline import Pipeline
from store.domain.rotation import Duty, Rotation, Turn
from store.domain.shift import Shift, Watch
from store.domain.spans import InTime
from store.domain.swap import Standing, Swap, standing
from store.domain.team import Cover, HolidayFix, Leave, OnDeck, Person, TeamFile
from store.domain.wall import DAY, WEEKDAYS, days_span


def no_holidays(_country: str, _subdivision: str | None, _year: int) -> tuple[Holiday, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What people entered, beside the plan."""

    absences: tuple[Absence, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    volunteers: tuple[Volunteer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """Pipelines that always have the same people on call."""

    pipelines: tuple[str, ...]
    key: str | None
    """The pipeline's key; None for the one line of all that have somebody on call."""
    rotation: str | None
    """None: nobody is on call, on purpose."""
    why: str = ""
    duty: Duty | None = None
    owners: tuple[tuple[str, str], ...] = ()
    """Primary and secondary of each pipeline; keys of people or teams."""
    high_alert: tuple[str, ...] = ()
    parts: tuple["Line", ...] = field(default=(), compare=False, repr=False)
    """The line of each pipeline, where this one stands for several: they may differ in who watches."""


@dataclass(frozen=True, kw_only=True)
class Roster:
    zone: str
    people: Mapping[str, Person]
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key of a team to the keys of its people."""
    rotations: Mapping[str, Rotation]
    lines: tuple[Line, ...]
    cover: tuple[Cover, ...] = ()
    leave: Leave = field(default_factory=Leave)
    on_deck: tuple[OnDeck, ...] = ()
    workdays: tuple[str, ...] = WEEKDAYS[:5]
    entries: Entries = field(default_factory=Entries)
    fixes: tuple[HolidayFix, ...] = ()
    holidays_in: HolidaysIn = no_holidays

    def line_of(self, pipeline: str) -> Line:
        """Return the line that answers for *pipeline* alone. Raises: KeyError."""
        lines = (part for line in self.lines for part in line.parts or (line,))
        return next((line for line in lines if pipeline in line.pipelines), None) or _no_line(pipeline)

    def name_of(self, person: str) -> str:
        known = self.people.get(person)
        return known.name if known else person

    def people_of(self, owner: str) -> tuple[str, ...]:
        """Return the people behind an owner: a person alone, or a team's members."""
        return self.teams.get(owner, (owner,) if owner in self.people else ())

    def zone_of(self, person: str) -> str:
        known = self.people.get(person)
        return (known.zone if known else None) or self.zone

    def members(self, rotation: str, turn: Turn) -> tuple[tuple[str, str, Swap | None], ...]:
        """Return who serves in *turn* after swaps: (person, whose turn it was, the swap that brought them)."""
        served = self._served(rotation)
        swapped = served.get((rotation, turn.starts_at), {})
        if turn.left and not swapped:
            before = served.get((rotation, turn.begun_at), {})
            if turn.left in before:  # whoever serves in the place of the one who left goes on
                return ((before[turn.left][0], turn.left, before[turn.left][1]),)
        return tuple(
            (swapped[member][0], member, swapped[member][1])
            if member in swapped and swapped[member][0] != member
            else (member, member, None)
            for member in turn.members
        )

    @cached_property
    def years(self) -> dict[tuple[Line, int], tuple[Shift, ...]]:
        """Whole years of a line that were worked out already, where cover depends on who served before."""
        return {}

    @cached_property
    def swaps(self) -> Standing:
        return standing(self.entries.swaps, self.rotations)

    def _served(self, rotation: str) -> Mapping[tuple[str, datetime], Mapping[str, tuple[str, Swap]]]:
        """Return the turns that were swapped in one rotation: no other's have a say in it."""
        if rotation not in self._by_rotation:
            mine = [swap for swap in self.entries.swaps if swap.rotation == rotation]
            self._by_rotation[rotation] = standing(mine, self.rotations).turns
        return self._by_rotation[rotation]

    @cached_property
    def _by_rotation(self) -> dict[str, Mapping[tuple[str, datetime], Mapping[str, tuple[str, Swap]]]]:
        return {}

    def holidays_of(self, person: str, year: int) -> tuple[Holiday, ...]:
        """Return the public holidays where the person lives, also those they do not observe."""
        known = self.people.get(person)
        if known is None or known.country is None:
            return ()
        place = (known.country, known.subdivision, year)
        if place not in self._holidays:
            self._holidays[place] = corrected(
                self.holidays_in(*place), self.fixes, country=place[0], subdivision=place[1], year=year
            )
        return self._holidays[place]

    def feasts(self, person: str, starts_at: datetime, ends_at: datetime) -> list[Absence]:
        """Return the spans that touch of the person's public holidays that count for comp and backup."""
        years = _years(starts_at, ends_at)
        key = ("feasts", person, years)
        if key not in self._spans:
            self._spans[key] = InTime(self._named_days(person, self.leave.major_holidays, years))
        return self._spans[key].touching(starts_at, ends_at)

    def away(self, person: str, starts_at: datetime, ends_at: datetime) -> tuple[Absence, ...]:
        """
        Return the person's absences that touch `[starts_at, ends_at)`, in order of their beginning.

        A public holiday among them is everybody's who lives there, and names no person.
        """
        years = _years(starts_at, ends_at)
        key = ("away", person, years)
        if key not in self._spans:
            holidays: Iterable[Absence] = ()
            if self.leave.holiday_is_away and person in self.people:
                holidays = self._named_days(person, self.people[person].observes, years)
            self._spans[key] = InTime((*self._absences.get(person, ()), *holidays))
        return tuple(self._spans[key].touching(starts_at, ends_at))

    def overrides_of(self, line: Line) -> InTime[Override]:
        """Return the overrides for any of the line's pipelines, or for all. Who has left the plan covers nothing."""
        if line.pipelines not in self._overrides:
            mine = set(line.pipelines)
            here = (one for one in self.entries.overrides if one.person is None or one.person in self.people)
            self._overrides[line.pipelines] = InTime(
                one for one in here if not one.pipelines or mine & set(one.pipelines)
            )
        return self._overrides[line.pipelines]

    @cached_property
    def _overrides(self) -> dict[tuple[str, ...], InTime[Override]]:
        return {}

    @cached_property
    def watchers(self) -> dict[Hashable, tuple[Watch, ...]]:
        """Who is on deck on the days on deck that were worked out already."""
        return {}

    @cached_property
    def _absences(self) -> dict[str, list[Absence]]:
        by_person: dict[str, list[Absence]] = {}
        for absence in self.entries.absences:
            by_person.setdefault(absence.person, []).append(absence)
        return by_person

    @cached_property
    def _holidays(self) -> dict[tuple[str, str | None, int], tuple[Holiday, ...]]:
        return {}

    @cached_property
    def _spans(self) -> dict[tuple[str, str, tuple[int, int]], InTime[Absence]]:
        return {}

    @cached_property
    def _days(self) -> dict[Hashable, tuple[Absence, ...]]:
        """Holidays as spans, by place, names and year: they are everybody's there, and name no person."""
        return {}

    def _named_days(self, person: str, names: tuple[str, ...], years: tuple[int, int]) -> Iterator[Absence]:
        known = self.people.get(person)
        for year in range(years[0], years[1] + 1):
            key = (known and (known.country, known.subdivision, known.zone), names, year)
            if key not in self._days:
                self._days[key] = tuple(
                    Absence(person="", starts_at=begins, ends_at=ends, kind=Kind.HOLIDAY, name=holiday.name)
                    for holiday in self.holidays_of(person, year)
                    if is_named(holiday, names)
                    for begins, ends in [days_span(holiday.day, holiday.day, self.zone_of(person))]
                )
            yield from self._days[key]


def _years(starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
    """Return the first and the last year that the span may touch, in whatever zone."""
    return (starts_at - DAY).year, (ends_at + DAY).year


def _no_line(pipeline: str) -> Line:
    raise KeyError(pipeline)


def build(
    team: TeamFile, pipelines: Mapping[str, Pipeline], entries: Entries, holidays_in: HolidaysIn = no_holidays
) -> Roster:
    """Return the roster of a plan with what people entered."""
    by_owners = Cover.SECONDARY in team.cover or team.leave.backup_on_holidays
    lines = [
        Line(
            pipelines=(key,),
            key=key,
            rotation=pipeline.on_call.rotation,
            why=pipeline.on_call.why,
            duty=pipeline.on_call.duty,
            owners=((pipeline.owners.primary, pipeline.owners.secondary),),
            high_alert=pipeline.on_call.high_alert,
        )
        for key, pipeline in pipelines.items()
    ]
    members = {key: tuple(one for one, person in team.people.items() if key in person.teams) for key in team.teams}
    return Roster(
        zone=team.zone,
        people=team.people,
        teams=members,
        rotations=team.rotations,
        lines=fold(lines, entries, apart=by_owners) or rotation_lines(team.rotations),
        cover=team.cover,
        leave=team.leave,
        on_deck=team.on_deck,
        workdays=team.hours.days,
        entries=entries,
        fixes=team.holidays,
        holidays_in=holidays_in,
    )


def rotation_lines(rotations: Mapping[str, Rotation]) -> tuple[Line, ...]:
    """Return a line per rotation that is no layer of another, where no pipeline names one."""
    layers = {layer for rotation in rotations.values() for layer in rotation.layers}
    own = [key for key in rotations if key not in layers]
    return tuple(Line(pipelines=(key,), key=key if len(own) > 1 else None, rotation=key) for key in own)


def fold(lines: Iterable[Line], entries: Entries, *, apart: bool) -> tuple[Line, ...]:
    """
    Return *lines*, those together that cannot differ in who is on call.

    One line is left for all pipelines with an on-call where there can be only one answer; it has no key.

    Args:
        apart: the answer depends on a pipeline's owners, so that each has a line of its own.
    """
    lines = tuple(lines)
    groups: dict[Hashable, list[Line]] = {}
    for line in lines:
        entered: tuple[Override | Volunteer, ...] = (*entries.overrides, *entries.volunteers)
        scoped = tuple(one for one in entered if set(one.pipelines) & set(line.pipelines))
        same = (line.rotation, line.duty, scoped) if line.rotation and not apart else line.key
        groups.setdefault(same, []).append(line)
    held = [group for group in groups.values() if group[0].rotation]
    if len(held) > 1:
        return lines
    return tuple(_together(group) if group[0].rotation else group[0] for group in groups.values())


def _together(group: list[Line]) -> Line:
    first = group[0]
    return Line(
        pipelines=tuple(key for line in group for key in line.pipelines),
        key=None,
        rotation=first.rotation,
        why=first.why,
        duty=first.duty,
        owners=tuple(owners for line in group for owners in line.owners),
        high_alert=tuple(dict.fromkeys(person for line in group for person in line.high_alert)),
        parts=tuple(group),
    )
