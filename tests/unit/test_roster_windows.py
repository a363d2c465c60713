"""
One resolver, any window: what it answers is cut out of one whole timeline.

The rosters are drawn at random over New Year 2026, with all at once: layers, groups, hours of duty, edits, leave,
holidays, cover rules, volunteers, overrides and swaps.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.domain.absence import Absence, Kind
from store.domain.oncall import on_call, timeline
from store.domain.override import Override, Volunteer
from store.domain.roster import Entries, Line, Roster
from store.domain.rotation import Duty, Rotation, Unit, Version
from store.domain.shift import Shift, merged
from store.domain.swap import Swap, SwapState
from store.domain.team import Cover, LastWeek, Leave, OnDeck, Person
from store.domain.wall import WEEKDAYS
from tests.factories import holidays_of

BEGIN = datetime(2025, 12, 1, tzinfo=UTC)
WEEKS = 9
END = BEGIN + WEEKS * timedelta(days=7)
STEP = timedelta(minutes=30)
STEPS = WEEKS * 7 * 48
PEOPLE = ("aidil", "thiru", "choo", "fahmi", "mei")
ZONES = ("Asia/Kuala_Lumpur", "Europe/London", "Australia/Lord_Howe", "America/Santiago")
CALENDAR = {
    "XX": [("2025-12-25", "Founders Day"), ("2025-12-26", "Founders Day (observed)"), ("2026-01-01", "New Year's Day")],
    "YY": [("2025-12-31", "Turn Day"), ("2026-01-13", "River Day")],
}

moments = st.integers(0, STEPS).map(lambda step: BEGIN + step * STEP)
people = st.sampled_from(PEOPLE)


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    begin = draw(st.integers(0, STEPS - 1))
    return BEGIN + begin * STEP, BEGIN + (begin + draw(st.integers(1, 14 * 48))) * STEP


@st.composite
def versions(draw: st.DrawFn) -> tuple[Version, ...]:
    days = draw(st.lists(st.integers(0, 50), max_size=3, unique=True))
    orders = st.lists(st.sampled_from((*PEOPLE, "pair")), max_size=4, unique=True).map(tuple)
    first = Version(starts_on=date(2025, 11, 5) + draw(st.integers(0, 40)) * timedelta(days=1), order=draw(orders))
    later = (Version(starts_on=date(2025, 12, 8) + day * timedelta(days=1), order=draw(orders)) for day in sorted(days))
    return (first, *(version for version in later if version.starts_on > first.starts_on))


duties = st.none() | st.builds(
    Duty,
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
    opens=st.sampled_from([time(0), time(9), time(22)]),
    closes=st.sampled_from([time(0), time(6), time(17, 30)]),
    zone=st.none() | st.sampled_from(ZONES),
)

rotations = st.builds(
    Rotation,
    zone=st.sampled_from(ZONES),
    turn=st.sampled_from([Unit.WEEK, Unit.WEEK, Unit.DAY, Unit.MONTH]),
    every=st.integers(1, 2),
    handoff_on=st.sampled_from(WEEKDAYS),
    handoff_at=st.sampled_from([time(0), time(10), time(2, 10)]),
    groups=st.just({"pair": ("mei", "choo")}),
    versions=versions(),
    duty=duties,
)

swaps = st.builds(
    Swap,
    rotation=st.sampled_from(["main", "night"]),
    asker=people,
    gives=st.integers(0, 60).map(lambda day: date(2025, 12, 1) + timedelta(days=day)),
    other=people,
    takes=st.integers(0, 60).map(lambda day: date(2025, 12, 1) + timedelta(days=day)),
    state=st.sampled_from(SwapState),
    asked_at=st.just(BEGIN),
    accepted_at=st.none() | moments,
    decided_at=moments,
)

scopes = st.sampled_from([(), ("profit",), ("growth",)])

entered = st.builds(
    Entries,
    absences=st.lists(
        st.builds(
            lambda who, span, kind: Absence(person=who, starts_at=span[0], ends_at=span[1], kind=kind),
            people,
            spans(),
            st.sampled_from([Kind.LEAVE, Kind.EMERGENCY]),
        ),
        max_size=8,
    ).map(tuple),
    overrides=st.lists(
        st.builds(
            lambda who, span, whom, scope, at: Override(
                person=who, starts_at=span[0], ends_at=span[1], replaces=whom, pipelines=scope, entered_at=at
            ),
            st.none() | people,
            spans(),
            st.none() | people,
            scopes,
            moments,
        ),
        max_size=4,
    ).map(tuple),
    volunteers=st.lists(
        st.builds(
            lambda who, span, scope, at: Volunteer(
                person=who, starts_at=span[0], ends_at=span[1], pipelines=scope, entered_at=at
            ),
            people,
            spans(),
            scopes,
            moments,
        ),
        max_size=3,
    ).map(tuple),
    swaps=st.lists(swaps, max_size=4).map(tuple),
)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    main, night = draw(rotations), draw(rotations)
    stack = Rotation(zone=main.zone, layers=("main", "night"), duty=draw(duties))
    line = Line(
        pipelines=("profit",),
        key="profit",
        rotation=draw(st.sampled_from(["main", "stack"])),
        duty=draw(duties),
        owners=(("thiru", "aidil"),),
        high_alert=draw(st.sampled_from([(), ("mei",)])),
    )
    countries = draw(st.tuples(*[st.sampled_from([None, "XX", "YY"])] * len(PEOPLE)))
    return Roster(
        zone=draw(st.sampled_from(ZONES)),
        people={
            who: Person(name=who.capitalize(), country=country) for who, country in zip(PEOPLE, countries, strict=True)
        },
        rotations={"main": main, "night": night, "stack": stack},
        lines=(line,),
        cover=tuple(draw(st.lists(st.sampled_from(Cover), unique=True))),
        leave=Leave(holiday_is_away=draw(st.booleans()), backup_on_holidays=draw(st.booleans())),
        on_deck=draw(
            st.sampled_from([(), (OnDeck(why="reports"),), (OnDeck(why="reports", counted=LastWeek.WORKING_DAYS),)])
        ),
        entries=draw(entered),
        holidays_in=holidays_of(CALENDAR),
    )


def whole(roster: Roster) -> tuple[Shift, ...]:
    return timeline(roster, roster.lines[0], BEGIN, END)


def cut_out(shifts: tuple[Shift, ...], starts_at: datetime, ends_at: datetime) -> list[Shift]:
    return [
        replace(shift, starts_at=max(shift.starts_at, starts_at), ends_at=min(shift.ends_at, ends_at))
        for shift in shifts
        if shift.starts_at < ends_at and starts_at < shift.ends_at
    ]


def in_order(shifts: list[Shift]) -> list[Shift]:
    return sorted(shifts, key=lambda shift: (shift.starts_at, shift.seat))


thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(rosters(), moments, moments)
@thorough
def test_any_window_is_cut_out_of_the_whole_timeline(roster: Roster, one: datetime, other: datetime) -> None:
    begin, end = min(one, other), max(one, other) + STEP
    # a second roster of the same values: nothing that the first has worked out already can help it
    found = timeline(replace(roster), roster.lines[0], begin, end)
    assert list(found) == in_order(cut_out(timeline(roster, roster.lines[0], BEGIN, END + STEP), begin, end))


@given(rosters(), moments)
@thorough
def test_an_instant_is_answered_as_the_whole_timeline_has_it(roster: Roster, at: datetime) -> None:
    def answer(shifts: Iterable[Shift]) -> list[Shift]:
        return [replace(shift, starts_at=at, ends_at=at) for shift in shifts]

    found = on_call(replace(roster), roster.lines[0], at=at)
    shifts = timeline(roster, roster.lines[0], BEGIN, END + STEP)
    right = [shift for shift in shifts if shift.starts_at <= at < shift.ends_at]
    assert answer(found) == answer(sorted(right, key=lambda shift: shift.seat))
    assert found, "somebody, or nobody with a reason"
    assert all(shift.starts_at <= at < shift.ends_at and shift.why for shift in found)


@given(rosters())
@thorough
def test_shifts_touch_and_differ_and_none_is_empty(roster: Roster) -> None:
    shifts = whole(roster)
    assert all(shift.starts_at < shift.ends_at for shift in shifts)
    edges = sorted({at for shift in shifts for at in (shift.starts_at, shift.ends_at)})
    assert (edges[0], edges[-1]) == (BEGIN, END)
    for begin, end in pairwise(edges):
        seats = [shift.seat for shift in shifts if shift.starts_at <= begin and end <= shift.ends_at]
        assert seats, "no hole"
        assert len(seats) == len(set(seats)), "one answer per seat"
        assert min(seats) == 0
    for seat in {shift.seat for shift in shifts}:
        for before, after in pairwise([shift for shift in shifts if shift.seat == seat]):
            assert before.ends_at <= after.starts_at
            if before.ends_at == after.starts_at:
                assert replace(before, starts_at=BEGIN, ends_at=END) != replace(after, starts_at=BEGIN, ends_at=END)


@given(rosters())
@thorough
def test_who_is_away_is_put_on_call_by_hand_alone(roster: Roster) -> None:
    for shift in whole(roster):
        if shift.person and shift.source != "override":
            assert not roster.away(shift.person, shift.starts_at, shift.ends_at)
        assert (shift.person is None) == (shift.source in ("gap", "none"))
        watching = (*shift.backup, *shift.on_deck)
        assert shift.person not in watching


@given(rosters(), spans(), people)
@thorough
def test_leave_that_comes_later_changes_nothing_before_it(
    roster: Roster, span: tuple[datetime, datetime], person: str
) -> None:
    """Also where cover goes by load: what is to come does not count."""
    later = Absence(person=person, starts_at=span[0], ends_at=span[1])
    changed = replace(roster, entries=replace(roster.entries, absences=(*roster.entries.absences, later)))
    assert cut_out(whole(changed), BEGIN, span[0]) == cut_out(whole(roster), BEGIN, span[0])


@given(rosters(), st.data())
@thorough
def test_an_edit_changes_nothing_before_its_day(roster: Roster, data: st.DataObject) -> None:
    """No swaps here: one that falls is kept for the past only once that is noted."""
    roster = replace(roster, entries=replace(roster.entries, swaps=()), on_deck=())
    main = roster.rotations["main"]
    day = data.draw(st.dates(main.versions[-1].starts_on + timedelta(days=1), date(2026, 2, 1)))
    order = tuple(data.draw(st.lists(people, unique=True)))
    edited = replace(main, versions=(*main.versions, Version(starts_on=day, order=order)))
    changed = replace(roster, rotations={**roster.rotations, "main": edited})
    before = datetime.combine(day, time(), UTC) - timedelta(days=1)  # in no zone has the day begun by then

    def served(which: Roster) -> list[tuple[object, ...]]:
        """Whoever covers as next in the order may, by the text, be next week's engineer no more."""
        alike = (replace(shift, why="", passed=()) for shift in whole(which))
        return [
            (shift.person, shift.starts_at, shift.ends_at, shift.source, shift.instead_of, shift.seat)
            for shift in cut_out(merged(alike), BEGIN, before)
        ]

    if before > BEGIN:
        assert served(changed) == served(roster)
