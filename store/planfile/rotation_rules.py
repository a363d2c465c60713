"""What must hold of rotations: their orders, groups, layers and hours of duty."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from store.domain.rotation import Duty, Rotation, Unit, Version
from store.domain.wall import WEEKDAYS
from store.planfile.facts import Facts, check_word
from store.planfile.faults import Where, quoted
from store.planfile.places import check_group_handle, check_key, check_weekdays, check_zone
from store.planfile.plan_rules import circles_from
from store.planfile.sheet import Sheet

LONGEST = {Unit.HOUR: 31 * 24, Unit.DAY: 366, Unit.WEEK: 53, Unit.MONTH: 12}


def check_rotations(sheet: Sheet, rotations: Mapping[str, Rotation], facts: Facts) -> None:
    """Tell the sheet what does not hold."""
    for key, rotation in rotations.items():
        _check_rotation(sheet, key, rotation, facts)
    _check_circles(sheet, rotations)


def check_duty(sheet: Sheet, where: Where, duty: Duty) -> None:
    """Tell the sheet what is wrong with hours of duty. A closing before the opening is on the next day."""
    check_weekdays(sheet, (*where, "days"), duty.days)
    if not duty.days:
        sheet.error((*where, "days"), "no day: nobody would ever be on call")
    if duty.zone is not None:
        check_zone(sheet, (*where, "zone"), duty.zone)


def _check_rotation(sheet: Sheet, key: str, rotation: Rotation, facts: Facts) -> None:
    where = ("rotations", key)
    check_zone(sheet, (*where, "zone"), rotation.zone)
    known_day = check_word(sheet, (*where, "handoff_on"), rotation.handoff_on, WEEKDAYS)
    if not 1 <= rotation.every <= LONGEST[rotation.turn]:
        sheet.error((*where, "every"), f"a turn is 1 to {LONGEST[rotation.turn]} {rotation.turn}s long")
    if rotation.slack_group is not None:
        check_group_handle(sheet, (*where, "slack_group"), rotation.slack_group)
    if rotation.layers:
        _check_layers(sheet, key, rotation, facts)
    elif not rotation.versions:
        sheet.error((*where, "versions"), "a rotation needs at least one version, or `layers` of other rotations")
    if rotation.duty is not None:
        check_duty(sheet, (*where, "duty"), rotation.duty)
    for name, members in rotation.groups.items():
        _check_group(sheet, (*where, "groups", name), name, members, facts)
    _check_unused_groups(sheet, where, rotation)
    _check_versions(sheet, where, rotation, facts, known_day=known_day)


def _check_layers(sheet: Sheet, key: str, rotation: Rotation, facts: Facts) -> None:
    where = ("rotations", key)
    facts.check_all(sheet, (*where, "layers"), rotation.layers, "rotation")
    for index, layer in enumerate(rotation.layers):
        if layer == key:
            sheet.error((*where, "layers", index), "a rotation cannot be a layer of itself")
    for name in ("versions", "groups", "duty"):
        if getattr(rotation, name):
            sheet.error((*where, name), "has no place beside `layers`: each layer has its own")


def _check_circles(sheet: Sheet, rotations: Mapping[str, Rotation]) -> None:
    layers = {key: [one for one in each.layers if one in rotations and one != key] for key, each in rotations.items()}
    done: set[str] = set()
    for start in layers:
        for circle in circles_from(start, layers, done):
            way = " → ".join(map(quoted, (*circle, circle[0])))
            where = ("rotations", circle[0], "layers", rotations[circle[0]].layers.index((*circle, circle[0])[1]))
            sheet.error(where, f"a circle, each is a layer of the one before: {way}")


def _check_group(sheet: Sheet, where: Where, name: str, members: tuple[str, ...], facts: Facts) -> None:
    check_key(sheet, where, name)
    if facts.people is not None and name in facts.people:
        sheet.error(where, f"{quoted(name)} is a person too: choose another name")
    if not members:
        sheet.error(where, "nobody is in this group")
    facts.check_all(sheet, where, members, "person")


def _check_unused_groups(sheet: Sheet, where: Where, rotation: Rotation) -> None:
    used = {entry for version in rotation.versions for entry in version.order}
    for name in rotation.groups:
        if name not in used:
            sheet.notice((*where, "groups", name), "this group stands in no order")


def _check_versions(sheet: Sheet, where: Where, rotation: Rotation, facts: Facts, *, known_day: bool) -> None:
    before: date | None = None
    for index, version in enumerate(rotation.versions):
        at = (*where, "versions", index)
        day = version.starts_on
        if known_day and rotation.turn is Unit.WEEK:
            _check_weekday(sheet, (*at, "starts_on"), rotation, index)
        if before is not None and day <= before:
            sheet.error((*at, "starts_on"), f"{day} is not after {before}: versions stand in order of time")
        before = day
        if not version.order:
            sheet.notice((*at, "order"), f"nobody is on call from {day} on")
        _check_order(sheet, (*at, "order"), version, rotation.groups, facts)


def _check_order(
    sheet: Sheet, where: Where, version: Version, groups: Mapping[str, Iterable[str]], facts: Facts
) -> None:
    seen: set[str] = set()
    for turn, entry in enumerate(version.order):
        facts.check(sheet, (*where, turn), entry, "person", also=tuple(groups))
        for person in groups.get(entry, (entry,)):
            if person in seen:
                sheet.notice((*where, turn), f"{quoted(person)} serves more than once in a round")
            seen.add(person)


def _check_weekday(sheet: Sheet, where: Where, rotation: Rotation, index: int) -> None:
    """The first version is the anchor and must lie on it; a later one waits for the handoff."""
    day = rotation.versions[index].starts_on
    handoff = _handoff_from(day, rotation.handoff_on)
    later = rotation.versions[index + 1 : index + 2]
    if later and day < later[0].starts_on <= handoff:
        sheet.notice(where, f"never holds: the version of {later[0].starts_on} takes effect at the same handoff")
    elif handoff != day and index:
        sheet.notice(
            where,
            f"{day} is a {_weekday(day)}: takes effect at the handoff on {_weekday(handoff)} {handoff}; "
            "who is not in it leaves at once",
        )
    if handoff != day and not index:
        sheet.error(
            where,
            f"{day} is a {_weekday(day)}, the handoff is on {_weekday(handoff)}: did you mean "
            f"{handoff - timedelta(days=7)} or {handoff}?",
        )


def _handoff_from(day: date, handoff_on: str) -> date:
    return day + timedelta(days=(WEEKDAYS.index(handoff_on) - day.weekday()) % 7)


def _weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()].capitalize()
