"""What must hold of everything that decides who is on call, in `team.yaml` and in a bare roster file alike."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Protocol

from store.domain.rotation import Rotation
from store.domain.team import Cover, HolidayFix, Leave, OnDeck, Person
from store.planfile.facts import Facts
from store.planfile.faults import Where, quoted
from store.planfile.leave_rules import Calendars, check_fixes, check_home, check_leave
from store.planfile.places import check_key, check_slack_id, check_zone
from store.planfile.rotation_rules import check_rotations
from store.planfile.sheet import Sheet


class Parts(Protocol):
    """The parts of a file that decide who is on call."""

    @property
    def zone(self) -> str: ...
    @property
    def people(self) -> Mapping[str, Person]: ...
    @property
    def rotations(self) -> Mapping[str, Rotation]: ...
    @property
    def cover(self) -> tuple[Cover, ...]: ...
    @property
    def leave(self) -> Leave: ...
    @property
    def holidays(self) -> tuple[HolidayFix, ...]: ...
    @property
    def on_deck(self) -> tuple[OnDeck, ...]: ...


def check_roster(sheet: Sheet, parts: Parts, facts: Facts, *, known_holidays: bool = True) -> None:
    """
    Tell the sheet what does not hold.

    Args:
        known_holidays: whether the public holidays of countries are looked up.
    """
    check_zone(sheet, ("zone",), parts.zone)
    calendars = Calendars.of(parts.holidays, parts.rotations, known=known_holidays)
    _check_people(sheet, parts.people, facts, calendars)
    for key in parts.rotations:
        check_key(sheet, ("rotations", key), key)
    check_rotations(sheet, parts.rotations, facts)
    _check_unique(sheet, ("cover",), parts.cover)
    check_leave(sheet, parts.leave, parts.people, _serving(parts.rotations), calendars)
    check_fixes(sheet, parts.holidays, parts.people, calendars)
    for index, deck in enumerate(parts.on_deck):
        _check_on_deck(sheet, ("on_deck", index), deck, facts)


def _serving(rotations: Mapping[str, Rotation]) -> set[str]:
    return {
        person
        for rotation in rotations.values()
        for version in rotation.versions
        for entry in version.order
        for person in rotation.groups.get(entry, (entry,))
    }


def _check_people(sheet: Sheet, people: Mapping[str, Person], facts: Facts, calendars: Calendars) -> None:
    ids: dict[str, str] = {}
    emails: dict[str, str] = {}
    for key, person in people.items():
        where = ("people", key)
        check_key(sheet, where, key)
        facts.check_all(sheet, (*where, "teams"), person.teams, "team")
        facts.check_all(sheet, (*where, "roles"), person.roles, "role")
        if person.slack is not None:
            check_slack_id(sheet, (*where, "slack"), person.slack)
            _check_own(sheet, (*where, "slack"), person.slack, key, ids)
        if person.email is not None:
            if "@" not in person.email or " " in person.email:
                sheet.error((*where, "email"), f"{quoted(person.email)} is no email address")
            _check_own(sheet, (*where, "email"), person.email.casefold(), key, emails)
        if person.zone is not None:
            check_zone(sheet, (*where, "zone"), person.zone)
        check_home(sheet, where, person, calendars)


def _check_own(sheet: Sheet, where: Where, value: str, person: str, owners: dict[str, str]) -> None:
    if owners.setdefault(value, person) != person:
        sheet.error(where, f"{quoted(value)} belongs to {quoted(owners[value])} already")


def _check_unique(sheet: Sheet, where: Where, words: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word in seen:
            sheet.error((*where, index), f"{quoted(word)} is in this list twice")
        seen.add(word)


def _check_on_deck(sheet: Sheet, where: Where, deck: OnDeck, facts: Facts) -> None:
    facts.check_all(sheet, (*where, "who"), deck.who, "person")
    if deck.days % timedelta(days=1) or not timedelta(days=1) <= deck.days <= timedelta(days=31):
        sheet.error((*where, "days"), "write whole days, from `1d` to `31d`")
