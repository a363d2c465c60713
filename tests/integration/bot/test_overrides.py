"""Overrides: who may enter them, what they change, how they are taken back."""

from pathlib import Path
from typing import Any

import pytest

from bot.usecases import override
from bot.usecases.override import NothingChanges
from bot.usecases.people import NotAllowed
from store import rosters
from store.domain.override import BadOverride, Override
from store.session import Sessions
from tests.integration.bot.roster_stage import Stage, local_instant, stage


@pytest.fixture
def scene(sessions: Sessions, tmp_path: Path) -> Stage:
    return stage(sessions, tmp_path)


def make(scene: Stage, by: str = "U0THIRU", **changes: Any) -> Override:
    given: dict[str, Any] = {
        "person": "thiru",
        "starts_at": local_instant("2026-01-08 00:00"),
        "ends_at": local_instant("2026-01-09 00:00"),
        "entered_at": scene.at,
        "entered_by": by,
    }
    return Override(**{**given, **changes})


def enter(scene: Stage, made: Override, key: str = "view:V1") -> Override:
    return override.enter(scene.deps, request_key=key, user=made.entered_by, override=made, at=scene.at)


def test_one_form_enters_one_override_and_the_channel_reads_one_line(scene: Stage) -> None:
    made = make(scene)
    assert enter(scene, made).id == enter(scene, made).id
    assert scene.sent() == {"override:1": "✋ Thiru is on call Thu 08 Jan."}


def test_the_past_is_cut_off(scene: Stage) -> None:
    entered = enter(scene, make(scene, starts_at=local_instant("2026-01-05 00:00")))
    assert entered.starts_at == scene.at


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ends_at": local_instant("2026-01-07 00:00")}, "ends before it begins"),
        (
            {"starts_at": local_instant("2026-01-01 00:00"), "ends_at": local_instant("2026-01-02 00:00")},
            "is over already",
        ),
        ({"ends_at": local_instant("2026-06-08 00:00")}, "more than 92 days"),
        ({"replaces": "thiru"}, "cannot replace themselves"),
        ({"replaces": "choo"}, "Choo is not on call in that time"),
        (
            {"starts_at": local_instant("2026-01-13 00:00"), "ends_at": local_instant("2026-01-14 00:00")},
            "Thiru is on call then anyway",
        ),
    ],
)
def test_overrides_that_mean_nothing_are_refused(scene: Stage, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(BadOverride, match=why):
        enter(scene, make(scene, **changes))
    assert scene.sent() == {}


@pytest.mark.parametrize(
    ("by", "person", "why"),
    [
        ("U0THIRU", "choo", "Choo can be put on call by Irfan Hakim, or by Choo alone."),
        ("U0THIRU", None, "Nobody can be put on call by Irfan Hakim."),
        ("U0NADIA", "nadia", "Neither you nor your team is in a rotation"),
    ],
)
def test_people_put_only_themselves_on_call(scene: Stage, by: str, person: str | None, why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        enter(scene, make(scene, by, person=person))
    assert scene.refusals() == [(by, "override")]


def test_the_lead_puts_anybody_on_call_and_nobody(scene: Stage) -> None:
    enter(scene, make(scene, "U0IRFAN", person="choo"), "view:V1")
    enter(scene, make(scene, "U0IRFAN", person=None), "view:V2")
    assert scene.sent()["override:1"] == "✋ Choo is on call Thu 08 Jan (entered by Irfan Hakim)."
    assert scene.sent()["override:2"].startswith("✋ nobody, on purpose is on call Thu 08 Jan")


def test_it_is_taken_back_by_whom_it_concerns_and_the_line_is_struck_out(scene: Stage) -> None:
    entered = enter(scene, make(scene))
    with pytest.raises(NotAllowed, match="Only who entered an override"):
        override.take_back(scene.deps, user="U0AIDIL", override_id=entered.id, at=scene.at)
    planned = override.plan_taking_back(scene.deps, user="U0THIRU", override_id=entered.id, at=scene.at)
    assert [(one.before, one.after) for one in planned.effect] == [("thiru", "aidil")]
    override.take_back(scene.deps, user="U0IRFAN", override_id=entered.id, at=scene.at)
    assert scene.sent()["override:1"] == "~✋ Thiru is on call Thu 08 Jan.~ Taken back by Irfan Hakim."
    with pytest.raises(BadOverride, match="taken back already or is over"):
        override.take_back(scene.deps, user="U0THIRU", override_id=entered.id, at=scene.at)


def test_what_runs_ends_now_when_it_is_taken_back(scene: Stage) -> None:
    entered = enter(scene, make(scene))
    scene.set("2026-01-08 12:00")
    override.take_back(scene.deps, user="U0THIRU", override_id=entered.id, at=scene.at)
    with scene.deps.sessions.reading() as db:
        (kept,) = rosters.load_entries(db).overrides
    assert kept.ends_at == local_instant("2026-01-08 12:00")


def test_an_override_on_top_of_one_that_says_the_same_changes_nothing(scene: Stage) -> None:
    enter(scene, make(scene))
    with pytest.raises(NothingChanges):
        enter(scene, make(scene), "view:V2")


def test_a_form_offers_to_replace_whoever_is_on_call_at_times_and_nobody_else(scene: Stage) -> None:
    offered = override.choices(scene.deps, user="U0CHOO", at=scene.at)
    assert set(offered.replaceable) == {"aidil", "thiru", "choo", "spencer"}
    team = scene.deps.plan.team
    assert len(team.people) > 4
    enter(scene, make(scene, by="U0IRFAN", person="nadia"))
    assert "nadia" in override.choices(scene.deps, user="U0CHOO", at=scene.at).replaceable, "she has the 8th"


def test_a_form_offers_to_replace_who_takes_over_in_months(scene: Stage) -> None:
    far = {"starts_at": local_instant("2026-06-02 00:00"), "ends_at": local_instant("2026-06-03 00:00")}
    enter(scene, make(scene, by="U0IRFAN", person="nadia", **far))
    assert "nadia" in override.choices(scene.deps, user="U0CHOO", at=scene.at).replaceable
