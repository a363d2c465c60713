"""Leave, shown: the form, what it would do, and what the lead reads."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.views import changes as change_view
from bot.views.blocks import Block, Message, button, context, divider, escape, option, private, section
from bot.views.people import name_of
from bot.views.preview import confirming, day_picker, form, input_block
from bot.views.shifts import dated
from store.domain.absence import Absence, Kind
from store.domain.change import Change
from store.domain.team import TeamFile
from store.domain.wall import DAY, day_of, local_of

OPEN, FORM, CONFIRM = "leave_open", "leave_form", "leave_confirm"
TAKE_BACK, TAKE_BACK_CONFIRM = "leave_take_back", "leave_take_back_confirm"
LAST_DAY = "The day itself is included. Leave empty for the first day alone."
LISTED = 20
CHANNEL = "channel"
"""Among those who hear of late leave: the on-call channel."""


def leave_form(
    team: TeamFile,
    *,
    person: str,
    people: Sequence[str],
    first: date | None,
    last: date | None,
    kind: Kind,
    coming: Sequence[Absence],
    hearers: Collection[str],
    channel: str,
) -> dict[str, Any]:
    """
    Return the form, filled in as far as is known.

    Args:
        people: for whom this may be entered; one: no question is asked.
        coming: leave that is entered already, to be taken back.
        hearers: who is told of it where it comes late.
    """
    told = _told(hearers)
    at_once = "At once, whatever the notice" + (f"; {told} is told" if told else "")
    kinds = {
        Kind.LEAVE: option("Leave", Kind.LEAVE, "Planned time away"),
        Kind.EMERGENCY: option("Emergency leave", Kind.EMERGENCY, at_once),
    }
    whom = [option(name_of(team, key), key) for key in people[:100]]
    mine = next((each for each in whom if each["value"] == person), None)
    blocks: list[Block] = []
    if len(people) > 1:
        chooser = {"type": "static_select", "options": whom, **({"initial_option": mine} if mine else {})}
        blocks.append(input_block("person", "Who is away?", chooser))
    blocks += [
        input_block("first", "First day away", day_picker(first)),
        input_block("last", "Last day away", day_picker(last), optional=True, hint=LAST_DAY),
        input_block(
            "kind",
            "Which kind?",
            {"type": "radio_buttons", "options": list(kinds.values()), "initial_option": kinds[kind]},
        ),
        context(_notice(team, told)),
    ]
    if coming:
        blocks += [divider(), section("*Entered already*")]
        blocks += [_entered(team, absence) for absence in coming[:LISTED]]
    return form(FORM, "Leave", blocks, channel=channel)


def _told(hearers: Collection[str]) -> str:
    """Return who is told of late leave, in words; empty: nobody needs to be."""
    return "" if not hearers else "the on-call channel" if CHANNEL in hearers else "the lead"


def _notice(team: TeamFile, told: str) -> str:
    if not team.leave.notice:
        return "Nobody asks for your reason, and none is kept."
    late = f"accepted, flagged and told to {told}" if told else "accepted and flagged"
    return (
        f"This plan asks for {team.leave.notice // DAY} days’ notice. Later leave is {late}. "
        "Nobody asks for your reason, and none is kept."
    )


def _entered(team: TeamFile, absence: Absence) -> Block:
    known = team.people.get(absence.person)
    when = _when(absence, (known.zone if known else None) or team.zone)
    text = f"{escape(name_of(team, absence.person))}: {when} ({absence.kind})"
    return section(text, accessory=button("Take back", TAKE_BACK, {"absence": absence.id}))


def preview(
    team: TeamFile,
    absence: Absence,
    effect: Sequence[Change],
    *,
    late: bool,
    zone: str,
    hearers: Collection[str],
    carried: dict[str, Any],
) -> dict[str, Any]:
    """Return what the leave would do, with the button that enters it; *hearers* are told where it comes late."""
    told = _told(hearers)
    who, when = escape(name_of(team, absence.person)), _when(absence, zone)
    blocks: list[Block] = [section(f"*{who}* is away *{when}* ({absence.kind}).{_far(absence, zone)}")]
    if late:
        notice = team.leave.notice // DAY
        accepted = f"It is accepted; {told} is told." if told else "It is accepted."
        blocks.append(section(f"⚠️ *Late:* the plan asks for {notice} days’ notice. {accepted}"))
    elif absence.kind is Kind.EMERGENCY:
        blocks.append(section(f"It holds at once, and {told} is told." if told else "It holds at once."))
    blocks += change_view.effect(team, effect, none=f"Nobody’s time on call changes: {who} has none in these days.")
    blocks += change_view.gap_warning(effect)
    blocks.append(context(f"Times are those of {team.zone}. Whoever’s time on call changes is told."))
    return confirming(CONFIRM, "Enter this leave?", blocks, carried=carried, yes="Enter leave")


def _when(absence: Absence, zone: str) -> str:
    return dated(absence.starts_at, absence.ends_at, zone, at=absence.entered_at)


def _far(absence: Absence, zone: str) -> str:
    """Say so where the leave begins more than a year after it is entered: a year is easily mistyped."""
    if absence.entered_at is None:
        return ""
    years = relativedelta(local_of(absence.starts_at, zone), local_of(absence.entered_at, zone)).years
    ahead = "more than a year" if years == 1 else f"{years} years"
    return f"\n⚠️ *That is {ahead} ahead.* Go back if you mean another year." if years else ""


def preview_of_taking_back(
    team: TeamFile, absence: Absence, effect: Sequence[Change], *, zone: str, carried: dict[str, Any]
) -> dict[str, Any]:
    who, when = escape(name_of(team, absence.person)), _when(absence, zone)
    blocks: list[Block] = [section(f"*{who}* is not away *{when}* after all. What has passed of it stays as it was.")]
    blocks += change_view.effect(team, effect, none="Nobody’s time on call changes.")
    blocks += change_view.gap_warning(effect)
    return confirming(TAKE_BACK_CONFIRM, "Take this leave back?", blocks, carried=carried, yes="Take back")


def entered(team: TeamFile, absence: Absence, effect: Sequence[Change], *, zone: str) -> Message:
    who, when = escape(name_of(team, absence.person)), _when(absence, zone)
    said = f"Entered: {who} is away {when} ({absence.kind})."
    if change_view.has_gap(effect):
        return private(f"{said} ⚠️ Nobody covers part of it yet.")
    return private(f"{said} Whoever’s time on call changes is told.")


def taken_back(team: TeamFile, absence: Absence, *, zone: str) -> Message:
    who, when = escape(name_of(team, absence.person)), _when(absence, zone)
    return private(f"Taken back: {who} is not away {when}. Whoever’s time on call changes is told.")


def told_to_lead(
    team: TeamFile, absence: Absence, effect: Sequence[Change], *, by: str, late: bool, at: datetime, zone: str
) -> Message:
    """Return what the lead reads of leave that came late or is an emergency."""
    who, when = escape(name_of(team, absence.person)), _when(absence, zone)
    entered_by = "" if by == absence.person else f", entered by {escape(name_of(team, by))}"
    if late:
        ahead = max(0, (day_of(absence.starts_at, zone) - day_of(at, zone)).days)
        days = "today" if not ahead else f"{ahead} day{'s' if ahead > 1 else ''} ahead"
        why = f"That is {days}; the plan asks for {team.leave.notice // DAY}."
    else:
        why = "It holds at once."
    text = f"{who} is away {when} ({absence.kind}{entered_by}). {why}"
    blocks = (
        section(text),
        *change_view.effect(team, effect, none="Nobody’s time on call changes."),
        *_next_move(effect),
    )
    return Message(text=text, blocks=blocks)


def _next_move(effect: Sequence[Change]) -> tuple[Block, ...]:
    if change_view.has_gap(effect):
        return (section("*There is a gap.* Put somebody on call with `/oncall override`."),)
    return (context(f"You need to do nothing{': who covers is told' if effect else ''}."),)
