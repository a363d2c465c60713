"""A handoff as people read it at three in the morning, within Slack's limits."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.sandbox.rules import check_message, check_view
from bot.views import handoff as views
from bot.views.blocks import Message
from bot.views.briefing import listed
from bot.views.handoff_boxes import MOST_ITEMS, TICK
from store.domain.absence import Absence, Kind
from store.domain.briefing import Ahead, Briefing, Standing, said_of
from store.domain.change import Change
from store.domain.handoff import Confirmation, Group, Handoff, Item, Note
from store.domain.handover import Due
from store.domain.issue import Issue
from store.domain.pipeline import Sla
from store.domain.run import RunStatus
from store.domain.shift import Shift, Source
from store.domain.sla import Deadline
from store.domain.team import Severity
from store.plans import Plan, load_plan
from store.settings import PLANS
from tests.factories import make_issue, make_pipeline, make_run, moment
from tests.reading import as_read, texts

DUE = moment("2026-01-12 02:00")
WEEK = timedelta(weeks=1)
QUIET = Briefing()


def handoff(**changes: Any) -> Handoff:
    fields: dict[str, Any] = {
        "id": 3,
        "rotations": ("data-engineers",),
        "due_at": DUE,
        "held_at": DUE,
        "ends_at": DUE + WEEK,
        "outgoing": ("aidil",),
        "incoming": ("thiru",),
        "posted_at": DUE,
    }
    return Handoff(**{**fields, **changes})


def items(count: int, **changes: Any) -> tuple[Item, ...]:
    fields = {"group": Group.TALK, "since": DUE, **changes}
    return tuple(Item(**{"id": number, "text": f"Item {number}", **fields}) for number in range(1, count + 1))


def shown(plan: Plan, one: Handoff, briefing: Briefing = QUIET) -> Message:
    """Return the message, once Slack's own rules have taken it."""
    message = views.living(one, briefing, plan.team, plan.pipelines, at=DUE)
    return taken(message)


def taken(message: Message) -> Message:
    check_message(message.text, list(message.blocks), knows_file=lambda _: True)
    return message


def read(plan: Plan, message: Message) -> list[str]:
    names = {person.slack or "": person.name for person in plan.team.people.values()}
    return as_read("\n".join(texts(list(message.blocks))), names).splitlines()


def boxes(message: Message) -> list[dict[str, Any]]:
    elements = [element for block in message.blocks for element in block.get("elements", ())]
    return [element for element in elements if element["type"] == "checkboxes"]


def options(message: Message) -> list[dict[str, Any]]:
    return [option for each in boxes(message) for option in each["options"]]


def buttons(message: Message) -> list[str]:
    elements = [element for block in message.blocks for element in block.get("elements", ())]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]


# -- at three in the morning


def test_a_quiet_week_says_so_in_five_lines(house: Plan) -> None:
    lines = read(house, shown(house, handoff()))
    assert lines[:3] == [
        "🤝 Handoff: Aidil → Thiru",
        "@Thiru is on call until Mon 19 Jan 02:00 UTC. Thank you, @Aidil.",
        "✅ Nothing burns. No open issue, no failed run, no late data that I know of.",
    ]
    assert lines[3] == "Until Mon 19 Jan 10:00 · Asia/Kuala_Lumpur: no leave, no holiday, no date."
    assert lines[-1].startswith("⏳ waiting for Aidil and Thiru: go through this together")


def test_what_burns_comes_before_everything_else(house: Plan) -> None:
    failed = make_run(id=15, status=RunStatus.FAILED, finished_at=DUE, note="Out of memory in the join.")
    pipeline = make_pipeline(name="Daily Growth")
    trouble = Standing(
        pipeline=pipeline, last=failed, newest_day=date(2026, 1, 9), trouble="Out of memory in the join."
    )
    message = shown(house, handoff(), Briefing(issues=(make_issue(severity=Severity.HIGH),), standing=(trouble,)))
    lines = read(house, message)
    assert lines[2:5] == [
        "🔥 Look at these first",
        "🔴 DI-7 aggregate-engagement: Active accounts dropped to nothing · since Tue 04 Jun",
        "❌ Daily Growth Out of memory in the join.",
    ]
    assert message.text == "🤝 Handoff: Aidil → Thiru. 1 open issue, 1 pipeline in trouble."


