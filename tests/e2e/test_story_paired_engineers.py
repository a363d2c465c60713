"""
Paired engineers, New York, November 2026: Thanksgiving lies in the last week of the month, and two engineers swap.

The order from January's anchor gives DE1 Monday the 9th, DE2 the 16th, DE3 the 23rd, DE4 the 30th. Thanksgiving is
Thursday the 26th, in DE3's week; the last seven days of the month are the 24th to the 30th.
"""

from pathlib import Path

import pytest

from store.plans import load_plan
from store.settings import PLANS
from tests.driver import Refusal
from tests.e2e.story import Story, boxes, confirm, line_with
from tests.e2e.world import running_world

PLAN = load_plan(PLANS / "paired-engineers")
TURN = "data-engineers|2026-{}|{}"
PROFIT, GROWTH = "Aggregate Profit, Unit-level Profit", "Aggregate Growth, Daily Growth"


def test_thanksgiving_in_the_last_week_of_the_month(tmp_path: Path) -> None:
    with running_world(tmp_path, plan=PLAN, at="2026-11-09 09:59") as world:
        story = Story(world)

        # Week 1: 44 weeks after the anchor it is DE1 again, after DE4.
        story.on("2026-11-09 10:00")
        first = story.handoff("DE4 → DE1")
        assert "On deck" not in first.text
        assert [box.partition(":")[0] for box in boxes(first)][:1] == ["Open issues"]
        first.expect_reply("30-minute sync of DE4 and DE1: Mon 09 Nov 15:00 UTC to Mon 09 Nov 15:30 UTC")
        confirm(first, "DE4", "DE1")
        turns = [line for line in story.ask("de1", "aggregate-profit").splitlines() if line.startswith("Mon ")]
        assert [line.split()[-1] for line in turns] == ["DE2", "DE3", "DE4", "DE1"]

        # Growth is repaired in business hours: at night nobody is called for it, and somebody is for profit.
        for pipeline in ("aggregate-growth", "daily-growth"):
            night = story.ask("de1", f"{pipeline} at 2026-11-10 22:00")
            assert "Nobody is on call until Wed 11 Nov 14:00 UTC: Nobody is called outside business hours" in night
            assert "@DE1 is on call" in story.ask("de1", f"{pipeline} at 2026-11-10 16:59")
        assert "@DE1 is on call" in story.ask("de1", "aggregate-profit at 2026-11-10 22:00")

        # DE2 asks six days ahead to give away the next week. The plan wants seven.
        story.on("2026-11-10 11:00")
        de2 = world.as_("de2")
        de2.command("/oncall swap").expect_modal(
            "hears of a swap 7 days ahead: turns that begin sooner are not listed."
        )
        with pytest.raises(Refusal):
            de2.fill(gives=TURN.format("11-16", "de2"), takes=TURN.format("11-30", "de4")).submit()
        de2.close()
        assert "@DE2 is on call" in story.ask("de2", "aggregate-profit at 2026-11-17 12:00")

        # DE4 asks three weeks ahead. One line per week, though Growth has hours of its own.
        preview = story.ask_swap("de4", gives=TURN.format("11-30", "de4"), takes=TURN.format("12-07", "de1"))
        assert [line for line in preview.text.splitlines() if line.startswith("•")] == [
            "• 🔄 Mon 30 Nov 10:00 – Mon 07 Dec 10:00: DE1 instead of DE4 · swapped with DE4",
            "• 🔄 Mon 07 Dec 10:00 – Mon 14 Dec 10:00: DE4 instead of DE1 · swapped with DE1",
        ]
        story.told("de1", "DE4 asks to swap turns with you").click("Accept").expect("You accepted.")
        story.said("DE4 and DE1 swap turns: DE1 has Mon 30 Nov 10:00 – Mon 07 Dec 10:00")
        gained = story.told("de1", "Your time on call has changed:")
        lines = gained.text.splitlines()[1:]
        assert lines[0] == "+ Mon 30 Nov 10:00 – Mon 07 Dec 10:00: you are on call (swapped with DE4)"
        assert lines[1].startswith("− Mon 07 Dec 10:00 – Mon 14 Dec 10:00: you are no longer on call")
        assert lines[2].startswith("Times are those of"), "nothing else"

        # Veterans Day is a public holiday and none of the major ones: it earns nothing.
        story.on("2026-11-12 00:01")
        story.quiet(lambda: story.private("rosa"))
        assert "is empty" in story.ask("rosa", "comp")

        # Week 2, then week 3: the last Monday's handoff says that everybody is on deck, and who on high alert for what.
        story.on("2026-11-16 10:00")
        confirm(story.handoff("DE1 → DE2"), "DE1", "DE2")
        story.on("2026-11-23 10:00")
        third = story.handoff("DE2 → DE3")
        span = "Tue 24 Nov 00:00 – Mon 30 Nov 10:00"
        assert line_with(third, "👀") == f"👀 {span}  On deck for month end: DE1, DE2, DE4", "DE3 serves"
        line_with(third, f"🚨 {span}  On high alert: DE1, DE2 for {PROFIT}")
        line_with(third, f"🚨 {span}  On high alert: DE3, DE4 for {GROWTH}")
        line_with(third, "🎉 Thu 26 Nov", "Thanksgiving Day")
        line_with(third, "🛟 Thu 26 Nov  Standing by: DE2 for Aggregate Profit")
        line_with(third, "📅 Fri 27 Nov 17:00", "Growth")
        confirm(third, "DE2", "DE3")

        # Thanksgiving: DE3 serves, and of each pipeline the other owner stands by: the secondary, or the primary where
        # the secondary is DE3. On high alert are the two of profit and the two of growth.
        story.on("2026-11-26 12:00")
        for pipeline, backup, alert in (
            ("aggregate-profit", "DE2", " · on high alert: DE1, DE2"),
            ("unit-level-profit", "DE1", " · on high alert: DE1, DE2"),
            ("aggregate-growth", "DE4", " · on high alert: DE3, DE4"),
            ("daily-growth", "DE4", " · on high alert: DE3, DE4"),
            ("aggregate-engagement", "DE1", ""),
        ):
            answer = story.ask("rosa", pipeline).splitlines()
            assert answer[0].startswith("@DE3 is on call until")
            assert f"Standing by on the holiday: {backup}" in answer
            assert f"On deck for month end: DE1, DE2, DE4{alert}" in answer
        assert "Standing by" not in story.ask("rosa", "aggregate-profit at 2026-11-27 12:00")

        # The day after, the lead says what it was worth, once; DE3 reads it, and the others have earned nothing.
        story.on("2026-11-27 00:01")
        asked = story.told("rosa", "DE3 was on call on Thanksgiving Day, Thu 26 Nov 2026.")
        assert asked.buttons == ["A comp day", "1.5x for the day", "It does not count"]
        asked.click("1.5x for the day")
        assert not asked.expect("1.5x for the day, said by @Rosa Delgado").buttons
        story.told("de3", "@Rosa Delgado says: 1.5x for the day.")
        assert "Thu 26 Nov 2026 Thanksgiving Day: 1.5x for the day" in story.ask("de3", "comp")
        assert "is empty" in story.ask("de1", "comp")
        assert "Thanksgiving Day, DE3: 1.5x for the day" in story.ask("rosa", "comp")

        # Week 4 is DE1's by the swap. The month-end close is due for all six, and the last day on deck is this one.
        story.on("2026-11-30 10:00")
        fourth = story.handoff("DE3 → DE1")
        assert "DE1: swapped with DE4." in fourth.text
        assert line_with(fourth, "👀").startswith("👀 Mon 30 Nov 10:00 – Tue 01 Dec 00:00")
        close = line_with(fourth, "📅 Mon 30 Nov 17:00")
        assert all(pipeline.name in close for pipeline in PLAN.pipelines.values())
        assert any("investor reports are right before they go out" in box for box in boxes(fourth))
        assert not any("investor reports are right before they go out" in box for box in boxes(third))
        story.on("2026-12-07 10:00")
        story.handoff("DE1 → DE4")
