"""The roster at a glance: pipelines that share their people together, day by day, one person's share."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from store.domain.oncall import on_call, timeline
from store.domain.roster import Line, Roster
from store.domain.shift import Shift, Source, clipped
from store.domain.spell import Stint, is_all
from store.domain.wall import DAY, day_of, days_span

AHEAD = timedelta(weeks=5)


@dataclass(frozen=True)
class Group:
    """Pipelines with the same people on call now."""

    pipelines: tuple[str, ...]
    now: tuple[Shift, ...]
    coming: tuple[Stint, ...]
    """The next changes of hands, each with its pipelines where it is not for all; who merely watches is left out."""
    alert: tuple[str, ...] = ()
    """Of those on deck now the ones who watch most closely; empty where these are all of them."""


def roundup(roster: Roster, *, at: datetime, pipelines: Iterable[str] | None = None) -> tuple[Group, ...]:
    """Return who is on call at the instant *at* and next, for *pipelines* or for all."""
    wanted = None if pipelines is None else set(pipelines)
    groups: dict[tuple[tuple[Shift, ...], tuple[str, ...]], dict[Line, tuple[str, ...]]] = {}
    for line in roster.lines:
        mine = tuple(key for key in line.pipelines if wanted is None or key in wanted)
        if mine:
            now = on_call(roster, line, at=at)
            alert = tuple(dict.fromkeys(one for shift in now for one in alert_of(line, shift)))
            same = tuple(replace(each, pipeline=None) for each in now), alert
            groups.setdefault(same, {})[line] = mine
    return tuple(_group(roster, now, alert, lines, at=at) for (now, alert), lines in groups.items())


def _group(
    roster: Roster, now: tuple[Shift, ...], alert: tuple[str, ...], lines: dict[Line, tuple[str, ...]], *, at: datetime
) -> Group:
    keys = tuple(key for mine in lines.values() for key in mine)
    after = max((shift.ends_at for shift in now), default=at)
    until = max(after, at) + AHEAD
    every = [
        (shift, mine)
        for line, mine in lines.items()
        if line.rotation
        for shift in calmed(timeline(roster, line, after, until))
    ]
    coming = (
        Stint(shift=shift, pipelines=() if set(told) == set(keys) else tuple(told)) for shift, told in told_once(every)
    )
    return Group(keys, now, tuple(coming), alert)


def told_once(every: Iterable[tuple[Shift, tuple[str, ...]]]) -> list[tuple[Shift, dict[str, None]]]:
    """
    Return shifts of several lines in order, each with the pipelines it is for.

    Those that another one tells as well are told with it: the same person for the same reason, in a time that holds
    theirs. Such are one line's hours of duty beside the whole days of another.
    """
    told: list[tuple[Shift, dict[str, None]]] = []
    for shift, pipelines in sorted(every, key=lambda one: (one[0].starts_at, -one[0].ends_at.timestamp())):
        same = next((one for one in told if one[0].is_held_as(shift) and shift.ends_at <= one[0].ends_at), None)
        if same is None:
            told.append(same := (shift, {}))
        same[1].update(dict.fromkeys(pipelines))
    return told


def alert_of(line: Line, shift: Shift) -> tuple[str, ...]:
    """Return who is on high alert beside or in *shift*; nobody where all who watch are, or where it is no such time."""
    watching = {shift.person, *shift.on_deck}
    alert = tuple(one for one in line.high_alert if one in watching)
    return alert if shift.on_deck and len(alert) < len(watching - {None}) else ()


def calmed(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return *shifts* without hours off duty and without what differs only in who watches beside."""
    done: list[Shift] = []
    for shift in shifts:
        if shift.source is Source.NONE:
            continue
        plain = replace(shift, backup=(), on_deck=(), pipeline=None)
        last = next((index for index in reversed(range(len(done))) if done[index].seat == shift.seat), None)
        if last is not None and done[last].is_held_as(plain):
            done[last] = replace(done[last], ends_at=plain.ends_at)
        else:
            done.append(plain)
    return tuple(done)


@dataclass(frozen=True)
class Day:
    day: date
    shifts: tuple[Shift, ...]
    """Those that touch the day, cut to it, in order."""

    @property
    def main(self) -> Shift | None:
        """The one that holds the most of the day's hours on duty."""
        on_duty = [shift for shift in self.shifts if shift.source is not Source.NONE]
        return max(on_duty or self.shifts, key=lambda shift: shift.ends_at - shift.starts_at, default=None)


def by_day(shifts: Iterable[Shift], first: date, last: date, zone: str) -> tuple[Day, ...]:
    """Return the local days *first* to *last*, each with its part of *shifts*."""
    cut: dict[date, list[Shift]] = {first + back * DAY: [] for back in range((last - first).days + 1)}
    for shift in shifts:
        day = max(first, day_of(shift.starts_at, zone))
        while day <= last:
            begins, ends = days_span(day, day, zone)
            if begins >= shift.ends_at:
                break
            if shift.starts_at < ends:
                cut[day].append(clipped(shift, begins, ends))
            day += DAY
    return tuple(Day(day, tuple(parts)) for day, parts in cut.items())


def mine(roster: Roster, person: str, starts_at: datetime, ends_at: datetime) -> tuple[Stint, ...]:
    """Return the person's shifts of all lines, in order, each with its pipelines; none is named where it is for all."""
    every = (
        (shift, line.pipelines)
        for line in roster.lines
        for shift in calmed(timeline(roster, line, starts_at, ends_at))
        if shift.person == person
    )
    return tuple(
        Stint(shift=shift, pipelines=() if is_all(roster, pipelines) else tuple(pipelines))
        for shift, pipelines in told_once(every)
    )
