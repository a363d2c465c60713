"""Gaps: asked about and alarmed once each, edited as they close, never silent."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.usecases import gaps, leave, volunteer
from bot.usecases.people import NotAllowed
from bot.usecases.volunteer import NoVolunteer
from store import rosters
from store.domain.absence import Kind
from store.session import Sessions
from tests.integration.bot.roster_stage import Stage, local_instant, stage

ASK = "gap:ask:data-engineers:aidil:20260202T0200:#data-oncall"
ALARM = "gap:alarm:data-engineers:aidil:20260202T0200:U0IRFAN"
EVE = "gap:eve:data-engineers:aidil:20260202T0200:U0IRFAN"
TURN = local_instant("2026-02-02 10:00")


@pytest.fixture
def scene(sessions: Sessions, tmp_path: Path) -> Stage:
    """Aidil's week of 2 February: Aidil and Spencer, who had the week before, are both away on the 4th and 5th."""
    made = stage(sessions, tmp_path)
    made.leave("spencer", "2026-02-04", "2026-02-05")
    made.leave("aidil", "2026-02-04", "2026-02-05")
    gaps.tick(made.deps)
    return made


def press(scene: Stage, user: str, turn_at: datetime = TURN) -> None:
    volunteer.cover_gap(scene.deps, user=user, name="data-engineers:aidil", turn_at=turn_at, at=scene.at)


def test_the_channel_is_asked_once_however_often_it_is_looked(scene: Stage) -> None:
    gaps.tick(scene.deps)
    assert list(scene.sent("gap:")) == [ASK]
    assert scene.rows()[ASK].wanted == 1
    assert "Wed 04 Feb – Thu 05 Feb: nobody is on call" in scene.sent()[ASK]
    assert scene.buttons(ASK) == {"I can": "gap_can"}


def test_who_presses_first_covers_and_the_next_is_told_that_it_is_closed(scene: Stage) -> None:
    press(scene, "U0THIRU")
    assert scene.sent()[ASK].startswith("✅ Thiru covers.")
    assert scene.buttons(ASK) == {}
    with pytest.raises(NoVolunteer, match="This gap is closed by now"):
        press(scene, "U0CHOO")
    with scene.deps.sessions.reading() as db:
        assert [one.person for one in rosters.load_entries(db).volunteers] == ["thiru"]


def test_who_is_away_then_or_outside_the_team_cannot_cover(scene: Stage) -> None:
    scene.leave("choo", "2026-02-05", "2026-02-05")
    with pytest.raises(NoVolunteer, match="You are away for part of that time"):
        press(scene, "U0CHOO")
    with pytest.raises(NotAllowed, match="you are in neither"):
        press(scene, "U0NADIA")
    assert scene.refusals() == [("U0NADIA", "cover_gap")]


def test_the_lead_hears_a_week_ahead_and_again_on_the_eve(scene: Stage) -> None:
    scene.set("2026-01-27 23:59")
    gaps.tick(scene.deps)
    assert list(scene.sent("gap:")) == [ASK]
    scene.set("2026-01-28 00:00")
    gaps.tick(scene.deps)
    gaps.tick(scene.deps)
    assert list(scene.sent("gap:")) == [ASK, ALARM]
    assert "Nobody covers for Aidil: Wed 04 Feb – Thu 05 Feb." in scene.sent()[ALARM]
    assert "Volunteers are asked for in #data-oncall." in scene.sent()[ALARM]
    scene.set("2026-02-03 00:00")
    gaps.tick(scene.deps)
    gaps.tick(scene.deps)
    assert "Still nobody covers for Aidil" in scene.sent()[EVE]
    press(scene, "U0THIRU")
    assert {scene.sent()[key].splitlines()[0] for key in (ASK, ALARM, EVE)} == {"✅ Thiru covers."}


def test_a_gap_that_opens_on_its_day_alarms_once(scene: Stage) -> None:
    scene.set("2026-01-06 12:00")
    scene.leave("aidil", "2026-01-06", "2026-01-07", kind=Kind.EMERGENCY)
    scene.leave("spencer", "2026-01-06", "2026-01-06", kind=Kind.EMERGENCY)
    for at in ("2026-01-06 12:00", "2026-01-06 12:10", "2026-01-06 20:00"):
        scene.set(at)
        gaps.tick(scene.deps)
    assert len([key for key in scene.sent("gap:alarm:") if "20260105" in key]) == 1
    assert scene.sent("gap:eve:") == {}