def test_how_a_pipeline_stands_is_one_line_and_those_without_a_run_share_one(house: Plan) -> None:
    due = Deadline(
        pipeline="a", sla=Sla(promise="Fridays", every="week", on="friday"), due_at=moment("2026-01-16 16:00")
    )
    known = make_run(id=15, status=RunStatus.SUCCEEDED, finished_at=DUE)
    standing = (
        Standing(pipeline=make_pipeline(name="A"), last=known, newest_day=date(2026, 1, 9), next_due=due),
        Standing(pipeline=make_pipeline(name="B"), last=None, newest_day=None, next_due=due),
        Standing(pipeline=make_pipeline(name="C"), last=None, newest_day=None),
    )
    lines = read(house, shown(house, handoff(), Briefing(standing=standing)))
    assert lines[3:6] == [
        "Pipelines · no run in flight",
        "✅ A  run 15 succeeded Mon 12 Jan 10:00 · data up to Fri 09 Jan · due Fri 16 Jan",
        "➖ No finished run known: B (due Fri 16 Jan), C",
    ]


def test_a_run_over_its_time_is_flagged_and_nobody_is_mentioned_for_it(house: Plan) -> None:
    run = make_run(pipeline="daily-growth", status=RunStatus.RUNNING, started_at=DUE - timedelta(hours=3))
    lines = read(house, shown(house, handoff(), Briefing(in_flight=(run,))))
    assert "• Daily Growth, 2024-06-03: run 12 running since Mon 12 Jan 07:00, asked by Aidil · ⚠️ over its 2 h" in lines


def test_the_week_ahead_names_leave_cover_dates_and_all_hands(house: Plan) -> None:
    begin, end = moment("2026-01-13 16:00"), moment("2026-01-15 16:00")
    deadline = Deadline(
        pipeline="aggregate-growth", sla=house.pipelines["aggregate-growth"].sla[0], due_at=moment("2026-01-16 10:00")
    )
    coming = Ahead(
        changes=(
            Change(
                pipelines=(),
                starts_at=begin,
                ends_at=end,
                before="thiru",
                after="choo",
                why="covers for Thiru (leave)",
                source=Source.COVER,
            ),
        ),
        away=(
            Absence(person="thiru", starts_at=begin, ends_at=end),
            *(
                Absence(person=one, starts_at=begin, ends_at=end, kind=Kind.HOLIDAY, name="Thaipusam")
                for one in ("choo", "aidil")
            ),
        ),
        deadlines=(deadline, replace(deadline, pipeline="aggregate-profit")),
        on_deck=(
            Shift(person=None, starts_at=begin, ends_at=end, why="", source=Source.NONE, on_deck=("aidil", "choo")),
        ),
    )
    lines = read(house, shown(house, handoff(), Briefing(ahead=coming)))
    assert lines[3:9] == [
        "Until Mon 19 Jan 10:00 · Asia/Kuala_Lumpur",
        "🔁 Wed 14 Jan – Thu 15 Jan  Choo · covers for Thiru (leave)",
        "🌴 Wed 14 Jan – Thu 15 Jan  leave: Thiru",
        "🎉 Wed 14 Jan – Thu 15 Jan  Thaipusam: Choo, Aidil",
        "👀 Wed 14 Jan – Thu 15 Jan  On deck for month end: Aidil, Choo",
        "📅 Fri 16 Jan 18:00  Aggregate Growth, Aggregate Profit due",
    ]


