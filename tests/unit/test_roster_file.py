"""A bare roster file: what it says is what is resolved, and what is wrong with it is told by line."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from store.domain.absence import Kind
from store.domain.errors import UserError
from store.domain.oncall import on_call, timeline, timelines
from store.domain.roster import Roster
from store.domain.swap import SwapState
from store.domain.wall import at_clock, instant
from store.planfile.scalars import moment
from store.rosterfile import BrokenRosterFile, check_roster_file, load_roster_file
from tests.editor import marked, told

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "roster"

BASE = """\
zone: Asia/Kuala_Lumpur
people:
  ann: {name: Ann}
  ben: {name: Ben, zone: Europe/London}
  chi: {name: Chi}
rotations:
  primary:
    zone: Asia/Kuala_Lumpur
    versions: [{starts_on: 2026-01-05, order: [ann, ben, chi]}]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "roster.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, more: str = "") -> Roster:
    return load_roster_file(write(folder, BASE + more))


def who(roster: Roster, local: str, pipeline: str | None = None) -> str | None:
    """Return the key of whoever is on call when the clock of the roster's zone shows *local*."""
    lines = [line for line in roster.lines if pipeline in (None, *line.pipelines)]
    (shift,) = on_call(roster, lines[0], at=instant(datetime.fromisoformat(local), roster.zone))
    return shift.person


def kl(day: int, hour: int = 10) -> datetime:
    """Return when it is that hour of a day in January 2026 in Kuala Lumpur."""
    return datetime(2026, 1, day, hour - 8, tzinfo=UTC)


# examples


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_has_no_error_and_none_in_an_editor(path: Path) -> None:
    roster, faults = check_roster_file(path)
    assert roster is not None, "\n".join(map(str, faults))
    assert told("roster", marked(path.read_text(encoding="utf-8"))) == []


def test_the_readme_names_every_example_and_no_other() -> None:
    named = set(re.findall(r"\]\((\w+\.yaml)\)", (EXAMPLES / "README.md").read_text(encoding="utf-8")))
    assert named == {path.name for path in EXAMPLES.glob("*.yaml")}


WEEK = {
    "2026-01-05T09:59:59": None,
    "2026-01-05T10:00": "ada",
    "2026-01-07T18:00": "cleo",  # the override
    "2026-01-08T08:00": "ada",
    "2026-01-13T23:59": "bob",
    "2026-01-14T00:00": "ada",  # his leave: last week's
    "2026-01-15T23:59": "ada",
    "2026-01-16T00:00": "bob",
    "2026-01-26T10:00": "bob",  # the swap
    "2026-02-02T10:00": "ada",
    "2026-02-09T10:00": "cleo",
}
LAYERS = {
    "2026-03-02T00:00": "aroha",
    "2026-03-02T08:00": "lena",  # both offices are open: Auckland comes first until 21:00 there
    "2026-03-02T20:30": "kiri",  # the next morning in Auckland
    "2026-03-03T11:59": "lena",
    "2026-03-06T19:00": "sam",
    "2026-03-07T10:59": "sam",  # 05:59 in New York
    "2026-03-07T11:00": None,
    "2026-03-08T20:00": "kiri",
}
OWNERS = {
    "2025-12-22T10:00": "ben",
    "2025-12-23T12:00": "chi",
    "2025-12-24T12:00": "dev",
    "2025-12-25T12:00": "ben",
}
YEARS = {
    "2026-01-06T09:59": "fay",
    "2026-01-06T10:00": "gil",
    "2026-01-07T10:00": "gil",  # Hua replaces Gil in Gil's own time only
    "2026-01-08T10:00": "fay",
    "2026-01-10T12:00": None,
    "2026-02-23T10:00": "hua",
    "2026-03-12T09:59": "fay",
    "2026-03-12T10:00": "gil",
    "2026-03-16T10:00": "ema",
    "2026-04-06T10:00": None,
    "2026-04-20T10:00": "gil",
}


@pytest.mark.parametrize(
    ("name", "answers"), [("week", WEEK), ("layers", LAYERS), ("owners", OWNERS), ("years", YEARS)]
)
def test_an_example_says_what_its_comments_say(name: str, answers: Mapping[str, str | None]) -> None:
    roster = load_roster_file(EXAMPLES / f"{name}.yaml")
    assert {at: who(roster, at) for at in answers} == answers