def test_a_gap_that_closes_by_itself_says_so(scene: Stage) -> None:
    leave.take_back(scene.deps, user="U0AIDIL", absence_id=2, at=scene.at)
    gaps.tick(scene.deps)
    assert scene.sent()[ASK].startswith("✅ Aidil is on call after all.")


def test_an_offer_for_part_of_it_leaves_the_rest_open(scene: Stage) -> None:
    day = datetime(2026, 2, 4).date()  # noqa: DTZ001 - a local day
    volunteer.offer(scene.deps, request_key="view:V9", user="U0THIRU", first=day, last=day, pipelines=(), at=scene.at)
    said = scene.sent()[ASK]
    assert "Wed 04 Feb: Thiru instead of Aidil" in said
    assert "Thu 05 Feb: nobody is on call" in said
    assert scene.buttons(ASK) == {"I can": "gap_can"}


def test_a_gap_that_nobody_covered_is_told_as_it_was(scene: Stage) -> None:
    scene.set("2026-02-07 12:00")
    gaps.tick(scene.deps)
    assert scene.sent()[ASK].startswith("Part of Aidil’s turn went without anybody on call.")
    assert scene.buttons(ASK) == {}


def test_without_volunteers_in_the_plan_only_the_lead_hears(sessions: Sessions, tmp_path: Path) -> None:
    scene = stage(sessions, tmp_path)
    scene.edit("cover: [previous, volunteer]", "cover: [previous]")
    scene.leave("spencer", "2026-01-12", "2026-01-12")
    scene.leave("aidil", "2026-01-08", "2026-01-08")
    scene.leave("spencer", "2026-01-08", "2026-01-08")
    gaps.tick(scene.deps)
    assert [key.split(":")[1] for key in scene.sent("gap:")] == ["alarm"]
    assert "Volunteers" not in next(iter(scene.sent("gap:").values()))
    with pytest.raises(NoVolunteer, match="ask for no volunteers"):
        volunteer.coming(scene.deps, user="U0THIRU", at=scene.at)


def test_an_offer_is_kept_once_and_taken_back_by_its_owner(scene: Stage) -> None:
    day = local_instant("2026-02-10 12:00").date()
    for _ in range(2):
        volunteer.offer(
            scene.deps, request_key="view:V1", user="U0CHOO", first=day, last=day, pipelines=(), at=scene.at
        )
    (offered,) = volunteer.coming(scene.deps, user="U0CHOO", at=scene.at)
    with pytest.raises(NotAllowed, match="Only Choo and the lead"):
        volunteer.take_back(scene.deps, user="U0THIRU", offer_id=offered.id, at=scene.at)
    volunteer.take_back(scene.deps, user="U0CHOO", offer_id=offered.id, at=scene.at)
    with pytest.raises(NoVolunteer, match="taken back already"):
        volunteer.take_back(scene.deps, user="U0CHOO", offer_id=offered.id, at=scene.at)


def test_a_gap_that_opens_again_rings_again_once(scene: Stage) -> None:
    scene.set("2026-02-03 12:00")
    gaps.tick(scene.deps)
    for number in (1, 2):
        press(scene, "U0THIRU" if number == 1 else "U0CHOO")
        user = ("U0THIRU", "U0CHOO")[number - 1]
        (offered,) = volunteer.coming(scene.deps, user=user, at=scene.at)
        volunteer.take_back(scene.deps, user=user, offer_id=offered.id, at=scene.at)
        gaps.tick(scene.deps)
        again = [key for key in scene.sent("gap:") if ":again:" in key]
        assert again == [f"{key}:again:{n}" for n in range(1, number + 1) for key in (ASK, ALARM)]
    said = "⚠️ Open again: nobody covers for Aidil, Wed 04 Feb – Thu 05 Feb."
    assert {scene.sent()[key].split(" Press")[0].split(" Put")[0] for key in again} == {said}
    assert scene.rows()[f"{ALARM}:again:1"].channel == "U0IRFAN"
    assert all(row.wanted == 1 for key, row in scene.rows("gap:").items() if ":again:" in key)
