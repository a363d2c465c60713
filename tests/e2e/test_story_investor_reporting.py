"""
Investor reporting, New York: a public holiday in January's third week, month end in the fourth, and a day off earned.

The order is A, B, C, D from Monday 5 January 2026. Martin Luther King Jr. Day is Monday the 19th: until ten it lies in
B's week, from then on in C's. Growth is on call in business hours only; in the last seven days of the month all four
watch. A and B keep the public holidays of New York, C and D those of California.
"""

from datetime import UTC, datetime
from pathlib import Path

from store.plans import load_plan
from store.settings import PLANS
from tests.e2e.story import Story, boxes, confirm, line_with
from tests.e2e.world import running_world

PLAN = load_plan(PLANS / "investor-reporting")


def test_a_holiday_month_end_and_the_day_off_that_was_earned(tmp_path: Path) -> None:
    with running_world(tmp_path, plan=PLAN, at="2026-01-05 09:59") as world:
        story = Story(world)

        # Week 1, Engineer A. The handoff holds the topics of the plan, and the week's date of Growth.
        story.on("2026-01-05 10:00")
        first = story.handoff("nobody → Engineer A")
        assert "@Engineer A is on call until Mon 12 Jan 15:00 UTC." in first.text
        assert line_with(first, "📅", "Growth").startswith("📅 Fri 09 Jan 18:00")
        assert "On deck" not in first.text
        topics = [one.partition(":")[0] for one in boxes(first)]
        assert topics[:4] == ["Engagement", "Profit", "Growth", "Aggregates"]
        assert "Look through the week of Profit with the people who watch it" in topics[6]

        # Growth at ten in the evening: nobody, on purpose, and why. Profit has its engineer at any hour.
        night = story.ask("engineer-a", "growth at 2026-01-06 22:00")
        assert "Nobody is on call until Wed 07 Jan 14:00 UTC" in night, "nine in New York"
        assert "Debugged in business hours only" in night
        assert "@Engineer A is on call" in story.ask("engineer-a", "growth at 2026-01-06 17:59")
        assert "@Engineer A is on call" in story.ask("engineer-a", "profit at 2026-01-06 22:00")

        # Week 2, Engineer B, and thirty minutes between the two.
        story.on("2026-01-12 10:00")
        second = story.handoff("Engineer A → Engineer B")
        second.expect_reply("30-minute sync of Engineer A and Engineer B: Mon 12 Jan 15:00 UTC to Mon 12 Jan 15:30 UTC")
        second.expect_reply(".ics")
        confirm(second, "Engineer A", "Engineer B")
        second.expect_reply("Handoff complete: Engineer A → Engineer B, both confirmed")

        # Week 3 begins on the holiday itself. Nobody is off for it: hands change as on any Monday.
        story.on("2026-01-19 10:00")
        third = story.handoff("Engineer B → Engineer C")
        holiday = line_with(third, "🎉", "Martin Luther King Jr. Day")
        assert all(f"Engineer {name}" in holiday for name in "ABCD")
        assert "On deck for month end" in line_with(third, "👀 Sun 25 Jan"), "the last seven days begin in this week"
        confirm(third, "Engineer B", "Engineer C")
        assert story.private("lena") == [], "the day is not over"

        # It is now. C served fourteen hours of it and B ten, so it is C's, and the lead has the word.
        story.on("2026-01-20 00:01")
        asked = story.told("lena", "Engineer C was on call on Martin Luther King Jr. Day, Mon 19 Jan 2026.")
        # C's next turn begins on Monday 16 February, a public holiday: the first day to take off is the Tuesday.
        assert asked.buttons == ["A day off in the next rotation, Tue 17 Feb", "It does not count"]
        asked.click("A day off in the next rotation, Tue 17 Feb")
        assert not asked.expect("said by @Lena Ortiz").buttons
        told = story.told("engineer-c", "You were on call on Martin Luther King Jr. Day")
        assert "A day off in the next rotation, Tue 17 Feb 2026. The day is entered as away" in told.text
        ledger = story.ask("engineer-c", "comp")
        assert "Mon 19 Jan 2026 Martin Luther King Jr. Day: A day off in the next rotation, Tue 17 Feb 2026" in ledger
        assert "is empty" in story.ask("engineer-b", "comp")

        # By then A and B will have had two weeks, C one and a day, D one: D steps in, for that day alone.
        cover = "covers for Engineer C (day off earned) as least on call this year"
        gained = story.told("engineer-d", "Your time on call has changed:")
        assert gained.text.splitlines()[1] == f"+ Tue 17 Feb: you are on call ({cover})"
        lost = story.told("engineer-c", "Your time on call has changed:")
        assert lost.text.splitlines()[1] == f"− Tue 17 Feb: you are no longer on call; Engineer D is ({cover})"
        assert f"@Engineer D is on call until Wed 18 Feb 05:00 UTC ({cover})" in story.ask(
            "engineer-a", "profit at 2026-02-17 12:00"
        )
        assert "@Engineer C is on call" in story.ask("engineer-a", "profit at 2026-02-18 12:00")
        assert "@Engineer C is on call" in story.ask("engineer-a", "profit at 2026-02-16 23:59")
        turns = [line.partition("  ")[0] for line in story.ask("engineer-c", "mine").splitlines()[1:5]]
        assert turns == [  # each time once, whatever hours Growth has
            "Mon 19 Jan 10:00 – Mon 26 Jan 10:00",
            "Mon 16 Feb 10:00 – Tue 17 Feb 00:00",
            "Wed 18 Feb 00:00 – Mon 23 Feb 10:00",
            "Mon 16 Mar 10:00 – Mon 23 Mar 10:00",
        ]

        # Week 4, Engineer D: month end. All watch with them, and every date of the reports is there.
        story.on("2026-01-26 10:00")
        fourth = story.handoff("Engineer C → Engineer D")
        deck = "Mon 26 Jan 10:00 – Sun 01 Feb 00:00  On deck for month end: Engineer A, Engineer B, Engineer C"
        assert [line for line in fourth.text.splitlines() if line.startswith("👀")] == [f"👀 {deck}"]
        dates = [line for line in fourth.text.splitlines() if line.startswith("📅")]
        assert [line for line in dates if "Growth" in line and "Fri 30 Jan 18:00" in line], "statuses of accounts"
        assert [line for line in dates if "Profit" in line and "Fri 30 Jan 18:00" in line], "the monthly review"
        month_end = " ".join(line for line in dates if "Sat 31 Jan 23:59" in line)
        for pipeline in ("Aggregate Profit", "Aggregate Growth", "Aggregate Engagement", "Executive and Investor Data"):
            assert pipeline in month_end
        assert "month-end" not in third.text
        assert any("See that profit, growth and engagement are whole" in check for check in boxes(fourth))
        watching = story.ask("engineer-d", "executive-investor at 2026-01-31 23:00")
        assert "On deck for month end: Engineer A, Engineer B, Engineer C" in watching
        assert "On deck" not in story.ask("engineer-d", "executive-investor at 2026-02-01 00:00")

        # The day off, five weeks after it was earned: said the day before in the handoff, and when it begins.
        story.on("2026-02-16 10:00")
        fifth = story.handoff("Engineer B → Engineer C")
        assert f"🔁 Tue 17 Feb  Engineer D · {cover}" in fifth.text
        story.on("2026-02-17 09:00")
        small = story.said("Engineer D takes over from Engineer C")
        assert cover in small.text
        small.click("Engineer D: I took over", as_="engineer d")
        small.expect("✅ Engineer D takes over from Engineer C")


