"""What the rotations, leave and holidays of a plan may say: the fault or notice that is told, its line, its words."""

from pathlib import Path

import pytest

from store.plans import check_plan
from tests.plan_files import GROWTH, TEAM, swapped, write_plan

VERSIONS = TEAM[TEAM.index("    versions:") : TEAM.index("hours:")]

ERRORS = [
    # how long a turn is, and who may stand in an order
    (
        "    handoff_on: monday",
        "    handoff_on: monday\n§    every: 0",
        "rotations.primary.every: a turn is 1 to 53 weeks long",
    ),
    (
        "    handoff_on: monday",
        "    turn: hour\n§    every: 745",
        "rotations.primary.every: a turn is 1 to 744 hours long",
    ),
    (
        "    handoff_on: monday",
        "§    turn: fortnight",
        "rotations.primary.turn: unknown word `fortnight`: it is one of `hour`, `day`, `week`, `month`",
    ),
    (
        "        order: [bob, ada]",
        "§        order: [pair, ada]\n    groups: {both: [ada, bob]}",
        "rotations.primary.versions[1].order[0]: unknown person `pair`: it is one of `both`, `ada`, `bob`, `cleo`",
    ),
    (
        "        order: [bob, ada]",
        "        order: [both]\n    groups:\n§      both: [ada, bbo]",
        "rotations.primary.groups.both[1]: unknown person `bbo`: did you mean `bob`?",
    ),
    (
        "        order: [bob, ada]",
        "        order: [both]\n    groups:\n§      both: [ada, ada]",
        "rotations.primary.groups.both[1]: `ada` is in this list twice",
    ),
    (
        "        order: [bob, ada]",
        "        order: [both, ada]\n    groups:\n§      both: []",
        "rotations.primary.groups.both: nobody is in this group",
    ),
    (
        "        order: [bob, ada]",
        "        order: [bob, ada]\n    groups:\n§      bob: [ada, cleo]",
        "rotations.primary.groups.bob: `bob` is a person too: choose another name",
    ),
    # layers
    (
        VERSIONS,
        "§    layers: [nights]\n",
        "rotations.primary.layers[0]: unknown rotation `nights`: it is one of `primary`",
    ),
    (VERSIONS, "§    layers: [primary]\n", "rotations.primary.layers[0]: a rotation cannot be a layer of itself"),
    (
        "    versions:\n",
        "    layers: [other]\n§    versions:\n",
        "rotations.primary.versions: has no place beside `layers`: each layer has its own",
    ),
    (
        VERSIONS,
        "    layers: [other]\n§    duty: {opens: 08:00}\n",
        "rotations.primary.duty: has no place beside `layers`: each layer has its own",
    ),
    # hours of duty
    (
        "    versions:\n",
        "    duty:\n§      days: [monday, mon]\n    versions:\n",
        "rotations.primary.duty.days[1]: unknown word `mon`: did you mean `monday`?",
    ),
    (
        "    versions:\n",
        "    duty:\n§      days: []\n    versions:\n",
        "rotations.primary.duty.days: no day: nobody would ever be on call",
    ),
    (
        "    versions:\n",
        "    duty:\n§      zone: Berlin\n    versions:\n",
        "rotations.primary.duty.zone: unknown time zone `Berlin`: did you mean `Europe/Berlin`?",
    ),
    # the user group
    (
        "    versions:\n",
        '§    slack_group: "@on-call"\n    versions:\n',
        "rotations.primary.slack_group: write the handle without its @: `on-call`",
    ),
    (
        "    versions:\n",
        "§    slack_group: On call\n    versions:\n",
        "rotations.primary.slack_group: `On call` is no handle of a Slack user group: up to 21 lower case letters, "
        "digits, `.`, `-`, `_`",
    ),
    # people and their holidays
    (
        "    country: DE",
        "§    zone: Mars\n    country: DE",
        "people.ada.zone: unknown time zone `Mars`: write an IANA name such as `Europe/Berlin`",
    ),
    (
        "    subdivision: BE",
        "§    subdivision: Bayer",
        "people.ada.subdivision: `DE` has no state or province `Bayer`: did you mean `Bayern`?",
    ),
    (
        "    subdivision: BE",
        "§    subdivision: 99",
        "people.ada.subdivision: `DE` has no state or province `99`: write its ISO 3166-2 code, such as `BB`",
    ),
    (
        "on_deck:\n",
        "holidays:\n  - day: 2026-05-05\n    name: Fair\n    country: DE\n§    subdivision: XX\non_deck:\n",
        "holidays[0].subdivision: `DE` has no state or province `XX`: write its ISO 3166-2 code, such as `BB`",
    ),
    (
        "  notice: 2w\n",
        "§  compensation: [comp-day, comp-day]\n",
        "leave.compensation[1]: `comp-day` is in this list twice",
    ),
    # the shared leave calendar
    (
        "  notice: 2w\n",
        "§  calendar_ics: http://example.com/a.ics\n",
        "leave.calendar_ics: `http://example.com/a.ics` is no https address",
    ),
    (
        "  notice: 2w\n",
        "§  calendar_ics: webcal://example.com/a\n",
        "leave.calendar_ics: `webcal://example.com/a` is no https address",
    ),
    (
        "  notice: 2w\n",
        '§  calendar_ics: "https:///a.ics"\n',
        "leave.calendar_ics: `https:///a.ics` is no https address",
    ),
    (
        "  notice: 2w\n",
        "§  calendar_ics: file:///etc/passwd\n",
        "leave.calendar_ics: `file:///etc/passwd` is no https address",
    ),
    *(
        (
            "  notice: 2w\n",
            f"§  calendar_ics: {trick}\n",
            "leave.calendar_ics: write an https address, or the name of a file beside team.yaml: "
            "without a folder or a dot",
        )
        for trick in ("../leave.ics", "/etc/passwd", "..", "a/../leave.ics", "..\\leave.ics", ".leave.ics")
    ),
    # the handoff
    (
        "manual_checks:",
        "handoff:\n§  nudge_after: [4h, 1h]\nmanual_checks:",
        "handoff.nudge_after[1]: must be later than the one before it, and than the handoff",
    ),
    (
        "manual_checks:",
        "handoff:\n§  nudge_after: [0m]\nmanual_checks:",
        "handoff.nudge_after[0]: must be later than the one before it, and than the handoff",
    ),
    (
        "manual_checks:",
        "handoff:\n§  lead_after: 4h\nmanual_checks:",
        "handoff.lead_after: must be later than the last of `nudge_after`",
    ),
    (
        "  - days: 7d",
        "§  - counted: weekdays\n    days: 7d",
        "on_deck[0].counted: unknown word `weekdays`: did you mean `working-days`?",
    ),
]


