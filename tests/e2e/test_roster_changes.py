"""What people do to the roster, over the wire: leave, swaps, overrides, volunteers, and whoever hears of it."""

from collections.abc import Iterator

import pytest

from store import audit, rosters
from tests.driver import Refusal, Seat, until
from tests.e2e.world import World, running_world

NOW = "2026-01-06 10:00"
"""A Tuesday in Aidil's week; Thiru's begins on the 12th, Choo's on the 19th, Spencer's on the 26th."""
TICK_S = 20
"""Within which the slowest of the ticks has come."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("changes"), at=NOW) as running:
        yield running


def open_form(seat: Seat, command: str, title: str) -> None:
    seat.command(command, in_="#data-oncall")
    seat.expect_modal(title)


def enter_leave(seat: Seat, words: str) -> None:
    open_form(seat, f"/oncall leave {words}", "First day away")
    assert seat.submit() == {}
    seat.expect_modal("Enter this leave?")
    known = {message.ts for message in seat.messages()}
    assert seat.submit() == {}
    assert seat.expect_new_ephemeral(known).text.startswith("Entered: ")


def test_leave_is_previewed_then_entered_once_and_both_people_hear_of_their_shifts(world: World) -> None:
    choo = world.as_("choo")
    open_form(choo, "/oncall leave 2026-01-21..2026-01-22", "First day away")
    assert choo.submit() == {}
    preview = choo.expect_modal("Enter this leave?")
    assert "Wed 21 Jan – Thu 22 Jan: Thiru instead of Choo" in preview.text
    assert "last week’s on-call" in preview.text
    with world.sessions.reading() as db:
        assert not rosters.load_entries(db).absences, "a preview saves nothing"
    assert choo.submit() == {}
    choo.expect_no_modal()
    choo.expect_ephemeral("Entered: Choo is away Wed 21 Jan – Thu 22 Jan (leave)")
    world.as_("thiru").expect("+ Wed 21 Jan – Thu 22 Jan: you are on call (covers for Choo", in_="dm", timeout=TICK_S)
    choo.expect("− Wed 21 Jan – Thu 22 Jan: you are no longer on call", in_="dm")


def test_late_leave_is_accepted_flagged_and_told_to_the_lead(world: World) -> None:
    spencer = world.as_("spencer")
    open_form(spencer, "/oncall leave 2026-01-15", "First day away")
    spencer.submit()
    preview = spencer.expect_modal("Enter this leave?")
    assert "Late: the plan asks for 14 days’ notice" in preview.text
    assert "Nobody’s time on call changes" in preview.text
    spencer.submit()
    told = world.as_("irfan").expect("Spencer is away Thu 15 Jan (leave). That is 9 days ahead", in_="dm")
    assert "You need to do nothing" in told.text


def test_an_emergency_today_begins_now_and_is_told_to_the_lead(world: World) -> None:
    choo = world.as_("choo")
    open_form(choo, "/oncall leave emergency today", "First day away")
    choo.submit()
    preview = choo.expect_modal("It holds at once, and the lead is told.")
    assert "Tue 06 Jan 10:0" in preview.text, "the morning that has passed stays as it was"
    choo.submit()
    world.as_("irfan").expect("Choo is away Tue 06 Jan 10:", in_="dm")


def test_a_preview_comes_though_slack_opens_its_view_late_or_stumbles(world: World) -> None:
    choo = world.as_("choo")
    open_form(choo, "/oncall leave 2026-05-14", "First day away")
    world.slack.faults("views.update", "error:not_found", times=2)
    choo.submit()
    choo.expect_modal("Enter this leave?")
    choo.close()
    world.slack.faults("views.update", "500")
    choo.submit()
    choo.expect_ephemeral("Slack did not take my answer in time. Try again in a moment.")
    choo.expect_modal("Should nothing appear, close this: then I have written to you why.")
    choo.close()
    choo.submit()
    choo.expect_modal("Enter this leave?")
    choo.close(everything=True)


def test_leave_confirmed_a_moment_before_the_bot_dies_is_entered_once(world: World) -> None:
    choo = world.as_("choo")
    open_form(choo, "/oncall leave 2026-05-15", "First day away")
    choo.submit()
    choo.expect_modal("Enter this leave?")
    choo.submit()
    world.bot.kill()
    world.bot.start()
    world.slack.wait_for_app(connections=2)
    until(lambda: _absences(world, "2026-05-14T16:00") == ["choo"], "the leave is lost", timeout=TICK_S)


def _absences(world: World, begin: str) -> list[str]:
    with world.sessions.reading() as db:
        found = rosters.load_entries(db).absences
    return [one.person for one in found if one.starts_at.isoformat().startswith(begin)]


def test_leave_that_makes_no_sense_is_refused_where_it_was_typed(world: World) -> None:
    choo = world.as_("choo")
    open_form(choo, "/oncall leave 2026-03-10", "First day away")
    assert "before the first day" in choo.fill(last="2026-03-09").submit()["last"]
    choo.fill(first="2025-12-01", last="2025-12-02").submit()
    refused = choo.expect_modal("This cannot be")
    assert "The past of the roster does not change" in refused.text
    choo.close()
    choo.expect_modal("First day away")
    choo.close(everything=True)
    choo.command("/oncall leave someday", in_="#data-oncall")
    choo.expect_ephemeral("“someday” is not a day")


def test_a_lead_enters_leave_for_somebody_else_and_nobody_else_does(world: World) -> None:
    irfan = world.as_("irfan")
    open_form(irfan, "/oncall leave 2026-05-05", "Who is away?")
    irfan.fill(person="aidil").submit()
    irfan.expect_modal("Aidil is away Tue 05 May")
    irfan.close(everything=True)
    choo = world.as_("choo")
    open_form(choo, "/oncall leave 2026-05-05", "First day away")
    assert "Who is away?" not in choo.expect_modal().text
    choo.close()


def test_leave_is_entered_from_the_home_tab_and_answered_in_a_direct_message(world: World) -> None:
    devi = world.as_("devi")
    devi.open_home().expect_home("I’ll be away").click("I’ll be away")
    devi.expect_modal("First day away")
    assert devi.fill(first="2026-06-02").submit() == {}
    devi.expect_modal("Devi Nair is away Tue 02 Jun (leave).")
    devi.close()
    devi.fill(last="2026-06-03").submit()
    devi.expect_modal("Devi Nair is away Tue 02 Jun – Wed 03 Jun (leave).")
    devi.submit()
    devi.expect("Entered: Devi Nair is away Tue 02 Jun – Wed 03 Jun (leave).", in_="dm")


@pytest.mark.parametrize("button", ["Swap", "Override", "Volunteer"])
def test_each_form_opens_from_the_answer_to_oncall(world: World, button: str) -> None:
    thiru = world.as_("thiru")
    thiru.command("/oncall", in_="#data-oncall").expect_ephemeral("is on call until").click(button)
    thiru.expect_modal(button)
    thiru.close()


def test_somebody_outside_the_plan_is_told_whom_to_ask(world: World) -> None:
    rin = world.as_("rin")
    for word in ("leave", "swap", "override", "volunteer", "comp"):
        known = {message.ts for message in rin.messages("#data-oncall")}
        rin.command(f"/oncall {word}", in_="#data-oncall")
        assert "Ask Irfan Hakim to add you to team.yaml" in rin.expect_new_ephemeral(known).text


def test_leave_is_taken_back_from_the_form_after_a_preview(world: World) -> None:
    aidil = world.as_("aidil")
    enter_leave(aidil, "2026-03-31..2026-04-02")
    open_form(aidil, "/oncall leave", "Entered already")
    aidil.click("Take back")
    aidil.expect_modal("Take this leave back?")
    aidil.submit()
    aidil.expect_no_modal()
    aidil.expect_ephemeral("Taken back: Aidil is not away Tue 31 Mar – Thu 02 Apr")
    open_form(aidil, "/oncall leave", "First day away")
    assert "Entered already" not in aidil.expect_modal().text
    aidil.close()


def ask_swap(seat: Seat, gives: str, takes: str) -> None:
    open_form(seat, "/oncall swap", "Swap two turns")
    seat.fill(gives=gives, takes=takes).submit()
    seat.expect_modal("Swap these turns?")
    seat.submit()
    seat.expect_no_modal()


SPENCER_FEB = "data-engineers|2026-02-23|spencer"
THIRU_FEB = "data-engineers|2026-02-09|thiru"


def test_a_swap_takes_the_others_consent_and_only_theirs(world: World) -> None:
    spencer, thiru, aidil = world.as_("spencer"), world.as_("thiru"), world.as_("aidil")
    open_form(spencer, "/oncall swap", "Swap two turns")
    spencer.fill(gives=SPENCER_FEB, takes=THIRU_FEB).submit()
    preview = spencer.expect_modal("Swap these turns?")
    assert "Thiru is asked. Until then nothing changes." in preview.text
    assert "Spencer instead of Thiru" in preview.text
    assert "Thiru instead of Spencer" in preview.text
    spencer.submit()
    mine = spencer.expect("You asked Thiru to swap turns", in_="dm")
    assert mine.buttons == ["Withdraw"]
    asked = thiru.expect("Spencer asks to swap turns with you", in_="dm")
    assert "give Mon 09 Feb 10:00 – Mon 16 Feb 10:00 and take Mon 23 Feb 10:00 – Mon 02 Mar 10:00" in asked.text
    with pytest.raises(Refusal):
        asked.click("Accept", as_="aidil")  # it stands in Thiru's own messages
    asked.click("Accept")
    asked.expect("You accepted. It is in the roster.")
    assert not thiru.expect("You accepted. It is in the roster.", in_="dm").buttons
    assert not mine.expect("Thiru accepted. It is in the roster.").buttons
    line = aidil.expect("Spencer and Thiru swap turns", in_="#data-oncall")
    assert "Spencer has Mon 09 Feb" in line.text


def test_a_declined_swap_leaves_the_turn_and_says_the_next_move(world: World) -> None:
    aidil, choo = world.as_("aidil"), world.as_("choo")
    ask_swap(aidil, "data-engineers|2026-03-02|aidil", "data-engineers|2026-03-16|choo")
    asked = choo.expect("Aidil asks to swap turns with you", in_="dm")
    asked.click("Decline")
    asked.expect("You declined.")
    aidil.expect("Choo declined your swap. Your turn Mon 02 Mar 10:00 – Mon 09 Mar 10:00 stays yours", in_="dm")


def test_a_withdrawn_swap_can_no_longer_be_accepted(world: World) -> None:
    aidil, choo = world.as_("aidil"), world.as_("choo")
    ask_swap(aidil, "data-engineers|2026-03-30|aidil", "data-engineers|2026-04-13|choo")
    asked = choo.expect("give Mon 13 Apr", in_="dm")
    mine = aidil.expect("give Mon 30 Mar", in_="dm")
    mine.click("Withdraw")
    assert not asked.expect("Aidil withdrew it.").buttons
    assert not mine.expect("You withdrew it.").buttons


def test_a_late_swap_is_not_offered_and_the_lead_makes_it_at_once(world: World) -> None:
    thiru, irfan = world.as_("thiru"), world.as_("irfan")
    gives, takes = "data-engineers|2026-01-12|thiru", "data-engineers|2026-03-09|thiru"
    open_form(thiru, "/oncall swap", "Your turn")
    thiru.expect_modal("7 days ahead: turns that begin sooner are not listed")
    with pytest.raises(Refusal):
        thiru.fill(gives=gives, takes="data-engineers|2026-03-16|choo").submit()
    thiru.close()
    open_form(irfan, "/oncall swap", "Which turn is given?")
    assert "same person" in irfan.fill(gives=gives, takes=takes).submit()["takes"]
    irfan.fill(gives=gives, takes="data-engineers|2026-03-16|choo").submit()
    irfan.expect_modal("It holds at once by your word; both are told.")
    irfan.submit()
    thiru.expect("Irfan Hakim has swapped your turn Mon 12 Jan 10:00 – Mon 19 Jan 10:00 with Choo’s", in_="dm")
    world.as_("choo").expect("Irfan Hakim has swapped your turn Mon 16 Mar", in_="dm")


def open_override(seat: Seat, command: str, **values: object) -> None:
    open_form(seat, command, "Who takes over?")
    assert seat.fill(**values).submit() == {}


def test_an_override_shows_its_effect_and_stands_in_the_channel_until_it_is_taken_back(world: World) -> None:
    thiru, aidil = world.as_("thiru"), world.as_("aidil")
    open_override(thiru, "/oncall override 2026-01-08", replaces="aidil")
    preview = thiru.expect_modal("Enter this override?")
    assert "Thu 08 Jan: Thiru instead of Aidil" in preview.text
    thiru.submit()
    line = aidil.expect("✋ Thiru is on call in place of Aidil Thu 08 Jan.", in_="#data-oncall")
    thiru.expect_ephemeral("Entered: Thiru is on call in place of Aidil Thu 08 Jan")
    open_form(thiru, "/oncall override", "Entered already")
    thiru.click("Take back")
    thiru.expect_modal("Thu 08 Jan: Aidil instead of Thiru")
    thiru.submit()
    line.expect("Taken back by Thiru.")


def test_taking_it_now_begins_at_once_and_ends_with_the_turn(world: World) -> None:
    spencer = world.as_("spencer")
    open_override(spencer, "/oncall take")
    spencer.expect_modal("Tue 06 Jan 10:00 – Mon 12 Jan 10:00: Spencer instead of Aidil")
    spencer.submit()
    spencer.expect_no_modal()
    world.as_("thiru").expect("✋ Spencer is on call Tue 06 Jan 10:00 – Mon 12 Jan 10:00.", in_="#data-oncall")
    world.as_("thiru").command("/oncall", in_="#data-oncall").expect_ephemeral("Spencer is on call until")


def test_taking_it_until_a_time_of_day_ends_today(world: World) -> None:
    choo = world.as_("choo")
    open_override(choo, "/oncall take until 18:30")
    choo.expect_modal("✋ Choo is on call Tue 06 Jan 10:00 – Tue 06 Jan 18:30.")
    choo.close(everything=True)
    choo.command("/oncall take until 08:00", in_="#data-oncall")
    choo.expect_ephemeral("That is past already.")


def test_an_override_that_changes_nothing_is_refused(world: World) -> None:
    thiru = world.as_("thiru")
    open_override(thiru, "/oncall override 2026-02-04", replaces="choo")
    thiru.expect_modal("Choo is not on call in that time, so there is nothing to take over")
    thiru.close(everything=True)


def test_only_the_lead_leaves_a_time_to_nobody_or_puts_others_on_call(world: World) -> None:
    thiru, irfan, nadia = world.as_("thiru"), world.as_("irfan"), world.as_("nadia")
    open_form(thiru, "/oncall override", "Who takes over?")
    with pytest.raises(Refusal):
        thiru.fill(person="choo").submit()
    thiru.close()
    open_override(nadia, "/oncall override 2026-02-03")
    nadia.expect_modal("Neither you nor your team is in a rotation of this plan. Ask Irfan Hakim.")
    nadia.close(everything=True)
    with world.sessions.reading() as db:
        assert [one.outcome for one in audit.entries(db) if one.actor == nadia.user] == ["refused"]
    open_override(irfan, "/oncall override 2026-02-03", person="Nobody, on purpose")
    irfan.expect_modal("Tue 03 Feb: nobody instead of Aidil · nobody, set by hand")
    irfan.close(everything=True)


def test_a_gap_is_asked_about_and_closed_by_the_first_who_can(world: World) -> None:
    aidil, spencer, thiru, nadia = (world.as_(name) for name in ("aidil", "spencer", "thiru", "nadia"))
    enter_leave(spencer, "2026-02-04..2026-02-05")
    open_form(aidil, "/oncall leave 2026-02-04..2026-02-05", "First day away")
    aidil.submit()
    preview = aidil.expect_modal("Enter this leave?")
    assert "Wed 04 Feb – Thu 05 Feb: nobody is on call" in preview.text
    assert "Nobody covers part of this." in preview.text
    aidil.submit()
    aidil.expect_ephemeral("Nobody covers part of it yet.")
    asked = thiru.expect("Who can be on call for Aidil?", in_="#data-oncall", timeout=TICK_S)
    assert "Spencer, last week’s on-call, is away too (leave)" in asked.text
    asked.click("I can", as_="Nadia Rahman")
    nadia.expect_ephemeral("Volunteers are people of the rotation and of their teams, and you are in neither.")
    asked.click("I can", as_="spencer")
    spencer.expect_ephemeral("You are away for part of that time (leave).")
    asked.click("I can")
    closed = asked.expect("✅ Thiru covers.")
    assert not closed.buttons
    thiru.expect_ephemeral("Thank you. As it stands now:")
    thiru.expect(
        "+ Wed 04 Feb – Thu 05 Feb: you are on call (covers for Aidil (leave) as volunteer", "dm", timeout=TICK_S
    )


def test_days_are_offered_and_taken_back_by_a_form(world: World) -> None:
    choo = world.as_("choo")
    open_form(choo, "/oncall volunteer 2026-02-10..2026-02-11", "Offer days on which you can step in.")
    assert choo.submit() == {}
    choo.expect_modal("Nobody needs you in these days as things are.")
    choo.submit()
    choo.expect_ephemeral("Thank you. Kept: Choo: Tue 10 Feb – Wed 11 Feb.")
    open_form(choo, "/oncall volunteer", "Offered already")
    choo.click("Take back")
    choo.expect_modal("No longer offered: Choo: Tue 10 Feb – Wed 11 Feb.")
    choo.submit()
    choo.expect_ephemeral("Taken back: Choo: Tue 10 Feb – Wed 11 Feb.")


def test_a_holiday_on_call_is_paid_for_as_the_lead_says(world: World) -> None:
    """Spencer, who swapped into Thiru's week of the 9th, covers Choo's New Year. Last: it moves the clock."""
    world.clock.set("2026-02-19 10:00")
    irfan, spencer, thiru = (world.as_(name) for name in ("irfan", "spencer", "thiru"))
    asked = irfan.expect("Spencer was on call on Chinese New Year, Tue 17 Feb 2026.", in_="dm", timeout=TICK_S)
    assert asked.buttons == ["A comp day", "1.5x for the day", "It does not count"]
    asked.click("A comp day")
    assert not asked.expect("A comp day, said by @Irfan Hakim").buttons
    spencer.expect("@Irfan Hakim says: A comp day.", in_="dm")
    spencer.command("/oncall comp", in_="#data-oncall").expect_ephemeral("Your comp ledger")
    thiru.command("/oncall comp", in_="#data-oncall").expect_ephemeral("Your comp ledger is empty")
