"""The runbooks of the engineers who own pipelines in pairs: every issue of their document, and no step to nowhere."""

import re
from datetime import date
from functools import cache

import pytest

from store import runbooks
from store.domain.run import Cause, parse_period
from store.plans import Plan, load_plan
from store.settings import PLANS
from tests.editor import front, marked, told

PAIRED = PLANS / "paired-engineers"
PROFIT, GROWTH = ("aggregate-profit", "unit-level-profit"), ("aggregate-growth", "daily-growth")
KEYS = sorted((*PROFIT, *GROWTH, "aggregate-engagement", "aggregate-investor"))
SLACK_BLOCK = 3000


@cache
def plan() -> Plan:
    return load_plan(PAIRED)


@pytest.mark.parametrize(
    ("keys", "pattern"),
    [
        # Profit: what the document calls its issues, with each of its reasons.
        (PROFIT, "books.*(timing|different days).*categor.*(currency|currencies)"),
        (PROFIT, "revenue.*subscriber.*API.*(is|was) down.*payment.*process.*sync"),
        (PROFIT, "(month|period).*Operations.*late.*cloud bill.*(mistyped|typed wrong)"),
        (PROFIT, "NULL.*divide.*(below zero|loss).*join.*(repeat|double).*type"),
        (PROFIT, "last week.*late.*scheduler.*compute"),
        # Growth
        (GROWTH, r"\bC\b.*\bA\b.*Salesforce.*by hand.*automation"),
        (GROWTH, "account executives.*(too much|behind).*(by hand|typing).*sync.*failed"),
        (GROWTH, "bought.*merged.*(name|spelled)"),
        (GROWTH, "ten (accounts|signups).*contract.*paid.*(pro rata|part of the month)"),
        (GROWTH, "(cancelled|churn).*us(es|age).*payment.*failed.*grace period.*processed late"),
        # Engagement
        (("aggregate-engagement",), "yesterday.*network.*offline.*retries"),
        (("aggregate-engagement",), "zero.*broker crashed.*producers.*network"),
        (("aggregate-engagement",), "same click.*retry logic.*glitch.*duplicates"),
        (("aggregate-engagement",), r"\(OOM\).*millions of accounts.*revenue and engagement.*skew"),
        (("aggregate-engagement",), "NULLs.*divide by zero.*Profit or Growth.*backfill"),
        (("aggregate-engagement",), "parse errors.*fields.*frontend.*format.*nobody told"),
    ],
)
def test_every_issue_of_the_document_has_its_section(keys: tuple[str, ...], pattern: str) -> None:
    for key in keys:
        symptoms = [one for one in runbooks.sections(plan(), key) if one.path[:1] == ("Symptoms",)]
        found = [one for one in symptoms if re.search(pattern, f"{one.heading} {one.text}", re.IGNORECASE | re.DOTALL)]
        assert found, key
        assert all("**Do:**\n1. " in one.text for one in found)


@pytest.mark.parametrize(
    ("keys", "sources"),
    [
        (PROFIT, ("billing system", "HR system", "AWS, Azure and GCP", "Operations")),
        (GROWTH, ("Salesforce", "account database", "subscription management", "sales team")),
        (("aggregate-engagement",), ("Kafka", "web analytics", "mobile app analytics", "backend API logs")),
    ],
)
def test_inputs_are_those_of_the_document(keys: tuple[str, ...], sources: tuple[str, ...]) -> None:
    for key in keys:
        inputs = runbooks.section_named(plan(), key, "Inputs")
        assert inputs is not None
        for text in (inputs.text, "\n".join(plan().pipelines[key].reads)):
            assert [one for one in sources if one.casefold() not in text.casefold()] == [], key


@pytest.mark.parametrize(
    ("heading", "pattern"),
    [
        ("Rerun and backfill", "after late data.*Profit.*Growth.*Engagement.*oldest period first"),
        ("Validate the figures", "Cross-checks between the three"),
        ("An upstream's SLA is at risk", "24 hours before a deadline"),
        ("An upstream is late", "Do not start without it"),
    ],
)
def test_the_chain_has_its_procedures(heading: str, pattern: str) -> None:
    section = runbooks.section_named(plan(), "aggregate-investor", heading)
    assert section is not None
    assert re.search(pattern, section.text, re.DOTALL)


@pytest.mark.parametrize("key", KEYS)
def test_every_symptom_says_what_why_how_and_whom_to_call(key: str) -> None:
    for section in runbooks.sections(plan(), key):
        assert len(section.text) <= SLACK_BLOCK, section.citation
        if section.path[:1] == ("Symptoms",):
            labels = re.findall(r"^\*\*(.+?):\*\*", section.text, re.MULTILINE)
            assert labels == ["You see", "Why", "Do", "Verify", "Escalate"], section.citation


@pytest.mark.parametrize("key", ["aggregate-engagement", "daily-growth"])
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_of_a_failed_run_has_its_section(key: str, cause: Cause) -> None:
    section = runbooks.section_for_cause(plan(), key, cause)
    assert section is not None
    assert section.text.startswith("**Do:**")


@pytest.mark.parametrize("key", KEYS)
def test_steps_lead_somewhere(key: str) -> None:
    team = plan().team
    sections = runbooks.sections(plan(), key)
    headings = {section.heading for section in sections} | {one.name for one in plan().pipelines.values()}
    channels = {one.channel for one in team.teams.values()} | {team.channels.oncall, team.channels.incidents}
    for section in sections:
        assert set(re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", section.text)) <= headings, section.citation
        assert set(re.findall(r"`#([a-z-]+)`", section.text)) <= channels, section.citation
        for command in re.findall(r"`/([^`]+)`", section.text):
            name, *arguments = command.split()
            assert name in {"oncall", "rerun", "runbook", "issue"}, command
            if name == "rerun":
                assert arguments[0] == key
                assert plan().pipelines[key].job
                assert parse_period(arguments[1], today=date(2026, 1, 5))
            if name == "runbook":
                assert arguments[0] in plan().pipelines, command


def test_an_editor_finds_nothing_wrong_with_its_files() -> None:
    assert told("team", marked((PAIRED / "team.yaml").read_text(encoding="utf-8"))) == []
    for key in KEYS:
        assert told("pipeline", front((PAIRED / f"{key}.md").read_text(encoding="utf-8"))) == []