@pytest.mark.parametrize(("old", "new", "told"), ERRORS, ids=[told for *_, told in ERRORS])
def test_an_error_is_told_once_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text, line = swapped("team.yaml", old, new)
    if "layers: [other]" in text:
        other = "rotations:\n  other:\n    zone: UTC\n    versions: [{starts_on: 2026-01-05, order: [ada]}]\n"
        text, line = text.replace("rotations:\n", other, 1), line + 3
    plan, faults = check_plan(write_plan(tmp_path / "plan", {"team.yaml": text}))
    assert plan is None
    assert [str(fault) for fault in faults if fault.level == "error"] == [f"team.yaml:{line} {told}"]


NOTICES = [
    (
        "starts_on: 2026-03-02",
        "§starts_on: 2026-03-05",
        "rotations.primary.versions[1].starts_on: notice: 2026-03-05 is a Thursday: takes effect at the handoff on "
        "Monday 2026-03-09; who is not in it leaves at once",
    ),
    (
        "starts_on: 2026-03-02",
        "§starts_on: 2026-03-04\n        order: [bob]\n      - starts_on: 2026-03-09",
        "rotations.primary.versions[1].starts_on: notice: never holds: the version of 2026-03-09 takes effect at the "
        "same handoff",
    ),
    (
        "        order: [bob, ada]",
        "        order: [bob, ada]\n    groups:\n§      both: [ada, bob]",
        "rotations.primary.groups.both: notice: this group stands in no order",
    ),
    (
        "order: [bob, ada]",
        "§order: [both, ada]\n    groups: {both: [ada, bob]}",
        "rotations.primary.versions[1].order[1]: notice: `ada` serves more than once in a round",
    ),
    (
        "    subdivision: BE",
        "    subdivision: BE\n§    observes: [Easter Munday]",
        "people.ada.observes[0]: notice: no public holiday there is called `Easter Munday`: did you mean "
        "`Easter Monday`?",
    ),
    (
        "    subdivision: BE",
        "    subdivision: BE\n§    observes: [Holi]",
        "people.ada.observes[0]: notice: no public holiday there is called `Holi`",
    ),
    (
        "    country: DE\n    subdivision: BE",
        "§    observes: [Christmas Day]",
        "people.ada.observes: notice: has no effect without a country",
    ),
    (
        "    country: DE\n    subdivision: BE",
        "§    country: MY",
        "people.ada.country: notice: without a subdivision some holidays are missing: `Deepavali`, "
        "`Nuzul Al-Quran Day`, `New Year's Day`",
    ),
    (
        "    country: DE\n    subdivision: BE",
        "    country: SM\n§    subdivision: BE",
        "people.ada.subdivision: notice: has no effect: no holidays are known by state or province in `SM`",
    ),
    (
        "  notice: 2w\n",
        "§  major_holidays: [Thanksgiving Day]\n",
        "leave.major_holidays[0]: notice: nobody in a rotation has a public holiday called `Thanksgiving Day`",
    ),
    (
        "  notice: 2w\n",
        "§  major_holidays: [Chrismas Day]\n",
        "leave.major_holidays[0]: notice: nobody in a rotation has a public holiday called `Chrismas Day`: "
        "did you mean `Christmas Day`?",
    ),
    (
        "on_deck:\n",
        "holidays:\n  - day: 2026-05-05\n    name: Fair\n§    country: XX\non_deck:\n",
        "holidays[0].country: notice: unknown country code `XX`, so no public holidays: write two letters such as `MY`",
    ),
    (
        "on_deck:\n",
        "holidays:\n  - day: 2026-12-25\n§    name: Xmas\n    country: DE\n    holds: false\non_deck:\n",
        "holidays[0].name: notice: strikes out nothing: 2026-12-25 is no `Xmas` there: did you mean `Christmas Day`?",
    ),
    (
        "  notice: 2w\n",
        "§  calendar_ics: leave.ics\n",
        "leave.calendar_ics: notice: there is no file `leave.ics` here, so nobody's leave is read from it",
    ),
]


