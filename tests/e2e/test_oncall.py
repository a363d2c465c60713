"""Asking the roster, over the wire, on a Tuesday of January 2026."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from store import rosters
from store.domain.absence import Absence
from store.domain.wall import days_span
from tests.driver import Message
from tests.e2e.world import World, running_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("oncall")
    with running_world(folder, at="2026-01-13 12:00") as running:
        begins, ends = days_span(date(2026, 1, 15), date(2026, 1, 15), running.plan.team.zone)
        leave = Absence(
            person="thiru", starts_at=begins, ends_at=ends, entered_at=running.clock.set("2026-01-13 12:00")
        )
        with running.sessions.writing() as db:
            rosters.save_absence(db, leave, request_key="test:1", by="U0THIRU")
        yield running


def ask(world: World, typed: str, who: str = "choo") -> Message:
    seat = world.as_(who)
    known = {each.ts for each in seat.messages()}
    return seat.command(f"/oncall {typed}".strip()).expect_new_ephemeral(known)


def test_who_is_on_call_now_and_who_follows(world: World) -> None:
    text = ask(world, "").text
    assert "@Thiru is on call until" in text
    assert "turn 2 of 4 in the rotation" in text
    assert text.index("Aidil · covers for Thiru (leave) as last week’s on-call") < text.index("Choo")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("why", "Thiru for aggregate-engagement"),
        ("why thursday", "Thu 15 Jan  Aidil: covers for Thiru (leave) as last week’s on-call"),
        ("why at 2026-01-15 09:00", "Aidil for aggregate-engagement"),
        ("daily-growth", "@Thiru is on call until"),
        ("of daily-growth", "@Thiru is on call until"),
        ("Daily Growth tomorrow", "Wed 14 Jan  Thiru"),
        ("tomorrow", "Wed 14 Jan  Thiru"),
        ("thursday", "Thu 15 Jan  🔁 Aidil (covers for Thiru (leave) as last week’s on-call)"),
        ("at 2026-01-15 09:00", "@Aidil is on call until"),
        ("week", "Mon 19 Jan  Thiru, 10:00 Choo"),
        ("2026-02-02..2026-02-03", "Mon 02 Feb  Spencer, 10:00 Aidil"),
        ("month", "On call, January 2026"),
        ("month 2026-03", "On call, March 2026"),
        ("mine", "Mon 19 Jan 10:00 – Mon 26 Jan 10:00"),
        ("help", "/oncall leave"),
    ],
)
def test_a_view_a_pipeline_and_a_day_in_any_order(world: World, typed: str, expected: str) -> None:
    assert expected in ask(world, typed).text


def test_my_turns_are_whole_though_one_runs_and_the_last_ends_far_ahead(world: World) -> None:
    assert "Mon 12 Jan 10:00 – Thu 15 Jan 00:00" in ask(world, "mine", who="thiru").text
    assert "Mon 13 Jul 10:00 – Mon 20 Jul 10:00" in ask(world, "mine", who="spencer").text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("dayly-growth", "Did you mean daily-growth or aggregate-growth? /oncall help lists"),
        ("wek", "I do not know “wek”. Did you mean /oncall week?"),
        ("leav tomorrow", "Did you mean /oncall leave?"),
        ("1999-01-01", "“1999-01-01” is not a day"),
        ("at 2026-02-30", "not in the calendar"),
        ("at 2026-01-20 25:00", "Write it as 14:30"),
        ("2026-01-20..2026-01-10", "runs backwards"),
    ],
)
def test_what_cannot_be_read_is_answered_with_the_next_move(world: World, typed: str, why: str) -> None:
    assert why in ask(world, typed).text


def test_somebody_outside_the_plan_has_no_turns_but_sees_the_roster(world: World) -> None:
    assert "not in this team’s plan" in ask(world, "mine", who="rin").text
    assert "@Thiru is on call until" in ask(world, "", who="rin").text


def test_the_buttons_show_the_other_views(world: World) -> None:
    choo = world.as_("choo")
    answer = ask(world, "")
    known = {each.ts for each in choo.messages()}
    answer.click("Month")
    assert "On call, January 2026" in choo.expect_new_ephemeral(known).text


def test_home_shows_my_turns_and_the_ways_to_change_the_roster(world: World) -> None:
    home = world.as_("choo").open_home().expect_home("Your turns")
    assert "Mon 19 Jan 10:00 – Mon 26 Jan 10:00" in home.text
    assert all(label in home.text for label in ("Month", "I’ll be away", "Swap", "Override", "Volunteer"))


@pytest.mark.parametrize(
    ("press", "value", "expected"),
    [
        ("Why", None, "Thiru for aggregate-engagement"),
        ("Of a pipeline", "daily-growth", "@Thiru is on call until"),
        ("On a day", "2026-01-15", "Thu 15 Jan  🔁 Aidil (covers for Thiru (leave) as last week’s on-call)"),
    ],
)
def test_home_answers_what_the_command_does(world: World, press: str, value: str | None, expected: str) -> None:
    spencer = world.as_("spencer")
    spencer.open_home().expect_home("Your turns").click(press, value=value)
    spencer.expect(expected, in_="dm")
