"""
Turns of a rotation: who, from when to when.

What is right is worked out here from the rule alone: by the wall clock, in whole units from the anchor.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from store.domain.rotation import (
    Rotation,
    Turn,
    Unit,
    Version,
    begins_at,
    handoff_instant,
    turn_at,
    turns,
)
from store.domain.wall import WEEKDAYS
from tests.factories import make_rotation as made

ANCHOR = date(2025, 1, 6)
SUNDAY = date(2025, 1, 5)
ORDER = ("aidil", "thiru", "choo", "fahmi")
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
ZONES = (
    "Asia/Kuala_Lumpur",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Santiago",  # changes at midnight, so a Sunday begins at 01:00
    "Asia/Beirut",
    "Asia/Kathmandu",
)


def make_rotation(zone: str = "UTC", **changes: object) -> Rotation:
    return made(zone, **{"starts_on": ANCHOR, "order": ORDER, **changes})


def local(zone: str, *numbers: int, fold: int = 0) -> datetime:
    """An instant by the wall clock of *zone*."""
    return datetime(*numbers, fold=fold, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]


def quarters(*, days: int) -> Iterator[datetime]:
    start = datetime(2025, 1, 8, tzinfo=UTC)
    return (start + step * QUARTER for step in range(days * 96))


def holder(rotation: Rotation, at: datetime) -> str:
    turn = turn_at(rotation, at=at)
    assert turn is not None
    assert turn.starts_at <= at < turn.ends_at
    return turn.members[0]


def coming(rotation: Rotation, at: datetime, count: int) -> list[Turn]:
    return list(islice(turns(rotation, at, NEVER), count))


def holders(rotation: Rotation, at: datetime, count: int) -> list[str]:
    return [turn.members[0] for turn in coming(rotation, at, count)]


# every quarter of an hour, for two years


@lru_cache(maxsize=1)
def walls(zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Each quarter of an hour of two years, with what the wall clock shows."""
    here = ZoneInfo(zone)
    return tuple((at, at.astimezone(here).replace(tzinfo=None)) for at in quarters(days=2 * 365))


def count(wall: datetime, anchor: datetime, unit: Unit, every: int) -> int:
    """Whole turns between two times on the wall clock."""
    if unit is Unit.MONTH:
        months = (wall.year - anchor.year) * 12 + wall.month - anchor.month
        day = min(anchor.day, monthrange(wall.year, wall.month)[1])
        begun = (wall.day, wall.time()) >= (day, anchor.time())
        return (months if begun else months - 1) // every
    length = {Unit.HOUR: HOUR, Unit.DAY: DAY, Unit.WEEK: 7 * DAY}[unit]
    return (wall - anchor) // (every * length)


