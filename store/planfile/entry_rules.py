"""What must hold of a bare roster file beside what it shares with `team.yaml`: pipelines, and what people entered."""

from datetime import datetime

from store.domain.rosterfile import Lasting, RosterFile, SwapEntry
from store.domain.wall import instant
from store.planfile.facts import Facts
from store.planfile.faults import Where, quoted
from store.planfile.page_rules import check_on_call
from store.planfile.places import check_key, check_weekdays, is_zone
from store.planfile.roster_rules import check_roster
from store.planfile.sheet import Sheet


def check_roster_file(sheet: Sheet, file: RosterFile, facts: Facts) -> None:
    """Tell the sheet what does not hold."""
    check_roster(sheet, file, facts, known_holidays=file.known_holidays)
    check_weekdays(sheet, ("workdays",), file.workdays)
    for key, one in file.teams.items():
        check_key(sheet, ("teams", key), key)
        if one.lead is not None:
            facts.check(sheet, ("teams", key, "lead"), one.lead, "person")
    for key, pipeline in file.pipelines.items():
        check_key(sheet, ("pipelines", key), key)
        check_on_call(sheet, ("pipelines", key), pipeline, facts)
        for role in ("primary", "secondary"):
            owner = getattr(pipeline, role)
            if owner is not None:
                facts.check(sheet, ("pipelines", key, role), owner, "team", "person")
    _check_entries(sheet, file, facts)
    for index, swap in enumerate(file.swaps):
        _check_swap(sheet, ("swaps", index), swap, file, facts)


def _check_entries(sheet: Sheet, file: RosterFile, facts: Facts) -> None:
    for index, absence in enumerate(file.absences):
        _check_lasting(sheet, ("absences", index), absence, file.zone)
        facts.check(sheet, ("absences", index, "person"), absence.person, "person")
    for index, override in enumerate(file.overrides):
        where = ("overrides", index)
        _check_lasting(sheet, where, override, file.zone)
        for name in ("person", "replaces"):
            person = getattr(override, name)
            if person is not None:
                facts.check(sheet, (*where, name), person, "person")
        if override.person is not None and override.person == override.replaces:
            sheet.error((*where, "replaces"), "somebody cannot replace themselves")
        facts.check_all(sheet, (*where, "pipelines"), override.pipelines, "pipeline")
    for index, volunteer in enumerate(file.volunteers):
        _check_lasting(sheet, ("volunteers", index), volunteer, file.zone)
        facts.check(sheet, ("volunteers", index, "person"), volunteer.person, "person")
        facts.check_all(sheet, ("volunteers", index, "pipelines"), volunteer.pipelines, "pipeline")


def _check_lasting(sheet: Sheet, where: Where, entry: Lasting, zone: str) -> None:
    days, times = (entry.starts_on, entry.ends_on), (entry.starts_at, entry.ends_at)
    if any(days) and any(times):
        sheet.error(where, "has days and times: write `starts_on` and `ends_on`, or `starts_at` and `ends_at`")
    elif any(times):
        if entry.starts_at is None or entry.ends_at is None:
            sheet.error(where, "`starts_at` and `ends_at` go together")
        elif is_zone(zone) and _instant(entry.ends_at, zone) <= _instant(entry.starts_at, zone):
            sheet.error((*where, "ends_at"), "is not after `starts_at`")
    elif entry.starts_on is None:
        sheet.error(where, "from when to when? Write `starts_on` and `ends_on`, or `starts_at` and `ends_at`")
    elif entry.ends_on is not None and entry.ends_on < entry.starts_on:
        sheet.error((*where, "ends_on"), f"{entry.ends_on} is before {entry.starts_on}")


def _instant(written: datetime, zone: str) -> datetime:
    return instant(written, zone) if written.tzinfo is None else written


def _check_swap(sheet: Sheet, where: Where, swap: SwapEntry, file: RosterFile, facts: Facts) -> None:
    facts.check(sheet, (*where, "rotation"), swap.rotation, "rotation")
    for name in ("asker", "other"):
        facts.check(sheet, (*where, name), getattr(swap, name), "person")
    rotation = file.rotations.get(swap.rotation)
    if rotation is not None and rotation.layers:
        sheet.error(
            (*where, "rotation"), f"{quoted(swap.rotation)} is a stack of layers: name the layer with the turns"
        )
    if swap.asker == swap.other:
        sheet.error((*where, "other"), "somebody cannot swap with themselves")
