"""What the roster costs: a year of a large one, one instant of it, and the same asked in a shell."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from store import migrations
from store.domain.absence import Absence
from store.domain.oncall import on_call, timelines
from store.domain.override import Override
from store.domain.roster import Entries, Line, Roster
from store.domain.rotation import Rotation, Version
from store.domain.swap import Swap, SwapState
from store.domain.team import Cover, Leave, OnDeck, Person
from store.holidays import holidays_in
from store.session import connect
from store.settings import PLANS
from tests.bench.figures import Table, median, ms, percentile

PEOPLE = 50
ROTATIONS = 20
ABSENCES = 5
STATES = ("07", "10", "13", "14")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = (BEGIN, BEGIN + timedelta(days=365))
MONDAY = date(2026, 1, 5)
TIMES = 40
SHELLS = 7
HOUSE = PLANS / "house"


def measure(folder: Path, *, times: int = TIMES, shells: int = SHELLS) -> list[Table]:
    return [_engine(times), _shell(folder, shells)]


def _shell(folder: Path, shells: int) -> Table:
    """What somebody waits for in a shell, beside a Python that does nothing."""
    whole_year = ("--from", "2026-01-01", "--to", "2027-01-01", "--json")
    example = str(PLANS.parent / "docs" / "roster" / "week.yaml")
    asked = {
        "`python -c pass`": ("-c", "pass"),
        "`baton roster --plan runbooks/house …`, a year": ("-m", "bot", "roster", "--plan", str(HOUSE), *whole_year),
        "`baton roster --file week.yaml …`, a year": ("-m", "bot", "roster", "--file", example, *whole_year),
        "`baton roster --at …`, with a database": ("-m", "bot", "roster", "--at", "2026-06-01T12:00", "--json"),
    }
    with closing_engine(folder) as engine:
        migrations.upgrade(engine)
    ours = {"BATON_PLAN": str(HOUSE), "PYTHONPATH": str(PLANS.parent)}
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(shells):  # one after the other, so that all of them meet the same machine
        for name, arguments in asked.items():
            data = folder if name.endswith("database") else folder / "none"
            environment = {**os.environ, **ours, "BATON_DATA": str(data)}
            begun = time.perf_counter()
            subprocess.run([sys.executable, *arguments], env=environment, cwd=folder, check=True, capture_output=True)
            taken[name].append(time.perf_counter() - begun)
    rows = [(name, f"{median(each):.2f} ({min(each):.2f}–{max(each):.2f})") for name, each in taken.items()]
    return Table("The roster in a shell", ("command", "s"), rows, f"Median of {shells} cold starts (best–worst).")


@contextmanager
def closing_engine(folder: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{folder / 'baton.db'}")
    yield engine
    engine.dispose()


def _engine(times: int) -> Table:
    roster = make(Cover.PREVIOUS, Cover.NEXT, Cover.SECONDARY)
    by_load = make(Cover.LEAST_LOADED)
    plain = replace(roster, entries=Entries(), on_deck=())
    line = roster.lines[7]
    instants = [BEGIN + number * timedelta(hours=215) for number in range(times)]
    rows = [
        ("a year of all, first question", _time(times, lambda _: timelines(replace(roster), *YEAR))),
        ("a year of all, asked again", _time(times, lambda _: timelines(roster, *YEAR))),
        ("a year of all, holidays alone, first question", _time(times, lambda _: timelines(replace(plain), *YEAR))),
        ("a year of all, cover by load, first question", _time(times, lambda _: timelines(replace(by_load), *YEAR))),
        ("one instant, first question", _time(times, lambda n: on_call(replace(roster), line, at=instants[n]))),
        ("one instant, asked again", _time(times, lambda n: on_call(roster, line, at=instants[n]))),
    ]
    shifts = len(timelines(roster, *YEAR))
    note = (
        f"{PEOPLE} people with the holidays of four Malaysian states and {ABSENCES} leaves each, {ROTATIONS} weekly "
        f"rotations, 30 overrides (10 of them for all), 20 swaps, everybody on deck at month end: {shifts:,} shifts. "
        f"{times} times each."
    )
    return Table("The roster", ("question", "p50 / p99, ms"), rows, note)


def _time(times: int, do: Callable[[int], object]) -> str:
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        do(number)
        taken.append(time.perf_counter() - begun)
    return f"{ms(percentile(taken, 0.5))} / {ms(percentile(taken, 0.99))}"


def make(*cover: Cover) -> Roster:
    """A roster whose figures are spread by plain counting: every run measures the same."""
    names = [f"engineer{number}" for number in range(PEOPLE)]
    people = {
        name: Person(name=name.capitalize(), country="MY", subdivision=STATES[number % 4])
        for number, name in enumerate(names)
    }
    orders = {
        f"rotation{number}": tuple(names[(number * 7 + place * 3) % PEOPLE] for place in range(4 + number % 3))
        for number in range(ROTATIONS)
    }
    rotations = {
        key: Rotation(zone="Asia/Kuala_Lumpur", versions=(Version(starts_on=MONDAY, order=order),))
        for key, order in orders.items()
    }
    lines = tuple(
        Line(
            pipelines=(f"pipeline{number}",),
            key=f"pipeline{number}",
            rotation=key,
            owners=((names[number], names[-1]),),
        )
        for number, key in enumerate(rotations)
    )
    return Roster(
        zone="Asia/Kuala_Lumpur",
        people=people,
        rotations=rotations,
        lines=lines,
        cover=cover,
        leave=Leave(),
        on_deck=(OnDeck(why="Investor reports"),),
        entries=_entries(names, orders),
        holidays_in=holidays_in,
    )


def _entries(names: list[str], orders: dict[str, tuple[str, ...]]) -> Entries:
    absences = tuple(
        Absence(person=name, starts_at=begins, ends_at=begins + timedelta(days=1 + (number + each) % 9))
        for number, name in enumerate(names)
        for each in range(ABSENCES)
        for begins in [BEGIN + timedelta(days=(number * 11 + each * 73) % 360)]
    )
    overrides = tuple(
        Override(
            person=names[-number],
            starts_at=begins,
            ends_at=begins + timedelta(hours=20),
            pipelines=(f"pipeline{number % ROTATIONS}",) if number % 3 else (),
            entered_at=BEGIN,
        )
        for number in range(1, 31)
        for begins in [BEGIN + timedelta(days=number * 12)]
    )
    swaps = tuple(
        Swap(
            rotation=key,
            asker=order[0],
            gives=MONDAY + timedelta(weeks=len(order) * 3),
            other=order[1],
            takes=MONDAY + timedelta(weeks=len(order) * 3 + 1),
            state=SwapState.ACCEPTED,
            asked_at=BEGIN,
            decided_at=BEGIN,
        )
        for key, order in orders.items()
    )
    return Entries(absences=absences, overrides=overrides, swaps=swaps)
