"""
Four weeks of the default plan, January 2026 in Kuala Lumpur, in which the bot dies, is doubled, and the plan is edited.

The order is Aidil, Thiru, Choo, Spencer. Each test is a chapter and goes on where the one before has ended.
"""

import shutil
from collections.abc import Iterator

import pytest

from store.plans import load_plan
from store.settings import PLANS
from tests.driver import Message, until
from tests.e2e.story import SOON_S, Story, boxes, confirm, tick
from tests.e2e.world import Bot, free_port, running_world

ITEM = "Ask Finance for the salary file of December"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(PLANS / "house", folder / "plan")
    with running_world(folder, plan=load_plan(folder / "plan"), at="2026-01-09 12:00") as world:
        yield Story(world)


@pytest.fixture(scope="module")
def two_bots(story: Story) -> Iterator[None]:
    """From here to the end a second bot runs on the same database."""
    bot = story.world.bot
    other = Bot({**bot.environment, "PORT": str(free_port())}, story.world.folder / "other.log")
    try:
        other.start()
        yield
    finally:
        other.kill()


def test_a_bot_that_was_down_from_sunday_to_tuesday_posts_one_late_handoff(story: Story) -> None:
    story.expect_group("on-call", "aidil")
    story.expect_topic("▸ On call: Aidil until Mon 12 Jan 10:00 ◂")
    story.on("2026-01-11 12:00")
    story.told("thiru", "You go on call Mon 12 Jan 02:00 UTC")
    story.quiet(story.channel)
    story.world.bot.kill()
    story.on("2026-01-13 09:30")
    story.world.bot.start()
    late = story.handoff("Aidil → Thiru")
    assert "⏰ Late: due Mon 12 Jan 10:00, posted Tue 13 Jan 09:30. Baton was down." in late.text
    assert "@Thiru is on call until Mon 19 Jan 02:00 UTC. Thank you, @Aidil." in late.text
    late.expect_reply("30-minute sync of Aidil and Thiru: Tue 13 Jan 02:00 UTC to Tue 13 Jan 02:30 UTC")
    story.expect_group("on-call", "thiru")


def test_whoever_does_not_confirm_is_asked_twice_then_the_lead_and_nobody_once_it_is_done(story: Story) -> None:
    handoff = story.handoff("Aidil → Thiru")
    story.on("2026-01-13 10:29")
    story.quiet(lambda: nudges(handoff))
    assert nudges(handoff) == []
    assert len(story.handoffs()) == 1, "late, and once"
    story.on("2026-01-13 10:30")
    handoff.expect_reply("⏳ @Aidil @Thiru this handoff still waits for your word.")

    aidil = story.world.as_("aidil")
    handoff.click("Aidil: I handed over", as_="aidil").expect("⏳ waiting for Thiru")
    story.on("2026-01-13 13:30")
    handoff.expect_reply("⏳ @Thiru this handoff still waits for your word.")
    story.on("2026-01-13 17:30")
    handoff.expect_reply("⚠️ @Irfan Hakim Thiru has not confirmed this handoff after 8 h.")

    story.handoff("Aidil → Thiru").click("Add note or action item", as_="aidil")
    aidil.expect_modal("Add to the handoff")
    assert aidil.fill(kind="action", text=ITEM).submit() == {}
    current = until(lambda: holding(story, "Aidil → Thiru", ITEM), "the item is not in the handoff")
    current.click("Thiru: I took over", as_="thiru")
    done = handoff.expect_reply("Handoff complete: Aidil → Thiru, both confirmed")
    assert f"comes back next week:\n• {ITEM}\n" in done.text
    asked = nudges(handoff)
    assert len(asked) == 3
    story.on("2026-01-16 12:00")
    story.quiet(lambda: nudges(handoff))


def holding(story: Story, pair: str, item: str) -> Message | None:
    """Return the handoff, once it holds the item as it is written here: text, and below it what marks it."""
    handoff = story.handoff(pair)
    return handoff if item in boxes(handoff) else None


def nudges(handoff: Message) -> list[str]:
    """Return what was said in the thread to those whose word was missing."""
    return [one.text for one in handoff.thread() if one.text.startswith(("⏳", "⚠️"))]


@pytest.mark.usefixtures("two_bots")
def test_two_bots_post_one_handoff_and_what_was_left_comes_back_a_week_old(story: Story) -> None:
    story.on("2026-01-19 10:00")
    second = story.handoff("Thiru → Choo")
    second.expect_reply(".ics", timeout=SOON_S)
    story.quiet(lambda: [one.text for one in story.channel()])
    assert len(story.handoffs()) == 2
    assert len(second.thread()) == 2, "the proposal to meet and its file"
    assert f"{ITEM}\n⏳ open for 1 week" in boxes(second)
    confirm(second, "Thiru", "Choo")
    second.expect_reply("Handoff complete: Thiru → Choo")