def test_every_date_of_a_message_is_written_alike(house: Plan) -> None:
    due, failed = moment("2026-02-06 10:00"), make_run(id=15, status=RunStatus.FAILED, finished_at=DUE + 2 * WEEK)
    deadline = Deadline(pipeline="aggregate-growth", sla=house.pipelines["aggregate-growth"].sla[0], due_at=due)
    away = Absence(person="thiru", starts_at=moment("2026-02-01 16:00"), ends_at=moment("2026-02-03 16:00"))
    pipeline = make_pipeline(name="A")
    known = Standing(pipeline=pipeline, last=failed, newest_day=date(2026, 2, 1), trouble="late", next_due=deadline)
    week = handoff(due_at=due - WEEK, held_at=due - WEEK, ends_at=due, late=True)
    lines = read(
        house, shown(house, week, Briefing(standing=(known,), ahead=Ahead(away=(away,), deadlines=(deadline,))))
    )
    days = re.findall(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d+) \w+", " ".join(lines))
    assert {"01", "02", "03", "06"} <= set(days)
    assert {len(day) for day in days} == {2}


def test_whoever_takes_over_is_on_call_until_somebody_covers_for_them(house: Plan) -> None:
    begin, end = moment("2026-01-13 16:00"), moment("2026-01-15 16:00")
    cover = Change(
        pipelines=(), starts_at=begin, ends_at=end, before="thiru", after="choo", why="covers", source=Source.COVER
    )

    def until(change: Change) -> str:
        return read(house, shown(house, handoff(), Briefing(ahead=Ahead(changes=(change,)))))[1]

    assert until(cover).startswith("@Thiru is on call until Tue 13 Jan 16:00 UTC.")
    assert until(replace(cover, before="aidil")).startswith("@Thiru is on call until Mon 19 Jan 02:00 UTC.")
    of_one = replace(cover, pipelines=("daily-growth",))
    assert until(of_one).startswith("@Thiru is on call until Mon 19 Jan 02:00 UTC."), "the others stay"


def test_nobody_to_take_over_is_said_with_the_next_move(house: Plan) -> None:
    lines = read(house, shown(house, handoff(incoming=(), remarks=("Nobody is on call: Thiru is away (leave)",))))
    assert lines[1].startswith("⚠️ Nobody is on call now. @Aidil hands over to nobody.")
    assert "/oncall volunteer" in lines[1]


# -- only the two are mentioned


def test_of_several_handoffs_at_once_each_says_for_which_pipelines(house: Plan) -> None:
    one = house.pipelines["aggregate-growth"]
    apart = replace(one, on_call=replace(one.on_call, rotation="growth"))
    plan = replace(house, pipelines={**house.pipelines, "aggregate-growth": apart})
    assert "Thiru is on call for Aggregate Growth until" in read(plan, shown(plan, handoff(rotations=("growth",))))[1]
    assert "Thiru is on call until" in read(house, shown(house, handoff()))[1], "it is all there is"


def test_only_the_two_are_mentioned_and_what_people_wrote_mentions_nobody(house: Plan) -> None:
    loud = "<!channel> <@U0CHOO> <http://evil|Jira>"
    message = shown(
        house,
        handoff(
            items=items(2, text=loud, done_by="U0CHOO", done_at=DUE),
            notes=(Note(text=loud, by="U0CHOO", at=DUE),),
            remarks=(loud,),
        ),
        Briefing(issues=(make_issue(summary=loud),)),
    )
    mrkdwn = list(texts([block for block in message.blocks if block["type"] in ("section", "context")]))
    assert [text.count("<@") for text in mrkdwn if "<@" in text] == [2], "in the line of the two"
    assert not any("<!channel>" in text or "<http" in text for text in mrkdwn)


# -- the boxes


def test_items_come_in_boxes_of_ten_under_what_they_are(house: Plan) -> None:
    mixed = (*items(12), Item(id=50, group=Group.CHECK, text="Read the figures", since=DUE))
    message = shown(house, handoff(items=mixed))
    assert [len(each["options"]) for each in boxes(message)] == [10, 2, 1]
    assert "Talk through" in read(house, message)


