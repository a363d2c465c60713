"""The comp ledger: written once the day is over, decided by the lead once, told to the person."""

from datetime import date
from pathlib import Path

import pytest

from bot.usecases import comp
from bot.usecases.comp import CompOver, DayTaken
from bot.usecases.people import NotAllowed
from store import comps, rosters
from store.comps import CompState
from store.domain.absence import Kind
from store.domain.comp import Earned
from store.domain.team import Compensation
from store.session import Sessions
from tests.integration.bot.roster_stage import Stage, stage

ASKED = "comp:1:U0IRFAN"


@pytest.fixture
def scene(sessions: Sessions, tmp_path: Path) -> Stage:
    """Christmas in the week of Choo, who does not take it off."""
    made = stage(sessions, tmp_path, at="2026-12-24 12:00")
    made.edit("compensation: [comp-day, time-and-a-half]", "compensation: [comp-day, day-off-next-rotation]")
    comp.tick(made.deps)
    return made


def decide(scene: Stage, user: str = "U0IRFAN", choice: Compensation | None = Compensation.COMP_DAY) -> comps.Comp:
    return comp.decide(scene.deps, comp_id=1, user=user, choice=choice, day_off=None, at=scene.at)


def ledger(scene: Stage) -> tuple[comps.Comp, ...]:
    with scene.deps.sessions.reading() as db:
        return comps.ledger(db)


def test_a_holiday_on_call_is_written_once_the_day_is_over(scene: Stage) -> None:
    scene.set("2026-12-25 23:59")
    comp.tick(scene.deps)
    assert ledger(scene) == ()
    scene.set("2026-12-26 00:00")
    comp.tick(scene.deps)
    comp.tick(scene.deps)
    (one,) = ledger(scene)
    assert (one.person, one.feast, one.day, one.state) == (
        "choo",
        "Christmas Day",
        date(2026, 12, 25),
        CompState.EARNED,
    )
    assert "was on call on Christmas Day, Fri 25 Dec 2026.\nWhat is it worth?" in scene.sent()[ASKED]
    assert scene.rows()[ASKED].wanted == 1


def test_days_that_a_bot_slept_through_are_written_when_it_wakes(scene: Stage) -> None:
    scene.set("2026-12-29 09:00")
    comp.tick(scene.deps)
    assert [one.day for one in ledger(scene)] == [date(2026, 12, 25)]


def test_the_lead_decides_once_and_the_person_is_told(scene: Stage) -> None:
    scene.set("2026-12-26 09:00")
    comp.tick(scene.deps)
    with pytest.raises(NotAllowed, match="Only the lead"):
        decide(scene, "U0CHOO")
    decide(scene)
    assert "A comp day, said by @U0IRFAN" in scene.sent()[ASKED]
    assert scene.buttons(ASKED) == {}
    assert (
        "You were on call on Christmas Day, Fri 25 Dec 2026. @U0IRFAN says: A comp day." in scene.sent()["comp:1:told"]
    )
    with pytest.raises(CompOver, match="This was decided already"):
        decide(scene, choice=None)
    assert ledger(scene)[0].choice is Compensation.COMP_DAY


def test_a_day_off_is_entered_as_time_away(scene: Stage) -> None:
    scene.set("2026-12-26 09:00")
    comp.tick(scene.deps)
    assert list(scene.buttons(ASKED)) == [
        "A comp day",
        "A day off in the next rotation, Mon 18 Jan",
        "It does not count",
    ]
    day, choice = date(2027, 1, 18), Compensation.DAY_OFF_NEXT_ROTATION
    comp.decide(scene.deps, comp_id=1, user="U0IRFAN", choice=choice, day_off=day, at=scene.at)
    with scene.deps.sessions.reading() as db:
        (absence,) = rosters.load_entries(db).absences
    assert (absence.person, absence.kind) == ("choo", Kind.DAY_OFF)
    assert "The day is entered as away" in scene.sent()["comp:1:told"]


def test_one_day_off_is_never_given_for_two_holidays(sessions: Sessions, tmp_path: Path) -> None:
    scene = stage(sessions, tmp_path, at="2026-12-24 12:00")
    scene.edit("compensation: [comp-day, time-and-a-half]", "compensation: [day-off-next-rotation]")
    day, choice = date(2027, 1, 18), Compensation.DAY_OFF_NEXT_ROTATION
    with scene.deps.sessions.writing() as db:
        for feast in (date(2026, 12, 25), date(2026, 12, 26)):
            comps.save(db, Earned(day=feast, person="choo", feast=f"Feast of {feast}", year=2026), at=scene.at)
    comp.decide(scene.deps, comp_id=1, user="U0IRFAN", choice=choice, day_off=day, at=scene.at)
    proposed = "A day off in the next rotation, Tue 19 Jan"
    assert proposed in scene.buttons("comp:2:U0IRFAN")
    with pytest.raises(DayTaken, match="Choo is away on Mon 18 Jan already, so nothing was changed"):
        comp.decide(scene.deps, comp_id=2, user="U0IRFAN", choice=choice, day_off=day, at=scene.at)
    assert [one.state for one in ledger(scene)] == [CompState.EARNED, CompState.CONFIRMED]
    assert proposed in scene.buttons("comp:2:U0IRFAN")


def test_what_does_not_count_says_so(scene: Stage) -> None:
    scene.set("2026-12-26 09:00")
    comp.tick(scene.deps)
    decide(scene, choice=None)
    assert "says: It does not count." in scene.sent()["comp:1:told"]


def test_the_ledger_is_ones_own_and_the_leads_everybodys(scene: Stage) -> None:
    scene.set("2026-12-26 09:00")
    comp.tick(scene.deps)
    shown = {user: len(comp.ledger(scene.deps, user=user)[0]) for user in ("U0CHOO", "U0IRFAN", "U0THIRU")}
    assert shown == {"U0CHOO": 1, "U0IRFAN": 1, "U0THIRU": 0}


def test_a_plan_that_compensates_nothing_asks_nothing(sessions: Sessions, tmp_path: Path) -> None:
    scene = stage(sessions, tmp_path, at="2026-12-25 12:00")
    scene.edit("  compensation: [comp-day, time-and-a-half]\n", "")
    for at in ("2026-12-25 12:00", "2026-12-26 12:00"):
        scene.set(at)
        comp.tick(scene.deps)
    assert ledger(scene) == ()