@pytest.mark.parametrize(("old", "new", "told"), NOTICES, ids=[told for *_, told in NOTICES])
def test_what_may_be_meant_otherwise_is_noticed_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text, line = swapped("team.yaml", old, new)
    plan, faults = check_plan(write_plan(tmp_path / "plan", {"team.yaml": text}))
    assert plan is not None, faults
    assert [str(fault) for fault in faults] == [f"team.yaml:{line} {told}"]


def _faults(folder: Path, old: str, new: str) -> list[str]:
    assert TEAM.count(old) == 1
    return [str(fault) for fault in check_plan(write_plan(folder, {"team.yaml": TEAM.replace(old, new)}))[1]]


GOOD = [
    ("    country: DE\n    subdivision: BE", '    country: MY\n    subdivision: "10"\n    observes: [Eid, deepavali]'),
    ("    country: DE\n    subdivision: BE", "    country: US\n    observes: [Thanksgiving]"),
    ("    subdivision: BE", "    subdivision: Berlin"),
    ("    name: Ada\n", "    name: Ada\n    zone: Australia/Lord_Howe\n"),
    ("    handoff_on: monday\n", "    turn: month\n    every: 12\n"),
    ("starts_on: 2026-01-05", "starts_on: 2026-01-05\n        order: [ada]\n      - starts_on: 2026-01-12"),
    ("    versions:\n", "    slack_group: data.on-call_1\n    versions:\n"),
    ("    versions:\n", "    duty: {days: [saturday], opens: 22:00, closes: 06:00, zone: UTC}\n    versions:\n"),
    ("        order: [bob, ada]", "        order: [both]\n    groups: {both: [ada, bob]}"),
    ("cover: [previous, volunteer]", "cover: [secondary, least-loaded, next]"),
    ("  notice: 2w\n", "  calendar_ics: https://calendar.example.com/leave.ics?key=1\n"),
    ("  notice: 2w\n", "  major_holidays: [Christmas Day, Labor]\n"),
    ("on_deck:\n", "holidays:\n  - {day: 2026-12-25, name: Christmas Day, country: DE, holds: false}\non_deck:\n"),
    ("on_deck:\n", "holidays:\n  - {day: 2026-05-08, name: Liberation Day, country: DE, subdivision: BE}\non_deck:\n"),
    ("manual_checks:", "handoff: {on_holiday: next-working-day, nudge_after: [], lead_after: 1h}\nmanual_checks:"),
    ("manual_checks:", "handoff: {nudge_after: [30m, 2h], lead_after: 2h 1m}\nmanual_checks:"),
]


