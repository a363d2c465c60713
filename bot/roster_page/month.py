"""One month of the roster, laid out: weeks of days, and bars by the hour of the team's wall clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.roster_page.values import Bar, Day, Mark, Month, Now, Person, Tab, Week
from bot.views.shifts import span as span_of
from store.domain.absence import Kind
from store.domain.holiday import is_named
from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.shift import Source
from store.domain.spell import NEAR, Stint, is_all, spell_at, stints
from store.domain.wall import DAY, at_clock, day_begins, day_of, local_of
from store.domain.watch import deck_spans
from store.plans import Plan

HOURS = 7 * 24
HUES = 10
LABELLED = 20
"""Hours that a bar needs for its name."""
KINDS = {
    Source.ROTATION: "",
    Source.COVER: "cover",
    Source.SWAP: "swap",
    Source.OVERRIDE: "by hand",
    Source.GAP: "gap",
    Source.NONE: "",
}
QUIET = {Kind.LEAVE: "away", Kind.EMERGENCY: "away", Kind.CALENDAR: "away", Kind.DAY_OFF: "day off"}
"""What a page that many may open says of somebody's absence."""


@dataclass(frozen=True)
class Scene:
    """What everything on the page is drawn from."""

    plan: Plan
    roster: Roster
    at: datetime

    def hue(self, person: str | None) -> int | None:
        """Return the person's colour: by place in the rotations, so that neighbours in an order differ."""
        if person is None:
            return None
        order = tuple(dict.fromkeys((*_served(self.roster), *self.roster.people)))
        return order.index(person) % HUES if person in order else HUES - 1

    def pipelines(self, keys: Iterable[str]) -> str:
        return ", ".join(self.plan.pipelines[key].name if key in self.plan.pipelines else key for key in keys)