def test_a_ticked_box_says_who_and_an_old_one_how_old(house: Plan) -> None:
    done, old = items(1, done_by="U0THIRU", done_at=DUE), items(1, since=DUE - 2 * WEEK)
    (ticked,) = boxes(shown(house, handoff(items=done)))
    assert ticked["initial_options"] == ticked["options"]
    assert ticked["options"][0]["description"]["text"] == "✓ Thiru"
    (open_one,) = boxes(shown(house, handoff(items=old)))
    assert "initial_options" not in open_one
    assert open_one["options"][0]["description"]["text"] == "⏳ open for 2 weeks"


def test_another_state_is_another_block_so_that_no_client_shows_the_one_before(house: Plan) -> None:
    def block_id(one: Handoff) -> str:
        (block,) = [each for each in shown(house, one).blocks if each.get("block_id", "").startswith(TICK)]
        return str(block["block_id"])

    plain = items(2)
    ticked = (replace(plain[0], done_by="U0THIRU", done_at=DUE), plain[1])
    assert block_id(handoff(items=plain)) == "handoff_tick:3:1,2"
    assert block_id(handoff(items=ticked)) == "handoff_tick:3:1*,2"


@pytest.mark.parametrize("length", [1, 74, 75, 76, 119, 121, 150, 151, 400])
@pytest.mark.parametrize("word", [4, 90])
def test_no_item_is_cut_in_silence(house: Plan, length: int, word: int) -> None:
    text = "".join("x" if at % word else " " for at in range(1, length + 1)).strip() or "x"
    message = shown(house, handoff(items=items(1, text=text, since=DUE - 2 * WEEK)))
    (option,) = options(message)
    whole = f"{option['text']['text']} {option['description']['text']}".replace(" · ⏳ open for 2 weeks", "")
    assert "…" not in whole or "[1]" in whole, "what is cut says where the rest stands"
    sections = " ".join(read(house, message))
    assert text.replace(" ", "") in whole.replace(" ", "") or text in sections
    assert "⏳ open for 2 weeks" in option["description"]["text"]


def test_a_long_item_begins_in_its_box_and_stands_whole_below_under_the_boxs_number(house: Plan) -> None:
    long = "Verify the reports before they go out, line by line, " + "with everybody who has touched one, " * 3
    short, first, second = (
        Item(id=number, group=Group.CHECK, text=text, since=DUE)
        for number, text in enumerate(("Read the figures", f"{long} first", f"{long} second"), start=1)
    )
    action = Item(id=9, group=Group.ACTION, text=f"{long} third", since=DUE)
    message = shown(house, handoff(items=(action, short, first, second)))
    said = [(one["text"]["text"], one.get("description", {}).get("text")) for one in options(message)]
    begin = "Verify the reports before they go out, line by line, with everybody …"
    assert said == [
        (f"{begin} [1]", "Whole text below: [1]"),
        ("Read the figures", None),
        (f"{begin} [2]", "Whole text below: [2]"),
        (f"{begin} [3]", "Whole text below: [3]"),
    ]
    lines = read(house, message)
    checks = lines.index("Checks due this week · done by hand")
    assert lines[checks - 1] == f"[1] {long} third"
    assert [line for line in lines[checks:] if line.startswith("[")] == [f"[2] {long} first", f"[3] {long} second"]


def of_plan(plan: Plan) -> list[str]:
    """Return the items that a plan asks for, as they are said."""
    team = plan.team
    names = {key: one.name for each in (team.teams, team.people) for key, one in each.items()}
    return [*team.handoff.checklist, *(said_of(check, names) for check in team.manual_checks)]


@pytest.mark.parametrize("key", sorted(one.name for one in PLANS.iterdir() if (one / "team.yaml").exists()))
def test_what_a_plan_asks_for_fits_into_its_boxes(key: str) -> None:
    plan = load_plan(PLANS / key)
    wanted = tuple(
        Item(id=number, group=Group.CHECK, text=text, since=DUE) for number, text in enumerate(of_plan(plan))
    )
    assert [one["text"]["text"] for one in options(shown(plan, handoff(items=wanted))) if "…" in str(one)] == []


