"""Monday 10:00 with a real bot: posted, ticked, noted, confirmed by both, summed up; and a bot that was down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import handoffs, occurrences
from tests.driver import Message, until
from tests.e2e.world import Bot, World, free_port, running_world

TICK_S = 10
"""The bot looks every two seconds; a busy machine takes longer."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A bot that saw Sunday, on Monday at ten."""
    with running_world(tmp_path_factory.mktemp("handoff"), at="2026-01-11 20:00") as running:
        wait_until_seen(running)
        running.clock.set("2026-01-12 10:00:00")
        running.slack.expect(running.channel, "Handoff: Aidil → Thiru", timeout=TICK_S)
        yield running


def wait_until_seen(world: World) -> None:
    def seen() -> bool:
        with world.sessions.reading() as db:
            return occurrences.last(db, name="handoff seen:data-engineers") is not None

    until(seen, "the bot has not looked at its rotation", TICK_S)


def the_handoff(world: World) -> Message:
    return next(each for each in world.slack.messages(world.channel) if "Handoff: Aidil → Thiru" in each.text)


def boxes(message: Message) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        (block, element)
        for block in message.doc["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "checkboxes"
    ]


def tick(world: World, who: str, *texts: str) -> None:
    """Tick the boxes with these texts beside those that are ticked."""
    message = the_handoff(world)
    for block, element in boxes(message):
        wanted = [option["value"] for option in element["options"] if option["text"]["text"] in texts]
        if wanted:
            already = [option["value"] for option in element.get("initial_options", ())]
            seat = world.as_(who)
            world.slack.act(
                "click",
                user=seat.user,
                channel=message.channel,
                ts=message.ts,
                action_id=element["action_id"],
                block_id=block["block_id"],
                value=[*already, *wanted],
            )


def ticked(world: World) -> dict[str, str]:
    """Return what is ticked, with the line below it."""
    return {
        option["text"]["text"]: option["description"]["text"]
        for _, element in boxes(the_handoff(world))
        for option in element.get("initial_options", ())
    }


def test_the_message_names_the_two_and_proposes_to_meet_with_a_calendar_file(world: World) -> None:
    message = the_handoff(world)
    assert "@Thiru is on call until" in message.text
    assert message.buttons == ["Aidil: I handed over", "Thiru: I took over", "Add note or action item"]
    message.expect_reply("30-minute sync of Aidil and Thiru")
    assert message.expect_reply("handoff-1.ics").doc["files"][0]["filetype"] == "ics"
    (count,) = [sum("handoff-1.ics" in each.text for each in message.thread())]
    assert count == 1


def test_what_two_people_tick_is_ticked_and_says_who(world: World) -> None:
    tick(world, "thiru", "Action items that nobody has finished")
    until(lambda: ticked(world) == {"Action items that nobody has finished": "✓ Thiru"}, "it was not ticked")
    tick(world, "aidil", "Known outages and late data, and who is waiting for them")
    until(lambda: len(ticked(world)) == 2, "the second was not ticked")
    assert ticked(world)["Action items that nobody has finished"] == "✓ Thiru"


def test_somebody_outside_the_team_is_told_privately(world: World) -> None:
    tick(world, "rin", "Status of every pipeline, and runs or backfills still going")
    rin = world.as_("rin")
    told = rin.expect_ephemeral("You are not in this team’s plan, so nothing was changed.")
    assert len(ticked(world)) == 2
    rin.click("Add note or action item")
    again = rin.expect_new_ephemeral({told.ts})
    assert "You are not in this team’s plan, so nothing was changed." in again.text
    rin.expect_no_modal()


def test_a_note_stands_in_the_message_and_the_thread(world: World) -> None:
    aidil = world.as_("aidil").click("Add note or action item")
    aidil.fill(text="Kafka lags <!channel> since Friday").submit()
    the_handoff(world).expect("📝 Kafka lags <!channel> since Friday · Aidil")
    the_handoff(world).expect_reply("Kafka lags <!channel> since Friday")


