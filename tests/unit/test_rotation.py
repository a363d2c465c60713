from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from store.domain.rotation import WEEKDAYS, Rotation, Shift, Version, handoff_instant, shift_at, shifts

ANCHOR = date(2025, 1, 6)
SUNDAY = date(2025, 1, 5)
ORDER = ("aidil", "thiru", "choo", "fahmi")
QUARTER = timedelta(minutes=15)
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
    fields: dict[str, object] = {"zone": zone, "versions": (Version(starts_on=ANCHOR, order=ORDER),)}
    return Rotation(**{**fields, **changes})  # type: ignore[arg-type]


def local(zone: str, *numbers: int, fold: int = 0) -> datetime:
    """An instant by the wall clock of *zone*."""
    return datetime(*numbers, fold=fold, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]


def quarters(*, days: int) -> Iterator[datetime]:
    start = datetime(2025, 1, 8, tzinfo=UTC)
    return (start + step * QUARTER for step in range(days * 96))


def holder(rotation: Rotation, at: datetime) -> str:
    shift = shift_at(rotation, at=at)
    assert shift is not None
    return shift.person


# every quarter of an hour, for two years


def near_a_clock_change(zone: str, at: datetime) -> bool:
    before, after = (moment.astimezone(ZoneInfo(zone)) for moment in (at - timedelta(days=1), at + timedelta(days=1)))
    return before.utcoffset() != after.utcoffset()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("on", "anchor", "hour"),
    [("monday", ANCHOR, time(10)), ("sunday", SUNDAY, time(0)), ("sunday", SUNDAY, time(2, 10))],
)
def test_one_shift_holds_at_every_instant_and_neighbours_touch(zone: str, on: str, anchor: date, hour: time) -> None:
    """The nights from Saturday to Sunday are those in which clocks change."""
    versions = (Version(starts_on=anchor, order=ORDER),)
    rotation = make_rotation(zone, handoff_on=on, handoff_at=hour, versions=versions)
    seen: list[Shift] = []
    at = datetime(2025, 1, 8, tzinfo=UTC)
    while at < datetime(2027, 1, 8, tzinfo=UTC):
        shift = shift_at(rotation, at=at)
        assert shift is not None
        assert shift.starts_at <= at < shift.ends_at
        if not seen or seen[-1] != shift:
            seen.append(shift)
        # far from a clock change, the middle of a turn holds no surprise
        far = timedelta(0) if near_a_clock_change(zone, at) else min(timedelta(hours=6), shift.ends_at - at - QUARTER)
        at += max(QUARTER, far)
    assert 104 <= len(seen) <= 106, "one after another, none of them twice"
    for before, after in pairwise(seen):
        assert before.ends_at == after.starts_at
        assert ORDER.index(after.person) == (ORDER.index(before.person) + 1) % 4


@pytest.mark.parametrize("zone", ZONES)
def test_hands_change_at_ten_on_the_wall_clock_all_year(zone: str) -> None:
    rotation = make_rotation(zone)
    turns = shifts(rotation, at=datetime(2025, 1, 8, tzinfo=UTC), count=104)
    walls = {shift.starts_at.astimezone(ZoneInfo(zone)) for shift in turns}
    assert {(wall.weekday(), wall.time()) for wall in walls} == {(0, time(10))}
    assert len(walls) == 104


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
    turns = shifts(rotation, at=datetime(2026, 1, 8, tzinfo=UTC), count=52)
    assert sorted({(shift.ends_at - shift.starts_at) / timedelta(hours=1) for shift in turns}) == [167, 168, 169]


# the edges of a turn


def test_a_turn_is_half_open() -> None:
    rotation = make_rotation()
    handoff = datetime(2025, 1, 13, 10, tzinfo=UTC)
    assert holder(rotation, handoff - timedelta(microseconds=1)) == "aidil"
    assert holder(rotation, handoff) == "thiru"


def test_a_shift_says_whose_turn_it_is_and_why() -> None:
    assert shift_at(make_rotation("Asia/Kuala_Lumpur"), at=datetime(2025, 1, 14, tzinfo=UTC)) == Shift(
        person="thiru",
        starts_at=datetime(2025, 1, 13, 2, tzinfo=UTC),
        ends_at=datetime(2025, 1, 20, 2, tzinfo=UTC),
        why="turn 2 of 4 in the rotation",
    )


def test_week_53_neither_repeats_nor_skips_anybody() -> None:
    rotation = make_rotation(versions=(Version(starts_on=date(2026, 12, 7), order=ORDER),))
    turns = shifts(rotation, at=datetime(2026, 12, 8, tzinfo=UTC), count=6)
    assert [shift.person for shift in turns] == ["aidil", "thiru", "choo", "fahmi", "aidil", "thiru"]


@pytest.mark.parametrize("on", WEEKDAYS)
def test_any_weekday_may_be_the_handoff(on: str) -> None:
    anchor = ANCHOR + timedelta(days=WEEKDAYS.index(on))
    rotation = make_rotation(handoff_on=on, versions=(Version(starts_on=anchor, order=ORDER),))
    at = datetime.combine(anchor, time(10), UTC)
    assert shift_at(rotation, at=at - timedelta(seconds=1)) is None
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
    assert shift_at(rotation, at=begins - timedelta(seconds=1)) is None
    assert shifts(rotation, at=begins - timedelta(days=30), count=3) == ()
    assert holder(rotation, begins) == "aidil"


def test_a_new_version_changes_nothing_of_the_past() -> None:
    old = make_rotation()
    new = make_rotation(versions=(*old.versions, Version(starts_on=date(2025, 3, 3), order=("mei", "choo"))))
    for at in quarters(days=120):
        if at < datetime(2025, 3, 3, 10, tzinfo=UTC):
            if at.hour in (9, 10):
                assert shift_at(new, at=at) == shift_at(old, at=at)
        else:
            assert holder(new, at) in ("mei", "choo")


def test_a_new_version_begins_with_its_own_first_turn() -> None:
    versions = (Version(starts_on=date(2025, 3, 3), order=("mei", "choo")), *make_rotation().versions)
    turns = shifts(make_rotation(versions=versions), at=datetime(2025, 2, 17, 10, tzinfo=UTC), count=4)
    assert [shift.person for shift in turns] == ["choo", "fahmi", "mei", "choo"]
    assert all(before.ends_at == after.starts_at for before, after in pairwise(turns))


def test_an_empty_order_ends_the_rotation() -> None:
    versions = (*make_rotation().versions, Version(starts_on=date(2025, 1, 20), order=()))
    turns = shifts(make_rotation(versions=versions), at=datetime(2025, 1, 8, tzinfo=UTC), count=5)
    assert [shift.person for shift in turns] == ["aidil", "thiru"]


def test_one_person_alone_serves_every_week() -> None:
    rotation = make_rotation(versions=(Version(starts_on=ANCHOR, order=("aidil",)),))
    assert {shift.person for shift in shifts(rotation, at=datetime(2025, 1, 8, tzinfo=UTC), count=9)} == {"aidil"}
