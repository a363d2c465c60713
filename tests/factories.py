"""Values for tests: name what the test is about, the rest is filled with something sensible."""

from collections.abc import Iterable, Mapping
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime
from typing import Any

from store.domain.absence import Absence
from store.domain.check import Level, Verdict
from store.domain.holiday import Holiday, HolidaysIn
from store.domain.issue import Issue
from store.domain.override import Override, Volunteer
from store.domain.pipeline import OnCallRule, Owners, Pipeline, Purpose
from store.domain.roster import Entries, Line, Roster
from store.domain.rotation import Rotation, Version
from store.domain.run import Period, Run, RunStatus
from store.domain.shift import Shift
from store.domain.swap import Swap, SwapState
from store.domain.team import Person, Severity

AT = datetime(2024, 6, 4, 9, 30, tzinfo=UTC)
DAY = date(2024, 6, 3)


def make_run(**changes: Any) -> Run:
    """A queued run of one day."""
    fields: dict[str, Any] = {
        "id": 12,
        "pipeline": "aggregate-engagement",
        "period": Period.of_day(DAY),
        "status": RunStatus.QUEUED,
        "requested_by": "U0AIDIL",
        "requested_at": AT,
        "channel": "C0ONCALL",
    }
    return Run(**{**fields, **changes})


def make_pipeline(**changes: Any) -> Pipeline:
    fields: dict[str, Any] = {
        "key": "aggregate-engagement",
        "name": "Aggregate Engagement",
        "purpose": Purpose.INVESTORS,
        "summary": "Daily active accounts, as investors see them.",
        "owners": Owners(primary="product", secondary="data"),
        "on_call": OnCallRule(rotation="data"),
        "job": "aggregate_engagement",
        "rerun_by": ("engineer",),
    }
    return Pipeline(**{**fields, **changes})


def make_issue(**changes: Any) -> Issue:
    fields: dict[str, Any] = {
        "id": 7,
        "pipeline": "aggregate-engagement",
        "summary": "Active accounts dropped to nothing",
        "severity": Severity.MEDIUM,
        "day": DAY,
        "reported_by": "U0CHOO",
        "reported_at": AT,
    }
    return Issue(**{**fields, **changes})


def make_verdict(**changes: Any) -> Verdict:
    fields: dict[str, Any] = {
        "check": "rows",
        "level": Level.PASS,
        "observed": "36 rows, 7 % above the usual 33.6",
        "allowed": "warn above 20 %, fail above 80 %",
    }
    return Verdict(**{**fields, **changes})


# The roster: four people in weekly turns from Monday 6 January 2025, 10:00 UTC.

ANCHOR = date(2025, 1, 6)
ORDER = ("aidil", "thiru", "choo", "fahmi")


def moment(text: str) -> datetime:
    """`2025-01-06` or `2025-01-06 10:00`, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_rotation(zone: str = "UTC", **changes: Any) -> Rotation:
    """A weekly rotation; `order` and `starts_on` stand for one version."""
    order, starts_on = changes.pop("order", ORDER), changes.pop("starts_on", ANCHOR)
    fields = {"zone": zone, "versions": (Version(starts_on=starts_on, order=order),)}
    if changes.get("layers"):
        fields["versions"] = ()
    return Rotation(**{**fields, **changes})


def make_roster(**changes: Any) -> Roster:
    """
    A roster of one line over one rotation, `data`.

    Beside the roster's own fields: those of `Entries`; `owners` and `duty` of the line; `countries` (person to country)
    and `calendar` (country to days and names); else a field of the rotation.
    """
    entries = Entries(**{each.name: tuple(changes.pop(each.name, ())) for each in fields_of(Entries)})
    roster_fields = {each.name for each in fields_of(Roster)}
    countries = changes.pop("countries", {})
    own = {name: changes.pop(name) for name in list(changes) if name in roster_fields and name != "zone"}
    line = {name: changes.pop(name) for name in ("owners", "line_duty", "high_alert") if name in changes}
    zone = changes.pop("zone", "UTC")
    calendar = changes.pop("calendar", {})
    rotations = own.pop("rotations", None) or {"data": make_rotation(zone, **changes)}
    names = {
        who
        for each in rotations.values()
        for one in each.versions
        for key in one.order
        for who in each.groups.get(key, (key,))
    }
    by_hand = {one.person for one in entries.overrides if one.person} | {one.person for one in entries.volunteers}
    people = {
        who: Person(name=who.capitalize(), country=countries.get(who))
        for who in sorted({*names, *countries, *by_hand, "mei"})
    }
    fields: dict[str, Any] = {
        "zone": zone,
        "people": people,
        "rotations": rotations,
        "lines": (
            Line(
                pipelines=("profit",),
                key=None,
                rotation=next(iter(rotations)),
                duty=line.pop("line_duty", None),
                **line,
            ),
        ),
        "entries": entries,
        "holidays_in": holidays_of(calendar),
    }
    return Roster(**{**fields, **own})


def holidays_of(calendar: Mapping[str, Iterable[tuple[str, str]]]) -> HolidaysIn:
    """Return the holidays of made-up countries, from (day, name)."""

    def holidays_in(country: str, _subdivision: str | None, year: int) -> tuple[Holiday, ...]:
        days = (Holiday(date.fromisoformat(day), name) for day, name in calendar.get(country, ()))
        return tuple(sorted(day for day in days if day.day.year == year))

    return holidays_in


def make_absence(person: str, starts: str, ends: str, **changes: Any) -> Absence:
    return Absence(**{"person": person, "starts_at": moment(starts), "ends_at": moment(ends), **changes})


def make_override(person: str | None, starts: str, ends: str, **changes: Any) -> Override:
    fields = {
        "person": person,
        "starts_at": moment(starts),
        "ends_at": moment(ends),
        "entered_at": moment("2025-01-01"),
    }
    return Override(**{**fields, **changes})


def make_volunteer(person: str, starts: str, ends: str, **changes: Any) -> Volunteer:
    fields = {
        "person": person,
        "starts_at": moment(starts),
        "ends_at": moment(ends),
        "entered_at": moment("2025-01-01"),
    }
    return Volunteer(**{**fields, **changes})


def make_swap(asker: str, gives: str, other: str, takes: str, **changes: Any) -> Swap:
    """An accepted swap of turns of the rotation `data`."""
    fields: dict[str, Any] = {
        "rotation": "data",
        "asker": asker,
        "gives": date.fromisoformat(gives),
        "other": other,
        "takes": date.fromisoformat(takes),
        "state": SwapState.ACCEPTED,
        "asked_at": moment("2025-01-01"),
        "decided_at": moment("2025-01-02"),
    }
    return Swap(**{**fields, **changes})


def told(shifts: Iterable[Shift]) -> list[str]:
    """Return *shifts* as lines such as `2025-01-06 10:00 aidil rotation`, UTC."""
    return [f"{shift.starts_at:%Y-%m-%d %H:%M} {shift.person or 'nobody'} {shift.source}" for shift in shifts]
