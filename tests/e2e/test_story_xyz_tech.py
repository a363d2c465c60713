"""
Four weeks of XYZ Tech, February 2026 in Kuala Lumpur: two rotations that change hands at the same instant.

Profit and engagement go Aidil, Thiru, Choo, Spencer; growth goes Spencer, Choo, Aidil, Thiru. Whoever has the next week
covers: in an emergency, and while Choo keeps Chinese New Year. What serves experiments has nobody on call.
"""

from pathlib import Path

import pytest

from store.plans import load_plan
from store.settings import PLANS
from tests.driver import Refusal
from tests.e2e.story import Story, line_with
from tests.e2e.world import running_world

NO_CALL = "no on-call on purpose. It is not a production pipeline, so its issues are put right in office hours"


def test_four_weeks_of_xyz_tech(tmp_path: Path) -> None:
    plan = load_plan(PLANS / "xyz-tech")
    with running_world(tmp_path, plan=plan, at="2026-02-02 09:59:59") as world:
        story = Story(world)

        # Monday 2 February. Both rotations change hands. Thiru, who had growth, keeps Thaipusam since yesterday, and
        # Spencer, who is next, has covered for him: nobody hands over to nobody but himself.
        story.on("2026-02-02 10:00")
        profit = story.handoff("Spencer → Aidil")
        theirs = "Aggregate Engagement and Aggregate Profit"
        assert f"@Aidil is on call for {theirs} until Mon 09 Feb 02:00 UTC. Thank you, @Spencer." in profit.text
        line_with(profit, "🎉", "Mon 02 Feb", "Thiru", "Thaipusam (observed)")
        growth = story.said("Weekly check: Spencer stays on call")
        assert "Spencer covers for Thiru (public holiday: Thaipusam (observed)) as next week’s on-call" in growth.text
        assert growth.buttons[0] == "Spencer: I have looked"
        story.expect_topic("Aidil until Mon 09 Feb 10:00 (Aggregate Engagement, Aggregate Profit), Spencer until Mon")

        # Somebody asks about an experiment: nobody, on purpose, and why.
        assert f"unit-level-profit: {NO_CALL}" in story.ask("melati", "unit-level-profit")
        both = story.ask("rajan")
        assert "@Aidil is on call for aggregate-engagement, aggregate-profit until" in both
        assert "@Spencer is on call for aggregate-growth until" in both
        assert f"daily-growth, unit-level-profit: {NO_CALL}" in both

        # Thursday. An emergency: Aidil leaves at once, and Thiru, whose week comes next, has it. Growth stays.
        story.on("2026-02-05 14:30")
        preview = story.leave("aidil", "emergency 2026-02-05..2026-02-06")
        assert "It holds at once, and the on-call channel is told." in preview, "the plan names no lead"
        assert "Thu 05 Feb 14:30 – Sat 07 Feb 00:00: Thiru for aggregate-engagement, aggregate-profit" in preview
        assert "aggregate-growth" not in preview
        story.said("Aidil is away Thu 05 Feb 14:30 – Sat 07 Feb 00:00 (emergency leave).")
        small = story.said("Thiru takes over from Aidil")
        assert "Thiru covers for Aidil (emergency leave) as next week’s on-call" in small.text
        assert "@Thiru is on call until Fri 06 Feb 16:00 UTC" in story.ask("rajan", "aggregate-profit")
        assert "@Spencer is on call until Mon 09 Feb 02:00 UTC" in story.ask("rajan", "aggregate-growth")
        story.told("thiru", "+ Thu 05 Feb 14:30 – Sat 07 Feb 00:00: you are on call for Aggregate")

        # Monday 9 February.
        story.on("2026-02-09 10:00")
        story.handoff("Aidil → Thiru")
        story.handoff("Spencer → Choo")

        # Aidil and Thiru swap their weeks of growth. Only Thiru can say yes; both see what became of it.
        gives, takes = "growth|2026-02-16|aidil", "growth|2026-02-23|thiru"
        effect = story.ask_swap("aidil", gives=gives, takes=takes).text
        assert "Mon 16 Feb 10:00 – Mon 23 Feb 10:00: Thiru for aggregate-growth instead of Aidil" in effect
        assert "aggregate-profit" not in effect
        mine = story.told("aidil", "You asked Thiru to swap turns")
        assert mine.buttons == ["Withdraw"]
        asked = story.told("thiru", "Aidil asks to swap turns with you.")
        assert "give Mon 23 Feb 10:00 – Mon 02 Mar 10:00 and take Mon 16 Feb 10:00 – Mon 23 Feb 10:00" in asked.text
        with pytest.raises(Refusal):
            asked.click("Accept", as_="choo")
        asked.click("Accept")
        assert not asked.expect("You accepted. It is in the roster.").buttons
        assert not mine.expect("Thiru accepted. It is in the roster.").buttons
        story.said("Aidil and Thiru swap turns: Thiru has Mon 16 Feb 10:00 – Mon 23 Feb 10:00")

        # Monday 16 February. The holidays of the week are said, with who covers; the swap is kept.
        story.on("2026-02-16 10:00")
        profit, growth = story.handoff("Thiru → Choo"), story.handoff("Choo → Thiru")
        line_with(profit, "🎉", "Tue 17 Feb", "Choo", "Chinese New Year")
        line_with(profit, "🎉", "Wed 18 Feb", "Choo", "Chinese New Year (Second Day)")
        line_with(profit, "🔁", "Tue 17 Feb", "Spencer", "covers for Choo (public holiday: Chinese New Year")
        line_with(profit, "🔁", "Wed 18 Feb", "Spencer", "covers for Choo (public holiday: Chinese New Year")
        assert "Thiru: swapped with Aidil" in growth.text
        assert "swapped" not in profit.text
        story.told("thiru", "You are on call now until Mon 23 Feb 02:00 UTC for Aggregate Growth.")

        # Chinese New Year, two days: next week's engineer has profit and engagement, Thiru keeps growth.
        story.on("2026-02-17 09:00")
        story.said("Spencer takes over from Choo")
        why = story.ask("melati", "why")
        assert "Spencer for aggregate-engagement, aggregate-profit: covers for Choo (public holiday: Chinese" in why
        assert "Thiru for aggregate-growth: swapped with Aidil" in why
        story.on("2026-02-19 09:00")
        story.said("Choo takes over from Spencer")
        month = story.ask("choo", "month")
        assert "Spencer · covers for Choo (public holiday: Chinese New Year) as next week’s on-call" in month

        assert "gives nothing for a public holiday on call" in story.ask("spencer", "comp"), (
            "the document promises none"
        )

        # Monday 23 February. The swap turns back by itself.
        story.on("2026-02-23 10:00")
        story.handoff("Choo → Spencer")
        story.handoff("Thiru → Aidil")

        # Four Mondays, two rotations, each handed over once.
        story.expect_handoffs(
            "Handed over: Spencer → Aidil, Mon 02 Feb 10:00",
            "Weekly check: Spencer stayed, Mon 02 Feb 10:00",
            "Handed over: Aidil → Thiru, Mon 09 Feb 10:00",
            "Handed over: Spencer → Choo, Mon 09 Feb 10:00",
            "Handed over: Thiru → Choo, Mon 16 Feb 10:00",
            "Handed over: Choo → Thiru, Mon 16 Feb 10:00",
            "🤝 Handoff: Choo → Spencer",
            "🤝 Handoff: Thiru → Aidil",
        )