def test_more_items_than_a_message_holds_make_room_as_they_are_ticked(house: Plan) -> None:
    many = items(70)
    message = shown(house, handoff(items=many))
    assert len(options(message)) == MOST_ITEMS
    assert "10 more are open and come up here as these are ticked." in read(house, message)
    done = tuple(replace(item, done_by="U0THIRU", done_at=DUE) if item.id <= 20 else item for item in many)
    later = shown(house, handoff(items=done))
    assert {str(number) for number in range(21, 71)} <= {option["value"] for option in options(later)}
    assert "10 more are done." in read(house, later)


def test_the_fullest_handoff_stays_within_slacks_limits(house: Plan) -> None:
    issues: tuple[Issue, ...] = tuple(make_issue(id=number, summary="<" * 150) for number in range(100))
    runs = tuple(make_run(id=number) for number in range(100))
    standing = tuple(
        Standing(pipeline=make_pipeline(name="&" * 60), last=runs[0], newest_day=DUE.date(), trouble="<" * 5000)
        for _ in range(40)
    )
    standing = tuple(replace(one, last=make_run(status=RunStatus.FAILED)) for one in standing)
    away = tuple(Absence(person="thiru", starts_at=DUE, ends_at=DUE + WEEK) for _ in range(100))
    full = handoff(
        items=(*items(70, text="y" * 400), *items(70, text="z " * 60, group=Group.ACTION)),
        notes=tuple(Note(text="<" * 2000, by="U0AIDIL", at=DUE) for _ in range(30)),
        remarks=("&" * 500,) * 3,
        outgoing=("aidil", "choo"),
        incoming=("thiru", "spencer"),
    )
    message = shown(house, full, Briefing(issues=issues, standing=standing, in_flight=runs, ahead=Ahead(away=away)))
    lines = read(house, message)
    assert "… and 92 more open issues" in lines
    assert "… 25 earlier in the thread" in lines


def test_lines_are_parted_over_sections_and_none_is_lost() -> None:
    lines = [f"{number} {'x' * 200}" for number in range(40)]
    blocks = listed("Title", lines)
    assert "\n".join(block["text"]["text"] for block in blocks).splitlines() == ["Title", *lines]


# -- none runs


def due(**changes: Any) -> Due:
    fields: dict[str, Any] = {
        "rotations": ("data-engineers",),
        "due_at": DUE,
        "held_at": DUE,
        "ends_at": DUE + WEEK,
        "outgoing": ("aidil",),
        "incoming": ("thiru",),
    }
    return Due(**{**fields, **changes})


def without_one(plan: Plan, *coming: Due) -> list[str]:
    return read(plan, taken(views.running((), plan.team, can_start=False, coming=coming)))


def test_where_none_runs_the_next_is_told_with_its_time_and_people(house: Plan) -> None:
    assert without_one(house, due(held_at=DUE + timedelta(days=1)))[:2] == [
        "No handoff runs now. The next comes by itself:",
        "• Tue 13 Jan 10:00: Aidil → Thiru",
    ]
    two = without_one(house, due(), due(incoming=("aidil",)), due(outgoing=()))
    assert two[1:4] == [
        "• Mon 12 Jan 10:00: Aidil → Thiru",
        "• Mon 12 Jan 10:00: Aidil stays on call",
        "• Mon 12 Jan 10:00: nobody → Thiru",
    ]
    assert two[4] == "Asia/Kuala_Lumpur. /handoff note TEXT adds a note to one that runs."
    both = ("aidil", "thiru")
    assert "• Mon 12 Jan 10:00: Aidil and Thiru stay on call" in without_one(house, due(outgoing=both, incoming=both))
    assert without_one(house)[0] == "No handoff runs now. The next one comes by itself when hands change."