def test_two_of_a_group_serve_together() -> None:
    roster = load_roster_file(EXAMPLES / "layers.yaml")
    both = on_call(roster, roster.lines[0], at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert {shift.person for shift in both} == {"max", "tess"}


def test_owners_cover_and_stand_by_for_their_own_pipeline() -> None:
    roster = load_roster_file(EXAMPLES / "owners.yaml")
    assert who(roster, "2025-12-23T12:00", "growth") == "chi"
    assert who(roster, "2025-12-23T12:00", "profit") == "ann"  # Ben is its secondary, so its primary covers
    assert who(roster, "2025-12-24T12:00", "growth") == "dev"  # who volunteered for this pipeline alone
    (christmas,) = on_call(roster, roster.line_of("growth"), at=datetime(2025, 12, 25, 4, tzinfo=UTC))
    assert christmas.backup == ("chi",)
    (archive,) = on_call(roster, roster.line_of("archive"), at=datetime(2025, 12, 25, 4, tzinfo=UTC))
    assert (archive.person, archive.why) == (None, "Rebuilt by hand once a year")


# what the file says


def test_a_file_without_pipelines_answers_for_its_rotations(tmp_path: Path) -> None:
    assert [(line.key, line.pipelines) for line in read(tmp_path).lines] == [(None, ("primary",))]
    second = "  night:\n    zone: UTC\n    versions: [{starts_on: 2026-01-05, order: [chi]}]\n"
    assert [line.key for line in read(tmp_path, second).lines] == ["primary", "night"]
    stack = f"{second}  all:\n    zone: UTC\n    layers: [night, primary]\n"
    assert [line.rotation for line in read(tmp_path, stack).lines] == ["all"]


def test_days_of_leave_are_the_persons_own_and_times_are_on_the_files_clock(tmp_path: Path) -> None:
    more = """\
absences:
  - {person: ben, starts_on: 2026-01-13, entered_at: 2026-01-01T00:00Z}
  - {person: ann, starts_at: 2026-01-06 12:00, ends_at: 2026-01-06T06:00:00+00:00, kind: day off earned}
"""
    ben, ann = read(tmp_path, more).entries.absences
    assert (ben.starts_at, ben.ends_at) == (
        at_clock(date(2026, 1, 13), datetime.min.time(), "Europe/London"),
        at_clock(date(2026, 1, 14), datetime.min.time(), "Europe/London"),
    )
    assert ben.entered_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (ann.starts_at, ann.ends_at) == (kl(6, 12), kl(6, 14))
    assert (ann.kind, ann.entered_at) == (Kind.DAY_OFF, None)


def test_of_two_entries_of_one_time_the_one_further_down_is_later(tmp_path: Path) -> None:
    one, two = "{person: ben, starts_on: 2026-01-06}", "{person: chi, starts_on: 2026-01-06}"
    assert who(read(tmp_path, f"overrides: [{one}, {two}]\n"), "2026-01-06T12:00") == "chi"
    assert who(read(tmp_path, f"overrides: [{two}, {one}]\n"), "2026-01-06T12:00") == "ben"
    dated = "{person: chi, starts_on: 2026-01-06, entered_at: 2026-01-01}"
    assert who(read(tmp_path, f"overrides: [{dated}, {one}]\n"), "2026-01-06T12:00") == "chi"


def test_a_swap_is_accepted_unless_it_says_otherwise_and_acts_in_the_order_of_the_file(tmp_path: Path) -> None:
    swaps = """\
swaps:
  - {rotation: primary, asker: ann, gives: 2026-01-05, other: ben, takes: 2026-01-12}
  - {rotation: primary, asker: ben, gives: 2026-01-05, other: chi, takes: 2026-01-19}
  - {rotation: primary, asker: ann, gives: 2026-01-26, other: chi, takes: 2026-02-09, state: declined}
"""
    roster = read(tmp_path, swaps)
    assert [swap.state for swap in roster.entries.swaps] == [SwapState.ACCEPTED, SwapState.ACCEPTED, SwapState.DECLINED]
    mondays = ("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26")
    assert [who(roster, f"{day}T10:00") for day in mondays] == ["chi", "ann", "ben", "ann"]


def test_a_swap_whose_turns_are_not_theirs_is_noticed(tmp_path: Path) -> None:
    swaps = "swaps:\n  - {rotation: primary, asker: ben, gives: 2026-01-05, other: chi, takes: 2026-01-19}\n"
    roster, faults = check_roster_file(write(tmp_path, BASE + swaps))
    assert roster is not None
    assert [str(fault) for fault in faults] == [
        "roster.yaml:11 swaps[0]: notice: falls: one of the two does not have the turn that they give"
    ]


def test_volunteers_cover_where_they_offered(tmp_path: Path) -> None:
    more = """\
cover: [volunteer]
absences: [{person: ann, starts_on: 2026-01-06, ends_on: 2026-01-07}]
volunteers: [{person: chi, starts_on: 2026-01-07}]
"""
    roster = read(tmp_path, more)
    assert (who(roster, "2026-01-06T12:00"), who(roster, "2026-01-07T12:00")) == (None, "chi")


def test_holidays_come_from_the_library_or_from_the_file_alone(tmp_path: Path) -> None:
    cover = "cover: [next]\nholidays: [{day: 2026-01-07, name: Fair, country: SG}]\n"
    text = BASE.replace("{name: Ann}", "{name: Ann, country: SG}").replace("2026-01-05", "2025-12-29")
    library = load_roster_file(write(tmp_path, text + cover))
    alone = load_roster_file(write(tmp_path, text + cover + "known_holidays: false\n"))
    assert [who(library, f"2026-01-{day}T09:00") for day in ("01", "02")] == ["ben", "ann"]  # New Year's Day
    assert [who(alone, f"2026-01-{day}T09:00") for day in ("01", "02")] == ["ann", "ann"]
    both = [tuple(each.holidays_of("ann", 2026)) for each in (library, alone)]
    assert [holiday.name for holiday in both[1]] == ["Fair"]
    assert set(both[1]) < set(both[0])


@pytest.mark.parametrize(
    ("turn", "every", "length"),
    [
        ("hour", 6, timedelta(hours=6)),
        ("day", 1, timedelta(days=1)),
        ("week", 2, timedelta(days=14)),
        ("month", 1, timedelta(days=31)),
    ],
)
def test_turns_of_every_length(tmp_path: Path, turn: str, every: int, length: timedelta) -> None:
    text = BASE.replace("    versions:", f"    turn: {turn}\n    every: {every}\n    versions:")
    roster = load_roster_file(write(tmp_path, text))
    first, second = timeline(roster, roster.lines[0], kl(5), kl(5) + length + timedelta(hours=1))
    assert (first.person, second.person) == ("ann", "ben")
    assert first.ends_at - first.starts_at == length


def test_what_is_asked_touches_and_is_whole(tmp_path: Path) -> None:
    for path in sorted(EXAMPLES.glob("*.yaml")):
        roster = load_roster_file(path)
        span = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
        for line in roster.lines:
            own = [shift for shift in timeline(roster, line, *span) if shift.seat == 0]
            edges = [own[0].starts_at, *(shift.ends_at for shift in own)]
            assert edges == [*(shift.starts_at for shift in own), own[-1].ends_at]
            assert (edges[0], edges[-1]) == span
        assert timelines(roster, *span)


# what is wrong with it

FAULTS = [
    (
        "absences: [{person: ann}]",
        "absences[0]: from when to when? Write `starts_on` and `ends_on`, or `starts_at` and `ends_at`",
    ),
    (
        "absences: [{person: ann, starts_on: 2026-01-05, ends_at: 2026-01-06 10:00}]",
        "absences[0]: has days and times: write `starts_on` and `ends_on`, or `starts_at` and `ends_at`",
    ),
    ("absences: [{person: ann, starts_at: 2026-01-06 10:00}]", "absences[0]: `starts_at` and `ends_at` go together"),
    (
        "absences: [{person: ann, starts_on: 2026-01-06, ends_on: 2026-01-05}]",
        "absences[0].ends_on: 2026-01-05 is before 2026-01-06",
    ),
    (
        "absences: [{person: ann, starts_at: 2026-01-06 10:00, ends_at: 2026-01-06T02:00Z}]",
        "absences[0].ends_at: is not after `starts_at`",
    ),
    (
        "absences: [{person: ann, starts_at: 6 January, ends_at: 2026-01-06}]",
        "absences[0].starts_at: expected a time such as `2026-01-05 10:00` or `2026-01-05T02:00:00Z`, "
        "found `6 January`",
    ),
    (
        "absences: [{person: anne, starts_on: 2026-01-06}]",
        "absences[0].person: unknown person `anne`: did you mean `ann`?",
    ),
    (
        "absences: [{person: ann, starts_on: 2026-01-06, kind: sick}]",
        "absences[0].kind: unknown word `sick`: it is one of `leave`, `emergency leave`, `day off earned`, "
        "`blocked in the calendar`, `public holiday`",
    ),
    ("overrides: [{starts_on: 2026-01-06}]", "overrides[0].person: missing"),
    (
        "overrides: [{person: ann, replaces: ann, starts_on: 2026-01-06}]",
        "overrides[0].replaces: somebody cannot replace themselves",
    ),
    (
        "overrides: [{person: ann, replaces: zoe, starts_on: 2026-01-06}]",
        "overrides[0].replaces: unknown person `zoe`: it is one of `ann`, `ben`, `chi`",
    ),
    (
        "overrides: [{person: ann, starts_on: 2026-01-06, pipelines: [growth]}]",
        "overrides[0].pipelines[0]: unknown pipeline `growth`: it is one of `primary`",
    ),
    (
        "volunteers: [{person: ann, starts_on: 2026-01-06, pipelines: [primry]}]",
        "volunteers[0].pipelines[0]: unknown pipeline `primry`: did you mean `primary`?",
    ),
    (
        "swaps: [{rotation: primry, asker: ann, gives: 2026-01-05, other: ben, takes: 2026-01-12}]",
        "swaps[0].rotation: unknown rotation `primry`: did you mean `primary`?",
    ),
    (
        "swaps: [{rotation: primary, asker: ann, gives: 2026-01-05, other: ann, takes: 2026-01-26}]",
        "swaps[0].other: somebody cannot swap with themselves",
    ),
    ("pipelines: {growth: {rotation: null}}", "pipelines.growth.why: without a rotation nobody is on call: say why"),
    (
        "pipelines: {growth: {rotation: primary, primary: zoe}}",
        "pipelines.growth.primary: unknown team or person `zoe`: it is one of `ann`, `ben`, `chi`",
    ),
    (
        "pipelines: {Growth: {rotation: primary}}",
        "pipelines.Growth: a key is lower case letters, digits and hyphens: did you mean `growth`?",
    ),
    ("workdays: [mon]", "workdays[0]: unknown word `mon`: did you mean `monday`?"),
    ("cover: [previous, previous]", "cover[1]: `previous` is in this list twice"),
    ("channels: {}", "channels: unknown key"),
]


@pytest.mark.parametrize(("more", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_what_is_wrong_is_told_once_with_its_line(tmp_path: Path, more: str, message: str) -> None:
    roster, faults = check_roster_file(write(tmp_path, BASE + more + "\n"))
    assert roster is None
    assert [str(fault) for fault in faults if fault.level == "error"] == [f"roster.yaml:10 {message}"]


def test_the_rules_of_the_team_file_hold_here_too(tmp_path: Path) -> None:
    text = BASE.replace("2026-01-05", "2026-01-06").replace(
        "{name: Ann}", '{name: Ann, country: MY, subdivision: "99"}'
    )
    roster, faults = check_roster_file(write(tmp_path, text))
    assert roster is None
    assert [fault.key for fault in faults] == ["people.ann.subdivision", "rotations.primary.versions[0].starts_on"]


def test_a_stack_of_layers_has_no_turns_to_swap(tmp_path: Path) -> None:
    stack = "  all: {zone: UTC, layers: [primary]}\n"
    swap = "swaps: [{rotation: all, asker: ann, gives: 2026-01-05, other: ben, takes: 2026-01-12}]\n"
    _, faults = check_roster_file(write(tmp_path, BASE + stack + swap))
    assert [fault.message for fault in faults] == ["`all` is a stack of layers: name the layer with the turns"]


def test_a_place_that_is_none_is_fine_where_the_file_has_its_own_holidays(tmp_path: Path) -> None:
    text = BASE.replace("{name: Ann}", "{name: Ann, country: MY, subdivision: north, observes: [Fair]}")
    own = "known_holidays: false\nholidays: [{day: 2026-01-07, name: Fair, country: MY, subdivision: north}]\n"
    assert check_roster_file(write(tmp_path, text + own))[1] == ()


def test_a_broken_file_lists_its_errors(tmp_path: Path) -> None:
    path = write(tmp_path, BASE + "cover: [last]\nworkdays: [mon]\n")
    with pytest.raises(BrokenRosterFile) as caught:
        load_roster_file(path)
    assert isinstance(caught.value, UserError)
    assert str(caught.value).splitlines()[0] == f"The roster {path} cannot be used, it has 2 faults:"
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"zone: [", b"\xff\xfe"])
def test_what_is_no_roster_is_one_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roster.yaml"
    path.write_bytes(content)
    roster, faults = check_roster_file(path)
    assert roster is None
    assert len(faults) == 1


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    _, (fault,) = check_roster_file(tmp_path / "none.yaml")
    assert str(fault) == "none.yaml:1: cannot be read: no such file or directory"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-05-05", "2026-05-05T00:00:00"),
        ("2026-05-05 14:00", "2026-05-05T14:00:00"),
        ("2026-05-05T14:00:30", "2026-05-05T14:00:30"),
        ("2026-05-05T09:59:59.9", "2026-05-05T09:59:59.900000"),
        ("2026-05-05T14:00Z", "2026-05-05T14:00:00+00:00"),
        ("2026-05-05 22:00+08:00", "2026-05-05T22:00:00+08:00"),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, read: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.isoformat() == read


@pytest.mark.parametrize("text", ["2026-02-30", "2026-05-05T24:00", "2026-05-05T14", "14:00", "tomorrow", "1999-01-01"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text) is None
