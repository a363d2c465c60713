"""What a plan says twice or for nothing is noticed; the plan still loads."""

from pathlib import Path

import pytest

from store.plans import check_plan
from tests.plan_files import GROWTH, REPORT, TEAM, swapped, write_plan

CASES = [
    (
        "team.yaml",
        "    country: DE",
        "§    country: de",
        "people.ada.country: notice: unknown country code `de`, so no public holidays: did you mean `DE`?",
    ),
    (
        "team.yaml",
        "    country: DE",
        "§    country: XX",
        "people.ada.country: notice: unknown country code `XX`, so no public holidays: write two letters such as `MY`",
    ),
    (
        "team.yaml",
        "    country: DE\n    subdivision: BE",
        "§    subdivision: BE",
        "people.ada.subdivision: notice: has no effect without a country",
    ),
    (
        "team.yaml",
        "  cleo:\n    name",
        "§  zoe:\n    name: Zoe\n  cleo:\n    name",
        "people.zoe: notice: has no role and no turn, and nothing in the plan names them",
    ),
    (
        "team.yaml",
        "  approver:\n    does",
        "§  auditor:\n    does: Reads\n  approver:\n    does",
        "roles.auditor: notice: nobody has this role",
    ),
    (
        "team.yaml",
        "rotations:\n",
        "rotations:\n§  spare:\n    zone: UTC\n    versions: [{starts_on: 2026-01-05, order: [ada]}]\n",
        "rotations.spare: notice: no pipeline uses this rotation",
    ),
    (
        "team.yaml",
        "order: [bob, ada]",
        "§order: [bob, ada, bob]",
        "rotations.primary.versions[1].order[2]: notice: `bob` serves more than once in a round",
    ),
    (
        "team.yaml",
        "order: [bob, ada]",
        "§order: []",
        "rotations.primary.versions[1].order: notice: nobody is on call from 2026-03-02 on",
    ),
    (
        "team.yaml",
        "  - after: 0m",
        "  - after: 3h\n    unless: resolved\n    tell: [lead]\n§  - after: 0m",
        "escalation[1].after: notice: comes earlier than the step before it: all are counted from the first page",
    ),
    (
        "daily-growth.md",
        "  secondary: finance",
        "§  secondary: data",
        "owners.secondary: notice: the same as the primary owner, so there is nobody to fall back on",
    ),
    (
        "daily-growth.md",
        "rerun_by: [engineer]",
        "§rerun_by: []",
        "rerun_by: notice: nobody may start a run: name a role",
    ),
    (
        "daily-growth.md",
        "  - promise: Repaired within three days\n    fix_within: 3d\n    business_days: true\n",
        "§  - promise: Soon\n",
        "sla[1]: notice: only words: without `every`, `within` or `fix_within` nothing is watched",
    ),
    (
        "daily-growth.md",
        "Primary owner: Data Engineering",
        "§**Primary owner:** Finance",
        "owners.primary: notice: is `data`, the text below says `finance`",
    ),
    (
        "daily-growth.md",
        "Primary owner: Data Engineering",
        "§| Secondary Owner | ada |",
        "owners.secondary: notice: is `finance`, the text below says `ada`",
    ),
    (
        "daily-growth.md",
        "Primary owner: Data Engineering",
        "§| Finance (primary owner) | Data |",
        "owners.primary: notice: is `data`, the text below says `finance`",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "told"), CASES, ids=[told for *_, told in CASES])
def test_what_looks_wrong_is_noticed_with_its_line(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    text, line = swapped(name, old, new)
    plan, faults = check_plan(write_plan(tmp_path / "plan", {name: text}))
    assert plan is not None
    assert [str(fault) for fault in faults] == [f"{name}:{line} {told}"]


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("owner", "an escalation step that tells `owner` does not mean this role"),
        ("finance", "is a team too, and an escalation tells `finance`: which of the two?"),
    ],
)
def test_a_role_that_means_two_things_in_an_escalation_is_noticed(tmp_path: Path, role: str, told: str) -> None:
    text = TEAM.replace("    roles: [approver]", f"    roles: [approver, {role}]")
    text = text.replace("rotations:\n", f"  {role}:\n    does: Something\nrotations:\n")
    plan, faults = check_plan(write_plan(tmp_path / "plan", {"team.yaml": text}))
    assert plan is not None
    assert [(fault.key, fault.message) for fault in faults] == [(f"roles.{role}", told)]


@pytest.mark.parametrize(
    "line",
    [
        "Primary owner: Data Engineering, and Finance second",
        "Primary owner: Ada",  # she is in the team that owns it
        "| Finance | Data Engineering (primary owner) |",
        "Ask the primary owner before a rerun; Cleo decides",
        "| Primary owner | Secondary owner |",
        "Primary owner: somebody else",
        "Primary owner: financed by data",
    ],
)
def test_a_text_that_names_the_same_owner_or_nobody_is_no_contradiction(tmp_path: Path, line: str) -> None:
    text = GROWTH.replace("Primary owner: Data Engineering", line)
    assert check_plan(write_plan(tmp_path / "plan", {"daily-growth.md": text}))[1] == ()


DEADLINES = [
    ("every: day\n    at: 10:00", "every: day\n    at: 09:00", True),
    ("every: day\n    at: 09:00", "every: day\n    at: 09:00", False),
    ("every: week\n    on: friday\n    at: 10:00", "every: week\n    on: friday\n    at: 09:00", True),
    ("every: week\n    on: friday\n    at: 10:00", "every: week\n    on: monday\n    at: 09:00", False),
    ("every: month\n    on: 28\n    at: 09:00", "every: month\n    on: 27\n    at: 10:00", True),
    ("every: month\n    on: last-business-day\n    at: 09:00", "every: month\n    on: 28\n    at: 09:00", True),
    ("every: month\n    on: last-business-day\n    at: 09:00", "every: month\n    on: last-day\n    at: 09:00", False),
    ("every: month\n    on: 28\n    at: 09:00", "every: day\n    at: 08:00", False),
]


@pytest.mark.parametrize(("upstream", "own", "noticed"), DEADLINES)
def test_an_upstream_that_is_promised_later_is_noticed(tmp_path: Path, upstream: str, own: str, noticed: bool) -> None:
    growth = GROWTH.replace("every: day\n    at: 09:00", upstream)
    report = REPORT.replace("every: week\n    on: friday", f"{own}\n    zone: Europe/Berlin")
    folder = write_plan(tmp_path / "plan", {"daily-growth.md": growth, "growth-report.md": report})
    told = "growth-report.md:12 upstreams[0]: notice: `daily-growth` is promised later than this: "
    faults = [str(fault) for fault in check_plan(folder)[1]]
    assert faults == ([f"{told}`There by nine` there, `On Fridays` here"] if noticed else [])


def test_deadlines_in_two_zones_are_not_compared(tmp_path: Path) -> None:
    growth = GROWTH.replace("at: 09:00", "at: 10:00")
    report = REPORT.replace("every: week\n    on: friday", "every: day\n    at: 09:00\n    zone: Asia/Tokyo")
    assert check_plan(write_plan(tmp_path / "plan", {"daily-growth.md": growth, "growth-report.md": report}))[1] == ()


def test_a_plan_with_errors_is_not_searched_for_contradictions(tmp_path: Path) -> None:
    text = TEAM.replace("    roles: [approver]", "    roles: [engineer]").replace("notice: 2w", "notice: soon")
    _, faults = check_plan(write_plan(tmp_path / "plan", {"team.yaml": text}))
    assert [(fault.key, fault.level) for fault in faults] == [("leave.notice", "error")]
