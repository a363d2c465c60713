"""Who watches beside the person on call: the backup on holidays, and everybody in the last week of the month."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

from store.domain.absence import Kind
from store.domain.roster import Line, Roster
from store.domain.rotation import everybody_at, leaves
from store.domain.shift import Span, Watch, cut
from store.domain.team import LastWeek, OnDeck
from store.domain.wall import DAY, WEEKDAYS, day_begins, day_of

CLOSE = OnDeck(why="month-end close")
"""When those on high alert watch in a plan that has no days on deck."""


def backups(roster: Roster, line: Line, person: str, span: Span) -> list[Watch]:
    """Return the parts of *span* in which others stand by for *person*, on the person's public holidays."""
    feasts = [(max(feast.starts_at, span[0]), min(feast.ends_at, span[1])) for feast in roster.feasts(person, *span)]
    others = [_other_owner(roster, primary, secondary, person) for primary, secondary in line.owners]
    people = tuple(dict.fromkeys(one for each in others for one in each if one != person))
    return [each for feast in feasts for each in _present(roster, people, feast, on_holiday=True)]


def _other_owner(roster: Roster, primary: str, secondary: str, person: str) -> tuple[str, ...]:
    return roster.people_of(primary if person in roster.people_of(secondary) else secondary)


def decks(roster: Roster, line: Line, span: Span) -> Iterator[Watch]:
    """Yield the days that touch *span* on which more people than the one on call keep watch, and who."""
    for number, deck in enumerate(roster.on_deck or ((CLOSE,) if line.high_alert else ())):
        for days in deck_spans(roster, deck, span):
            key = (number, line.rotation, line.high_alert, days)
            if key not in roster.watchers:
                parts = cut(_changes(roster, line), *days)
                watches = (_present(roster, _who(roster, line, deck, part[0]), part) for part in parts)
                roster.watchers[key] = tuple(watch for each in watches for watch in each)
            yield from roster.watchers[key]


def _changes(roster: Roster, line: Line) -> Iterator[Span]:
    """Yield the instants, as spans without length, at which people join or leave."""
    if line.rotation:
        for rotation in leaves(roster.rotations, line.rotation).values():
            yield from ((at, at) for at in rotation.changes)


def _who(roster: Roster, line: Line, deck: OnDeck, at: datetime) -> tuple[str, ...]:
    if deck is CLOSE:
        return line.high_alert
    everybody = deck.who or (everybody_at(roster.rotations, line.rotation, at) if line.rotation else ())
    return tuple(dict.fromkeys((*everybody, *line.high_alert)))


def _present(roster: Roster, people: tuple[str, ...], span: Span, *, on_holiday: bool = False) -> Iterator[Watch]:
    """Yield the parts of *span* with those of *people* who are not away then; a public holiday may be no excuse."""
    away = {
        person: [one for one in roster.away(person, *span) if not (on_holiday and one.kind is Kind.HOLIDAY)]
        for person in people
    }
    edges = [(one.starts_at, one.ends_at) for absences in away.values() for one in absences]
    if not edges:
        yield Watch(*span, people)
        return
    for begin, end in cut(edges, *span):
        here = (person for person in people if not any(one.starts_at <= begin < one.ends_at for one in away[person]))
        yield Watch(begin, end, tuple(here))


def deck_spans(roster: Roster, deck: OnDeck, span: Span) -> Iterator[Span]:
    """Yield the days on deck that touch *span*, month by month, whole."""
    first = day_of(span[0], roster.zone).replace(day=1)
    while True:
        starts_at, ends_at = _of_month(deck, first, roster.workdays, roster.zone)
        if starts_at < span[1] and span[0] < ends_at:
            yield starts_at, ends_at
        if span[1] <= ends_at:
            return
        first = (first + 31 * DAY).replace(day=1)


@lru_cache(maxsize=10_000)
def _of_month(deck: OnDeck, first: date, workdays: tuple[str, ...], zone: str) -> Span:
    """Return the days on deck of the month that begins on *first*."""
    after = (first + 31 * DAY).replace(day=1)
    return day_begins(first_deck_day(deck, after - DAY, workdays), zone), day_begins(after, zone)


def first_deck_day(deck: OnDeck, last: date, workdays: tuple[str, ...]) -> date:
    """Return the first day on deck of the month whose last day is *last*."""
    days = deck.days // DAY
    if deck.counted is LastWeek.CALENDAR_WEEK:
        return max(last - last.weekday() * DAY, last.replace(day=1))
    if deck.counted is LastWeek.LAST_DAYS:
        return max(last - (days - 1) * DAY, last.replace(day=1))
    month = (last - back * DAY for back in range(monthrange(last.year, last.month)[1]))
    working = [day for day in month if WEEKDAYS[day.weekday()] in workdays]
    return working[min(days, len(working)) - 1] if working else last
