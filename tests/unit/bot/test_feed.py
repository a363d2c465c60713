"""The roster as iCalendar: what stays the same, what is escaped, what is seen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from bot.usecases.feed import AHEAD, BACK, calendar
from store import feeds
from store.domain.absence import Absence
from store.domain.override import Override
from store.domain.roster import Entries, Roster
from store.domain.rotation import Version
from store.domain.team import Cover
from store.plans import Plan
from store.rosters import roster_of

AT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


def working(plan: Plan, **changes: Any) -> Plan:
    """Return *plan* without public holidays, with other fields of its team."""
    leave = replace(plan.team.leave, holiday_is_away=False)
    return replace(plan, team=replace(plan.team, leave=leave, **changes))


def of(
    plan: Plan, subject: str = feeds.TEAM, *, at: datetime = AT, roster: Roster | None = None, **entries: Any
) -> bytes:
    known = roster or roster_of(plan, Entries(**entries))
    return calendar(plan, known, subject=subject, at=at)


def events(raw: bytes) -> dict[str, tuple[datetime, datetime, str]]:
    """Return UID to (start, end, title)."""
    parsed: list[Any] = Calendar.from_ical(raw).walk("VEVENT")
    found = [(str(one["UID"]), (one.start, one.end, str(one["SUMMARY"]))) for one in parsed]
    assert len(dict(found)) == len(found), "each UID once"
    return dict(found)


def away(person: str, first: date, days: int = 1) -> Absence:
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=8)
    return Absence(person=person, starts_at=begins, ends_at=begins + timedelta(days=days), entered_at=AT)


def by_hand(person: str | None, first: date, **changes: Any) -> Override:
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    made = Override(person=person, starts_at=begins, ends_at=begins + timedelta(days=1), entered_at=AT)
    return replace(made, **changes)


def test_the_feed_is_what_every_reader_takes(house: Plan) -> None:
    raw = of(house)
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"X-WR-CALNAME:Data Engineering: on call" in raw
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in raw
    assert raw.count(b"TRANSP:TRANSPARENT") == raw.count(b"BEGIN:VEVENT") > 30, "nobody is busy by it"
    assert raw.count(b"DTSTAMP:") == raw.count(b"BEGIN:VEVENT")


def test_instants_are_told_in_utc(house: Plan) -> None:
    assert b"DTSTART:20260302T020000Z" in of(house)


def test_it_reaches_eight_weeks_back_and_26_ahead(house: Plan) -> None:
    spans = [(start, end) for start, end, _ in events(of(house)).values()]
    assert min(end for _, end in spans) <= AT - BACK + timedelta(weeks=1)
    assert all(end > AT - BACK - timedelta(days=1) for _, end in spans)
    assert AT + AHEAD - timedelta(weeks=1) <= max(start for start, _ in spans) < AT + AHEAD
    assert all(end - start <= timedelta(weeks=1) for start, end in spans), "no turn is cut or joined by the window"


def test_the_same_roster_is_the_same_feed_all_day(house: Plan) -> None:
    assert of(house) == of(house, at=AT + timedelta(hours=13))


def test_a_shift_keeps_its_uid_from_day_to_day_and_through_edits_elsewhere(house: Plan) -> None:
    before = events(of(house))
    for days in (1, 9, 40):
        later = events(of(house, at=AT + timedelta(days=days)))
        shared = [uid for uid in before if before[uid][1] > AT + timedelta(days=days) - BACK]
        assert shared
        assert {uid: later[uid] for uid in shared} == {uid: before[uid] for uid in shared}
    edited = events(
        of(house, absences=(away("choo", date(2026, 5, 11)),), overrides=(by_hand("irfan", date(2026, 4, 1)),))
    )
    untouched = {uid: shown for uid, shown in before.items() if shown[1] <= datetime(2026, 3, 30, 3, tzinfo=UTC)}
    assert untouched
    assert untouched.items() <= edited.items()


def test_an_override_for_one_pipeline_leaves_every_other_uid(house: Plan) -> None:
    before = events(of(house))
    one = by_hand("irfan", date(2026, 4, 1), pipelines=("unit-level-profit",))
    after = events(of(house, overrides=(one,)))
    assert before.keys() <= after.keys()
    assert [shown[2] for uid, shown in after.items() if "irfan" in uid] == [
        "Irfan Hakim on call for Aidil: Unit-level Profit"
    ]


def test_the_version_of_a_rotation_that_begins_later_changes_nothing_before(house: Plan) -> None:
    rotation = house.team.rotations["data-engineers"]
    later = replace(
        rotation, versions=(*rotation.versions, Version(starts_on=date(2026, 6, 1), order=("choo", "aidil")))
    )
    plan = replace(house, team=replace(house.team, rotations={"data-engineers": later}))
    before, after = events(of(house)), events(of(plan))
    sooner = [uid for uid in before if before[uid][0] < datetime(2026, 5, 31, tzinfo=UTC)]
    assert {uid: after[uid] for uid in sooner} == {uid: before[uid] for uid in sooner}


def test_a_persons_feed_has_their_own_time_alone_cover_too(house: Plan) -> None:
    plan = working(house, cover=(Cover.PREVIOUS,))
    leave = away("choo", date(2026, 4, 15))
    mine = events(of(plan, "thiru", absences=(leave,)))
    titles = [title for _, _, title in mine.values()]
    assert titles.count("On call for Choo") == 1
    assert set(titles) == {"On call", "On call for Choo"}
    theirs = events(of(plan, "choo", absences=(leave,)))
    assert [(start, end) for start, end, _ in theirs.values() if start.month == 4 and 10 < start.day < 20] == [
        (datetime(2026, 4, 13, 2, tzinfo=UTC), leave.starts_at),
        (leave.ends_at, datetime(2026, 4, 20, 2, tzinfo=UTC)),
    ]


def test_the_team_sees_cover_and_gaps_with_their_reasons(house: Plan) -> None:
    plan = working(house, cover=(Cover.PREVIOUS,))
    first = away("choo", date(2026, 4, 15))
    second = away("thiru", date(2026, 4, 15))
    covered = of(plan, absences=(first,))
    assert b"SUMMARY:Thiru on call for Choo" in covered
    gap = of(plan, absences=(first, second)).replace(b"\r\n ", b"").decode()
    assert "SUMMARY:⚠ Nobody on call" in gap
    assert "Thiru\\, last week" in gap


def test_names_cannot_break_out_of_their_line(house: Plan) -> None:
    people = {
        **house.team.people,
        "choo": replace(house.team.people["choo"], name="Ch;oo, \\n\r\nATTENDEE:mailto:x@example.com"),
    }
    raw = of(replace(house, team=replace(house.team, people=people, name="Team\r\nX-EVIL:1")))
    lines = raw.replace(b"\r\n ", b"").split(b"\r\n")
    assert not [line for line in lines if line.startswith((b"ATTENDEE", b"X-EVIL"))]
    assert any(b"Ch\\;oo\\, " in line for line in lines)


def test_one_person_who_always_serves_has_one_event(house: Plan) -> None:
    rotation = house.team.rotations["data-engineers"]
    alone = replace(rotation, versions=(Version(starts_on=date(2025, 1, 6), order=("choo",)),))
    plan = working(house, rotations={"data-engineers": alone})
    [uid] = events(of(plan, "choo"))
    assert uid == next(iter(events(of(plan, "choo", at=AT + timedelta(days=3)))))


@pytest.mark.parametrize("subject", ["farah", "nobody"])
def test_somebody_who_never_serves_has_an_empty_calendar(house: Plan, subject: str) -> None:
    assert events(of(house, subject)) == {}


def test_two_who_serve_together_and_are_both_away_are_two_gaps(house: Plan) -> None:
    pair = replace(house.team.rotations["data-engineers"], groups={"pair": ("aidil", "thiru")})
    pair = replace(pair, versions=(Version(starts_on=date(2026, 1, 5), order=("pair",)),))
    plan = working(house, rotations={"data-engineers": pair}, cover=())
    gone = (away("aidil", date(2026, 3, 11)), away("thiru", date(2026, 3, 11)))
    titles = [title for _, _, title in events(of(plan, absences=gone)).values()]
    assert titles.count("⚠ Nobody on call") == 2
