"""Copies of shared leave calendars: taken over whole, kept when a reading fails, and the past stays."""

from datetime import datetime, timedelta

from store import calendars, rosters
from store.domain.absence import Absence, Kind
from store.session import Sessions
from tests.factories import moment

URL = "https://calendar.example.com/private/basic.ics"
NOW = moment("2026-01-07 02:00")
EVERY = timedelta(minutes=15)


def away(person: str, starts: str, ends: str) -> Absence:
    return Absence(person=person, starts_at=moment(starts), ends_at=moment(ends), kind=Kind.CALENDAR)


def take(sessions: Sessions, *absences: Absence, at: datetime = NOW, source: str = URL) -> None:
    with sessions.writing() as db:
        assert calendars.claim(db, source, at=at, every=EVERY)
    with sessions.writing() as db:
        calendars.replace(db, source, absences, at=at, note="1 event names nobody in the plan")


def held(sessions: Sessions) -> list[str]:
    with sessions.reading() as db:
        absences = rosters.load_entries(db).absences
    return sorted(f"{one.person} {one.starts_at:%m-%dT%H} {one.ends_at:%m-%dT%H}" for one in absences)


def test_one_of_two_bots_reads_it_and_again_after_a_quarter_of_an_hour(sessions: Sessions) -> None:
    with sessions.writing() as db:
        assert calendars.claim(db, URL, at=NOW, every=EVERY)
        assert not calendars.claim(db, URL, at=NOW, every=EVERY)
        assert not calendars.claim(db, URL, at=NOW + EVERY - timedelta(seconds=1), every=EVERY)
        assert calendars.claim(db, URL, at=NOW + EVERY, every=EVERY)
        assert calendars.claim(db, URL, at=NOW, every=EVERY), "a clock that was set back stops nothing"


def test_the_first_copy_is_taken_whole_and_flows_into_the_roster(sessions: Sessions) -> None:
    take(sessions, away("aidil", "2026-01-01", "2026-01-03"), away("choo", "2026-02-01", "2026-02-08"))
    assert held(sessions) == ["aidil 01-01T00 01-03T00", "choo 02-01T00 02-08T00"]
    with sessions.reading() as db:
        copy = calendars.find(db, URL)
        assert all(one.kind is Kind.CALENDAR for one in rosters.load_entries(db).absences)
    assert copy == calendars.Copy(read_at=NOW, tried_at=NOW, trouble=None, note="1 event names nobody in the plan")


def test_a_later_copy_replaces_what_is_to_come_and_keeps_what_is_past(sessions: Sessions) -> None:
    take(sessions, away("aidil", "2026-01-01", "2026-01-03"), away("choo", "2026-02-01", "2026-02-08"))
    later = NOW + timedelta(days=1)
    take(sessions, away("choo", "2026-02-02", "2026-02-09"), away("thiru", "2026-01-04", "2026-01-05"), at=later)
    assert held(sessions) == ["aidil 01-01T00 01-03T00", "choo 02-02T00 02-09T00"], "entered after the fact: too late"


def test_leave_that_runs_goes_on_ends_or_begins_now(sessions: Sessions) -> None:
    take(sessions, away("aidil", "2026-01-06", "2026-01-10"), away("choo", "2026-01-06", "2026-01-10"))
    later = moment("2026-01-08 02:00")
    take(sessions, away("aidil", "2026-01-05", "2026-01-12"), away("thiru", "2026-01-06", "2026-01-09"), at=later)
    assert held(sessions) == ["aidil 01-06T00 01-12T00", "choo 01-06T00 01-08T02", "thiru 01-08T02 01-09T00"]
    take(
        sessions, away("aidil", "2026-01-05", "2026-01-12"), away("thiru", "2026-01-06", "2026-01-09"), at=later + EVERY
    )
    assert len(held(sessions)) == 3, "the same again adds nothing"


def test_a_reading_that_fails_leaves_the_copy_in_force(sessions: Sessions) -> None:
    take(sessions, away("choo", "2026-02-01", "2026-02-08"))
    with sessions.writing() as db:
        assert calendars.claim(db, URL, at=NOW + EVERY, every=EVERY)
        calendars.note_trouble(db, URL, "the server answers 503")
    with sessions.reading() as db:
        copy = calendars.find(db, URL)
    assert copy is not None
    assert (copy.read_at, copy.tried_at, copy.trouble) == (NOW, NOW + EVERY, "the server answers 503")
    assert held(sessions) == ["choo 02-01T00 02-08T00"]


def test_another_calendar_in_the_plan_ends_what_the_one_before_said(sessions: Sessions) -> None:
    take(sessions, away("aidil", "2026-01-01", "2026-01-03"), away("choo", "2026-01-06", "2026-01-10"))
    with sessions.writing() as db:
        assert not calendars.drop_others(db, URL, at=NOW)
        assert calendars.has_others(db, None, at=NOW)
        assert calendars.drop_others(db, None, at=NOW)
        assert not calendars.has_others(db, None, at=NOW)
    assert held(sessions) == ["aidil 01-01T00 01-03T00", "choo 01-06T00 01-07T02"]