# -- confirming, closing


def test_a_button_goes_when_it_was_pressed(house: Plan) -> None:
    said = Confirmation(person="aidil", by="U0AIDIL", at=DUE)
    assert buttons(shown(house, handoff())) == ["Aidil: I handed over", "Thiru: I took over", "Add note or action item"]
    half = shown(house, handoff(confirmations=(said,)))
    assert buttons(half) == ["Thiru: I took over", "Add note or action item"]
    assert (
        read(house, half)[-1].startswith("✅ Aidil 02:00 · ⏳ waiting for Thiru") or "✅ Aidil" in read(house, half)[-1]
    )


def test_a_look_at_oneself_is_called_one(house: Plan) -> None:
    alone = shown(house, handoff(incoming=("aidil",)))
    assert read(house, alone)[:2] == [
        "🤝 Weekly check: Aidil stays on call",
        "@Aidil is on call until Mon 19 Jan 02:00 UTC.",
    ]
    assert buttons(alone)[0] == "Aidil: I have looked"


def test_the_small_version_is_small(house: Plan) -> None:
    small = shown(house, handoff(small=True))
    assert read(house, small)[0] == "🤝 Thiru takes over from Aidil"
    assert buttons(small) == ["Thiru: I took over", "Add note or action item"]
    added = shown(house, handoff(small=True, items=items(1, group=Group.ACTION)))
    assert [option["text"]["text"] for option in options(added)] == ["Item 1"], "what somebody adds to it can be ticked"


def test_what_was_carried_over_tells_what_was_done_and_has_no_buttons(house: Plan) -> None:
    done, left = replace(items(1)[0], done_by="U0THIRU", done_at=DUE), items(2)[1]
    message = taken(views.carried(handoff(items=(done, left), carried_at=DUE + WEEK), house.team))
    assert read(house, message) == [
        "Handed over: Aidil → Thiru, Mon 12 Jan 10:00",
        "Never confirmed by Aidil and Thiru. 1 of 2 items done. 1 left open: carried over to the next handoff.",
        "✅ Item 1 · Thiru",
        "◻️ Item 2",
    ]
    assert buttons(message) == []


def test_a_look_at_oneself_that_is_over_was_no_handing_over(house: Plan) -> None:
    alone = handoff(incoming=("aidil",), carried_at=DUE + WEEK)
    assert read(house, taken(views.carried(alone, house.team)))[0] == "Weekly check: Aidil stayed, Mon 12 Jan 10:00"


def test_the_summary_tells_what_comes_back_and_how_long_it_was_open_before(house: Plan) -> None:
    left = items(1, group=Group.ACTION, text="Ask finance", since=DUE - WEEK)
    topic = replace(items(2)[0], id=9, text="Open issues")
    message = taken(
        views.summary(handoff(items=(topic, *left), notes=(Note(text="Hello", by="U0AIDIL", at=DUE),)), house.team)
    )
    assert read(house, message) == [
        "✅ Handoff complete: Aidil → Thiru, both confirmed. 0 of 2 items done. 1 note.",
        "Not ticked, so it comes back next week:",
        "• Ask finance · ⏳ open for 1 week",
        "• Open issues",
    ]
    long_turn = views.summary(handoff(items=(topic,), ends_at=DUE + 2 * WEEK), house.team)
    assert "Not ticked, so it comes back in the next handoff:" in read(house, long_turn)


def test_a_longest_summary_and_a_longest_closing_fit(house: Plan) -> None:
    many = handoff(items=items(140, text="<" * 150), notes=(Note(text="<" * 2000, by="U0AIDIL", at=DUE),) * 30)
    for message in (views.summary(many, house.team), views.carried(many, house.team)):
        taken(message)


def test_slack_takes_the_form() -> None:
    view = views.form(handoff(), channel="C0ONCALL")
    check_view(view, ("modal",), knows_file=lambda _: True)
    assert view["title"]["text"] == "Add to the handoff"
