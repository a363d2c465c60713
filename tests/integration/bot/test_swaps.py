"""Swaps from the asking to each of their ends, held against the roster as it is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.usecases import swap
from bot.usecases.people import NotAllowed, NotInPlan
from bot.usecases.swap import NoTurns
from store import rosters
from store.domain.errors import UserError
from store.domain.oncall import on_call
from store.domain.swap import Swap, SwapOver, SwapRefused, SwapState
from store.session import Sessions
from tests.integration.bot.roster_stage import Stage, stage

SPENCER = "data-engineers|2026-02-23|spencer"
THIRU = "data-engineers|2026-02-09|thiru"
CHOO = "data-engineers|2026-02-16|choo"


@pytest.fixture
def scene(sessions: Sessions, tmp_path: Path) -> Stage:
    return stage(sessions, tmp_path)


def ask(scene: Stage, gives: str = SPENCER, takes: str = THIRU, *, by: str = "U0SPENCER", key: str = "f1") -> Swap:
    return swap.ask(scene.deps, request_key=key, user=by, gives=gives, takes=takes, at=scene.at)


def answer(scene: Stage, asked: Swap, by: str, state: SwapState) -> Swap:
    return swap.answer(scene.deps, swap_id=asked.id, user=by, state=state, at=scene.at)


def holder(scene: Stage, local: str) -> str | None:
    scene.set(local)
    with scene.deps.sessions.reading() as db:
        roster = rosters.load_roster(db, scene.deps.plan)
    return on_call(roster, roster.lines[0], at=scene.at)[0].person


def test_an_accepted_swap_exchanges_both_turns_and_shows_everywhere(scene: Stage) -> None:
    asked = ask(scene)
    assert scene.buttons("swap:1:thiru") == {"Accept": "swap_accept", "Decline": "swap_decline"}
    assert scene.buttons("swap:1:spencer") == {"Withdraw": "swap_withdraw"}
    answer(scene, asked, "U0THIRU", SwapState.ACCEPTED)
    assert scene.buttons("swap:1:thiru") == scene.buttons("swap:1:spencer") == {}
    assert "Thiru accepted. It is in the roster." in scene.sent()["swap:1:spencer"]
    assert scene.sent()["swap:1"].startswith("🔄 Spencer and Thiru swap turns: Thiru has Mon 23 Feb 10:00")
    assert holder(scene, "2026-02-10 12:00") == "spencer"
    assert holder(scene, "2026-02-24 12:00") == "thiru"


def test_the_same_form_twice_asks_once(scene: Stage) -> None:
    assert ask(scene).id == ask(scene).id
    with pytest.raises(SwapRefused, match="asked already and has not answered yet"):
        ask(scene, key="another form")
    assert list(scene.sent("swap:")) == ["swap:1:spencer", "swap:1:thiru"]


@pytest.mark.parametrize(
    ("by", "state"),
    [("U0AIDIL", SwapState.ACCEPTED), ("U0SPENCER", SwapState.ACCEPTED), ("U0IRFAN", SwapState.DECLINED)],
)
def test_only_who_was_asked_answers_and_a_refusal_is_noted(scene: Stage, by: str, state: SwapState) -> None:
    asked = ask(scene)
    with pytest.raises(NotAllowed, match=r"Only Thiru can answer this\. Nothing was changed\."):
        answer(scene, asked, by, state)
    assert scene.refusals() == [(by, "swap_answer")]


def test_only_who_asked_withdraws(scene: Stage) -> None:
    asked = ask(scene)
    with pytest.raises(NotAllowed, match="Only Spencer can withdraw this swap"):
        answer(scene, asked, "U0THIRU", SwapState.WITHDRAWN)
    answer(scene, asked, "U0SPENCER", SwapState.WITHDRAWN)
    assert "Spencer withdrew it. Nothing has changed." in scene.sent()["swap:1:thiru"]
    assert scene.buttons("swap:1:thiru") == {}


def test_somebody_outside_the_plan_has_no_part_in_it(scene: Stage) -> None:
    with pytest.raises(NotInPlan, match="Ask Irfan Hakim to add you"):
        ask(scene, by="U0VISITOR")


def test_a_second_answer_is_told_what_was_decided(scene: Stage) -> None:
    asked = ask(scene)
    answer(scene, asked, "U0THIRU", SwapState.DECLINED)
    with pytest.raises(SwapOver, match="Thiru declined this swap already, so nothing was changed"):
        answer(scene, asked, "U0THIRU", SwapState.ACCEPTED)
    assert "Thiru declined your swap. Your turn Mon 23 Feb" in scene.sent()["swap:1:spencer:declined"]


def test_what_both_agreed_on_is_not_withdrawn_by_one(scene: Stage) -> None:
    asked = ask(scene)
    answer(scene, asked, "U0THIRU", SwapState.ACCEPTED)
    with pytest.raises(SwapOver, match="Thiru accepted this swap already"):
        answer(scene, asked, "U0SPENCER", SwapState.WITHDRAWN)
    assert holder(scene, "2026-02-10 12:00") == "spencer"


def test_of_accept_and_withdraw_at_the_same_moment_one_wins(scene: Stage) -> None:
    asked = ask(scene)
    presses = [("U0THIRU", SwapState.ACCEPTED), ("U0SPENCER", SwapState.WITHDRAWN)]

    def press(one: tuple[str, SwapState]) -> str:
        try:
            return answer(scene, asked, *one).state
        except SwapOver as over:
            return f"told it was {over.swap.state}"

    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(press, presses))
    won = next(one for one in told if not one.startswith("told"))
    assert told == sorted([won, f"told it was {won}"])


def test_an_unanswered_swap_lapses_when_the_notice_begins(scene: Stage) -> None:
    asked = ask(scene)
    scene.set("2026-02-02 09:59")
    assert swap.sweep(scene.deps) == 0
    scene.set("2026-02-02 10:00")
    with pytest.raises(SwapRefused, match="The time to answer has passed"):
        answer(scene, asked, "U0THIRU", SwapState.ACCEPTED)
    assert swap.sweep(scene.deps) == 1
    assert swap.sweep(scene.deps) == 0
    assert "Nobody answered in time" in scene.sent()["swap:1:thiru"]
    assert "hand days of it over with /oncall override" in scene.sent()["swap:1:spencer:expired"]


def test_an_accepted_swap_falls_when_the_rotation_is_edited_and_both_hear_once(scene: Stage) -> None:
    answer(scene, ask(scene), "U0THIRU", SwapState.ACCEPTED)
    order = "order: [aidil, thiru, choo, spencer]"
    scene.edit(order, f"{order}\n      - starts_on: 2026-01-26\n        order: [choo, thiru, aidil, spencer]")
    scene.set("2026-01-07 09:00")
    assert swap.sweep(scene.deps) == 1
    assert swap.sweep(scene.deps) == 0
    for person in ("spencer", "thiru"):
        assert "has fallen: the roster was edited" in scene.sent()[f"swap:1:{person}:fallen"]
    assert "It has fallen" in scene.sent()["swap:1"]


def test_a_swap_whose_days_are_past_is_history_whatever_the_plan_says_later(scene: Stage) -> None:
    answer(scene, ask(scene), "U0THIRU", SwapState.ACCEPTED)
    scene.set("2026-03-03 09:00")
    scene.edit("[aidil, thiru, choo, spencer]", "[thiru, aidil, choo, spencer]")
    assert swap.sweep(scene.deps) == 0


def test_what_was_swapped_once_is_not_swapped_again(scene: Stage) -> None:
    answer(scene, ask(scene), "U0THIRU", SwapState.ACCEPTED)
    with pytest.raises(SwapRefused, match="was swapped already"):
        ask(scene, "data-engineers|2026-02-09|spencer", CHOO, by="U0SPENCER", key="f2")
    with pytest.raises(SwapRefused, match="is not Thiru’s, or was swapped away"):
        ask(scene, THIRU, CHOO, by="U0THIRU", key="f3")


def test_of_two_open_swaps_of_one_turn_only_the_first_is_accepted(scene: Stage) -> None:
    with_thiru, with_choo = ask(scene), ask(scene, takes=CHOO, key="f2")
    answer(scene, with_choo, "U0CHOO", SwapState.ACCEPTED)
    with pytest.raises(SwapRefused, match="swapped away"):
        answer(scene, with_thiru, "U0THIRU", SwapState.ACCEPTED)
    assert swap.sweep(scene.deps) == 1, "the other one has fallen"


@pytest.mark.parametrize(
    ("gives", "takes", "why"),
    [
        (SPENCER, "data-engineers|2026-03-23|spencer", "Both turns belong to the same person"),
        ("data-engineers|2026-01-05|spencer", THIRU, "has begun"),
        ("data-engineers|2025-12-29|spencer", THIRU, "No turn begins on Mon 29 Dec 2025"),
        ("data-engineers|2026-02-16|spencer", THIRU, "is not Spencer’s"),
        (SPENCER, "data-engineers|2026-02-23|thiru", "the same turn twice"),
        (SPENCER, "others|2026-02-09|thiru", "different rotations"),
        (SPENCER, "data-engineers|2026-01-12|thiru", "7 days ahead, and the first of the two turns begins sooner"),
    ],
)
def test_swaps_that_cannot_be_are_refused_with_the_reason(scene: Stage, gives: str, takes: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        ask(scene, gives, takes)
    assert scene.sent("swap:") == {}


def test_a_turn_that_is_over_is_refused(scene: Stage) -> None:
    scene.set("2026-03-03 09:00")
    with pytest.raises(SwapRefused, match="The turn of Mon 23 Feb 2026 is over"):
        ask(scene, SPENCER, "data-engineers|2026-04-06|thiru")


def test_nobody_gives_away_somebody_elses_turn_but_the_lead(scene: Stage) -> None:
    with pytest.raises(NotAllowed, match="This is Spencer’s turn: only Spencer and the lead"):
        ask(scene, by="U0AIDIL")
    made = ask(scene, by="U0IRFAN", takes="data-engineers|2026-01-12|thiru", key="f2")
    assert made.state is SwapState.ACCEPTED
    for person in ("spencer", "thiru"):
        assert "Irfan Hakim has swapped your turn" in scene.sent()[f"swap:1:{person}"]
        assert scene.buttons(f"swap:1:{person}") == {}
    assert holder(scene, "2026-01-13 12:00") == "spencer"


def test_a_form_offers_only_turns_that_can_be_swapped(scene: Stage) -> None:
    answer(scene, ask(scene), "U0THIRU", SwapState.ACCEPTED)
    offered = swap.choices(scene.deps, user="U0SPENCER", at=scene.at)
    mine = [str(one.day) for one in offered.mine]
    assert mine[:2] == ["2026-01-26", "2026-03-23"], "23 February is swapped already"
    assert {one.person for one in offered.others} == {"aidil", "thiru", "choo"}
    assert len(offered.mine) + len(offered.others) == 26 - 3, (
        "26 weeks begin in half a year, one too soon, and two are swapped"
    )
    assert swap.choices(scene.deps, user="U0IRFAN", at=scene.at).for_anybody


def test_a_form_offers_to_all_but_the_lead_only_turns_that_keep_the_notice(scene: Stage) -> None:
    offered = swap.choices(scene.deps, user="U0THIRU", at=scene.at)
    assert [str(one.day) for one in offered.mine][:1] == ["2026-02-09"], "12 January is six days ahead"
    assert str(offered.others[0].day) == "2026-01-19"
    assert str(swap.choices(scene.deps, user="U0IRFAN", at=scene.at).mine[0].day) == "2026-01-12"


def test_where_only_the_notice_leaves_nothing_to_swap_it_says_whom_to_ask(scene: Stage) -> None:
    scene.edit("swap_notice: 7d", "swap_notice: 180d")
    with pytest.raises(NoTurns, match=r"hears of a swap 180 days ahead.*Ask Irfan Hakim, who may still swap it"):
        swap.choices(scene.deps, user="U0THIRU", at=scene.at)
    assert swap.choices(scene.deps, user="U0IRFAN", at=scene.at).mine


def test_a_turn_that_is_no_more_is_named_by_its_day(scene: Stage) -> None:
    answer(scene, ask(scene), "U0THIRU", SwapState.ACCEPTED)
    scene.edit("- starts_on: 2026-01-05", "- starts_on: 2026-04-06")
    assert swap.sweep(scene.deps) == 1
    assert "Thiru has Mon 23 Feb 2026, Spencer has Mon 09 Feb 2026." in scene.sent()["swap:1"]


def test_turns_of_two_years_are_named_with_their_year(scene: Stage) -> None:
    scene.set("2026-11-10 09:00")
    taken = next(one for one in swap.choices(scene.deps, user="U0SPENCER", at=scene.at).others if one.day.year == 2027)
    given = swap.choices(scene.deps, user="U0SPENCER", at=scene.at).mine[0]
    gives, takes = (f"{one.rotation}|{one.day}|{one.person}" for one in (given, taken))
    planned = swap.plan_swap(scene.deps, user="U0SPENCER", gives=gives, takes=takes, at=scene.at)
    assert f"{taken.day:%a %d %b} 2027 10:00" in planned.terms.takes
    assert f"{given.day:%a %d %b} 10:00" in planned.terms.gives