def test_two_holidays_of_one_week_are_two_days_off(tmp_path: Path) -> None:
    # Engineer B, of New York, has the 9th to the 16th of February: Lincoln's Birthday is the 12th, Susan B. Anthony Day
    # the 15th. Both propose the first day of B's next turn, until one of them has it.
    with running_world(tmp_path, plan=PLAN, at="2026-02-12 12:00") as world:
        story = Story(world)
        story.on("2026-02-13 00:01")
        lincoln = story.told("lena", "Engineer B was on call on Lincoln's Birthday")
        story.on("2026-02-16 00:01")
        anthony = story.told("lena", "Engineer B was on call on Susan B. Anthony Day")
        monday, tuesday = "A day off in the next rotation, Mon 09 Mar", "A day off in the next rotation, Tue 10 Mar"
        assert lincoln.buttons[0] == anthony.buttons[0] == monday
        lincoln.click(monday)
        assert anthony.expect("Tue 10 Mar").buttons == [tuesday, "It does not count"]
        anthony.expect("Tue 10 Mar").click(tuesday)
        anthony.expect("said by @Lena Ortiz")
        assert "Engineer B is on call" not in story.ask("engineer-b", "profit at 2026-03-10 12:00")


def test_the_handoff_stays_at_ten_when_the_clocks_go_forward(tmp_path: Path) -> None:
    # Sunday 8 March 2026: 02:00 is 03:00. The week of Engineer A from 2 March is an hour shorter than seven days.
    with running_world(tmp_path, plan=PLAN, at="2026-03-02 09:59") as world:
        story = Story(world)
        assert world.clock.set("2026-03-02 10:00") == datetime(2026, 3, 2, 15, tzinfo=UTC)
        before = story.handoff("Engineer D → Engineer A")
        assert "on call until Mon 09 Mar 14:00 UTC" in before.text
        story.on("2026-03-09 09:59")
        story.quiet(lambda: len(story.handoffs()))
        assert "@Engineer A is on call" in story.ask("engineer-a", "profit")
        assert world.clock.set("2026-03-09 10:00") == datetime(2026, 3, 9, 14, tzinfo=UTC)
        after = story.handoff("Engineer A → Engineer B")
        assert "Late" not in after.text
        assert "@Engineer B is on call" in story.ask("engineer-a", "profit")
