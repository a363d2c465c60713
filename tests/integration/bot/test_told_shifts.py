"""Whoever's coming time on call changes hears of it: once, bundled, whatever changed it."""

from pathlib import Path

import pytest

from bot.usecases import changes, leave, override
from store.domain.override import Override
from store.session import Sessions
from tests.integration.bot.roster_stage import Stage, local_instant, stage


@pytest.fixture
def scene(sessions: Sessions, tmp_path: Path) -> Stage:
    made = stage(sessions, tmp_path)
    look_twice(made)
    return made


def look_twice(scene: Stage, *watches: changes.Watch) -> None:
    """Let the roster stand from one look to the next."""
    for watch in watches or (changes.Watch(),):
        for _ in range(2):
            watch.tick(scene.deps)


def look(scene: Stage) -> dict[str, str]:
    """Return what is new to whom."""
    before = scene.rows("shifts:")
    look_twice(scene)
    return {key: text for key, text in scene.sent("shifts:").items() if key not in before}


def test_the_first_sight_and_the_passing_of_time_tell_nobody(scene: Stage) -> None:
    watch = changes.Watch()
    for at in ("2026-01-06 10:00", "2026-01-12 10:30", "2026-02-20 10:00", "2026-06-20 10:00"):
        scene.set(at)
        watch.tick(scene.deps)
    assert scene.sent("shifts:") == {}


def test_several_changes_between_two_looks_are_one_message_for_each_person(scene: Stage) -> None:
    scene.leave("choo", "2026-01-21", "2026-01-22")
    scene.leave("choo", "2026-01-24", "2026-01-24")
    told = look(scene)
    assert set(told) == {"shifts:choo:2", "shifts:thiru:2"}
    assert told["shifts:thiru:2"].splitlines()[1:3] == [
        "+ Wed 21 Jan – Thu 22 Jan: you are on call (covers for Choo (leave) as last week’s on-call)",
        "+ Sat 24 Jan: you are on call (covers for Choo (leave) as last week’s on-call)",
    ]
    lost = "you are no longer on call; Thiru is (covers for Choo (leave) as last week’s on-call)"
    assert told["shifts:choo:2"].splitlines()[1] == f"− Wed 21 Jan – Thu 22 Jan: {lost}"
    assert look(scene) == {}


def test_what_was_undone_before_anybody_looked_is_not_told(scene: Stage) -> None:
    scene.leave("choo", "2026-01-21", "2026-01-22")
    leave.take_back(scene.deps, user="U0CHOO", absence_id=1, at=scene.at)
    assert look(scene) == {}


def test_two_bots_tell_once(scene: Stage) -> None:
    scene.leave("choo", "2026-01-21", "2026-01-22")
    look_twice(scene, changes.Watch(), changes.Watch())
    assert set(scene.sent("shifts:")) == {"shifts:choo:2", "shifts:thiru:2"}


def test_an_edit_of_the_plan_is_told_too(scene: Stage) -> None:
    order = "order: [aidil, thiru, choo, spencer]"
    scene.edit(order, f"{order}\n      - starts_on: 2026-02-16\n        order: [spencer, thiru, aidil, choo]")
    told = look(scene)
    assert "+ Mon 16 Feb 10:00 – Mon 23 Feb 10:00: you are on call (turn 1 of 4" in told["shifts:spencer:2"]
    # the two days of the New Year had been Thiru's already
    assert "− Mon 16 Feb 10:00 – Tue 17 Feb 00:00: you are no longer on call" in told["shifts:choo:2"]


def test_a_plan_that_is_edited_and_edited_back_tells_nobody(scene: Stage) -> None:
    watch, order = changes.Watch(), "order: [aidil, thiru, choo, spencer]"
    look_twice(scene, watch)
    scene.edit(order, "order: [thiru, aidil, choo, spencer]")
    watch.tick(scene.deps)
    scene.edit("order: [thiru, aidil, choo, spencer]", order)
    look_twice(scene, watch)
    assert scene.sent("shifts:") == {}


def test_a_shift_of_some_pipelines_names_them(scene: Stage) -> None:
    made = Override(
        person="thiru",
        starts_at=local_instant("2026-01-08 00:00"),
        ends_at=local_instant("2026-01-09 00:00"),
        pipelines=("daily-growth",),
        entered_at=scene.at,
        entered_by="U0THIRU",
    )
    override.enter(scene.deps, request_key="view:V1", user="U0THIRU", override=made, at=scene.at)
    told = look(scene)
    assert "+ Thu 08 Jan: you are on call for Daily Growth (put on call by hand" in told["shifts:thiru:2"]
    assert "± Thu 08 Jan: you are on call for Aggregate Engagement, " in told["shifts:aidil:2"]
    assert told["shifts:aidil:2"].splitlines()[1].endswith("now, not for all")


def test_somebody_without_a_slack_id_is_told_of_to_the_lead_once(scene: Stage) -> None:
    scene.edit("    slack: U0THIRU\n", "")
    scene.leave("choo", "2026-01-21", "2026-01-22")
    told = look(scene)
    assert "`team.yaml`".replace("`", "") in told["shifts:thiru:unreachable:U0IRFAN"]
    leave.take_back(scene.deps, user="U0CHOO", absence_id=1, at=scene.at)
    assert set(look(scene)) == {"shifts:choo:3"}


def test_what_is_entered_half_a_year_ahead_is_told_at_once(scene: Stage) -> None:
    scene.leave("choo", "2026-07-08", "2026-07-09")
    assert "+ Wed 08 Jul – Thu 09 Jul: you are on call (covers for Choo" in look(scene)["shifts:thiru:2"]


def test_a_turn_in_which_the_sight_ends_is_told_whole(scene: Stage) -> None:
    begins, ends = local_instant("2027-01-11 10:00"), local_instant("2027-01-18 10:00")
    assert begins < scene.at + changes.AHEAD < ends
    made = Override(person="aidil", starts_at=begins, ends_at=ends, entered_at=scene.at, entered_by="U0AIDIL")
    override.enter(scene.deps, request_key="view:V1", user="U0AIDIL", override=made, at=scene.at)
    told = look(scene)
    assert "+ Mon 11 Jan 10:00 – Mon 18 Jan 10:00: you are on call (put on call by hand" in told["shifts:aidil:2"]
    assert "− Mon 11 Jan 10:00 – Mon 18 Jan 10:00: you are no longer on call" in told["shifts:thiru:2"]
    scene.set("2026-01-16 10:00")
    assert look(scene) == {}
