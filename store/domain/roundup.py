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
    """Pipelines with the same people on call, now and in the weeks to come."""

    pipelines: tuple[str, ...]
    now: tuple[Shift, ...]
    coming: tuple[Shift, ...]
    """The next changes of hands; who merely watches beside is left out."""
    alert: tuple[str, ...] = ()
    """Of those on deck now the ones who watch most closely; empty where these are all of them."""


def roundup(roster: Roster, *, at: datetime, pipelines: Iterable[str] | None = None) -> tuple[Group, ...]:
    """Return who is on call at the instant *at* and next, for *pipelines* or for all."""
    wanted = None if pipelines is None else set(pipelines)
    groups: dict[tuple[tuple[Shift, ...], tuple[Shift, ...], tuple[str, ...]], tuple[str, ...]] = {}
    for line in roster.lines:
        mine = tuple(key for key in line.pipelines if wanted is None or key in wanted)
        if mine:
            now = on_call(roster, line, at=at)
            after = max((shift.ends_at for shift in now), default=at)
            coming = timeline(roster, line, after, max(after, at) + AHEAD) if line.rotation else ()
            alert = tuple(dict.fromkeys(one for shift in now for one in alert_of(line, shift)))
            same = tuple(replace(each, pipeline=None) for each in now), calmed(coming), alert
            groups[same] = (*groups.get(same, ()), *mine)
    return tuple(Group(keys, *same) for same, keys in groups.items())


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
    """
    Return the person's shifts of all lines, in order, each with its pipelines; none is named where it is for all.

    Those that another one tells as well are told with it: the same person for the same reason, in a time that holds
    theirs. Such are one line's hours of duty beside the whole days of another.
    """
    every = [(shift, line) for line in roster.lines for shift in calmed(timeline(roster, line, starts_at, ends_at))]
    told: list[tuple[Shift, dict[str, None]]] = []
    for shift, line in sorted(every, key=lambda one: (one[0].starts_at, -one[0].ends_at.timestamp())):
        if shift.person == person:
            same = next((one for one in told if one[0].is_held_as(shift) and shift.ends_at <= one[0].ends_at), None)
            if same is None:
                told.append(same := (shift, {}))
            same[1].update(dict.fromkeys(line.pipelines))
    return tuple(
        Stint(shift=shift, pipelines=() if is_all(roster, pipelines) else tuple(pipelines)) for shift, pipelines in told
    )
