"""
Engineer-owned pipelines, Berlin, January 2026: the shared calendar blocks days of B, and C and D swap their weeks.

Each engineer owns pipelines by name. Whoever is away is covered pipeline by pipeline, by its secondary owner; where
that is the one who is away, by its primary. The order is A, B, C, D from Monday 5 January. The plan's own calendar has
Engineer B away from Wednesday the 14th to Friday the 16th, in B's week.
"""

from pathlib import Path

from store.plans import load_plan
from store.settings import PLANS
from tests.driver import until
from tests.e2e.story import Story, boxes, confirm, tick
from tests.e2e.world import running_world

PLAN = load_plan(PLANS / "engineer-owned")
C_JAN, D_JAN = "engineers|2026-01-19|engineer-c", "engineers|2026-01-26|engineer-d"


def test_blocked_days_a_swap_and_what_is_left_open(tmp_path: Path) -> None:
    with running_world(tmp_path, plan=PLAN, at="2026-01-05 09:59") as world:
        story = Story(world)

        # Week 1, Engineer A. The four topics of the document, to be ticked one by one.
        story.on("2026-01-05 10:00")
        first = story.handoff("nobody → Engineer A")
        topics = ("Issues in repair", "Outages and delays", "How each pipeline stands", "Action items still open")
        assert all(box.startswith(topic) for box, topic in zip(boxes(first), topics, strict=True))
        confirm(first, "Engineer A")

        # The calendar was read: who covers what of B's three days, and in what capacity. B owns Aggregate Profit with C
        # and is second behind A in Unit-level Profit; the others have nothing to do with B.
        blocked = "covers for Engineer B (blocked in the calendar)"
        for pipeline, who, role in (
            ("unit-level-profit", "Engineer A", "primary owner"),
            ("aggregate-profit", "Engineer C", "secondary owner"),
            ("aggregate-growth", "Engineer D", "secondary owner"),
            ("daily-growth", "Engineer A", "secondary owner"),
            ("aggregate-engagement", "Engineer D", "secondary owner"),
        ):
            answer = story.ask("karin", f"{pipeline} at 2026-01-14 12:00")
            assert f"@{who} is on call until Fri 16 Jan 23:00 UTC ({blocked} as {role})" in answer
            assert "@Engineer B is on call" in story.ask("karin", f"{pipeline} at 2026-01-13 23:59")
            assert "@Engineer B is on call" in story.ask("karin", f"{pipeline} at 2026-01-17 00:00")

        # C asks D to swap weeks, is declined, asks again, is accepted. No notice is asked for.
        story.on("2026-01-06 11:00")
        effect = story.ask_swap("engineer-c", gives=C_JAN, takes=D_JAN).text
        assert "Mon 19 Jan 10:00 – Mon 26 Jan 10:00: Engineer D instead of Engineer C" in effect
        assert "Mon 26 Jan 10:00 – Mon 02 Feb 10:00: Engineer C instead of Engineer D" in effect
        asked = story.told("engineer-d", "Engineer C asks to swap turns with you")
        asked.click("Decline").expect("You declined. Nothing has changed.")
        assert "ask somebody else with /oncall swap" in story.told("engineer-c", "Engineer D declined your swap").text
        assert "@Engineer C is on call" in story.ask("karin", "aggregate-growth at 2026-01-20 12:00")
        story.ask_swap("engineer-c", gives=C_JAN, takes=D_JAN)
        again = story.told("engineer-d", "Engineer C asks to swap turns with you")
        assert again.ts != asked.ts
        again.click("Accept").expect("You accepted. It is in the roster.")
        story.said("Engineer C and Engineer D swap turns: Engineer D has Mon 19 Jan 10:00 – Mon 26 Jan 10:00")
        story.told("engineer-c", "+ Mon 26 Jan 10:00 – Mon 02 Feb 10:00: you are on call (swapped with Engineer D)")
        swapped = story.ask("karin", "aggregate-growth at 2026-01-20 12:00")
        assert "@Engineer D is on call until Mon 26 Jan 09:00 UTC (swapped with Engineer C)" in swapped

        # Week 2, Engineer B: the handoff says who covers which pipelines later in the week.
        story.on("2026-01-12 10:00")
        second = story.handoff("Engineer A → Engineer B")
        covers = "Aggregate Engagement, Aggregate Growth"
        assert f"🔁 Wed 14 Jan – Fri 16 Jan  Engineer D for {covers} · {blocked} as secondary owner" in second.text
        assert f"🔁 Wed 14 Jan – Fri 16 Jan  Engineer C for Aggregate Profit · {blocked} as secondary" in second.text
        second.expect_reply("30-minute sync of Engineer A and Engineer B: Mon 12 Jan 09:00 UTC to Mon 12 Jan 09:30")

        # A writes down what nobody has done; two topics are ticked, two are not.
        a = world.as_("engineer-a")
        second.click("Add note or action item", as_="engineer a")
        a.expect_modal("Add to the handoff")
        assert a.fill(kind="action", text="Ask Finance for the ERP extract of December").submit() == {}
        second = second.expect("To be done")
        assert boxes(second)[0].startswith("Ask Finance for the ERP extract of December")
        confirm(second, "Engineer A", "Engineer B")
        done = second.expect_reply("Handoff complete: Engineer A → Engineer B, both confirmed.")
        assert "Ask Finance for the ERP extract of December" in done.text

        # Wednesday at nine, after the change at midnight: three take over, each for their own pipelines.
        story.on("2026-01-14 09:00")
        small = story.said("take over from Engineer B")
        assert small.text.startswith("🤝 Engineer D, Engineer C and Engineer A take over from Engineer B")
        assert f"Engineer C {blocked} as secondary owner, for aggregate-profit." in small.text
        assert f"Engineer A {blocked} as primary owner, for unit-level-profit." in small.text
        assert sorted(small.buttons)[1:] == [f"Engineer {name}: I took over" for name in "ACD"]
        assert "Mon 19 Jan" not in small.text.splitlines()[1], (
            "they have it until Friday night, not until the turn ends"
        )
        story.on("2026-01-17 09:00")
        back = story.said("Engineer B takes over from Engineer D, Engineer C and Engineer A")
        assert "That is over" in back.text

        # Week 3: D, by the swap. What was to be done a week ago is still there, with its age.
        story.on("2026-01-19 10:00")
        third = story.handoff("Engineer B → Engineer D")
        assert "Engineer D: swapped with Engineer C." in third.text
        assert boxes(third)[0] == "Ask Finance for the ERP extract of December\n⏳ open for 1 week"
        tick(third, "Ask Finance for the ERP extract of December", as_="engineer d")
        until(lambda: "✓ Engineer D" in boxes(third.expect("To be done"))[0], "it was not ticked")

        # C, who has D's week, enters leave for its first two days: nobody approves it, and each pipeline has somebody.
        preview = story.leave("engineer-c", "2026-01-26..2026-01-27")
        assert "Late" not in preview
        away = "covers for Engineer C (leave)"
        assert f"Engineer B for aggregate-profit instead of Engineer C · {away} as primary owner" in preview
        story.told(
            "engineer-b", "+ Mon 26 Jan 10:00 – Wed 28 Jan 00:00: you are on call for Aggregate Profit, Unit-level"
        )

        # Week 4 begins without C. Those who cover are addressed, each with their pipelines, for as long as they cover.
        story.on("2026-01-26 10:00")
        fourth = story.handoff("Engineer D → Engineer D, Engineer B and Engineer A")
        who = fourth.text.splitlines()[1]
        assert who.startswith("@Engineer D, @Engineer B and @Engineer A are on call until Tue 27 Jan 23:00 UTC.")
        for line in (
            f"Engineer A {away} as secondary owner, for daily-growth.",
            f"Engineer B {away} as primary owner, for aggregate-profit.",
            f"Engineer B {away} as secondary owner, for unit-level-profit.",
            f"Engineer D {away} as secondary owner, for aggregate-engagement, aggregate-growth.",
        ):
            assert line in fourth.text
        assert not any("ERP" in box for box in boxes(fourth)), "it was done"
        assert "I handed over" not in " ".join(fourth.buttons), "D stays on call, and says so once"
        story.on("2026-01-28 09:00")
        assert story.said("Engineer C takes over from Engineer D, Engineer B and Engineer A")
        assert "@Engineer C is on call until Mon 02 Feb 09:00 UTC" in story.ask("karin", "daily-growth")
