"""`baton roster`: the contract that scripts rely on, what people read, and what each wrong question is told."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from store.domain.absence import Absence
from store.domain.errors import UserError
from store.domain.wall import days_span
from store.migrations import upgrade
from store.rosters import save_absence
from store.session import Sessions, connect
from store.settings import PLANS

HOUSE = str(PLANS / "house")
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "roster"
KEYS = ["pipeline", "person", "start", "end", "why", "kind", "instead_of", "also"]

Ask = Callable[..., Result]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask `baton roster` in an empty folder, where no bot has ever run."""
    monkeypatch.chdir(tmp_path)
    for name in ("BATON_PLAN", "BATON_DATA", "DATABASE_URL", "BATON_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["roster", *arguments])


def read(asked: Result) -> Any:
    assert asked.exit_code == 0, asked.output
    return json.loads(asked.stdout)


def refusal(asked: Result) -> str:
    assert isinstance(asked.exception, UserError), asked.output
    return str(asked.exception)


def test_a_span_is_a_list_of_shifts_that_touch(ask: Ask) -> None:
    shifts = read(ask("--plan", HOUSE, "--from", "2026-01-05", "--to", "2026-03-02", "--json"))
    assert [list(shift) for shift in shifts] == [KEYS] * len(shifts)
    assert (shifts[0]["start"], shifts[-1]["end"]) == ("2026-01-04T16:00:00+00:00", "2026-03-01T16:00:00+00:00")
    assert [shift["end"] for shift in shifts[:-1]] == [shift["start"] for shift in shifts[1:]]
    assert {shift["pipeline"] for shift in shifts} == {None}


def test_the_first_week_of_the_house_plan(ask: Ask) -> None:
    (week,) = read(ask("--plan", HOUSE, "--from", "2026-01-05T10:00", "--to", "2026-01-12T10:00", "--json"))
    assert week == {
        "pipeline": None,
        "person": "aidil",
        "start": "2026-01-05T02:00:00+00:00",
        "end": "2026-01-12T02:00:00+00:00",
        "why": "turn 1 of 4 in the rotation",
        "kind": "rotation",
        "instead_of": None,
        "also": {"backup": [], "on_deck": []},
    }


def test_every_kind_of_answer_has_its_word(ask: Ask) -> None:
    file = str(EXAMPLES / "week.yaml")
    shifts = read(ask("--file", file, "--from", "2026-01-05", "--to", "2026-02-16", "--json"))
    assert [shift["kind"] for shift in shifts[:4]] == ["none", "rotation", "override", "rotation"]
    assert [(shift["person"], shift["instead_of"]) for shift in shifts if shift["kind"] == "cover"] == [("ada", "bob")]
    assert [(shift["person"], shift["instead_of"]) for shift in shifts if shift["kind"] == "swap"] == [
        ("bob", "ada"),
        ("ada", "bob"),
    ]


def test_one_instant_of_one_pipeline_is_one_object(ask: Ask) -> None:
    owners = ("--file", str(EXAMPLES / "owners.yaml"), "--at", "2025-12-25T12:00", "--json")
    growth = read(ask(*owners, "--pipeline", "growth"))
    assert (growth["pipeline"], growth["person"], growth["also"]["backup"]) == ("growth", "ben", ["chi"])
    assert [each["pipeline"] for each in read(ask(*owners))] == ["growth", "profit", "archive"]
    assert [each["kind"] for each in read(ask(*owners))] == ["rotation", "rotation", "none"]


def test_people_who_serve_together_are_a_list(ask: Ask) -> None:
    both = read(ask("--file", str(EXAMPLES / "layers.yaml"), "--at", "2026-03-03T12:00Z", "--json"))
    assert [each["person"] for each in both] == ["max", "tess"]


def test_a_pipeline_is_found_by_its_key_its_name_or_an_alias_and_is_named_in_the_answer(ask: Ask) -> None:
    at = ("--plan", HOUSE, "--at", "2026-01-06T12:00", "--json", "--pipeline")
    for typed in ("daily-growth", "Daily Growth"):
        assert read(ask(*at, typed))["pipeline"] == "daily-growth"


@pytest.mark.parametrize("at", ["2026-01-12T09:59:59", "2026-01-12T01:59:59Z", "2026-01-11 20:59:59-05:00"])
def test_a_time_without_an_offset_is_on_the_clock_of_the_plan(ask: Ask, at: str) -> None:
    assert read(ask("--plan", HOUSE, "--at", at, "--json"))["person"] == "aidil"


def test_a_window_is_cut_out_of_the_whole(ask: Ask) -> None:
    everything = read(ask("--plan", HOUSE, "--from", "2026-01-05", "--to", "2026-07-01", "--json"))
    part = read(ask("--plan", HOUSE, "--from", "2026-02-16T15:00Z", "--to", "2026-02-20T03:30Z", "--json"))
    begin, end = "2026-02-16T15:00:00+00:00", "2026-02-20T03:30:00+00:00"
    cut = [
        {**shift, "start": max(shift["start"], begin), "end": min(shift["end"], end)}
        for shift in everything
        if shift["start"] < end and begin < shift["end"]
    ]
    assert part == cut


def test_people_read_local_times_names_and_reasons(ask: Ask) -> None:
    asked = ask("--file", str(EXAMPLES / "week.yaml"), "--from", "2026-01-12", "--to", "2026-01-19")
    assert asked.stdout.splitlines() == [
        "Times are those of Europe/Berlin.",
        "Mon 12 Jan 2026 00:00 +0100 → Mon 12 Jan 2026 10:00 +0100  Ada  turn 1 of 3 in the rotation",
        "Mon 12 Jan 2026 10:00 +0100 → Wed 14 Jan 2026 00:00 +0100  Bob  turn 2 of 3 in the rotation",
        "Wed 14 Jan 2026 00:00 +0100 → Fri 16 Jan 2026 00:00 +0100  Ada  covers for Bob (leave) as last week’s on-call",
        "Fri 16 Jan 2026 00:00 +0100 → Mon 19 Jan 2026 00:00 +0100  Bob  turn 2 of 3 in the rotation",
    ]


def test_people_see_who_else_watches_and_that_nobody_is_on_call(ask: Ask) -> None:
    asked = ask("--file", str(EXAMPLES / "owners.yaml"), "--at", "2025-12-25T12:00")
    lines = asked.stdout.splitlines()
    assert lines[1].endswith("growth   Ben     turn 2 of 2 in the rotation; backup: Chi")
    assert lines[3].endswith("archive  nobody  Rebuilt by hand once a year")


def test_without_a_time_it_is_now_on_the_team_s_clock(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC).isoformat()
    monkeypatch.setenv("BATON_CLOCK", f"2026-01-13T12:00:00+08:00@1@{now}")
    assert read(ask("--plan", HOUSE, "--json"))["person"] == "thiru"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "2026-01-05"), "A span needs both ends: write --from and --to, or --at for one instant."),
        (("--to", "2026-01-05"), "A span needs both ends: write --from and --to, or --at for one instant."),
        (
            ("--at", "2026-01-05", "--from", "2026-01-05", "--to", "2026-01-06"),
            "--at is one instant, --from and --to are a span. Write one or the other.",
        ),
        (
            ("--at", "tomorrow"),
            "“tomorrow” is no time. Write 2026-05-05, 2026-05-05T14:00 or 2026-05-05T14:00+08:00.",
        ),
        (
            ("--from", "2026-01-06", "--to", "2026-01-06"),
            "--to 2026-01-06 is not after --from 2026-01-06. Swap them, or write a later end.",
        ),
        (("--from", "2020-01-01", "--to", "2026-01-06"), "That is more than five years. Ask for a shorter span."),
        (("--at", "0001-01-01"), "1 is outside of what Baton reckons with. Write a year from 1971 to 2199."),
        (
            ("--at", "2026-01-06", "--pipeline", "daily-growht"),
            "No pipeline is called “daily-growht”. Did you mean daily-growth or aggregate-growth?",
        ),
        (("--at", "2026-01-06", "--file", "roster.yaml"), "--file is a roster without a plan. Write --file or --plan."),
    ],
)
def test_a_wrong_question_is_told_the_next_move(ask: Ask, arguments: tuple[str, ...], told: str) -> None:
    assert refusal(ask("--plan", HOUSE, *arguments)) == told


