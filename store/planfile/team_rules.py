"""What must hold within `team.yaml`."""

from collections.abc import Iterable
from datetime import date, timedelta

from store.domain.rotation import Rotation
from store.domain.team import EscalationStep, Hours, OnDeck, Person, Severity, TeamFile
from store.domain.wall import WEEKDAYS
from store.planfile.facts import IN_FORCE, Facts, check_word
from store.planfile.faults import Where, quoted
from store.planfile.places import (
    check_channel,
    check_country,
    check_key,
    check_slack_id,
    check_weekdays,
    check_zone,
)
from store.planfile.sheet import Sheet

UNLESS = ("acknowledged", "resolved")
MANUAL = ("week", "month", "month-end")
KEYED = ("people", "teams", "roles", "rotations", "causes")


def check_team(sheet: Sheet, team: TeamFile, facts: Facts) -> None:
    """Tell the sheet what does not hold."""
    check_zone(sheet, ("zone",), team.zone)
    for name in ("oncall", "alerts", "incidents"):
        check_channel(sheet, ("channels", name), getattr(team.channels, name))
    _check_keys(sheet, team)
    _check_people(sheet, team, facts)
    for key, one in team.teams.items():
        if one.lead is not None:
            facts.check(sheet, ("teams", key, "lead"), one.lead, "person")
        if one.channel is not None:
            check_channel(sheet, ("teams", key, "channel"), one.channel)
    for key, rotation in team.rotations.items():
        _check_rotation(sheet, ("rotations", key), rotation, facts)
    _check_hours(sheet, team.hours)
    _check_severities(sheet, team)
    _check_unique(sheet, ("cover",), team.cover)
    _check_unique(sheet, ("leave", "compensation"), team.leave.compensation)
    for index, deck in enumerate(team.on_deck):
        _check_on_deck(sheet, ("on_deck", index), deck, facts)
    _check_escalation(sheet, team.escalation, facts)
    for index, manual in enumerate(team.manual_checks):
        check_word(sheet, ("manual_checks", index, "every"), manual.every, MANUAL)
        facts.check_all(sheet, ("manual_checks", index, "together_with"), manual.together_with, "team", "person")


def _check_keys(sheet: Sheet, team: TeamFile) -> None:
    for group in KEYED:
        for key in getattr(team, group):
            check_key(sheet, (group, key), key)
    # Owners are people or teams; roles are looked at where they are told (`contradictions`).
    for group in ("people", "teams"):
        for key in getattr(team, group):
            if key in IN_FORCE:
                sheet.error((group, key), f"{quoted(key)} means something else in an escalation: choose another key")
    for key in team.teams:
        if key in team.people:
            sheet.error(("teams", key), f"{quoted(key)} is a person too: choose another key")
    for key in team.roles:
        if key in team.people:
            sheet.error(("roles", key), f"{quoted(key)} is a person too: choose another key")


def _check_people(sheet: Sheet, team: TeamFile, facts: Facts) -> None:
    ids: dict[str, str] = {}
    emails: dict[str, str] = {}
    for key, person in team.people.items():
        where = ("people", key)
        facts.check_all(sheet, (*where, "teams"), person.teams, "team")
        facts.check_all(sheet, (*where, "roles"), person.roles, "role")
        if person.slack is not None:
            check_slack_id(sheet, (*where, "slack"), person.slack)
            _check_own(sheet, (*where, "slack"), person.slack, key, ids)
        if person.email is not None:
            _check_own(sheet, (*where, "email"), person.email.casefold(), key, emails)
        _check_home(sheet, where, person)


def _check_own(sheet: Sheet, where: Where, value: str, person: str, owners: dict[str, str]) -> None:
    if owners.setdefault(value, person) != person:
        sheet.error(where, f"{quoted(value)} belongs to {quoted(owners[value])} already")


