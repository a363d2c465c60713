"""What must hold within `team.yaml`."""

from collections.abc import Collection
from datetime import timedelta

from store.domain.team import EscalationStep, Handoff, Hours, Severity, TeamFile
from store.planfile.facts import IN_FORCE, Facts, check_word
from store.planfile.faults import quoted
from store.planfile.leave_rules import check_calendar
from store.planfile.places import check_channel, check_key, check_weekdays, check_zone
from store.planfile.roster_rules import check_roster
from store.planfile.sheet import Sheet

UNLESS = ("acknowledged", "resolved")
MANUAL = ("week", "month", "month-end")
KEYED = ("people", "teams", "roles", "rotations", "causes")
"""Groups of the file that people name by a key."""


def check_team(sheet: Sheet, team: TeamFile, facts: Facts, beside: Collection[str]) -> None:
    """
    Tell the sheet what does not hold.

    Args:
        beside: names of the files in the plan's folder.
    """
    check_roster(sheet, team, facts)
    check_calendar(sheet, team.leave, beside)
    for name in ("oncall", "alerts", "incidents"):
        check_channel(sheet, ("channels", name), getattr(team.channels, name))
    _check_keys(sheet, team)
    for key, one in team.teams.items():
        if one.lead is not None:
            facts.check(sheet, ("teams", key, "lead"), one.lead, "person")
        if one.channel is not None:
            check_channel(sheet, ("teams", key, "channel"), one.channel)
    _check_hours(sheet, team.hours)
    _check_severities(sheet, team)
    _check_handoff(sheet, team.handoff)
    _check_escalation(sheet, team.escalation, facts)
    for index, manual in enumerate(team.manual_checks):
        check_word(sheet, ("manual_checks", index, "every"), manual.every, MANUAL)
        facts.check_all(sheet, ("manual_checks", index, "together_with"), manual.together_with, "team", "person")


def _check_keys(sheet: Sheet, team: TeamFile) -> None:
    for group in ("teams", "roles", "causes"):
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


def _check_handoff(sheet: Sheet, handoff: Handoff) -> None:
    before = timedelta(0)
    for index, after in enumerate(handoff.nudge_after):
        if after <= before:
            sheet.error(("handoff", "nudge_after", index), "must be later than the one before it, and than the handoff")
        before = max(before, after)
    if handoff.lead_after <= before:
        sheet.error(("handoff", "lead_after"), "must be later than the last of `nudge_after`")