def month_of(plan: Plan, roster: Roster, *, first: date, pipeline: str | None, at: datetime, reach: timedelta) -> Month:
    """
    Return the month that begins on the day *first*, in whole weeks from Monday on.

    Args:
        pipeline: key of one; None: all.
        reach: how far from *at* one may go.
    """
    scene = Scene(plan, roster, at)
    lines = tuple(line for line in roster.lines if pipeline is None or pipeline in line.pipelines)
    held = tuple(line for line in lines if line.rotation)
    after = (first + 31 * DAY).replace(day=1)
    monday = first - first.weekday() * DAY
    weeks = -(-(after - monday).days // 7)
    begins, ends = day_begins(monday, roster.zone), day_begins(monday + weeks * 7 * DAY, roster.zone)
    shown = _shown(scene, held, begins, ends, one=pipeline is not None)
    people = tuple(dict.fromkeys(stint.shift.person for stint in shown if stint.shift.person))
    drawn = [(stint, _bar(scene, held, stint)) for stint in shown]
    inside = [
        bar for stint, bar in drawn if _touches(stint, day_begins(first, roster.zone), day_begins(after, roster.zone))
    ]
    today = day_of(at, roster.zone)
    before = (first - DAY).replace(day=1)
    return Month(
        first=first,
        before=before if before > today - reach else None,
        after=after if after < today + reach else None,
        tabs=tuple(_tabs(scene, pipeline)),
        pipeline=pipeline or "",
        without=tuple(_without(scene, lines)),
        now=tuple(_now(scene, held, one=pipeline is not None)),
        weeks=tuple(
            _week(scene, monday + number * 7 * DAY, first, drawn, _everybody(held, roster, people))
            for number in range(weeks)
        ),
        people=tuple(_people(scene, shown, first, after)),
        listed=tuple(inside),
    )


def _without(scene: Scene, lines: tuple[Line, ...]) -> Iterator[tuple[str, str]]:
    """Yield (pipelines, why) of those without an on-call, each reason once."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if not line.rotation:
            found.setdefault(line.why, []).extend(line.pipelines)
    for why, keys in found.items():
        yield scene.pipelines(keys), why


def _touches(stint: Stint, begins: datetime, ends: datetime) -> bool:
    return stint.shift.starts_at < ends and begins < stint.shift.ends_at


def _served(roster: Roster) -> Iterator[str]:
    for rotation in roster.rotations.values():
        for version in rotation.versions:
            for entry in version.order:
                yield from rotation.groups.get(entry, (entry,))


def _everybody(lines: Iterable[Line], roster: Roster, shown: Iterable[str]) -> tuple[str, ...]:
    """Return whose holidays and leave are of interest: who is shown, and who else serves."""
    served = _served(roster) if any(line.rotation for line in lines) else ()
    return tuple(person for person in dict.fromkeys((*shown, *served)) if person in roster.people)


def _shown(scene: Scene, lines: tuple[Line, ...], begins: datetime, ends: datetime, *, one: bool) -> list[Stint]:
    """Return the times on call to draw: not the hours off duty; with *one* pipeline its own key is not told."""
    near = stints(scene.roster, lines, begins - NEAR, ends + NEAR)  # so that a bar is told with its true ends
    shown = [each for each in near if _touches(each, begins, ends) and each.shift.source is not Source.NONE]
    return [replace(each, pipelines=()) for each in shown] if one else shown


def _bar(scene: Scene, lines: tuple[Line, ...], stint: Stint) -> Bar:
    shift, roster = stint.shift, scene.roster
    name = roster.name_of(shift.person) if shift.person else "Nobody"
    kind = KINDS[shift.source]
    if shift.source is Source.COVER and shift.instead_of:
        kind = f"for {roster.name_of(shift.instead_of)}"
    of = "" if not stint.pipelines or is_all(roster, stint.pipelines) else scene.pipelines(stint.pipelines)
    return Bar(
        begins=0,
        ends=0,
        lane=0,
        person=name,
        short="".join(word[0] for word in name.split()[:2]) if shift.person else "!",
        hue=scene.hue(shift.person),
        kind=kind,
        of=of,
        goes_on=False,
        came_on=False,
        labelled=True,
        source=shift.source.value,
        tip=tuple(_tip(scene, lines, stint)),
        span=span_of(shift.starts_at, shift.ends_at, roster.zone),
    )


def _tip(scene: Scene, lines: tuple[Line, ...], stint: Stint) -> Iterator[tuple[str, str]]:
    shift, roster = stint.shift, scene.roster
    yield "Why", shift.why
    for passed in shift.passed if shift.person else ():  # a gap's reason names them all
        yield "Passed over", passed.why
    standing_by: dict[tuple[str, ...], None] = {}
    for line in lines:
        if stint.pipelines and line.pipelines[0] not in stint.pipelines:
            continue
        for piece in timeline(roster, line, shift.starts_at, shift.ends_at):
            if piece.person == shift.person and piece.backup:
                standing_by[piece.backup] = None
    for backup in standing_by:
        yield "Stands by", " and ".join(map(roster.name_of, backup))


def _week(scene: Scene, monday: date, first: date, drawn: list[tuple[Stint, Bar]], people: tuple[str, ...]) -> Week:
    zone = scene.roster.zone
    begins, ends = day_begins(monday, zone), day_begins(monday + 7 * DAY, zone)
    bars: list[Bar] = []
    free: list[int] = []
    order = {key: at for at, key in enumerate(scene.plan.pipelines)}
    inside = sorted(  # by the hour, then by pipeline, so that a pipeline keeps its lane from week to week
        ((stint, bar) for stint, bar in drawn if _touches(stint, begins, ends)),
        key=lambda each: (max(begins, each[0].shift.starts_at), order.get(next(iter(each[0].pipelines), ""), 0)),
    )
    for stint, bar in inside:
        from_hour = max(0, _hour(stint.shift.starts_at, monday, zone))
        to_hour = min(HOURS, max(from_hour + 1, _hour(stint.shift.ends_at, monday, zone, up=True)))
        lane = next((at for at, hour in enumerate(free) if hour <= from_hour), len(free))
        free[lane : lane + 1] = [to_hour]
        bars.append(
            replace(
                bar,
                begins=from_hour + 1,
                ends=to_hour + 1,
                lane=lane,
                came_on=stint.shift.starts_at < begins,
                goes_on=stint.shift.ends_at > ends,
                labelled=to_hour - from_hour >= LABELLED,
            )
        )
    now = _hour(scene.at, monday, zone) if begins <= scene.at < ends else None
    days = _days(scene, monday, first, people)
    return Week(days=days, bars=tuple(bars), lanes=max(1, len(free)), now=None if now is None else now + 1)


def _hour(at: datetime, monday: date, zone: str, *, up: bool = False) -> int:
    """Return the hours of the wall clock since Monday 00:00; *up* rounds a started hour up."""
    since = local_of(at, zone) - datetime.combine(monday, time())
    whole, rest = divmod(since, timedelta(hours=1))
    return whole + bool(up and rest)


def _days(scene: Scene, monday: date, first: date, people: tuple[str, ...]) -> tuple[Day, ...]:
    zone, today = scene.roster.zone, day_of(scene.at, scene.roster.zone)
    days = [monday + number * DAY for number in range(-1, 7)]
    decks = [_deck(scene, day) if people else "" for day in days]
    return tuple(
        Day(
            day=day,
            inside=(day.year, day.month) == (first.year, first.month),
            today=day == today,
            marks=(*_holidays(scene.roster, day, people), *_aways(scene.roster, day, people, zone)),
            deck=deck,
            deck_begins=bool(deck) and (not before or day == monday),
        )
        for (_, before), (day, deck) in pairwise(zip(days, decks, strict=True))
    )


def _deck(scene: Scene, day: date) -> str:
    roster = scene.roster
    noon = at_clock(day, time(12), roster.zone)
    for deck in roster.on_deck:
        if any(begin <= noon < end for begin, end in deck_spans(roster, deck, (noon, noon + timedelta(seconds=1)))):
            return deck.why
    return ""


def _holidays(roster: Roster, day: date, people: tuple[str, ...]) -> Iterator[Mark]:
    found: dict[str, list[str]] = {}
    for person in people:
        for holiday in roster.holidays_of(person, day.year):
            if holiday.day == day and is_named(holiday, roster.people[person].observes):
                found.setdefault(holiday.name, []).append(roster.name_of(person))
    for name, who in found.items():
        yield Mark(kind="holiday", text=name, who="everybody" if len(who) == len(people) else ", ".join(who))


def _aways(roster: Roster, day: date, people: tuple[str, ...], zone: str) -> Iterator[Mark]:
    begins, ends = day_begins(day, zone), day_begins(day + DAY, zone)
    found: dict[str, None] = {}
    for absence in roster.entries.absences:
        if absence.person in people and absence.kind in QUIET and absence.starts_at < ends and begins < absence.ends_at:
            found[f"{roster.name_of(absence.person)} {QUIET[absence.kind]}"] = None
    for text in found:
        yield Mark(kind="away", text=text, who="")


def _people(scene: Scene, shown: list[Stint], first: date, after: date) -> Iterator[Person]:
    """Yield who is on call in the month, with for how long, the longest first."""
    begins, ends = day_begins(first, scene.roster.zone), day_begins(after, scene.roster.zone)
    times: dict[str, list[tuple[datetime, datetime]]] = {}
    for stint in shown:
        span = max(begins, stint.shift.starts_at), min(ends, stint.shift.ends_at)
        if stint.shift.person and span[0] < span[1]:
            times.setdefault(stint.shift.person, []).append(span)
    totals = {person: _length(spans) for person, spans in times.items()}
    for person, total in sorted(totals.items(), key=lambda item: -item[1]):
        hue = scene.hue(person)
        assert hue is not None
        days = total / DAY
        text = f"{days:.0f} days" if days >= 1.5 else f"{total / timedelta(hours=1):.0f} h"
        yield Person(name=scene.roster.name_of(person), hue=hue, days=text)


def _length(spans: list[tuple[datetime, datetime]]) -> timedelta:
    total, last = timedelta(), None
    for begin, end in sorted(spans):
        begin = begin if last is None else max(begin, last)
        total += max(timedelta(), end - begin)
        last = end if last is None else max(last, end)
    return total


def _tabs(scene: Scene, chosen: str | None) -> Iterator[Tab]:
    if len(scene.plan.pipelines) > 1:
        yield Tab(name="All pipelines", key="", selected=chosen is None)
        for key, pipeline in scene.plan.pipelines.items():
            yield Tab(name=pipeline.name, key=key, selected=chosen == key)


def _now(scene: Scene, lines: tuple[Line, ...], *, one: bool) -> Iterator[Now]:
    roster = scene.roster
    found: dict[tuple[tuple[str, ...], datetime | None], list[str]] = {}
    for line in lines:
        spell, until = spell_at(roster, line, at=scene.at)
        found.setdefault((spell.people, until), []).extend(line.pipelines)
    for (people, until), keys in found.items():
        yield Now(
            who=" and ".join(map(roster.name_of, people)) or "Nobody",
            hue=scene.hue(people[0]) if people else None,
            of="" if one or is_all(roster, keys) else scene.pipelines(dict.fromkeys(keys)),
            until=f"until {local_of(until, roster.zone):%a %d %b %H:%M}" if until else "",
        )
