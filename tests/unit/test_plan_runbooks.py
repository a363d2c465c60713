"""Pages of the plans of investor reporting and of the engineers who own pipelines: alike, and no step to nowhere."""

import re
from datetime import date
from functools import cache

import pytest

from store import runbooks
from store.domain.run import Cause, parse_period
from store.domain.runbook import Section
from store.plans import Plan, load_plan
from store.settings import PLANS
from tests.editor import front, marked, told

NAMES = ("engineer-owned", "investor-reporting")
PAGES = [(name, path.stem) for name in NAMES for path in sorted((PLANS / name).glob("*.md"))]
RUN_BY_BATON = [(name, key) for name, key in PAGES if key in ("aggregate-engagement", "daily-growth")]
GROUPS = (
    "What it is for",
    "Inputs and outputs",
    "Components",
    "Symptoms",
    "Validate the figures",
    "Rerun and backfill",
    "When a run fails",
    "SLA",
    "Owners and contacts",
    "On-call",
)
SLACK_BLOCK = 3000

pages = pytest.mark.parametrize(("name", "key"), PAGES, ids="/".join)


@cache
def plan(name: str) -> Plan:
    return load_plan(PLANS / name)


def sections(name: str, key: str) -> tuple[Section, ...]:
    return runbooks.sections(plan(name), key)


@pages
def test_every_page_has_the_same_groups_in_the_same_order(name: str, key: str) -> None:
    groups = dict.fromkeys(section.path[0] for section in sections(name, key))
    assert tuple(group for group in groups if group in GROUPS) == GROUPS


@pages
def test_every_symptom_says_what_why_how_and_whom_to_call(name: str, key: str) -> None:
    symptoms = [section for section in sections(name, key) if section.path[:1] == ("Symptoms",)]
    assert len(symptoms) >= 3
    for section in symptoms:
        labels = re.findall(r"^\*\*(.+?):\*\*", section.text, re.MULTILINE)
        assert labels == ["You see", "Why", "Do", "Verify", "Escalate"], section.citation


@pages
def test_every_section_fits_a_message_and_goes_by_its_own_name(name: str, key: str) -> None:
    found = sections(name, key)
    assert [section.citation for section in found if len(section.text) > SLACK_BLOCK] == []
    assert len({section.heading.casefold() for section in found}) == len(found)


@pages
def test_steps_lead_somewhere(name: str, key: str) -> None:
    team, pipelines = plan(name).team, plan(name).pipelines
    headings = {section.heading for section in sections(name, key)} | {one.name for one in pipelines.values()}
    channels = {one.channel for one in team.teams.values()} | {team.channels.oncall, team.channels.incidents}
    for section in sections(name, key):
        named = set(re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", section.text))
        assert named <= {*headings, *GROUPS, "Definitions"}, section.citation
        assert set(re.findall(r"`#([a-z-]+)`", section.text)) <= channels, section.citation
        for command in re.findall(r"`/([^`]+)`", section.text):
            word, *arguments = command.split()
            assert word in {"oncall", "rerun", "runbook", "issue"}, command
            if word == "rerun":
                assert arguments[0] == key
                assert pipelines[key].job
                assert parse_period(arguments[1], today=date(2026, 1, 5))
            if word == "runbook":
                assert arguments[0] in pipelines, command


@pages
def test_the_page_names_the_owners_of_its_facts(name: str, key: str) -> None:
    owners, team = plan(name).pipelines[key].owners, plan(name).team
    contacts = runbooks.section_named(plan(name), key, "Owners and contacts")
    assert contacts is not None
    for role, owner in (("primary", owners.primary), ("secondary", owners.secondary)):
        known = team.people.get(owner) or team.teams[owner]
        assert re.search(rf"{known.name}.*\({role} owner\)", contacts.text)


@pages
def test_a_page_names_people_of_its_own_plan_only(name: str, key: str) -> None:
    mine, *others = ({person.name for person in plan(each).team.people.values()} for each in (name, *NAMES))
    text = "\n".join(section.text for section in sections(name, key))
    assert any(person in text for person in mine), "nobody to call"
    assert [person for each in others for person in each - mine if person in text] == []


@pytest.mark.parametrize(("name", "key"), RUN_BY_BATON, ids="/".join)
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_of_a_failed_run_has_its_section(name: str, key: str, cause: Cause) -> None:
    section = runbooks.section_for_cause(plan(name), key, cause)
    assert section is not None
    assert "**Do:**\n1. " in section.text


@pages
def test_a_page_without_a_job_says_so(name: str, key: str) -> None:
    rerun = runbooks.section_named(plan(name), key, "Rerun and backfill")
    assert rerun is not None
    assert ("it has no job" in rerun.text) is (plan(name).pipelines[key].job is None)


@pytest.mark.parametrize("name", NAMES)
def test_an_editor_finds_nothing_wrong_with_its_files(name: str) -> None:
    assert told("team", marked((PLANS / name / "team.yaml").read_text(encoding="utf-8"))) == []
    for key in plan(name).pipelines:
        assert told("pipeline", front((PLANS / name / f"{key}.md").read_text(encoding="utf-8"))) == [], key
