"""Who watches beside the person on call: the backup on holidays, and everybody in the last week of the month."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime

from store.domain.absence import Kind
from store.domain.roster import Line, Roster
from store.domain.rotation import everybody_at, leaves
from store.domain.shift import Span, cut
from store.domain.team import LastWeek, OnDeck
from store.domain.wall import DAY, WEEKDAYS, day_begins, day_of

CLOSE = OnDeck(why="month-end close")
"""When those on high alert watch in a plan that has no days on deck."""


def backups(roster: Roster, line: Line, person: str | None, span: Span) -> tuple[tuple[Span, tuple[str, ...]], ...]:
    """Return the spans within *span* in which others stand by for *person*, on the person's public holidays."""
    if not roster.leave.backup_on_holidays or person is None:
        return ()
    feasts = [(max(feast.starts_at, span[0]), min(feast.ends_at, span[1])) for feast in roster.feasts(person, *span)]
    others = [_other_owner(roster, primary, secondary, person) for primary, secondary in line.owners]
    people = tuple(dict.fromkeys(one for each in others for one in each if one != person))
    return tuple(each for feast in feasts for each in _present(roster, people, feast, on_holiday=True))


def _other_owner(roster: Roster, primary: str, secondary: str, person: str) -> tuple[str, ...]:
    return roster.people_of(primary if person in roster.people_of(secondary) else secondary)


def decks(roster: Roster, line: Line, span: Span) -> tuple[tuple[Span, tuple[str, ...]], ...]:
    """Return the spans within *span* in which more people than the one on call keep watch, and who."""
    found: list[tuple[Span, tuple[str, ...]]] = []
    for deck in roster.on_deck or ((CLOSE,) if line.high_alert else ()):
        for begin, end in deck_spans(roster, deck, span):
            for part in cut(_changes(roster, line), max(begin, span[0]), min(end, span[1])):
                found.extend(_present(roster, _who(roster, line, deck, part[0]), part))
    return tuple(found)


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


def _present(
    roster: Roster, people: tuple[str, ...], span: Span, *, on_holiday: bool = False
) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield the parts of *span* with those of *people* who are not away then; a public holiday may be no excuse."""
    away = {
        person: [one for one in roster.away(person, *span) if not (on_holiday and one.kind is Kind.HOLIDAY)]
        for person in people
    }
    edges = [(one.starts_at, one.ends_at) for absences in away.values() for one in absences]
    for begin, end in cut(edges, *span):
        here = tuple(
            person for person in people if not any(one.starts_at <= begin < one.ends_at for one in away[person])
        )
        yield (begin, end), here


def deck_spans(roster: Roster, deck: OnDeck, span: Span) -> Iterator[Span]:
    """Yield the days on deck that touch *span*."""
    first = day_of(span[0], roster.zone).replace(day=1)
    while day_begins(first, roster.zone) < span[1]:
        after = (first + 31 * DAY).replace(day=1)
        starts_at = day_begins(first_deck_day(deck, after - DAY, roster.workdays), roster.zone)
        ends_at = day_begins(after, roster.zone)
        if starts_at < span[1] and span[0] < ends_at:
            yield starts_at, ends_at
        first = after


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
