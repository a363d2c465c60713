"""The examples of `docs/roster.md` give what stands under them, and its table says what the plans have."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from store.domain.oncall import timeline
from store.domain.roster import Roster
from store.domain.team import LastWeek, OnDeck, TeamFile
from store.domain.wall import WEEKDAYS, instant, local_of
from store.domain.watch import first_deck_day
from store.plans import load_plan
from store.rosterfile import load_roster_file

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "roster.md").read_text()
BLOCKS = re.findall(r"^```(yaml|text)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
EXAMPLES = [(first, second) for (one, first), (other, second) in pairwise(BLOCKS) if (one, other) == ("yaml", "text")]


@pytest.mark.parametrize(("changes", "table"), EXAMPLES)
def test_an_example_gives_what_stands_under_it(changes: str, table: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.yaml"
    keys = {**yaml.safe_load(EXAMPLES[0][0]), **yaml.safe_load(changes)}
    file.write_text(yaml.safe_dump(keys, sort_keys=False))
    span, *lines = table.splitlines()
    assert lines == shown(load_roster_file(file), *span.split(" to "))


def shown(roster: Roster, begins: str, ends: str) -> list[str]:
    span = (instant(datetime.fromisoformat(each), roster.zone) for each in (begins, ends))
    lines = []
    for shift in timeline(roster, roster.lines[0], *span):
        begins = f"{local_of(shift.starts_at, roster.zone):%Y-%m-%d %H:%M}"
        lines.append(f"{begins}  {shift.person or 'nobody':<6}  {shift.source:<8}  {shift.why}")
    return lines


def test_every_section_with_an_example_is_here() -> None:
    assert len(EXAMPLES) == 4
    assert len(BLOCKS) == 8


@pytest.mark.parametrize(
    "line", [line for line in TEXT.splitlines() if line.startswith(("| `last-d", "| `working", "| `calendar"))]
)
def test_the_last_weeks_of_the_examples(line: str) -> None:
    counted, *shown_days = (cell.strip() for cell in line.strip("| ").split("|"))
    deck = OnDeck(counted=LastWeek(counted.split("`")[1]), days=timedelta(days=7), why="")
    first = (first_deck_day(deck, last, WEEKDAYS[:5]) for last in (date(2025, 1, 31), date(2025, 8, 31)))
    assert shown_days == [f"from {day:%a %d}" for day in first]


def test_every_link_leads_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / "docs" / target).exists(), target


# the plans


@cache
def plan(name: str) -> TeamFile:
    return load_plan(ROOT / "runbooks" / name).team


def _days(length: timedelta) -> str:
    return f"{length.days} days" if length else "none"


def _last_week(team: TeamFile) -> str:
    decks = (f"{deck.counted}, {deck.days.days} days: {', '.join(deck.who) or 'everybody'}" for deck in team.on_deck)
    return "; ".join(decks) or "none"


CELLS: dict[str, Callable[[TeamFile], str]] = {
    "`cover`": lambda team: ", ".join(team.cover),
    "`leave.holiday_is_away`": lambda team: "yes" if team.leave.holiday_is_away else "no",
    "`leave.backup_on_holidays`": lambda team: "yes" if team.leave.backup_on_holidays else "no",
    "`leave.notice`": lambda team: _days(team.leave.notice),
    "`leave.swap_notice`": lambda team: _days(team.leave.swap_notice),
    "`leave.compensation`": lambda team: ", ".join(team.leave.compensation) or "none",
    "`leave.major_holidays`": lambda team: (
        f"{len(team.leave.major_holidays)} named" if team.leave.major_holidays else "all"
    ),
    "`leave.spread_holidays`": lambda team: "yes" if team.leave.spread_holidays else "no",
    "`leave.gap_alarm`": lambda team: _days(team.leave.gap_alarm),
    "`on_deck`": _last_week,
}


def table() -> tuple[list[str], dict[str, list[str]]]:
    part = TEXT[TEXT.index("## What each plan chose") :]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return rows[0][1:], {name: cells for name, *cells in rows[2:]}


def test_the_table_names_every_setting() -> None:
    plans, rows = table()
    assert list(rows) == list(CELLS)
    assert set(plans) == {folder.name for folder in (ROOT / "runbooks").iterdir() if (folder / "team.yaml").exists()}


@pytest.mark.parametrize("setting", CELLS)
def test_the_table_says_what_the_plans_have(setting: str) -> None:
    plans, rows = table()
    assert rows[setting] == [CELLS[setting](plan(name)) for name in plans]