def test_an_action_item_is_one_short_line_and_can_be_ticked(world: World) -> None:
    aidil = world.as_("aidil").click("Add note or action item")
    aidil.fill(kind="action", text="x" * 151)
    assert aidil.submit() == {"text": "Keep an action item to 150 characters, and put the rest into a note."}
    aidil.fill(kind="action", text="Ask finance for the AWS costs").submit()
    the_handoff(world).expect("To be done")
    assert "Ask finance for the AWS costs" in str(boxes(the_handoff(world))[0])


def test_handoff_shows_privately_how_it_stands_and_takes_a_note(world: World) -> None:
    choo = world.as_("choo").command("/handoff")
    shown = choo.expect_ephemeral("🤝 Handoff: Aidil → Thiru, Mon 12 Jan 10:00")
    assert "2 of 9 items done. ⏳ waiting for Aidil and Thiru Open it" in shown.text
    choo.command("/handoff note The CRM export is one day behind")
    the_handoff(world).expect("📝 The CRM export is one day behind · Choo")


def test_only_their_own_press_counts_and_the_button_goes(world: World) -> None:
    message = the_handoff(world)
    message.click("Aidil: I handed over", as_="choo")
    world.as_("choo").expect_ephemeral("Only Aidil or Irfan Hakim can confirm this")
    message.click("Aidil: I handed over", as_="aidil")
    assert "Aidil: I handed over" not in message.expect("✅ Aidil").buttons
    world.slack.control("redeliver", times=3)
    assert the_handoff(world).text.count("✅ Aidil") == 1


def test_an_hour_later_the_other_is_asked_again(world: World) -> None:
    world.clock.set("2026-01-12 11:01")
    the_handoff(world).expect_reply("⏳ @Thiru this handoff still waits for your word.", timeout=TICK_S)


def test_with_the_second_word_it_is_complete_and_summed_up_also_after_a_kill(world: World) -> None:
    message = the_handoff(world)
    message.click("Thiru: I took over", as_="thiru")
    world.bot.kill()
    world.bot.start()
    summary = message.expect_reply(
        "✅ Handoff complete: Aidil → Thiru, both confirmed. 2 of 9 items done. 2 notes.", timeout=20
    )
    assert "it comes back next week:\n• Ask finance for the AWS costs\n" in summary.text
    done = message.expect("✅ Handoff: Aidil → Thiru")
    assert done.buttons == ["Add note or action item"]
    world.clock.set("2026-01-13 12:00")
    with world.sessions.reading() as db:
        assert len(handoffs.running(db)) == 1


def test_a_bot_that_is_down_from_sunday_to_tuesday_posts_one_late(world: World) -> None:
    world.clock.set("2026-01-18 20:00")
    world.bot.stop()
    world.clock.set("2026-01-20 08:12")
    world.bot.start()
    late = world.slack.expect(world.channel, "Handoff: Thiru → Choo", timeout=TICK_S)
    assert "⏰ Late: due Mon 19 Jan 10:00, posted Tue 20 Jan 08:12. Baton was down." in late.text
    until(lambda: "⏳ open for 1 week" in str(boxes(late)[0]), "what was left open has no age")
    old = next(each for each in world.slack.messages(world.channel) if "Handed over: Aidil → Thiru" in each.text)
    assert "carried over to the next handoff" in old.text
    assert old.buttons == []
    world.bot.stop()
    world.bot.start()
    titles = [each.text.splitlines()[0] for each in world.slack.messages(world.channel) if "Thiru → Choo" in each.text]
    assert titles == ["🤝 Handoff: Thiru → Choo"]


def test_two_bots_post_one(world: World, tmp_path: Path) -> None:
    second = Bot({**world.bot.environment, "PORT": str(free_port())}, tmp_path / "second.log")
    second.start()
    try:
        world.clock.set("2026-01-26 10:00")
        world.slack.expect(world.channel, "Handoff: Choo → Spencer", timeout=TICK_S).expect_reply("handoff-3.ics")
        world.bot.stop()
    finally:
        second.stop()
    posted = [each for each in world.slack.messages(world.channel) if "Choo → Spencer" in each.text]
    assert len(posted) == 1
    assert sum("handoff-3.ics" in each.text for each in posted[0].thread()) == 1
