"""The use cases of a handoff on both databases, with a clock moved by hand: posted once, chased, carried over."""

import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from bot.app import build_deps
from bot.deps import Deps
from bot.listeners import handoff as listener
from bot.listeners.heard import Heard
from bot.usecases import handoff as usecase
from bot.usecases.handoff import NothingToStart, NotInTeam, Watch
from store import audit, handoffs, issues, rosters
from store.domain.absence import Absence, Kind
from store.domain.handoff import AlreadyConfirmed, Handoff, HandoffOver, NotYours
from store.domain.override import Override
from store.domain.team import Severity
from store.session import Sessions
from store.settings import PLANS, Settings
from store.tables import OutboxRow
from tests.reading import as_read, texts

SUNDAY = datetime(2026, 1, 11, 4, tzinfo=UTC)
MONDAY = datetime(2026, 1, 12, 2, tzinfo=UTC)
"""10:00 in Kuala Lumpur: Aidil hands over to Thiru."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
AIDIL, THIRU, CHOO, IRFAN, STRANGER = "U0AIDIL", "U0THIRU", "U0CHOO", "U0IRFAN", "U0RIN"


@dataclass
class HandClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Bot:
    """One bot process's part of it."""

    deps: Deps
    clock: HandClock
    machine: HandClock
    watch: Watch

    def at(self, instant: datetime) -> "Bot":
        """Let the time come and look."""
        self.clock.at = instant
        self.machine.at += timedelta(seconds=2)
        self.watch.look(self.deps)
        return self

    def restarted(self) -> "Bot":
        return replace(self, watch=Watch())

    def running(self) -> tuple[Handoff, ...]:
        with self.deps.sessions.reading() as db:
            return handoffs.running(db)

    def handoff(self) -> Handoff:
        (one,) = self.running()
        return one

    def owed(self, key: str) -> list[str]:
        """Return the messages as people read them, oldest first, whose key begins so."""
        with self.deps.sessions.reading() as db:
            rows = db.exec(
                select(OutboxRow).where(col(OutboxRow.key).like(f"{key}%")).order_by(col(OutboxRow.id))
            ).all()
        names = {person.slack or "": person.name for person in self.deps.plan.team.people.values()}
        return [as_read("\n".join(texts(row.payload.get("blocks", []))), names) for row in rows]

    def keys(self, like: str) -> list[str]:
        with self.deps.sessions.reading() as db:
            return list(db.exec(select(OutboxRow.key).where(col(OutboxRow.key).like(f"{like}%"))))

    def payload(self, key: str) -> dict[str, Any]:
        with self.deps.sessions.reading() as db:
            return db.exec(select(OutboxRow).where(OutboxRow.key == key)).one().payload


def a_bot(sessions: Sessions, folder: Path, plan: Path = PLANS / "house") -> Bot:
    clock, machine = HandClock(SUNDAY), HandClock(datetime(2026, 3, 1, tzinfo=UTC))
    made = build_deps(Settings(baton_plan=plan, baton_data=folder), nudge=lambda: None)
    return Bot(replace(made, clock=clock, machine_clock=machine, sessions=sessions), clock, machine, Watch())


@pytest.fixture
def bot(sessions: Sessions, tmp_path: Path) -> Bot:
    made = a_bot(sessions, tmp_path / "data")
    made.at(SUNDAY)
    return made


# -- posted once


def test_it_is_posted_at_ten_and_not_before(bot: Bot) -> None:
    assert bot.at(MONDAY - timedelta(milliseconds=100)).running() == ()
    one = bot.at(MONDAY).handoff()
    assert (one.outgoing, one.incoming, one.late) == (("aidil",), ("thiru",), False)
    assert bot.owed("handoff:1")[0].startswith("🤝 Handoff: Aidil → Thiru")


def test_a_bot_that_never_ran_before_posts_what_has_come_just_now(sessions: Sessions, tmp_path: Path) -> None:
    assert not a_bot(sessions, tmp_path).at(MONDAY + timedelta(seconds=4)).handoff().late


def test_a_bot_that_starts_a_moment_before_posts_it_when_it_comes(sessions: Sessions, tmp_path: Path) -> None:
    first = a_bot(sessions, tmp_path).at(MONDAY - timedelta(milliseconds=100))
    assert first.running() == ()
    assert not first.at(MONDAY + timedelta(seconds=2)).handoff().late


def test_nothing_from_before_the_first_use_is_caught_up(sessions: Sessions, tmp_path: Path) -> None:
    first = a_bot(sessions, tmp_path).at(MONDAY + HOUR)
    assert first.running() == ()
    assert first.restarted().at(MONDAY + DAY).running() == ()
    assert len(first.at(MONDAY + WEEK).running()) == 1


