"""The default plan's pages: whole, consistent, and no step that leads nowhere."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from store import runbooks
from store.domain.run import Cause, parse_period
from store.domain.runbook import Section
from store.plans import Plan, check_plan, load_plan

HOUSE = Path(__file__).parents[2] / "runbooks" / "house"
KEYS = sorted(path.stem for path in HOUSE.glob("*.md"))
GROUPS = (
    "What it is for",
    "Inputs and outputs",
    "Components",
    "Definitions",
    "Symptoms",
    "Validate the figures",
    "Checks and alerts",
    "Rerun and backfill",
    "Which kind of cause is it?",
    "When a run fails",
    "SLA",
    "Owners and contacts",
    "On-call",
)
SLACK_BLOCK = 3000


@cache
def house() -> Plan:
    return load_plan(HOUSE)


def sections(key: str) -> tuple[Section, ...]:
    return runbooks.sections(house(), key)


def symptoms(key: str) -> list[Section]:
    return [section for section in sections(key) if section.path[:1] == ("Symptoms",)]


def test_the_default_plan_has_no_fault_and_no_notice() -> None:
    plan, faults = check_plan(HOUSE)
    assert plan is not None
    assert [str(fault) for fault in faults] == []


def test_the_six_pipelines_are_there() -> None:
    assert KEYS == [
        "aggregate-engagement",
        "aggregate-growth",
        "aggregate-investor",
        "aggregate-profit",
        "daily-growth",
        "unit-level-profit",
    ]


@pytest.mark.parametrize("key", KEYS)
def test_every_page_is_laid_out_alike(key: str) -> None:
    first = dict.fromkeys(section.path[0] for section in runbooks.sections(house(), key) if section.path)
    assert tuple(first) == GROUPS


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_of_a_failed_run_has_its_section(key: str, cause: Cause) -> None:
    section = runbooks.section_for_cause(house(), key, cause)
    assert section is not None
    assert "**Do:**" in section.text


@pytest.mark.parametrize("key", KEYS)
def test_every_check_leads_to_a_section(key: str) -> None:
    for check in house().pipelines[key].checks:
        assert check.section is not None
        assert runbooks.section_named(house(), key, check.section) is not None, check.section


@pytest.mark.parametrize("key", KEYS)
def test_every_symptom_says_what_why_how_and_whom_to_call(key: str) -> None:
    for section in symptoms(key):
        labels = re.findall(r"^\*\*(.+?):\*\*", section.text, re.MULTILINE)
        assert labels == ["You see", "Why", "Do", "Verify", "Escalate"], section.citation
        assert re.search(r"^1\. ", section.text, re.MULTILINE), section.citation


@pytest.mark.parametrize("key", KEYS)
def test_every_section_fits_a_message(key: str) -> None:
    assert [section.citation for section in sections(key) if len(section.text) > SLACK_BLOCK] == []


@pytest.mark.parametrize("key", KEYS)
def test_headings_of_a_page_differ(key: str) -> None:
    headings = [section.heading.casefold() for section in sections(key)]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("key", KEYS)
def test_commands_in_steps_are_real(key: str) -> None:
    plan = house()
    commands = [command for section in sections(key) for command in re.findall(r"`/([^`]+)`", section.text)]
    assert commands
    for command in commands:
        name, *arguments = command.split()
        assert name in {"oncall", "rerun", "runbook", "issue"}, command
        if name == "rerun":
            pipeline, period = arguments
            assert pipeline == key, f"{command} on the page of {key}"
            assert plan.pipelines[key].job, f"{key} has no job to rerun"
            assert parse_period(period, today=date(2026, 1, 5))
        if name == "runbook":
            assert arguments[0] in plan.pipelines, command


@pytest.mark.parametrize("key", KEYS)
def test_references_to_other_sections_lead_somewhere(key: str) -> None:
    plan = house()
    headings = [section.heading for section in sections(key)] + [pipeline.name for pipeline in plan.pipelines.values()]
    headings += GROUPS
    for section in sections(key):
        for named in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", section.text):
            assert any(heading.startswith(named) for heading in headings), f"{section.citation}: {named}"


@pytest.mark.parametrize("key", KEYS)
def test_channels_in_a_page_are_the_plans(key: str) -> None:
    plan = house()
    known = {team.channel for team in plan.team.teams.values()}
    known |= {plan.team.channels.oncall, plan.team.channels.alerts, plan.team.channels.incidents}
    for section in sections(key):
        assert set(re.findall(r"`#([a-z-]+)`", section.text)) <= known, section.citation


@pytest.mark.parametrize("key", KEYS)
def test_the_page_and_its_facts_agree(key: str) -> None:
    pipeline, plan = house().pipelines[key], house()
    contacts = runbooks.section_named(plan, key, "Owners and contacts")
    assert contacts is not None
    primary, secondary = plan.team.teams[pipeline.owners.primary], plan.team.teams[pipeline.owners.secondary]
    assert re.search(rf"{primary.name}.*\(primary owner\)", contacts.text)
    assert re.search(rf"{secondary.name}.*\(secondary owner\)", contacts.text)


def test_the_section_of_a_page_is_found_whatever_the_case() -> None:
    found = runbooks.section_named(house(), "daily-growth", "  sla ")
    assert found is not None
    assert found.heading == "SLA"


def test_what_is_not_there_is_not_found() -> None:
    assert runbooks.section_named(house(), "daily-growth", "No such heading") is None
    assert runbooks.section_named(house(), "no-such-page", "SLA") is None
    assert runbooks.sections(house(), "no-such-page") == ()


def test_a_citation_points_at_the_heading_in_the_file() -> None:
    for key in KEYS:
        lines = (HOUSE / f"{key}.md").read_text(encoding="utf-8").splitlines()
        for section in sections(key):
            assert lines[section.line - 1].lstrip("# ") == section.heading
