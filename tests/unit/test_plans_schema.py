"""The JSON Schema says the same as the loader, in the forms in which people write."""

from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from store.planfile.scalars import duration
from store.plans import schema
from tests.editor import VALIDATORS, front, marked, told
from tests.plan_files import GROWTH, REPORT, TEAM


def test_good_files_are_good_in_an_editor_too() -> None:
    for which in VALIDATORS:
        Draft202012Validator.check_schema(VALIDATORS[which].schema)
    assert told("team", marked(TEAM)) == []
    assert told("pipeline", front(GROWTH)) == []
    assert told("pipeline", front(REPORT)) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("zone: Europe/Berlin\nchannels", "zoen: Europe/Berlin\nchannels", "$"),
        ("notice: 2w", "notice: P14D", "$.leave.notice"),
        ("notice: 2w", "notice: 14", "$.leave.notice"),
        ("opens: 09:00", "opens: 9am", "$.hours.opens"),
        ("starts_on: 2026-01-05", "starts_on: 5 Jan", "$.rotations.primary.versions[0].starts_on"),
        ("handoff_on: monday", "handoff_on: mon", "$.rotations.primary.handoff_on"),
        ("unless: acknowledged", "unless: acked", "$.escalation[0].unless"),
        ("[monday, tuesday,", "[mon, tuesday,", "$.hours.days[0]"),
        ("every: month", "every: year", "$.manual_checks[0].every"),
        ("cover: [previous,", "cover: [last,", "$.cover[0]"),
        ("  low:\n", "  lwo:\n", "$.severities"),
        ("  bad-data:", "  Bad Data:", "$.causes"),
        ("slack: U024BE7LH", "slack: ada", "$.people.ada.slack"),
        ("teams: [data]", "teams: data", "$.people.ada.teams"),
        ("handoff_on: monday", "turn: fortnight", "$.rotations.primary.turn"),
        ("handoff_on: monday", "every: 0", "$.rotations.primary.every"),
        ("handoff_on: monday", "slack_group: '@on-call'", "$.rotations.primary.slack_group"),
        ("handoff_on: monday", "groups: {A B: [ada]}", "$.rotations.primary.groups"),
        ("handoff_on: monday", "duty: {days: [mon]}", "$.rotations.primary.duty"),
        ("notice: 2w", "calendar_ics: http://example.com/a.ics", "$.leave.calendar_ics"),
        ("notice: 2w", "calendar_ics: ../leave.ics", "$.leave.calendar_ics"),
        ("- days: 7d", "- counted: weekdays", "$.on_deck[0].counted"),
    ],
)
def test_an_editor_marks_what_the_loader_refuses_in_the_team_file(old: str, new: str, path: str) -> None:
    assert set(told("team", marked(TEAM.replace(old, new, 1)))) == {path}


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("owners:\n", "owner:\n", "$"),
        ("warn: 20%", "warn: 20", "$.checks[1].warn"),
        ("warn: 18h", "warn: 18 hours", "$.checks[0].warn"),
        ("every: day", "every: daily", "$.sla[0].every"),
        ("every: day", "every: month\n    on: 32", "$.sla[0].on"),
        ("every: day", "every: week\n    on: Friday", "$.sla[0].on"),
        ("key: daily-growth", "key: Daily", "$.key"),
    ],
)
def test_an_editor_marks_what_the_loader_refuses_in_a_page(old: str, new: str, path: str) -> None:
    assert path in told("pipeline", front(GROWTH.replace(old, new, 1)))


@pytest.mark.parametrize("written", ["https://calendar.example.com/a.ics?key=1", "leave.ics", "our leave.ics"])
def test_an_address_or_a_file_may_hold_the_leave(written: str) -> None:
    assert told("team", marked(TEAM.replace("notice: 2w", f"calendar_ics: {written}"))) == []


@pytest.mark.parametrize("new", ["on: 28", "on: last-day", "on: friday"])
def test_the_days_a_promise_may_name_are_offered(new: str) -> None:
    assert told("pipeline", front(GROWTH.replace("every: day", f"every: month\n    {new}"))) == []


def test_descriptions_come_from_the_docstrings() -> None:
    page, team = schema("pipeline"), schema("team")
    assert page["description"] == "The front matter of a pipeline's page."
    assert page["title"] == "Pipeline"
    assert page["properties"]["key"]["description"].startswith("Lower case with hyphens")  # type: ignore[index]
    assert team["additionalProperties"] is False
    assert all(part.get("additionalProperties") is False for part in _objects(team) + _objects(page))


def _objects(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in found["$defs"].values() if part["type"] == "object"]


def test_defaults_are_written_as_people_write_them() -> None:
    page: Any = schema("pipeline")
    team: Any = schema("team")
    assert page["properties"]["max_runtime"]["default"] == "2h"
    assert team["$defs"]["Handoff"]["properties"]["sync"]["default"] == "30m"
    assert team["$defs"]["Leave"]["properties"]["notice"]["default"] == "0d"
    assert team["$defs"]["Hours"]["properties"]["opens"]["default"] == "09:00"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("18h", timedelta(hours=18)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("2w 1d", timedelta(days=15)),
        ("0d", timedelta(0)),
        ("30m 1h", None),
        ("1h1h", None),
        ("h", None),
        ("", None),
        ("30", None),
        ("1.5h", None),
        ("٣h", None),
        ("99999999d", None),
        ("30m\n", None),
    ],
)
def test_durations_are_units_from_large_to_small(text: str, span: timedelta | None) -> None:
    assert duration(text) == span