@pytest.mark.parametrize(("old", "new"), GOOD)
def test_what_can_be_meant_is_taken(tmp_path: Path, old: str, new: str) -> None:
    assert _faults(tmp_path / "plan", old, new) == []


def test_a_day_in_the_middle_of_a_month_may_begin_monthly_turns(tmp_path: Path) -> None:
    text = TEAM.replace("    handoff_on: monday\n", "    turn: month\n").replace("2026-01-05", "2026-01-31")
    assert check_plan(write_plan(tmp_path / "plan", {"team.yaml": text}))[1] == ()


def test_a_stack_uses_its_layers_and_names_their_people(tmp_path: Path) -> None:
    stack = """rotations:
  all-day:
    zone: UTC
    layers: [nights, primary]
  nights:
    zone: UTC
    duty: {opens: 18:00, closes: 09:00}
    groups: {crew: [zoe, ada]}
    versions: [{starts_on: 2026-01-05, order: [crew]}]
"""
    text = TEAM.replace("rotations:\n", stack).replace("  cleo:\n", "  zoe:\n    name: Zoe\n  cleo:\n")
    page = GROWTH.replace("rotation: primary", "rotation: all-day")
    assert check_plan(write_plan(tmp_path / "plan", {"team.yaml": text, "daily-growth.md": page}))[1] == ()


def test_a_circle_of_layers_is_told_once(tmp_path: Path) -> None:
    circle = "rotations:\n  a: {zone: UTC, layers: [b, primary]}\n  b: {zone: UTC, layers: [primary, a]}\n"
    told = [fault for fault in _faults(tmp_path / "plan", "rotations:\n", circle) if "notice" not in fault]
    assert told == ["team.yaml:38 rotations.a.layers[0]: a circle, each is a layer of the one before: `a` → `b` → `a`"]


def test_a_calendar_beside_the_team_file_is_found_and_a_near_one_is_proposed(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan")
    (folder / "leave.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    assert _faults(folder, "  notice: 2w\n", "  calendar_ics: leave.ics\n") == []
    (told,) = _faults(folder, "  notice: 2w\n", "  calendar_ics: leaves.ics\n")
    assert told.endswith("there is no file `leaves.ics` here: did you mean `leave.ics`?")


DUTY = "  duty: {opens: 09:00, closes: 17:00}\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "  rotation: primary\n",
            f"  rotation: primary\n{DUTY}",
            "on_call.why: outside the hours of duty nobody is on call: say why",
        ),
        (
            "  rotation: primary\n",
            f"  rotation: null\n  why: No\n{DUTY}",
            "on_call.duty: needs a rotation: whose hours are these?",
        ),
        (
            "  rotation: primary\n",
            "  rotation: primary\n  why: Office hours\n  duty: {days: [sunnday]}\n",
            "on_call.duty.days[0]: unknown word `sunnday`: did you mean `sunday`?",
        ),
    ],
)
def test_hours_of_one_pipeline_need_a_rotation_and_a_reason(tmp_path: Path, old: str, new: str, told: str) -> None:
    _, faults = check_plan(write_plan(tmp_path / "plan", {"daily-growth.md": GROWTH.replace(old, new)}))
    assert [str(fault).split(" ", 1)[1] for fault in faults if fault.level == "error"] == [told]
