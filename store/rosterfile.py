"""
A bare roster file in, a roster out, with every fault named by line and key.

Its shape is `store.domain.rosterfile.RosterFile`; the rules are those of `team.yaml`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from store.domain.absence import Absence
from store.domain.errors import UserError
from store.domain.override import Override, Volunteer
from store.domain.roster import Entries, Line, Roster, fold, no_holidays, rotation_lines
from store.domain.rosterfile import Lasting, RosterFile, SwapEntry
from store.domain.shift import Span
from store.domain.swap import Swap
from store.domain.team import Cover
from store.domain.wall import days_span, instant
from store.holidays import holidays_in
from store.planfile import files, yaml
from store.planfile.entry_rules import check_roster_file as apply_rules
from store.planfile.facts import Facts
from store.planfile.faults import Fault, Unreadable
from store.planfile.reader import read
from store.planfile.sheet import Sheet

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""When an entry was made that does not say it."""


class BrokenRosterFile(UserError):
    """The file cannot be used; the text lists every error."""

    def __init__(self, path: Path, faults: Iterable[Fault]) -> None:
        self.faults = tuple(fault for fault in faults if fault.level == "error")
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"The roster {path} cannot be used, it has {count}:", *map(str, self.faults)]))


def load_roster_file(path: Path) -> Roster:
    """Return the roster in the file. Raises: BrokenRosterFile: with every error in it, not only the first."""
    roster, faults = check_roster_file(path)
    if roster is None:
        raise BrokenRosterFile(path, faults)
    return roster


def check_roster_file(path: Path) -> tuple[Roster | None, tuple[Fault, ...]]:
    """Return the roster, or None when the file has errors; and all errors and notices by line."""
    try:
        sheet = Sheet(path.name, yaml.parse(files.read_source(path.parent, path.name).text))
    except Unreadable as error:
        return None, (Fault(path.name, error.line, "", error.message),)
    file = read(sheet, RosterFile)
    apply_rules(sheet, file, Facts.of(file, sheet, _pipelines(file)))
    roster = None if any(fault.level == "error" for fault in sheet.faults) else roster_of(file)
    for swap in roster.swaps.fallen if roster else ():
        sheet.notice(("swaps", swap.id - 1), "falls: one of the two does not have the turn that they give")
    return roster, tuple(sorted(sheet.faults, key=lambda fault: (fault.line, fault.key, fault.message)))


def _pipelines(file: RosterFile) -> tuple[str, ...]:
    lines = rotation_lines(file.rotations)
    return tuple(file.pipelines) or tuple(key for line in lines for key in line.pipelines)


def roster_of(file: RosterFile) -> Roster:
    """Return the roster that the file describes."""
    entries = Entries(
        absences=tuple(_absences(file)),
        overrides=tuple(_overrides(file)),
        swaps=tuple(_swap(file, number, entry) for number, entry in enumerate(file.swaps, start=1)),
        volunteers=tuple(_volunteers(file)),
    )
    return Roster(
        zone=file.zone,
        people=file.people,
        teams={key: tuple(one for one, person in file.people.items() if key in person.teams) for key in file.teams},
        rotations=file.rotations,
        lines=fold(_lines(file), entries, apart=Cover.SECONDARY in file.cover) or rotation_lines(file.rotations),
        cover=file.cover,
        leave=file.leave,
        on_deck=file.on_deck,
        workdays=file.workdays,
        entries=entries,
        fixes=file.holidays,
        holidays_in=holidays_in if file.known_holidays else no_holidays,
    )


def _lines(file: RosterFile) -> Iterable[Line]:
    for key, pipeline in file.pipelines.items():
        owned = pipeline.primary is not None or pipeline.secondary is not None
        yield Line(
            pipelines=(key,),
            key=key,
            rotation=pipeline.rotation,
            why=pipeline.why,
            duty=pipeline.duty,
            owners=((pipeline.primary or "", pipeline.secondary or ""),) if owned else (),
            high_alert=pipeline.high_alert,
        )


def _absences(file: RosterFile) -> Iterable[Absence]:
    for number, entry in enumerate(file.absences, start=1):
        starts_at, ends_at = _span(entry, file.people[entry.person].zone or file.zone, file.zone)
        yield Absence(
            person=entry.person,
            starts_at=starts_at,
            ends_at=ends_at,
            kind=entry.kind,
            name=entry.name,
            entered_at=None if entry.entered_at is None else _instant(entry.entered_at, file.zone),
            id=number,
        )


def _overrides(file: RosterFile) -> Iterable[Override]:
    for number, entry in enumerate(file.overrides, start=1):
        starts_at, ends_at = _span(entry, file.zone, file.zone)
        yield Override(
            person=entry.person,
            starts_at=starts_at,
            ends_at=ends_at,
            replaces=entry.replaces,
            pipelines=entry.pipelines,
            entered_at=_instant(entry.entered_at or ALWAYS, file.zone),
            id=number,
        )


def _volunteers(file: RosterFile) -> Iterable[Volunteer]:
    for number, entry in enumerate(file.volunteers, start=1):
        starts_at, ends_at = _span(entry, file.zone, file.zone)
        yield Volunteer(
            person=entry.person,
            starts_at=starts_at,
            ends_at=ends_at,
            pipelines=entry.pipelines,
            entered_at=_instant(entry.entered_at or ALWAYS, file.zone),
            id=number,
        )


def _swap(file: RosterFile, number: int, entry: SwapEntry) -> Swap:
    asked_at = _instant(entry.asked_at or ALWAYS, file.zone)
    return Swap(
        rotation=entry.rotation,
        asker=entry.asker,
        gives=entry.gives,
        other=entry.other,
        takes=entry.takes,
        state=entry.state,
        asked_at=asked_at,
        decided_at=asked_at if entry.decided_at is None else _instant(entry.decided_at, file.zone),
        id=number,
    )


def _span(entry: Lasting, days_zone: str, zone: str) -> Span:
    """Return the entry's time. Days of leave are the person's own, times are on the file's clock."""
    if entry.starts_on is not None:
        return days_span(entry.starts_on, entry.ends_on or entry.starts_on, days_zone)
    assert entry.starts_at is not None
    assert entry.ends_at is not None
    return _instant(entry.starts_at, zone), _instant(entry.ends_at, zone)


def _instant(written: datetime, zone: str) -> datetime:
    return instant(written, zone) if written.tzinfo is None else written.astimezone(UTC)
