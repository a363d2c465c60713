"""A shared leave calendar: who is away by it, and what of it says nothing."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from store.domain.absence import Kind
from store.domain.team import Person
from store.leavefile import LeaveRead, NoCalendar, read_leave

AT = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
ZONE = "Asia/Kuala_Lumpur"
PEOPLE = {
    "aidil": Person(name="Aidil", email="aidil@example.com"),
    "irfan": Person(name="Irfan Hakim", email="irfan@example.com"),
    "ann": Person(name="Ann"),
    "ann-lee": Person(name="Ann Lee", zone="America/New_York"),
    "siti-1": Person(name="Siti", email="shared@example.com"),
    "siti-2": Person(name="Siti", email="shared@example.com"),
}
DAY = "DTSTART;VALUE=DATE:20260112"


def calendar(*events: str) -> bytes:
    """Return a calendar; each event is its lines, parted by a bar."""
    blocks = [
        f"BEGIN:VEVENT\nUID:{number}\n{event.replace('|', chr(10))}\nEND:VEVENT" for number, event in enumerate(events)
    ]
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *blocks, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def read(*events: str) -> LeaveRead:
    return read_leave(calendar(*events), PEOPLE, zone=ZONE, at=AT)


def told(found: LeaveRead) -> list[str]:
    return [f"{one.person} {one.starts_at:%m-%dT%H:%M} {one.ends_at:%m-%dT%H:%M}" for one in found.absences]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("DTSTART;VALUE=DATE:20260112", "01-11T16:00 01-12T16:00"),
        ("DTSTART;VALUE=DATE:20260112|DTEND;VALUE=DATE:20260115", "01-11T16:00 01-14T16:00"),
        ("DTSTART;VALUE=DATE:20260112|DTEND;VALUE=DATE:20260112", "01-11T16:00 01-12T16:00"),
        ("DTSTART;VALUE=DATE:20260112|DURATION:P2D", "01-11T16:00 01-13T16:00"),
        ("DTSTART:20260112T090000|DTEND:20260112T130000", "01-12T01:00 01-12T05:00"),
        ("DTSTART:20260112T090000Z|DTEND:20260112T130000Z", "01-12T09:00 01-12T13:00"),
        (
            "DTSTART;TZID=Europe/London:20260112T090000|DTEND;TZID=Europe/London:20260112T130000",
            "01-12T09:00 01-12T13:00",
        ),
    ],
)
def test_times_are_read_in_their_zone_and_else_in_the_teams(when: str, expected: str) -> None:
    assert told(read(f"SUMMARY:Aidil|{when}")) == [f"aidil {expected}"]


def test_a_whole_day_is_the_persons_own_day() -> None:
    assert told(read(f"SUMMARY:Ann Lee off|{DAY}")) == ["ann-lee 01-12T05:00 01-13T05:00"]


@pytest.mark.parametrize(
    ("event", "who"),
    [
        ("SUMMARY:Aidil – annual leave", "aidil"),
        ("SUMMARY:AIDIL off", "aidil"),
        ("SUMMARY:[irfan] dentist", "irfan"),
        ("SUMMARY:Irfan Hakim away", "irfan"),
        ("SUMMARY:Ann Lee away", "ann-lee"),
        ("SUMMARY:Ann leeway", "ann"),
        ("SUMMARY:Aidilfitri", ""),
        ("SUMMARY:Lunch with Aidil", ""),
        ("SUMMARY:Siti off", ""),
        ("SUMMARY:Off|ATTENDEE:mailto:AIDIL@example.com", "aidil"),
        ("SUMMARY:Off|ATTENDEE;PARTSTAT=DECLINED:mailto:aidil@example.com", ""),
        ("SUMMARY:Off|ATTENDEE:mailto:aidil@example.com|ATTENDEE:mailto:irfan@example.com", "aidil irfan"),
        ("SUMMARY:Aidil off|ATTENDEE:mailto:aidil@example.com|ATTENDEE:mailto:irfan@example.com", "aidil"),
        ("SUMMARY:Aidil off|ORGANIZER:mailto:irfan@example.com", "aidil"),
        ("SUMMARY:Off|ORGANIZER:mailto:irfan@example.com", "irfan"),
        ("SUMMARY:Off|ATTENDEE:mailto:shared@example.com", ""),
        ("SUMMARY:Off|ATTENDEE:mailto:aidil@example.com.evil.example", ""),
        ("DESCRIPTION:no title", ""),
    ],
)
def test_whom_an_event_means(event: str, who: str) -> None:
    found = read(f"{event}|{DAY}")
    assert " ".join(one.person for one in found.absences) == who
    assert found.unmatched == (0 if who else 1)
    assert all(one.kind is Kind.CALENDAR for one in found.absences)


HOURS = "DTSTART:20260112T010000Z|DTEND:20260112T030000Z"


@pytest.mark.parametrize(
    ("event", "free"),
    [(f"{DAY}|STATUS:CANCELLED", 0), (f"{HOURS}|STATUS:CANCELLED", 0), (f"{HOURS}|TRANSP:TRANSPARENT", 1)],
)
def test_cancelled_events_and_free_hours_make_nobody_away(event: str, free: int) -> None:
    found = read(f"SUMMARY:Aidil|{event}")
    assert (found.absences, found.free, found.unmatched) == ((), free, 0)


def test_a_whole_day_is_leave_also_where_the_calendar_marked_it_as_free() -> None:
    assert [one.person for one in read(f"SUMMARY:Aidil off|{DAY}|TRANSP:TRANSPARENT").absences] == ["aidil"]


def test_a_rule_unfolds_with_its_exceptions_within_the_window() -> None:
    weekly = f"SUMMARY:Aidil gym|{DAY}|RRULE:FREQ=WEEKLY;COUNT=4|EXDATE;VALUE=DATE:20260119"
    assert [one.starts_at.day for one in read(weekly).absences] == [11, 25, 1]
    moved = calendar(
        f"SUMMARY:Aidil|{DAY}|RRULE:FREQ=WEEKLY;COUNT=2",
    ).replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;VALUE=DATE:20260119\r\nDTSTART;VALUE=DATE:20260121\r\n"
        b"SUMMARY:Aidil\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    assert [one.starts_at.day for one in read_leave(moved, PEOPLE, zone=ZONE, at=AT).absences] == [11, 20]


def test_a_weekly_rule_keeps_its_wall_clock_when_the_clock_changes() -> None:
    rule = (
        "DTSTART;TZID=Europe/London:20260327T090000|DTEND;TZID=Europe/London:20260327T100000|RRULE:FREQ=WEEKLY;COUNT=2"
    )
    assert told(read(f"SUMMARY:Aidil|{rule}")) == ["aidil 03-27T09:00 03-27T10:00", "aidil 04-03T08:00 04-03T09:00"]


def test_what_is_long_past_or_far_ahead_is_left_out() -> None:
    days = [AT + timedelta(days=days) for days in (-40, -29, 399, 401)]
    found = read(*(f"SUMMARY:Aidil|DTSTART;VALUE=DATE:{day:%Y%m%d}" for day in days))
    assert [one.starts_at.date() for one in found.absences] == [(day - timedelta(days=1)).date() for day in days[1:3]]


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=MINUTELY;INTERVAL=1",
        "RRULE:FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,1,2,3;BYSECOND=0,1",
        "RRULE:FREQ=NEVERLY",
        "DTEND;VALUE=DATE:20990101",
        "DTEND;VALUE=DATE:20250101",
    ],
)
def test_an_event_that_means_harm_or_nothing_is_counted_and_costs_no_time(rule: str) -> None:
    when = DAY if "DTEND" in rule else "DTSTART:19700101T000000"
    begun = time.monotonic()
    found = read(f"SUMMARY:Aidil|{when}|{rule}", f"SUMMARY:Irfan Hakim|{DAY}")
    assert time.monotonic() - begun < 3
    assert [one.person for one in found.absences] == ["irfan"], "the others are read all the same"
    assert found.unreadable == 1


def test_an_event_without_a_beginning_or_an_id_harms_no_other() -> None:
    raw = calendar(f"SUMMARY:Aidil|{DAY}").replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nSUMMARY:Aidil\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Irfan\r\n"
        b"DTSTART;VALUE=DATE:20260113\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    found = read_leave(raw, PEOPLE, zone=ZONE, at=AT)
    assert ([one.person for one in found.absences], found.unreadable) == (["aidil", "irfan"], 1)


def test_folded_lines_and_line_ends_of_any_kind() -> None:
    raw = calendar(f"SUMMARY:Irfan|{DAY}").replace(b"SUMMARY:Irfan", b"SUMMARY:Irf\r\n an Hakim is on leave")
    for each in (raw, raw.replace(b"\r\n", b"\n"), b"\xef\xbb\xbf" + raw):
        assert [one.person for one in read_leave(each, PEOPLE, zone=ZONE, at=AT).absences] == ["irfan"]


@pytest.mark.parametrize(
    "raw", [b"", b"<!doctype html><title>Log in</title>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"\x00\xff" * 50]
)
def test_what_is_no_calendar_is_refused(raw: bytes) -> None:
    with pytest.raises(NoCalendar):
        read_leave(raw, PEOPLE, zone=ZONE, at=AT)


def test_a_calendar_of_endless_events_is_refused() -> None:
    with pytest.raises(NoCalendar, match="more than 10000 events"):
        read_leave(calendar(*(f"SUMMARY:Aidil|{DAY}" for _ in range(10_001))), PEOPLE, zone=ZONE, at=AT)
