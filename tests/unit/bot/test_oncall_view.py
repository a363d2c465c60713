"""The roster and the home tab, as values."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.views import home, oncall
from store.domain.absence import Absence, Kind
from store.domain.oncall import timeline
from store.domain.roster import Entries, Line, Roster
from store.domain.rotation import Version
from store.domain.roundup import by_day, mine, roundup
from store.domain.shift import Shift
from store.domain.team import Cover
from store.domain.wall import days_span
from store.plans import Plan, load_plan
from store.rosters import roster_of
from store.settings import PLANS
from tests.unit.bot.test_run_view import a_run, buttons, read

TUESDAY = datetime(2026, 1, 13, 4, 0, tzinfo=UTC)
KL = "Asia/Kuala_Lumpur"


def leave(person: str, first: date, last: date) -> Absence:
    starts_at, ends_at = days_span(first, last, KL)
    return Absence(person=person, starts_at=starts_at, ends_at=ends_at, kind=Kind.LEAVE)


@pytest.fixture
def roster(house: Plan) -> Roster:
    return roster_of(house, Entries())


@pytest.fixture
def short(house: Plan) -> Roster:
    """Thiru is away on Wednesday and Thursday of his week, and Aidil, who comes before him, on Thursday too."""
    away = (
        leave("thiru", date(2026, 1, 14), date(2026, 1, 15)),
        leave("aidil", date(2026, 1, 15), date(2026, 1, 15)),
    )
    return roster_of(house, Entries(absences=away))


def january(roster: Roster) -> tuple[Shift, ...]:
    return timeline(roster, roster.lines[0], *days_span(date(2026, 1, 1), date(2026, 1, 31), KL))


def test_on_call_now_comes_first_with_until_when_and_why(house: Plan, roster: Roster) -> None:
    message = oncall.current(house.team, roundup(roster, at=TUESDAY))
    assert message.text.startswith("*<@U0THIRU>* is on call until <!date^1768788000^")
    assert "turn 2 of 4 in the rotation" in message.text
    coming = [line.split(">")[-1].strip() for line in read(message).splitlines() if line.startswith("<!date")]
    assert coming == ["Choo", "Spencer", "Aidil", "Thiru"], "four weeks ahead"
    assert "last week’s on-call, then a volunteer asked for in the channel" in read(message)


def test_before_the_first_turn_nobody_is_on_call_and_it_says_when_that_changes(house: Plan, roster: Roster) -> None:
    message = oncall.current(house.team, roundup(roster, at=datetime(2025, 12, 30, tzinfo=UTC)))
    assert message.text.startswith("*Nobody* is on call until <!date^1767578400^")
    assert "the rotation data-engineers begins on Mon 05 Jan 2026" in message.text


def test_whoever_covers_is_named_with_the_rule_that_called_them(house: Plan, short: Roster) -> None:
    wednesday = datetime(2026, 1, 14, 4, 0, tzinfo=UTC)
    text = oncall.current(house.team, roundup(short, at=wednesday)).text
    assert text.startswith("*<@U0AIDIL>* is on call until")
    assert "covers for Thiru (leave) as last week’s on-call" in text


def test_where_no_rule_asks_for_a_volunteer_nobody_is_offered_to_be_one(house: Plan, roster: Roster) -> None:
    assert "Volunteer" in buttons(oncall.current(house.team, roundup(roster, at=TUESDAY)))
    alone = replace(house.team, cover=(Cover.PREVIOUS,))
    assert "Volunteer" not in buttons(oncall.current(alone, roundup(roster, at=TUESDAY)))


def test_a_gap_is_loud_and_names_the_next_move(house: Plan, short: Roster) -> None:
    thursday = datetime(2026, 1, 15, 4, 0, tzinfo=UTC)
    message = oncall.current(house.team, roundup(short, at=thursday))
    assert message.text.startswith("⚠️ *Nobody* is on call until")
    assert "/oncall override" in message.text
    reasons = read(oncall.why(house.team, roundup(short, at=thursday)))
    assert "instead of Thiru" in reasons
    assert "passed over: Aidil, last week’s on-call, is away too (leave)" in reasons


def test_why_of_a_day_gives_the_reasons_of_that_day(house: Plan, short: Roster) -> None:
    thursday = date(2026, 1, 15)
    found = tuple((line, timeline(short, line, *days_span(thursday, thursday, short.zone))) for line in short.lines)
    reasons = read(oncall.why_of_days(house.team, found, thursday, thursday))
    assert "Why, Thursday 15 January 2026" in reasons
    assert "Thu 15 Jan  *Nobody*" in reasons
    assert "instead of Thiru · passed over: Aidil, last week’s on-call, is away too (leave)" in reasons


def test_why_is_said_once_for_all_pipelines_for_which_it_is_the_same() -> None:
    """At month end some pipelines have people on deck and others have none, which is no part of why."""
    plan = load_plan(PLANS / "paired-engineers")
    groups = roundup(roster_of(plan, Entries()), at=datetime(2026, 1, 30, 4, 0, tzinfo=UTC))
    lines = [line for line in read(oncall.why(plan.team, groups)).splitlines() if "DE4" in line]
    together = "aggregate-engagement, aggregate-investor, aggregate-profit, unit-level-profit"
    assert lines == [f"• *DE4* for {together}: turn 4 of 4 in the rotation"]


def test_pipelines_with_no_on_call_say_why_and_those_that_share_their_people_stand_together(house: Plan) -> None:
    growth = house.pipelines["daily-growth"]
    alone = replace(growth, on_call=replace(growth.on_call, rotation=None, why="Office hours only"))
    plan = replace(house, pipelines={**house.pipelines, "daily-growth": alone})
    groups = roundup(roster_of(plan, Entries()), at=TUESDAY)
    assert "*daily-growth*: no on-call on purpose. Office hours only" in read(oncall.current(house.team, groups))
    held = next(group for group in groups if "daily-growth" not in group.pipelines)
    assert len(held.pipelines) == len(house.pipelines) - 1


def test_the_month_is_a_calendar_with_what_is_out_of_the_ordinary_below(house: Plan, short: Roster) -> None:
    found = ((short.lines[0], january(short)),)
    text = read(oncall.month(house.team, found, date(2026, 1, 1), date(2026, 1, 31)))
    calendar = text.split("```")[1].splitlines()
    assert calendar[0].split() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    third = calendar.index(next(row for row in calendar if row.startswith("12")))
    assert calendar[third + 1].split() == ["Thir", "Thir", "Aid*", "!!!!", "Thir", "Thir", "Thir"]
    assert max(map(len, calendar)) <= 35, "seven days fit a phone"
    assert "🔁 Wed 14 Jan  *Aidil* · covers for Thiru (leave)" in text
    assert "⚠️ Thu 15 Jan  *nobody* · Thiru is away (leave)" in text


def test_a_week_shows_both_people_on_the_day_of_the_handoff(house: Plan, roster: Roster) -> None:
    found = ((roster.lines[0], january(roster)),)
    text = read(oncall.days(house.team, found, date(2026, 1, 12), date(2026, 1, 18)))
    assert "`Mon 12 Jan`  *Aidil*, 10:00 *Thiru*" in text
    assert "`Tue 13 Jan`  *Thiru*" in text


def test_a_day_belongs_to_whoever_holds_most_of_it(roster: Roster) -> None:
    monday, *_ = by_day(january(roster), date(2026, 1, 12), date(2026, 1, 12), KL)
    assert [shift.person for shift in monday.shifts] == ["aidil", "thiru"]
    assert monday.main is not None
    assert monday.main.person == "thiru"


def test_home_shows_who_is_on_call_my_turns_and_the_latest_runs(house: Plan, roster: Roster) -> None:
    turns = mine(roster, "thiru", TUESDAY, datetime(2026, 3, 1, tzinfo=UTC))
    view = home.home(house.team, house.pipelines, roundup(roster, at=TUESDAY), mine=turns, recent=[a_run()])
    shown = str(view["blocks"])
    assert "is on call until" in shown
    assert "*Mon 09 Feb 10:00 – Mon 16 Feb 10:00*" in shown
    assert "Times of your turns are those of Asia/Kuala_Lumpur." in shown
    for label in ("I’ll be away", "Swap", "Override", "Volunteer", "Report an issue"):
        assert label in shown
    view = home.home(house.team, house.pipelines, roundup(roster, at=TUESDAY), mine=None, recent=[])
    outsider = str(view["blocks"])
    assert "Your turns" not in outsider
    assert "None yet. Start one with" in outsider


def test_my_turns_merge_what_differs_only_in_who_watches_beside(house: Plan, roster: Roster) -> None:
    turns = mine(roster, "spencer", datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC))
    assert len(turns) == 1, "the last week of January cuts no turn in two"
    assert "You have no turn" in read(oncall.mine(house.team, ()))
    assert buttons(oncall.mine(house.team, turns))
    assert "Times are those of Asia/Kuala_Lumpur." in read(oncall.mine(house.team, turns))


def test_the_month_tells_people_apart_whose_names_begin_alike(house: Plan, roster: Roster) -> None:
    names = {"aidil": "Engineer A", "thiru": "Engineer B", "choo": "Choo", "spencer": "Christine"}
    people = {key: replace(one, name=names.get(key, one.name)) for key, one in house.team.people.items()}
    team = replace(house.team, people=people)
    text = read(oncall.month(team, ((roster.lines[0], january(roster)),), date(2026, 1, 1), date(2026, 1, 31)))
    shown = set(text.split("```")[1].split()[7:]) - {str(day) for day in range(32)}
    assert shown == {"·", "EA", "EB", "Choo", "Chri"}
    assert "`EA` Engineer A · `EB` Engineer B" in text


def test_the_week_says_once_why_nobody_is_called_outside_the_hours_of_duty() -> None:
    plan = load_plan(PLANS / "paired-engineers")
    known = roster_of(plan, Entries())
    line = known.line_of("aggregate-growth")
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    found = ((line, timeline(known, line, *days_span(first, last, known.zone))),)
    message = oncall.days(plan.team, found, first, last)
    text = read(message)
    assert "`Mon 16 Mar`  09:00 *DE2*, 10:00 *DE3*, 17:00 nobody" in text
    assert "`Sun 15 Mar`  nobody" in text
    assert text.count("Nobody is called outside business hours") == 1
    assert all("…" not in str(block) for block in message.blocks), "nothing is cut off"
    assert "Tue 31 Mar" in text


def test_a_roster_that_no_message_holds_says_so(house: Plan, roster: Roster) -> None:
    found = timeline(roster, roster.lines[0], *days_span(date(2026, 1, 12), date(2026, 1, 18), KL))
    lines = [
        (Line(pipelines=(f"p{number}",), key=f"p{number}", rotation="r"), (replace(found[0], why=str(number)),))
        for number in range(60)
    ]
    message = oncall.days(house.team, lines, date(2026, 1, 12), date(2026, 1, 18))
    assert len(message.blocks) == 50
    assert "`/oncall week PIPELINE`" in read(message)


def test_who_serve_together_have_a_calendar_each_so_that_no_gap_hides_behind_the_other(house: Plan) -> None:
    pair = replace(
        house.team.rotations["data-engineers"],
        groups={"pair": ("aidil", "thiru")},
        versions=(Version(starts_on=date(2026, 1, 5), order=("pair",)),),
    )
    plan = replace(house, team=replace(house.team, rotations={"data-engineers": pair}, cover=()))
    known = roster_of(plan, Entries(absences=(leave("thiru", date(2026, 1, 14), date(2026, 1, 14)),)))
    text = read(oncall.month(plan.team, ((known.lines[0], january(known)),), date(2026, 1, 1), date(2026, 1, 31)))
    first, second = text.split("```")[1::2]
    assert "Aidi Aidi Aidi Aidi Aidi Aidi Aidi" in first
    assert "Thir Thir !!!! Thir Thir Thir Thir" in second