def test_restarts_post_nothing_twice(bot: Bot) -> None:
    for seconds in range(5):
        bot = bot.restarted().at(MONDAY + timedelta(seconds=seconds))
    assert len(bot.running()) == 1
    assert len(bot.owed("handoff:")) == 2, "the message and the proposal to meet"


def test_a_clock_that_jumps_posts_nothing_twice(bot: Bot) -> None:
    for jump in (HOUR, -HOUR, 2 * HOUR, timedelta(), -2 * HOUR, timedelta(minutes=5)):
        bot.at(MONDAY + jump)
    assert len(bot.running()) == 1
    kinds = sorted(key.removeprefix("handoff:1") for key in bot.keys("handoff:"))
    assert kinds == ["", ":nudge:1", ":sync"], "by the clock an hour passed, so it asked again, once"


def test_two_bots_post_one(sessions: Sessions, tmp_path: Path) -> None:
    bots = [a_bot(sessions, tmp_path / str(number)) for number in range(4)]
    for one in bots:
        one.at(SUNDAY)
        one.clock.at = MONDAY
    threads = [threading.Thread(target=one.watch.look, args=(one.deps,)) for one in bots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bots[0].running()) == 1
    assert len(bots[0].owed("handoff:")) == 2


def test_killed_at_any_statement_it_is_posted_once_by_the_next(bot: Bot) -> None:
    statements, last, week = 0, 1, 0
    while statements < last:
        statements, week = statements + 1, week + 1
        last = kill_after(bot, statements, at=MONDAY + week * WEEK)
        bot = bot.restarted().at(MONDAY + week * WEEK + timedelta(seconds=3))
        assert [one.due_at for one in bot.running()] == [MONDAY + week * WEEK]
    posted = [key for key in bot.keys("handoff:") if key.count(":") == 1]
    assert len(posted) == week, "one message each"
    assert len(bot.keys("handoff:%:sync")) == week
    assert week > 20


def kill_after(bot: Bot, statements: int, *, at: datetime) -> int:
    """Look, and die at that many statements; return how many there were, at most so many."""
    engine, executed = bot.deps.sessions.engine, []

    def die(*_: Any) -> None:
        executed.append(1)
        if len(executed) == statements:
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", die)
    try:
        with suppress(KeyboardInterrupt):
            bot.restarted().at(at)
    finally:
        event.remove(engine, "before_cursor_execute", die)
    return len(executed) + (len(executed) == statements)


# -- late


def test_down_from_sunday_to_tuesday_there_is_one_marked_late(bot: Bot) -> None:
    bot.machine.at += 2 * DAY
    one = bot.restarted().at(MONDAY + timedelta(hours=22, minutes=12)).handoff()
    assert one.late
    assert "⏰ Late: due Mon 12 Jan 10:00, posted Tue 13 Jan 08:12. Baton was down." in bot.owed("handoff:1")[0]


def test_down_for_three_weeks_only_the_last_is_posted(bot: Bot) -> None:
    assert bot.restarted().at(MONDAY + 3 * WEEK - HOUR).handoff().due_at == MONDAY + 2 * WEEK


def test_a_bot_that_was_up_is_not_late_however_fast_its_clock_runs(bot: Bot) -> None:
    assert not bot.at(MONDAY + 6 * HOUR).handoff().late


def test_a_machine_that_slept_is_late(bot: Bot) -> None:
    bot.machine.at += 6 * HOUR
    assert bot.at(MONDAY + 6 * HOUR).handoff().late


# -- ticked, noted, confirmed


def tick(bot: Bot, item: int, user: str = THIRU, stamp: str = "1.0") -> None:
    one = bot.handoff()
    shown = {each.id: each.done_at is not None for each in one.items}
    chosen = {id_ for id_, done in shown.items() if done} ^ {one.items[item].id}
    usecase.tick(bot.deps, id_=one.id, shown=shown, chosen=chosen, user=user, stamp=stamp, at=bot.clock.at)


def confirm(bot: Bot, person: str, user: str) -> None:
    usecase.confirm_for(bot.deps, id_=bot.handoff().id, person=person, user=user, at=bot.clock.at)


def write(bot: Bot, text: str, *, is_action: bool = False, user: str = AIDIL, key: str = "form") -> None:
    one = bot.running()[0]
    usecase.write(bot.deps, id_=one.id, text=text, is_action=is_action, user=user, request_key=key, at=bot.clock.at)


