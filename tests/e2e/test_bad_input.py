"""Whatever is typed gets a private, helpful answer; nothing it holds comes alive and nothing starts."""

from collections.abc import Iterator
from typing import Any

import pytest

from store import runs
from tests.e2e.world import World, running_world

NASTY = {
    "garbage": "ÿØÿà %00 \\x00 ;;; ''",
    "ten thousand characters": "x" * 10_000,
    "a mention of everybody": "<!channel> <!here> <@U0AIDIL> <!subteam^S1>",
    "a path": "../../etc/passwd",
    "a Spark argument": "--conf spark.driver.extraJavaOptions=-Dx=y",
    "a shell": "$(reboot); `reboot` | reboot",
    "SQL": "'; DROP TABLE run; --",
    "a template": "{{7*7}} {0.__class__} %s %(x)s",
    "right to left and invisible": "\u202egnirts\u200b\u2066 lone \ufeff",
    "emoji only": "🔥🔥🔥",
    "many lines": "a\n" * 500,
}
DAYS = {
    "2099-01-01": "has not begun",
    "2024-02-31": "is not in the calendar",
    "2024-13-01": "is not in the calendar",
    "06/03/2024": "is not a day",
    "tomorrow": "is not a day",
    "2024-06-03..2024-06-01": "runs backwards",
    "2020-01-01..2024-06-01": "one run takes at most 31",
    "../../etc/passwd": "is not a day",
    "2024-06-03 --conf x=y": "is not a day",
    "<!channel>": "is not a day",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("bad")) as running:
        yield running
        with running.sessions.reading() as db:
            assert runs.recent(db) == (), "nothing of all this may start a run"


def answers(world: World, text: str) -> list[str]:
    """Return what the asker alone has read since asking."""
    choo = world.as_("choo")
    before = {each.ts for each in choo.messages("#data-oncall")}
    choo.command(text, in_="#data-oncall")
    choo.expect_new_ephemeral(before)
    mine = [each for each in choo.messages("#data-oncall") if each.ts not in before]
    assert all(each.doc["is_ephemeral"] for each in mine), "an answer to bad input is private"
    raw = str([_shown(each.doc) for each in mine])
    for alive in ("<!channel>", "<!here>", "<@U0AIDIL>", "<!subteam"):
        assert alive not in raw
    return [each.text for each in mine]


def _shown(node: Any) -> Any:
    """Return a message without what its buttons carry: nobody reads that, and it comes back as it went."""
    if isinstance(node, dict):
        return {key: _shown(value) for key, value in node.items() if key != "value"}
    return [_shown(each) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("command", ["/rerun", "/runbook", "/oncall", "/baton"])
@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY.keys())
def test_a_command_with_nonsense_is_answered_privately_and_at_bearable_length(
    world: World, command: str, nasty: str
) -> None:
    (answer,) = answers(world, f"{command} {nasty}")
    assert "Something broke" not in answer
    assert 0 < len(answer) < 4000


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY.keys())
def test_the_issue_form_opens_with_nonsense_as_plain_text(world: World, nasty: str) -> None:
    choo = world.as_("choo").command(f"/issue {nasty}")
    form = choo.expect_modal("Report an issue")
    summary = next(block["element"] for block in form.doc["blocks"] if block["block_id"] == "summary")
    assert len(summary.get("initial_value", "")) <= 150
    choo.close()


@pytest.mark.parametrize(("day", "said"), DAYS.items(), ids=DAYS.keys())
def test_a_day_that_cannot_be_run_is_explained_and_days_are_offered(world: World, day: str, said: str) -> None:
    (answer,) = answers(world, f"/rerun daily-growth {day}")
    assert said in answer


def test_what_was_typed_is_quoted_as_it_was_typed(world: World) -> None:
    (answer,) = answers(world, "/rerun R&D<x> 2024-06-03")
    assert "No pipeline is called “R&D<x>”" in answer


def test_an_unknown_person_in_the_text_is_just_text(world: World) -> None:
    (answer,) = answers(world, "/oncall @nobody-like-this")
    assert "No pipeline is called “@nobody-like-this”" in answer
    assert "/oncall help" in answer


def test_a_pipeline_by_a_similar_name_is_asked_back(world: World) -> None:
    (answer,) = answers(world, "/rerun profit 2024-06-03")
    assert "aggregate-profit" in answer
    assert "unit-level-profit" in answer
