"""Runbooks, issues and help, as values."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.listeners.issue import errors_of
from bot.views import help as help_view
from bot.views import issue, runbook
from store.domain.issue import Issue
from store.domain.oncall import on_call as resolve
from store.domain.oncall import person_of
from store.domain.roster import Entries
from store.domain.runbook import Answer, Hit, Section
from store.domain.shift import Shift
from store.domain.team import Severity
from store.plans import Plan
from store.rosters import roster_of
from store.runbooks import sections
from tests.unit.bot.test_run_view import NOW, buttons, read

TUESDAY = datetime(2026, 1, 13, 4, 0, tzinfo=UTC)


@pytest.fixture
def on_call(house: Plan) -> tuple[Shift, ...]:
    roster = roster_of(house, Entries())
    return resolve(roster, roster.lines[0], at=TUESDAY)


def an_issue(**changes: Any) -> Issue:
    made = Issue(
        id=7,
        pipeline="daily-growth",
        summary="No signups since <noon>",
        severity=Severity.MEDIUM,
        day=date(2026, 1, 12),
        reported_by="U0SOFIA",
        reported_at=NOW,
    )
    return replace(made, **changes)


def test_people_are_known_by_their_slack_id_alone(house: Plan) -> None:
    assert person_of(house.team, "U0THIRU") == "thiru"
    assert person_of(house.team, "thiru") is None


@pytest.mark.parametrize("key", ["aggregate-engagement", "daily-growth", "aggregate-investor"])
def test_a_page_shows_its_facts_a_button_for_each_symptom_and_a_menu_of_the_rest(
    house: Plan, on_call: tuple[Shift, ...], key: str
) -> None:
    page = sections(house, key)
    message = runbook.overview(house.pipelines[key], house.team, on_call, page)
    assert "*On call*\nThiru" in read(message)
    menu = next(block["accessory"]["options"] for block in message.blocks if "accessory" in block)
    reachable = buttons(message) + [option["value"] for option in menu]
    assert sorted(reachable) == sorted(one.heading for one in page), "every section, once"
    assert "Run failed: out of memory" not in buttons(message)


def test_a_page_without_symptoms_has_a_menu_only(house: Plan, on_call: tuple[Shift, ...]) -> None:
    message = runbook.overview(house.pipelines["daily-growth"], house.team, on_call, [a_section(path=("SLA",))])
    assert buttons(message) == []
    assert "*The page*" in read(message)


def a_section(**changes: Any) -> Section:
    made = Section("daily-growth", "Daily Growth", "Partial log", ("Symptoms", "Partial log"), "1. Look", 80)
    return replace(made, **changes)


def test_an_answer_is_the_section_as_it_stands_with_its_place(house: Plan) -> None:
    found = Answer("answer", (Hit(a_section(), 9.0),))
    message = runbook.answer(found, question="partial", asked=None)
    assert {"type": "markdown", "text": "1. Look"} in message.blocks
    assert "From `daily-growth.md`, line 80" in read(message)


def test_an_answer_on_another_pipeline_says_so(house: Plan) -> None:
    asked = house.pipelines["aggregate-engagement"]
    message = runbook.answer(Answer("answer", (Hit(a_section(), 9.0),)), question="partial", asked=asked)
    assert "This looks like *daily-growth*, not aggregate-engagement." in read(message)


def test_an_unsure_answer_offers_the_closest_three() -> None:
    hits = tuple(Hit(a_section(heading=f"Section {n}"), 1.0) for n in range(5))
    message = runbook.answer(Answer("unsure", hits), question="it <broke>", asked=None)
    assert buttons(message) == [f"daily-growth: Section {n}" for n in range(3)]
    assert "I am not sure which section answers “it &lt;broke&gt;”" in message.text


def test_no_answer_names_the_words_that_no_page_has() -> None:
    message = runbook.answer(Answer("none", (), ("terraform", "drift")), question="terraform drift", asked=None)
    assert "No page mentions “terraform”, “drift”." in message.text
    assert buttons(message) == ["Report an issue"]


def test_the_form_offers_every_pipeline_and_severity_in_words(house: Plan) -> None:
    form = issue.form(
        house.team, house.pipelines, pipeline="daily-growth", summary="x" * 400, day=date(2026, 1, 12), channel="C1"
    )
    blocks = {block["block_id"]: block["element"] for block in form["blocks"]}
    assert [option["value"] for option in blocks["pipeline"]["options"]] == list(house.pipelines)
    assert blocks["pipeline"]["initial_option"]["value"] == "daily-growth"
    assert [option["value"] for option in blocks["severity"]["options"]] == ["low", "medium", "high"]
    assert all(option["description"]["text"] for option in blocks["severity"]["options"])
    assert len(blocks["summary"]["initial_value"]) == issue.SUMMARY_LIMIT
    assert blocks["day"]["initial_date"] == "2026-01-12"


def test_a_form_with_nothing_known_is_empty(house: Plan) -> None:
    form = issue.form(house.team, house.pipelines, pipeline=None, summary="", day=None, channel="")
    elements = {block["block_id"]: block["element"] for block in form["blocks"]}
    assert "initial_option" not in elements["pipeline"]
    assert "initial_value" not in elements["summary"]
    assert "initial_date" not in elements["day"]


def test_a_form_of_blanks_stays_open_with_the_error_at_its_field() -> None:
    assert errors_of({"summary": "   "}) == {"summary": "Say in a line what you see, so that others recognise it."}
    assert errors_of({"summary": None})
    assert errors_of({"summary": "no signups"}) == {}


def test_a_medium_issue_names_the_promise_and_wakes_nobody(house: Plan, on_call: tuple[Shift, ...]) -> None:
    message = issue.posted(an_issue(), house.pipelines["daily-growth"], house.team, on_call)
    text = read(message)
    assert message.text.startswith("🟠 DI-7: No signups since &lt;noon&gt; (Daily Growth, medium)")
    assert "within 24 business hours" in text
    assert "data of Mon 12 Jan 2026" in text
    assert "On call: Thiru" in text
    assert "<@U0THIRU>" not in text


def test_no_mark_in_what_was_typed_comes_alive(house: Plan, on_call: tuple[Shift, ...]) -> None:
    typed = an_issue(summary="growth *is* <!channel> _zero_", details="~all~ <b>of</b> it")
    blocks = issue.posted(typed, house.pipelines["daily-growth"], house.team, on_call).blocks
    plain = [block["text"]["text"] for block in blocks if block.get("text", {}).get("type") == "plain_text"]
    assert plain[1:] == ["growth *is* <!channel> _zero_", "~all~ <b>of</b> it"]


def test_a_high_issue_mentions_whoever_is_on_call(house: Plan, on_call: tuple[Shift, ...]) -> None:
    high = an_issue(severity=Severity.HIGH)
    assert "On call: <@U0THIRU>" in read(issue.posted(high, house.pipelines["daily-growth"], house.team, on_call))


def test_help_names_every_command() -> None:
    text = help_view.overview("0.1.0", "Data Engineering").text
    assert [line.split("`")[1].split()[0] for line in text.splitlines()[1:]] == [
        "/oncall",
        "/rerun",
        "/runbook",
        "/issue",
        "/handoff",
        "/baton",
    ]
