"""
Four weeks of saas-analytics, January 2026 in London: one engineer a week for all pipelines, and two of them go away.

The order is Amelia, Daniel, Priya, Tom. Priya enters her leave two weeks ahead, Tom enters his too late, and in Tom's
week last week's engineer is away too. January's figures are due in the last of the four weeks.
"""

from pathlib import Path

from store.plans import load_plan
from store.settings import PLANS
from tests.e2e.story import Story, confirm, line_with
from tests.e2e.world import running_world


def test_four_weeks_of_saas_analytics(tmp_path: Path) -> None:
    plan = load_plan(PLANS / "saas-analytics")
    with running_world(tmp_path, plan=plan, at="2026-01-05 09:59:59") as world:
        story = Story(world)

        # Monday 5 January, 10:00: the rotation begins, and not a second earlier.
        story.quiet(story.handoffs)
        story.on("2026-01-05 10:00")
        begin = story.handoff("nobody → Amelia Hart")
        assert "@Amelia Hart is on call until Mon 12 Jan 10:00 UTC." in begin.text
        line_with(begin, "📅", "9 Jan", "Aggregate Growth")  # delivered on Fridays
        line_with(begin, "Every day", "Unit-level Profit 09:00", "Daily Growth 09:00")  # UTC, as London is in winter
        story.expect_topic("▸ On call: Amelia Hart until Mon 12 Jan 10:00 ◂")

        # Priya enters leave sixteen days ahead. Daniel had the week before hers, so he covers.
        preview = story.leave("priya", "2026-01-21..2026-01-30")
        assert "Wed 21 Jan 00:00 – Mon 26 Jan 10:00: Daniel Okafor instead of Priya Shah" in preview
        assert "Late" not in preview
        covering = story.told("daniel", "+ Wed 21 Jan 00:00 – Mon 26 Jan 10:00: you are on call")
        assert "covers for Priya Shah (leave) as last week’s on-call" in covering.text
        story.told("priya", "− Wed 21 Jan 00:00 – Mon 26 Jan 10:00: you are no longer on call")

        # Finance reports what nobody repairs for weeks.
        story.on("2026-01-07 11:00")
        story.report("ruth", "aggregate-profit Salaries of December are missing", "medium")
        story.on("2026-01-11 10:00")
        story.told("daniel", "You go on call Mon 12 Jan 10:00 UTC")

        # Monday 12 January. Both confirm, so nobody is asked again.
        story.on("2026-01-12 10:00")
        second = story.handoff("Amelia Hart → Daniel Okafor")
        line_with(second, "DI-1", "aggregate-profit", "Salaries of December are missing", "7 Jan")
        second.expect_reply("30-minute sync of Amelia Hart and Daniel Okafor: Mon 12 Jan 10:00 UTC to Mon 12 Jan 10:30")
        confirm(second, "Amelia Hart", "Daniel Okafor")
        second.expect_reply("Handoff complete: Amelia Hart → Daniel Okafor, both confirmed")
        story.expect_topic("▸ On call: Daniel Okafor until Mon 19 Jan 10:00 ◂")

        # Tom enters leave twelve days ahead: accepted, flagged, told to the lead. Nobody can cover: a gap.
        story.on("2026-01-14 09:00")
        preview = story.leave("tom", "2026-01-26..2026-01-27")
        assert "Late: the plan asks for 14 days’ notice. It is accepted; the lead is told." in preview
        assert "Mon 26 Jan 10:00 – Wed 28 Jan 00:00: nobody is on call" in preview
        assert "Priya Shah, last week’s on-call, is away too (leave)" in preview
        late = story.told("helen", "Tom Weaver is away Mon 26 Jan – Tue 27 Jan (leave).")
        assert "12 days ahead; the plan asks for 14" in late.text
        assert "There is a gap." in late.text

        # Volunteers are asked for in the channel. Finance is none of the engineers; Amelia is.
        asked = story.said("Who can be on call for Tom Weaver?")
        asked.click("I can", as_="ruth calder")
        world.as_("ruth").expect_ephemeral("Volunteers are people of the rotation and of their teams")
        asked.click("I can", as_="amelia hart")
        assert not asked.expect("✅ Amelia Hart covers.").buttons
        story.told("amelia", "+ Mon 26 Jan 10:00 – Wed 28 Jan 00:00: you are on call (covers for Tom Weaver (leave)")

        # Monday 19 January: what the week holds is said before it begins.
        story.on("2026-01-19 10:00")
        third = story.handoff("Daniel Okafor → Priya Shah")
        assert "@Priya Shah is on call until Wed 21 Jan 00:00 UTC" in third.text
        line_with(third, "🔁", "Wed 21 Jan", "Mon 26 Jan 10:00", "Daniel Okafor", "covers for Priya Shah (leave)")
        line_with(third, "🌴", "Wed 21 Jan – Fri 30 Jan", "Priya Shah")
        line_with(third, "DI-1", "aggregate-profit")
        story.on("2026-01-21 09:00")
        small = story.said("Daniel Okafor takes over from Priya Shah")
        assert small.buttons[0] == "Daniel Okafor: I took over"
        story.expect_topic("▸ On call: Daniel Okafor until Mon 26 Jan 10:00 ◂")

        # Monday 26 January, the month's last week. Whoever covers hands over to whoever covers.
        story.on("2026-01-26 10:00")
        fourth = story.handoff("Daniel Okafor → Amelia Hart")
        assert "@Amelia Hart is on call until Wed 28 Jan 00:00 UTC. Thank you, @Daniel Okafor." in fourth.text
        assert "Amelia Hart covers for Tom Weaver (leave) as volunteer" in fourth.text
        assert fourth.buttons[:2] == ["Daniel Okafor: I handed over", "Amelia Hart: I took over"]
        line_with(fourth, "📅", "28 Jan", "Aggregate Profit")  # the 28th
        line_with(fourth, "📅", "30 Jan", "Aggregate Growth")  # a Friday
        line_with(fourth, "📅", "30 Jan", "Aggregate Engagement")  # the last business day
        line_with(fourth, "📅", "31 Jan", "Aggregate Growth")  # the end of the month
        line_with(fourth, "Every day", "Unit-level Profit 09:00", "Daily Growth 09:00")
        line_with(fourth, "👀", "Sun 01 Feb 00:00", "Hugo Marsh")
        line_with(fourth, "DI-1", "aggregate-profit")
        assert "On deck for month end: Hugo Marsh" in story.ask("tom")

        # Tom is back on Wednesday, and takes over what is his.
        story.on("2026-01-28 09:00")
        story.said("Tom Weaver takes over from Amelia Hart")
        story.expect_topic("▸ On call: Tom Weaver until Mon 02 Feb 10:00 ◂")

        # Four Mondays, four handoffs, each once.
        story.expect_handoffs(
            "Handed over: nobody → Amelia Hart, Mon 05 Jan 10:00",
            "Handed over: Amelia Hart → Daniel Okafor, Mon 12 Jan 10:00",
            "Handed over: Daniel Okafor → Priya Shah, Mon 19 Jan 10:00",
            "🤝 Handoff: Daniel Okafor → Amelia Hart",
        )