def expected(zone: str, anchor: datetime, unit: Unit, every: int) -> list[tuple[datetime, str]]:
    """
    When hands change and to whom, by looking at the wall clock every quarter of an hour.

    Where the clock goes back the count stays: a handoff that was does not happen again.
    """
    found: list[tuple[datetime, str]] = []
    highest = -1
    for at, wall in walls(zone):
        number = count(wall, anchor, unit, every)
        if number > highest:
            highest = number
            found.append((at, ORDER[number % len(ORDER)]))
    return found[1:]  # the first began before the walk did


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("unit", "every", "begins"),
    [
        (Unit.WEEK, 1, "2025-01-06 10:00"),
        (Unit.WEEK, 1, "2025-01-05 00:00"),  # the nights to Sunday are those in which clocks change
        (Unit.WEEK, 1, "2025-01-05 02:15"),
        (Unit.WEEK, 3, "2025-01-04 23:45"),
        (Unit.DAY, 1, "2025-01-06 00:00"),
        (Unit.DAY, 5, "2025-01-07 01:30"),
        (Unit.HOUR, 1, "2025-01-06 10:00"),
        (Unit.HOUR, 8, "2025-01-06 02:00"),
        (Unit.MONTH, 1, "2024-12-31 10:00"),
        (Unit.MONTH, 2, "2024-02-29 00:00"),
    ],
)
def test_at_every_instant_exactly_the_expected_turn_holds(zone: str, unit: Unit, every: int, begins: str) -> None:
    anchor = datetime.fromisoformat(begins)
    rotation = make_rotation(
        zone,
        turn=unit,
        every=every,
        handoff_on=WEEKDAYS[anchor.weekday()],
        handoff_at=anchor.time(),
        starts_on=anchor.date(),
    )
    right = expected(zone, anchor, unit, every)
    first, last = walls(zone)[0][0], walls(zone)[-1][0]
    found = list(turns(rotation, first, last))
    assert [(turn.starts_at, turn.members[0]) for turn in found if turn.starts_at > first] == right
    assert all(before.ends_at == after.starts_at for before, after in pairwise(found))
    assert all(turn.starts_at < turn.ends_at and turn.begun_at == turn.starts_at for turn in found)
    for turn in found[:: max(1, len(found) // 200)]:
        for at in (turn.starts_at, turn.starts_at + QUARTER, turn.ends_at - timedelta.resolution):
            assert turn_at(rotation, at=at) == turn
            assert next(turns(rotation, at, at + QUARTER)) == turn


@pytest.mark.parametrize("zone", ZONES)
def test_hands_change_at_ten_on_the_wall_clock_all_year(zone: str) -> None:
    found = coming(make_rotation(zone), datetime(2025, 1, 8, tzinfo=UTC), 104)
    shown = {turn.starts_at.astimezone(ZoneInfo(zone)) for turn in found}
    assert {(wall.weekday(), wall.time()) for wall in shown} == {(0, time(10))}
    assert len(shown) == 104


# clock changes


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        # in a gap: the first instant that exists after it
        ("America/New_York", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("Europe/London", date(2026, 3, 29), time(1), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 6), time(0), datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 3, 29), time(0, 59, 59), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(10), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day skipped
        # twice: the first
        ("America/New_York", date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 10, 24), time(23, 30), datetime(2026, 10, 24, 20, 30, tzinfo=UTC)),
        # beside a change: as ever
        ("America/New_York", date(2026, 3, 8), time(3), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(1, 59), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 10, 25), time(0), datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
def test_a_handoff_beside_a_clock_change(zone: str, day: date, at: time, instant: datetime) -> None:
    assert handoff_instant(make_rotation(zone, handoff_at=at), day) == instant


def test_a_handoff_that_the_clock_shows_twice_happens_once() -> None:
    rotation = make_rotation("America/New_York", handoff_on="sunday", handoff_at=time(1, 30))
    first, second = (local("America/New_York", 2026, 11, 1, 1, 30, fold=fold) for fold in (0, 1))
    before = holder(rotation, first - timedelta(seconds=1))
    after = holder(rotation, first)
    assert before != after
    assert {holder(rotation, at) for at in (second - QUARTER, second, second + QUARTER)} == {after}


def test_a_day_that_begins_twice_changes_hands_once() -> None:
    """In St. John's the clock went back at 00:01, so that Sunday began, ended, and began again."""
    rotation = make_rotation(
        "America/St_Johns",
        handoff_on="sunday",
        handoff_at=time(0),
        versions=(Version(starts_on=date(2010, 1, 3), order=ORDER),),
    )
    begins = local("America/St_Johns", 2010, 11, 7)
    after = holder(rotation, begins)
    assert holder(rotation, begins - timedelta(seconds=1)) != after
    assert {holder(rotation, begins + step * timedelta(minutes=5)) for step in range(24)} == {after}


def test_weeks_of_a_clock_change_are_an_hour_shorter_or_longer() -> None:
    rotation = make_rotation("Europe/London")
    found = coming(rotation, datetime(2026, 1, 8, tzinfo=UTC), 52)
    assert sorted({(turn.ends_at - turn.starts_at) / HOUR for turn in found}) == [167, 168, 169]


# the edges of a turn


def test_a_turn_is_half_open() -> None:
    rotation = make_rotation()
    handoff = datetime(2025, 1, 13, 10, tzinfo=UTC)
    assert holder(rotation, handoff - timedelta(microseconds=1)) == "aidil"
    assert holder(rotation, handoff) == "thiru"


def test_a_turn_says_whose_it_is_and_its_place_in_the_order() -> None:
    assert turn_at(make_rotation("Asia/Kuala_Lumpur"), at=datetime(2025, 1, 14, tzinfo=UTC)) == Turn(
        members=("thiru",),
        starts_at=datetime(2025, 1, 13, 2, tzinfo=UTC),
        ends_at=datetime(2025, 1, 20, 2, tzinfo=UTC),
        begun_at=datetime(2025, 1, 13, 2, tzinfo=UTC),
        number=2,
        of=4,
    )


def test_week_53_neither_repeats_nor_skips_anybody() -> None:
    rotation = make_rotation(versions=(Version(starts_on=date(2026, 12, 7), order=ORDER),))
    assert holders(rotation, datetime(2026, 12, 8, tzinfo=UTC), 6) == [
        "aidil",
        "thiru",
        "choo",
        "fahmi",
        "aidil",
        "thiru",
    ]


@pytest.mark.parametrize("on", WEEKDAYS)
def test_any_weekday_may_be_the_handoff(on: str) -> None:
    anchor = ANCHOR + timedelta(days=WEEKDAYS.index(on))
    rotation = make_rotation(handoff_on=on, versions=(Version(starts_on=anchor, order=ORDER),))
    at = datetime.combine(anchor, time(10), UTC)
    assert turn_at(rotation, at=at - timedelta(seconds=1)) is None
    assert [holder(rotation, at + timedelta(days=days)) for days in (0, 6, 7, 14)] == [
        "aidil",
        "aidil",
        "thiru",
        "choo",
    ]


# versions


def test_nobody_serves_before_the_anchor() -> None:
    rotation = make_rotation()
    begins = datetime(2025, 1, 6, 10, tzinfo=UTC)
    assert begins_at(rotation) == begins
    assert turn_at(rotation, at=begins - timedelta(seconds=1)) is None
    assert list(turns(rotation, begins - timedelta(days=30), begins)) == []
    assert holders(rotation, begins - timedelta(days=30), 2) == ["aidil", "thiru"]
    assert holder(rotation, begins) == "aidil"


def test_a_new_version_changes_nothing_of_the_past() -> None:
    old = make_rotation()
    new = make_rotation(versions=(*old.versions, Version(starts_on=date(2025, 3, 3), order=("mei", "choo"))))
    for at in quarters(days=120):
        if at < datetime(2025, 3, 3, 10, tzinfo=UTC):
            if at.hour in (9, 10):
                assert turn_at(new, at=at) == turn_at(old, at=at)
        else:
            assert holder(new, at) in ("mei", "choo")


def test_a_new_version_begins_with_its_own_first_turn() -> None:
    versions = (Version(starts_on=date(2025, 3, 3), order=("mei", "choo")), *make_rotation().versions)
    found = coming(make_rotation(versions=versions), datetime(2025, 2, 17, 10, tzinfo=UTC), 4)
    assert [turn.members for turn in found] == [("choo",), ("fahmi",), ("mei",), ("choo",)]
    assert all(before.ends_at == after.starts_at for before, after in pairwise(found))


def test_an_empty_order_ends_the_rotation() -> None:
    versions = (*make_rotation().versions, Version(starts_on=date(2025, 1, 20), order=()))
    found = coming(make_rotation(versions=versions), datetime(2025, 1, 8, tzinfo=UTC), 5)
    assert [turn.members for turn in found] == [("aidil",), ("thiru",), (), (), ()]


def test_one_person_alone_serves_every_week() -> None:
    rotation = make_rotation(versions=(Version(starts_on=ANCHOR, order=("aidil",)),))
    assert set(holders(rotation, datetime(2025, 1, 8, tzinfo=UTC), 9)) == {"aidil"}