def test_ticks_stay_across_edits_and_restarts(bot: Bot) -> None:
    tick(bot.at(MONDAY), 0)
    again = bot.restarted().at(MONDAY + HOUR / 2)
    usecase.refresh(again.deps)
    (boxes, *_) = [
        element
        for block in again.payload("handoff:1")["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "checkboxes"
    ]
    assert [each["description"]["text"] for each in boxes["initial_options"]] == ["✓ Thiru"]


def test_what_is_ticked_at_once_is_all_in_the_message(bot: Bot) -> None:
    one = bot.at(MONDAY).handoff()
    shown = {item.id: False for item in one.items}
    people = [person.slack for person in bot.deps.plan.team.people.values() if person.slack]

    def press(item: int, user: str) -> None:
        usecase.tick(bot.deps, id_=one.id, shown=shown, chosen={item}, user=user, stamp="1.0", at=bot.clock.at)

    presses = [(item.id, user) for item, user in zip(one.items, people, strict=False)]
    threads = [threading.Thread(target=press, args=each) for each in presses]
    with bot.deps.sessions.reading():  # somebody who reads holds nobody up
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    elements = [each for block in bot.payload("handoff:1")["blocks"] for each in block.get("elements", ())]
    boxes = [each for each in elements if each["type"] == "checkboxes"]
    assert all(each["initial_options"] == each["options"] for each in boxes)


def test_somebody_outside_the_plan_ticks_and_writes_nothing(bot: Bot) -> None:
    bot.at(MONDAY)
    with pytest.raises(NotInTeam, match="nothing was changed"):
        tick(bot, 0, user=STRANGER)
    with pytest.raises(NotInTeam):
        write(bot, "Hello", user=STRANGER)
    with pytest.raises(NotInTeam):
        usecase.to_write(bot.deps, bot.handoff().id, user=STRANGER)
    assert usecase.to_write(bot.deps, bot.handoff().id, user=CHOO) == bot.handoff()
    assert bot.handoff().items[0].done_at is None


def test_a_note_stands_in_the_message_and_whole_in_the_thread_once(bot: Bot) -> None:
    bot.at(MONDAY)
    for _ in range(2):
        write(bot, "Kafka is slow <!channel> " + "x" * 400)
    (thread,) = bot.owed("handoff:1:note")
    assert thread.startswith("📝 Kafka is slow <!channel>")
    assert "x" * 400 in thread
    assert bot.owed("handoff:1")[0].count("Kafka is slow") == 1


def test_both_confirm_and_a_summary_ends_it(bot: Bot) -> None:
    tick(bot.at(MONDAY), 0)
    write(bot, "Ask finance for the AWS costs", is_action=True)
    confirm(bot, "aidil", AIDIL)
    assert bot.owed("handoff:1:summary") == []
    confirm(bot, "thiru", THIRU)
    (summary,) = bot.owed("handoff:1:summary")
    assert summary.startswith("✅ Handoff complete: Aidil → Thiru, both confirmed. 1 of 9 items done.")
    assert "comes back next week:\n• Ask finance for the AWS costs\n" in summary, "it is new, so it has no age yet"
    assert bot.owed("handoff:1")[0].startswith("✅ Handoff: Aidil → Thiru")
    for hours in range(1, 60):
        bot.at(MONDAY + hours * HOUR)
    assert bot.owed("handoff:1:nudge") == bot.owed("handoff:1:lead") == []


def test_only_their_own_or_the_lead_and_never_twice(bot: Bot) -> None:
    bot.at(MONDAY)
    for user in (THIRU, CHOO, STRANGER):
        with pytest.raises(NotYours, match="Only Aidil or Irfan Hakim can confirm this"):
            confirm(bot, "aidil", user)
    confirm(bot, "aidil", IRFAN)
    with pytest.raises(AlreadyConfirmed):
        confirm(bot, "aidil", AIDIL)
    assert "by Irfan Hakim" in bot.owed("handoff:1")[0]
    with bot.deps.sessions.reading() as db:
        said = [(each.actor, each.outcome) for each in audit.entries(db) if each.action == "confirm handoff"]
    assert sorted(said) == sorted([(IRFAN, "done"), (THIRU, "refused"), (CHOO, "refused"), (STRANGER, "refused")])


# -- chased


def test_who_has_not_confirmed_is_asked_after_one_hour_and_four_and_then_the_lead_hears(bot: Bot) -> None:
    bot.at(MONDAY)
    confirm(bot, "aidil", AIDIL)
    for minutes in range(0, 3 * 24 * 60, 20):
        bot.at(MONDAY + timedelta(minutes=minutes))
        bot.restarted().at(MONDAY + timedelta(minutes=minutes))
    first, second = bot.owed("handoff:1:nudge")
    assert first == second
    assert first.startswith("⏳ @Thiru this handoff still waits")
    (lead,) = bot.owed("handoff:1:lead")
    assert lead.startswith("⚠️ @Irfan Hakim Thiru has not confirmed this handoff after 23 h"), "not at 18:00, at 09:00"


# -- carried over


def test_what_nobody_finished_comes_back_with_its_age_and_the_old_message_has_no_buttons(bot: Bot) -> None:
    bot.at(MONDAY)
    write(bot, "Ask finance", is_action=True)
    tick(bot, 1)
    next_one = bot.at(MONDAY + WEEK).handoff()
    assert next_one.items[0].text == "Ask finance"
    again = bot.at(MONDAY + 2 * WEEK).handoff()
    assert (again.items[0].text, again.items[0].since) == ("Ask finance", MONDAY)
    assert "⏳ open for 2 weeks" in str(bot.payload(f"handoff:{again.id}"))
    old = bot.owed("handoff:1")[0]
    assert (
        "Never confirmed by Aidil and Thiru. 1 of 9 items done. 8 left open: carried over to the next handoff." in old
    )
    assert not [block for block in bot.payload("handoff:1")["blocks"] if block["type"] == "actions"]
    with pytest.raises(HandoffOver):
        usecase.confirm_for(bot.deps, id_=1, person="aidil", user=AIDIL, at=bot.clock.at)
    with pytest.raises(HandoffOver):
        usecase.write(bot.deps, id_=1, text="Late", is_action=False, user=AIDIL, request_key="x", at=bot.clock.at)


# -- the people and the state around it


def test_who_covers_is_addressed_and_the_week_ahead_says_so(bot: Bot) -> None:
    begin = MONDAY - 10 * HOUR
    with bot.deps.sessions.writing() as db:
        away = Absence(person="thiru", starts_at=begin, ends_at=begin + 3 * DAY, kind=Kind.LEAVE, entered_at=SUNDAY)
        rosters.save_absence(db, away, request_key="leave", by=THIRU)
    one = bot.at(MONDAY).handoff()
    assert one.outgoing == one.incoming == ("aidil",), "last week's on-call covers"
    text = bot.owed("handoff:1")[0]
    assert "Weekly check: Aidil stays on call" in text
    assert "ℹ️ Aidil covers for Thiru (leave) as last week’s on-call." in text
    back = bot.at(begin + 3 * DAY + 9 * HOUR).running()[0]
    assert (back.small, back.outgoing, back.incoming) == (True, ("aidil",), ("thiru",))


def test_open_issues_come_in_while_it_waits(bot: Bot) -> None:
    assert "Nothing burns." in bot.at(MONDAY).owed("handoff:1")[0]
    with bot.deps.sessions.writing() as db:
        issues.save(
            db,
            request_key="form",
            pipeline="aggregate-profit",
            summary="Costs are <!channel> missing",
            severity=Severity.HIGH,
            by="U0NADIA",
            at=MONDAY,
        )
    usecase.refresh(bot.deps)
    assert "🔴 DI-1 aggregate-profit: Costs are <!channel> missing" in bot.owed("handoff:1")[0]


def test_an_override_of_two_days_is_handed_over_small_at_both_ends(bot: Bot) -> None:
    bot.at(MONDAY)
    begin = MONDAY + DAY
    with bot.deps.sessions.writing() as db:
        stated = Override(person="choo", starts_at=begin, ends_at=begin + 2 * DAY, entered_at=MONDAY, entered_by=IRFAN)
        rosters.save_override(db, stated, request_key="override")
    small, weekly = bot.at(begin).running()
    assert (small.small, small.outgoing, small.incoming, weekly.small) == (True, ("thiru",), ("choo",), False)
    usecase.confirm_for(bot.deps, id_=small.id, person="choo", user=CHOO, at=begin)
    text = bot.owed(f"handoff:{small.id}")[0]
    assert text.startswith("✅ Choo takes over from Thiru")
    assert "Talk through" not in text
    back, _ = bot.at(begin + 2 * DAY).running()
    assert (back.outgoing, back.incoming) == (("choo",), ("thiru",))


MOVES = """
holidays:
  - {day: 2026-01-12, name: Thaipusam, country: MY}
"""


def test_a_holiday_monday_waits_for_tuesday_at_ten_where_the_plan_says_so(sessions: Sessions, tmp_path: Path) -> None:
    plan = Path(shutil.copytree(PLANS / "house", tmp_path / "plan"))
    team = plan / "team.yaml"
    assert "\nholidays:" not in team.read_text()
    team.write_text(team.read_text().replace("  sync: 30m\n", "  sync: 30m\n  on_holiday: next-working-day\n") + MOVES)
    bot = a_bot(sessions, tmp_path, plan).at(SUNDAY)
    assert bot.at(MONDAY + timedelta(minutes=5)).running() == ()
    one = bot.at(MONDAY + DAY).handoff()
    assert (one.due_at, one.held_at, one.late) == (MONDAY, MONDAY + DAY, False)
    assert (one.outgoing, one.incoming) == (("aidil",), ("thiru",))
    assert "Mon 12 Jan was a holiday, so the checklist waited" in bot.owed("handoff:1")[0]
    assert "20260113T020000Z" in bot.payload("handoff:1:sync")["file"]["content"], "the meeting is on Tuesday too"


def test_a_rotation_that_left_the_plan_is_chased_no_more(bot: Bot, sessions: Sessions, tmp_path: Path) -> None:
    bot.at(MONDAY)
    other = a_bot(sessions, tmp_path / "other", PLANS / "xyz-tech").at(MONDAY + 5 * HOUR)
    assert usecase.running(other.deps, user=THIRU) == ()
    assert other.owed("handoff:1:nudge") == []


# -- what /handoff is told


def asked(bot: Bot, typed: str, user: str = THIRU) -> str:
    heard = Heard(user=user, channel="C0DATAONCALL", text=typed, key=f"{user} {typed} {bot.clock.at}")
    message = listener.answer(bot.deps, heard)
    return as_read("\n".join(texts(list(message.blocks))), {})


def test_where_none_runs_it_says_when_the_next_comes_and_between_whom(bot: Bot) -> None:
    assert "The next comes by itself:\n• Mon 12 Jan 10:00: Aidil → Thiru" in asked(bot, "")


def test_start_starts_the_one_that_is_missing(sessions: Sessions, tmp_path: Path) -> None:
    bot = a_bot(sessions, tmp_path).at(MONDAY + DAY)
    assert "Handoff: Aidil → Thiru, Mon 12 Jan 10:00" in asked(bot, "Start")
    assert bot.handoff().started_by == THIRU
    with pytest.raises(NothingToStart):
        asked(bot, "start")


@pytest.mark.parametrize("typed", ["wat", "start now", "notes: all is well"])
def test_a_word_it_does_not_know_starts_and_keeps_nothing_and_names_what_it_understands(bot: Bot, typed: str) -> None:
    bot.at(MONDAY)
    with pytest.raises(listener.NotUnderstood, match=f"I do not know “{typed}”") as refused:
        asked(bot, typed)
    for known in ("`/handoff`", "`/handoff start`", "`/handoff note TEXT`"):
        assert known in str(refused.value)
    assert bot.handoff().notes == ()


def test_help_names_what_it_understands(bot: Bot) -> None:
    assert "/handoff note TEXT" in asked(bot, "help")


# -- by hand


def test_one_that_is_missing_is_started_by_hand_once(sessions: Sessions, tmp_path: Path) -> None:
    bot = a_bot(sessions, tmp_path).at(MONDAY + DAY)
    with pytest.raises(NothingToStart):
        usecase.start(bot.deps, user=CHOO, at=bot.clock.at)
    (made,) = usecase.start(bot.deps, user=THIRU, at=bot.clock.at)
    assert (made.started_by, made.late, made.due_at) == (THIRU, False, MONDAY)
    with pytest.raises(NothingToStart):
        usecase.start(bot.deps, user=IRFAN, at=bot.clock.at)
    assert bot.at(MONDAY + DAY + HOUR / 2).handoff() == made


def test_rotations_with_other_people_have_handoffs_of_their_own_and_checks_are_done_once(
    sessions: Sessions, tmp_path: Path
) -> None:
    plan = Path(shutil.copytree(PLANS / "xyz-tech", tmp_path / "plan"))
    with (plan / "team.yaml").open("a") as team:
        team.write("\nmanual_checks:\n  - every: week\n    do: Read the figures\n")
    bot = a_bot(sessions, tmp_path, plan).at(SUNDAY)
    found = bot.at(MONDAY).running()
    assert len({one.outgoing for one in found}) == len(found) == 2
    assert sum(item.text == "Read the figures" for one in found for item in one.items) == 1
