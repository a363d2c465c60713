"""The plan that Baton ships with is clean."""

from pathlib import Path

import pytest

from store.plans import Plan, check_plan
from store.settings import PLANS
from tests.editor import front, marked, told

HOUSE = PLANS / "house"
PAGES = sorted(path for path in HOUSE.glob("*.md") if path.name != "README.md")


@pytest.fixture(scope="module")
def plan() -> Plan:
    plan, faults = check_plan(HOUSE)
    assert plan is not None, "\n".join(map(str, faults))
    return plan


def test_nothing_is_wrong_with_it_and_nothing_contradicts_itself() -> None:
    assert [str(fault) for fault in check_plan(HOUSE)[1]] == []


def test_it_has_the_six_pipelines(plan: Plan) -> None:
    assert set(plan.pipelines) == {
        "unit-level-profit",
        "aggregate-profit",
        "daily-growth",
        "aggregate-growth",
        "aggregate-engagement",
        "aggregate-investor",
    }


def test_an_editor_finds_nothing_wrong_with_its_files() -> None:
    assert told("team", marked((HOUSE / "team.yaml").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_an_editor_finds_nothing_wrong_with_a_page(path: Path) -> None:
    assert told("pipeline", front(path.read_text(encoding="utf-8"))) == []


def test_each_body_begins_where_its_page_says(plan: Plan) -> None:
    for page in plan.pages.values():
        lines = page.path.read_text(encoding="utf-8").split("\n")
        assert "\n".join(lines[page.first_line - 1 :]) == page.body
        assert lines[page.first_line - 2] == "---"