def test_options_before_the_command_are_not_taken_for_nothing(ask: Ask) -> None:
    told = "Write the options behind the command: baton roster simulate --…"
    assert refusal(ask("--plan", HOUSE, "simulate", "--months", "3")) == told


def test_a_bare_file_names_what_there_is(ask: Ask) -> None:
    asked = ask("--file", str(EXAMPLES / "owners.yaml"), "--at", "2026-01-06", "--pipeline", "grwth")
    assert refusal(asked) == "No pipeline is called “grwth”. Did you mean archive or growth or profit?"


def test_a_broken_file_and_a_missing_plan_are_told_with_their_faults(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text("zone: Mars\n")
    assert "roster.yaml:1 zone: unknown time zone `Mars`" in refusal(ask("--file", "roster.yaml", "--at", "2026-01-06"))
    assert "the plan folder cannot be read" in refusal(ask("--plan", "nowhere", "--at", "2026-01-06"))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A database in which Aidil is on leave on 6 January 2026."""
    path = tmp_path / "data" / "baton.db"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    starts_at, ends_at = days_span(date(2026, 1, 6), date(2026, 1, 6), "Asia/Kuala_Lumpur")
    leave = Absence(person="aidil", starts_at=starts_at, ends_at=ends_at, entered_at=datetime(2026, 1, 1, tzinfo=UTC))
    with Sessions(engine).writing() as db:
        save_absence(db, leave, request_key="one", by="aidil")
    engine.dispose()
    return path


JAN_6 = ("--at", "2026-01-06T12:00", "--json")


def test_what_people_entered_counts_for_the_plan_in_force(
    ask: Ask, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATA", str(kept.parent))
    monkeypatch.setenv("BATON_PLAN", HOUSE)
    assert read(ask(*JAN_6))["kind"] != "rotation"
    assert read(ask("--plan", HOUSE, *JAN_6))["instead_of"] == "aidil"
    other = shutil.copytree(HOUSE, tmp_path / "other")
    assert read(ask("--plan", str(other), *JAN_6))["person"] == "aidil"


def test_asking_makes_no_database(ask: Ask, tmp_path: Path) -> None:
    assert read(ask(*JAN_6))["person"] == "aidil"
    assert list(tmp_path.iterdir()) == []


def test_a_database_from_before_the_roster_holds_nothing(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "baton.db").touch()
    monkeypatch.setenv("BATON_DATA", str(tmp_path / "old"))
    assert read(ask(*JAN_6))["person"] == "aidil"


def test_a_database_that_cannot_be_used_is_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    assert "DATABASE_URL is no address" in refusal(ask(*JAN_6))


GAPS = """\
zone: Europe/Berlin
people: {ada: {name: Ada, country: DE}, bob: {name: Bob}, cleo: {name: "Cleo $x$"}}
rotations:
  primary:
    zone: Europe/Berlin
    versions: [{starts_on: 2026-01-05, order: [ada, bob]}, {starts_on: 2026-06-01, order: [ada, bob, cleo]}]
overrides: [{person: cleo, starts_on: 2026-01-14}]
"""


def test_a_simulation_adds_up_what_the_shifts_say(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text(GAPS)
    found = read(ask("simulate", "--file", "roster.yaml", "--from", "2026-01-05T10:00", "--months", "6", "--json"))
    window = ("--file", "roster.yaml", "--from", found["start"], "--to", found["end"], "--json")
    shifts = read(ask(*window))
    assert found["end"] == "2026-07-05T08:00:00+00:00"
    assert found["gaps"] == [shift for shift in shifts if shift["kind"] == "gap"] != []
    for person in found["people"]:
        spans = [shift for shift in shifts if shift["person"] == person["person"]]
        seconds = [datetime.fromisoformat(each["end"]) - datetime.fromisoformat(each["start"]) for each in spans]
        assert person["days"] == pytest.approx(sum(each.total_seconds() for each in seconds) / 86400, abs=0.01)
    (cleo,) = [person for person in found["people"] if person["person"] == "cleo"]
    assert (cleo["took_over"], cleo["weekend_days"], cleo["holidays"]) == (1, 2.0, [])


def test_people_read_a_simulation_as_a_table_and_its_gaps(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text(GAPS)
    asked = ask("simulate", "--file", "roster.yaml", "--from", "2026-01-05T10:00", "--months", "4")
    lines = asked.stdout.splitlines()
    assert lines[0] == "Mon 05 Jan 2026 → Tue 05 May 2026, times are those of Europe/Berlin."
    assert lines[2].split() == ["days", "weekend", "days", "holidays", "took", "over", "were", "covered"]
    assert [line.split()[0] for line in lines[3:6]] == ["Ada", "Bob", "Cleo"]
    assert "Gaps, in which nobody is on call: 3" in lines
    assert lines[-1].endswith("nobody  Ada is away (public holiday: Labor Day)")
    clean = ask("simulate", "--file", "roster.yaml", "--from", "2026-01-05T10:00", "--months", "1")
    assert clean.stdout.rstrip().endswith("No gaps.")


def test_a_simulation_from_now_on_begins_on_a_full_minute(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text(GAPS)
    assert read(ask("simulate", "--file", "roster.yaml", "--months", "1", "--json"))["start"].endswith(":00+00:00")


def test_a_swap_that_evens_out_the_holidays_is_proposed(ask: Ask, tmp_path: Path) -> None:
    even = GAPS.replace("country: DE", "country: DE, observes: [None]").replace("name: Bob", "name: Bob, country: DE")
    (tmp_path / "roster.yaml").write_text(f"{even}leave: {{spread_holidays: true, holiday_is_away: false}}\n")
    year = ("simulate", "--file", "roster.yaml", "--from", "2026-01-05T10:00", "--months", "5")
    swap = read(ask(*year, "--json"))["swap"]
    assert swap["rotation"] == "primary"
    assert sum(count**2 for count in swap["holidays_after"].values()) < sum(
        count**2 for count in swap["holidays_before"].values()
    )
    assert "Holidays fall more evenly if " in ask(*year).stdout


def test_a_simulation_is_drawn(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text(GAPS)
    begin = ("simulate", "--file", "roster.yaml", "--from", "2026-01-05", "--months", "12")
    assert "Cleo" in ask(*begin, "--picture", "roster.png").stdout
    content = (tmp_path / "roster.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    assert width > 1200
    assert height > 300
    assert refusal(ask(*begin, "--picture", "roster.jpg")).startswith("roster.jpg is not the name of a PNG picture.")
    assert refusal(ask(*begin, "--picture", "nowhere/a.png")).startswith(
        "nowhere/a.png cannot be written: No such file"
    )


@pytest.mark.parametrize("months", ["0", "37", "-1"])
def test_a_simulation_has_its_bounds(ask: Ask, months: str) -> None:
    asked = ask("simulate", "--plan", HOUSE, "--from", "2026-01-05", "--months", months)
    assert refusal(asked) == f"A simulation takes 1 to 36 months, not {months}. Choose fewer or more."


def baton(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PLANS.parent))


def test_the_exit_codes_of_a_process(tmp_path: Path) -> None:
    gap = baton("roster", "--plan", HOUSE, "--at", "2025-01-01", folder=tmp_path)
    assert gap.returncode == 0  # nobody is on call yet: an answer like any other
    wrong = baton("roster", "--plan", HOUSE, "--at", "noon", folder=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("“noon” is no time.")
    assert wrong.stdout == ""


@pytest.mark.parametrize(
    ("source", "heavy"),
    [
        (["--file", str(EXAMPLES / "week.yaml")], ["sqlalchemy", "pydantic_settings", "slack_sdk", "starlette"]),
        (["--plan", HOUSE], ["sqlalchemy", "alembic", "slack_sdk", "starlette", "matplotlib", "icalendar"]),
    ],
)
def test_a_shell_does_not_wait_for_what_an_answer_does_not_need(
    tmp_path: Path, source: list[str], heavy: list[str]
) -> None:
    program = f"""
import sys
from typer.testing import CliRunner
from bot.cli import app
asked = CliRunner().invoke(app, ["roster", *{source}, "--from", "2026-01-01", "--to", "2027-01-01", "--json"])
assert asked.exit_code == 0, asked.output
print([name for name in {heavy} if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert found.stdout.strip() == "[]"


def test_a_roster_file_is_checked_like_a_plan(tmp_path: Path) -> None:
    checked = CliRunner().invoke(app, ["plan", "check", str(EXAMPLES / "week.yaml"), "--json"])
    assert (checked.exit_code, json.loads(checked.stdout)) == (0, {"ok": True, "faults": []})
    (tmp_path / "roster.yaml").write_text("zone: Mars\n")
    checked = CliRunner().invoke(app, ["plan", "check", str(tmp_path / "roster.yaml")])
    assert checked.exit_code == 1
    assert "unknown time zone `Mars`" in checked.stdout


def test_the_schema_of_a_roster_file_is_printed() -> None:
    printed = CliRunner().invoke(app, ["plan", "schema", "roster"])
    assert json.loads(printed.stdout)["title"] == "RosterFile"