def _check_home(sheet: Sheet, where: Where, person: Person) -> None:
    if person.email is not None and ("@" not in person.email or " " in person.email):
        sheet.error((*where, "email"), f"{quoted(person.email)} is no email address")
    if person.country is not None:
        check_country(sheet, (*where, "country"), person.country)
    elif person.subdivision is not None:
        sheet.notice((*where, "subdivision"), "has no effect without a country")


def _check_rotation(sheet: Sheet, where: Where, rotation: Rotation, facts: Facts) -> None:
    check_zone(sheet, (*where, "zone"), rotation.zone)
    on_weekday = check_word(sheet, (*where, "handoff_on"), rotation.handoff_on, WEEKDAYS)
    if not rotation.versions:
        sheet.error((*where, "versions"), "a rotation needs at least one version")
    before: date | None = None
    for index, version in enumerate(rotation.versions):
        at = (*where, "versions", index)
        if on_weekday:
            _check_start(sheet, (*at, "starts_on"), version.starts_on, rotation.handoff_on)
        if before is not None and version.starts_on <= before:
            sheet.error(
                (*at, "starts_on"), f"{version.starts_on} is not after {before}: versions stand in order of time"
            )
        before = version.starts_on
        if not version.order:
            sheet.notice((*at, "order"), f"nobody is on call from {version.starts_on} on")
        for turn, person in enumerate(version.order):
            facts.check(sheet, (*at, "order", turn), person, "person")
            if person in version.order[:turn]:
                sheet.notice((*at, "order", turn), f"{quoted(person)} serves more than once in a round")


def _check_start(sheet: Sheet, where: Where, day: date, handoff_on: str) -> None:
    off = (day.weekday() - WEEKDAYS.index(handoff_on)) % 7
    if off:
        better = day - timedelta(days=off)
        weekday = WEEKDAYS[day.weekday()].capitalize()
        sheet.error(
            where,
            f"{day} is a {weekday}, the handoff is on {handoff_on.capitalize()}: did you mean {better} or "
            f"{better + timedelta(days=7)}?",
        )


def _check_hours(sheet: Sheet, hours: Hours) -> None:
    check_zone(sheet, ("hours", "zone"), hours.zone)
    check_weekdays(sheet, ("hours", "days"), hours.days)
    if not hours.days:
        sheet.error(("hours", "days"), "no working day: business hours would never pass")
    if hours.closes <= hours.opens:
        sheet.error(("hours", "closes"), f"{hours.closes:%H:%M} is not after the opening at {hours.opens:%H:%M}")


def _check_severities(sheet: Sheet, team: TeamFile) -> None:
    for severity in Severity:
        if severity not in team.severities:
            sheet.error(("severities",), f"{quoted(severity)} is missing")
    for severity, rule in team.severities.items():
        if rule.handled_within <= timedelta(0):
            sheet.error(("severities", severity, "handled_within"), "must be longer than nothing")


def _check_on_deck(sheet: Sheet, where: Where, deck: OnDeck, facts: Facts) -> None:
    facts.check_all(sheet, (*where, "who"), deck.who, "person")
    if deck.days % timedelta(days=1) or not timedelta(days=1) <= deck.days <= timedelta(days=31):
        sheet.error((*where, "days"), "write whole days, from `1d` to `31d`")


def _check_escalation(sheet: Sheet, steps: tuple[EscalationStep, ...], facts: Facts) -> None:
    after = timedelta(0)
    for index, step in enumerate(steps):
        where = ("escalation", index)
        check_word(sheet, (*where, "unless"), step.unless, UNLESS)
        facts.check_all(sheet, (*where, "tell"), step.tell, "person", "team", "role", also=IN_FORCE)
        if not step.tell:
            sheet.error((*where, "tell"), "tells nobody")
        if step.after < after:
            sheet.notice(
                (*where, "after"), "comes earlier than the step before it: all are counted from the first page"
            )
        after = step.after


def _check_unique(sheet: Sheet, where: Where, words: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word in seen:
            sheet.error((*where, index), f"{quoted(word)} is in this list twice")
        seen.add(word)
