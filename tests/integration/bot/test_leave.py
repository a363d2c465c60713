"""Leave: entered once, told to whom it concerns, taken back."""

from datetime import date
from pathlib import Path

import pytest

from bot.usecases import leave
from bot.usecases.people import NotAllowed
from store import rosters
from store.domain.absence import Absence, BadLeave, Kind
from store.domain.oncall import on_call
from store.session import Sessions
from tests.integration.bot.roster_stage import Stage, local_instant, stage


@pytest.fixture
def scene(sessions: Sessions, tmp_path: Path) -> Stage:
    return stage(sessions, tmp_path)


def entered(scene: Stage) -> tuple[Absence, ...]:
    with scene.deps.sessions.reading() as db:
        return rosters.load_entries(db).absences


def test_one_form_enters_one_leave_however_often_it_arrives(scene: Stage) -> None:
    for _ in range(2):
        scene.leave("choo", "2026-01-21", "2026-01-22", key="view:V1")
    (one,) = entered(scene)
    assert (one.starts_at, one.ends_at) == (local_instant("2026-01-21 00:00"), local_instant("2026-01-23 00:00"))
    assert scene.sent("leave:") == {}, "it was in time, so the lead needs to know nothing"


def test_leave_entered_again_in_another_form_is_refused(scene: Stage) -> None:
    scene.leave("choo", "2026-01-21", "2026-01-25")
    with pytest.raises(BadLeave, match="Choo’s leave of these days is entered already"):
        scene.leave("choo", "2026-01-22", "2026-01-23")
    scene.leave("choo", "2026-01-24", "2026-01-28")
    assert len(entered(scene)) == 2


def test_the_notice_is_kept_to_the_day(scene: Stage) -> None:
    scene.leave("aidil", "2026-01-20", "2026-01-20")
    scene.leave("thiru", "2026-01-19", "2026-01-19")
    told = scene.sent()["leave:2:irfan"]
    assert "Thiru is away Mon 19 Jan (leave). That is 13 days ahead; the plan asks for 14." in told
    assert list(scene.sent("leave:")) == ["leave:2:irfan"], "the 20th is two weeks ahead at whatever hour"


def test_an_emergency_that_leaves_a_gap_tells_the_lead_what_to_do(scene: Stage) -> None:
    scene.leave("spencer", "2026-01-06", "2026-01-07", kind=Kind.EMERGENCY)
    scene.leave("aidil", "2026-01-06", "2026-01-06", kind=Kind.EMERGENCY)
    told = scene.sent()["leave:2:irfan"]
    assert "Aidil is away Tue 06 Jan 10:00 – Wed 07 Jan 00:00 (emergency leave). It holds at once." in told
    assert "There is a gap. Put somebody on call with /oncall override." in told


def test_in_a_plan_without_a_lead_an_emergency_is_told_in_the_channel(scene: Stage) -> None:
    scene.edit("    lead: irfan\n", "")
    scene.edit("    roles: [team-lead]\n", "    roles: [engineer]\n")
    scene.leave("spencer", "2026-01-06", "2026-01-07", kind=Kind.EMERGENCY)
    assert list(scene.sent("leave:")) == ["leave:1:channel"]


def test_nothing_that_people_read_or_we_keep_asks_for_a_reason(scene: Stage) -> None:
    scene.leave("choo", "2026-01-07", "2026-01-07")
    (one,) = entered(scene)
    assert one.why == "leave"


def test_others_do_not_enter_or_take_back_somebodys_leave_but_the_lead_does(scene: Stage) -> None:
    with pytest.raises(NotAllowed, match="Only Choo and the lead"):
        leave.plan_leave(
            scene.deps,
            user="U0AIDIL",
            person="choo",
            first=date(2026, 1, 21),
            last=date(2026, 1, 22),
            kind=Kind.LEAVE,
            at=scene.at,
        )
    scene.leave("choo", "2026-01-21", "2026-01-22")
    with pytest.raises(NotAllowed):
        leave.take_back(scene.deps, user="U0AIDIL", absence_id=1, at=scene.at)
    assert scene.refusals() == [("U0AIDIL", "leave_take_back"), ("U0AIDIL", "leave")]
    leave.take_back(scene.deps, user="U0IRFAN", absence_id=1, at=scene.at)
    assert entered(scene) == ()


def test_taking_back_what_runs_keeps_what_has_passed(scene: Stage) -> None:
    scene.set("2026-01-13 10:00")
    scene.leave("thiru", "2026-01-13", "2026-01-16", kind=Kind.EMERGENCY)
    scene.set("2026-01-14 12:00")
    planned = leave.plan_taking_back(scene.deps, user="U0THIRU", absence_id=1, at=scene.at)
    assert [(one.before, one.after) for one in planned.effect] == [("aidil", "thiru")]
    leave.take_back(scene.deps, user="U0THIRU", absence_id=1, at=scene.at)
    with scene.deps.sessions.reading() as db:
        roster = rosters.load_roster(db, scene.deps.plan)
    instants = [local_instant(local) for local in ("2026-01-14 11:00", "2026-01-15 11:00")]
    assert [on_call(roster, roster.lines[0], at=at)[0].person for at in instants] == ["aidil", "thiru"]
    with pytest.raises(BadLeave, match="taken back already or is over"):
        leave.take_back(scene.deps, user="U0THIRU", absence_id=1, at=scene.at)


def test_a_form_lists_ones_own_coming_leave_and_for_the_lead_everybodys(scene: Stage) -> None:
    scene.leave("choo", "2026-01-21", "2026-01-22")
    scene.leave("aidil", "2026-01-08", "2026-01-08")
    listed = {
        user: [one.person for one in leave.coming(scene.deps, user=user, at=scene.at)] for user in ("U0CHOO", "U0IRFAN")
    }
    assert listed == {"U0CHOO": ["choo"], "U0IRFAN": ["aidil", "choo"]}
    scene.set("2026-01-09 00:00")
    assert leave.coming(scene.deps, user="U0AIDIL", at=scene.at) == ()


def test_a_lead_whom_slack_does_not_know_leaves_the_word_to_the_channel(scene: Stage) -> None:
    scene.edit("    slack: U0IRFAN\n", "")
    scene.leave("spencer", "2026-01-06", "2026-01-07", kind=Kind.EMERGENCY)
    assert list(scene.sent("leave:")) == ["leave:1:channel"]


def test_the_only_lead_is_told_nothing_of_what_they_enter_themselves(scene: Stage) -> None:
    assert leave.hearers(scene.deps, by="choo") == {"irfan": "U0IRFAN"}
    assert leave.hearers(scene.deps, by="irfan") == {}
    scene.leave("irfan", "2026-01-06", "2026-01-07", kind=Kind.EMERGENCY)
    assert scene.sent("leave:") == {}