def test_an_override_of_two_days_is_previewed_and_handed_over_and_back(story: Story) -> None:
    story.on("2026-01-20 16:00")
    preview = story.override("aidil", "2026-01-21..2026-01-22", replaces="choo")
    assert "Aidil is on call in place of Choo Wed 21 Jan – Thu 22 Jan." in preview
    assert "Wed 21 Jan – Thu 22 Jan: Aidil instead of Choo" in preview
    story.said("✋ Aidil is on call in place of Choo Wed 21 Jan – Thu 22 Jan.")
    story.told("choo", "− Wed 21 Jan – Thu 22 Jan: you are no longer on call")
    story.on("2026-01-21 09:00")
    there = story.said("Aidil takes over from Choo")
    story.expect_group("on-call", "aidil")
    assert there.buttons[0] == "Aidil: I took over"
    there.click("Aidil: I took over", as_="aidil").expect("✅ Aidil takes over from Choo")
    story.on("2026-01-23 09:00")
    back = story.said("Choo takes over from Aidil")
    assert "That is over." in back.text
    story.expect_group("on-call", "choo")
    assert len(story.handoffs()) == 2, "the week's own handoff goes on beside these"


def test_an_edit_of_the_rotation_drops_a_swap_and_tells_everyone_it_moves_once(story: Story) -> None:
    story.on("2026-01-26 10:00")
    story.handoff("Choo → Spencer")
    gives, takes = "data-engineers|2026-02-16|choo", "data-engineers|2026-02-23|spencer"
    story.ask_swap("choo", gives=gives, takes=takes)
    story.told("spencer", "Choo asks to swap turns with you.").click("Accept")
    line = story.said("Choo and Spencer swap turns")
    # Choo keeps Chinese New Year that week: those two days were Thiru's, and Spencer needs nobody to cover them.
    story.told("choo", "− Mon 16 Feb 10:00 – Tue 17 Feb 00:00: you are no longer on call")
    story.told("thiru", "− Tue 17 Feb – Wed 18 Feb: you are no longer on call")
    story.told("spencer", "+ Mon 16 Feb 10:00 – Mon 23 Feb 10:00: you are on call (swapped with Choo)")
    before = {key: len(changed(story, key)) for key in story.world.plan.team.people}

    # Spencer leaves the rotation on 16 February; the three others go on from there.
    file = story.world.plan.folder / "team.yaml"
    old = "order: [aidil, thiru, choo, spencer]\n"
    new = f"{old}      - starts_on: 2026-02-16\n        order: [choo, aidil, thiru]\n"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))

    for who, other in (("choo", "Spencer"), ("spencer", "Choo")):
        fallen = story.told(who, f"⚠️ Your swap with {other}")
        assert "has fallen: the roster was edited" in fallen.text
    line.expect("It has fallen: the roster was edited")
    story.told("aidil", "+ Mon 23 Feb 10:00 – Mon 02 Mar 10:00: you are on call")
    thiru = story.told("thiru", "+ Mon 02 Mar 10:00 – Mon 09 Mar 10:00: you are on call")
    assert "+ Tue 17 Feb: you are on call (covers for Choo (public holiday: Chinese New Year)" in thiru.text
    story.told("choo", "+ Thu 19 Feb 00:00 – Mon 23 Feb 10:00: you are on call")
    gone = story.told("spencer", "− Mon 16 Feb 10:00 – Mon 23 Feb 10:00: you are no longer on call")
    assert "+" not in gone.text
    story.quiet(lambda: [one.ts for key in before for one in story.private(key)])
    after = {key: len(changed(story, key)) - count for key, count in before.items()}
    assert {key for key, count in after.items() if count} == {"aidil", "thiru", "choo", "spencer"}
    assert set(after.values()) == {0, 1}, "each in one message"


def changed(story: Story, who: str) -> list[str]:
    """Return the messages that told somebody of their changed time on call."""
    return [one.text for one in story.private(who) if one.text.startswith("Your time on call has changed")]


def test_an_item_is_ticked_in_its_third_week_and_gone_in_the_fourth(story: Story) -> None:
    third = story.handoff("Choo → Spencer")
    assert f"{ITEM}\n⏳ open for 2 weeks" in boxes(third)
    month_end = [one for one in boxes(third) if "All verify the investor reports" in one]
    assert len(month_end) == 1, boxes(third)
    tick(third, ITEM, as_="choo")
    until(lambda: holding(story, "Choo → Spencer", f"{ITEM}\n✓ Choo"), "the tick is not kept")
    story.on("2026-02-02 10:00")
    fourth = story.handoff("Spencer → Aidil")
    assert not [one for one in boxes(fourth) if one.startswith(ITEM)]
    story.expect_handoffs(
        "Handed over: Aidil → Thiru, Mon 12 Jan 10:00",
        "Handed over: Thiru → Choo, Mon 19 Jan 10:00",
        "Handed over: Choo → Spencer, Mon 26 Jan 10:00",
        "🤝 Handoff: Spencer → Aidil",
    )
