"""Overrides, shown: the form, what it would do, and the line in the channel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.views import changes as change_view
from bot.views.blocks import Block, Message, button, context, divider, escape, option, private, section
from bot.views.people import name_of
from bot.views.preview import confirming, form, input_block
from bot.views.shifts import dated
from store.domain.change import Change
from store.domain.override import Override
from store.domain.pipeline import Pipeline
from store.domain.team import TeamFile

OPEN, FORM, CONFIRM = "override_open", "override_form", "override_confirm"
TAKE_BACK, TAKE_BACK_CONFIRM = "override_take_back", "override_take_back_confirm"
WHOEVER, NOBODY = "*", "-"
"""Choices beside the keys of people, which hold neither."""
LISTED = 20


def override_form(
    team: TeamFile,
    pipelines: Mapping[str, Pipeline],
    *,
    takers: Sequence[str],
    replaceable: Sequence[str],
    me: str,
    starts_at: datetime,
    ends_at: datetime,
    for_anybody: bool,
    coming: Sequence[Override],
    channel: str,
) -> dict[str, Any]:
    """
    Return the form, with *me* as the one who takes over from *starts_at* to *ends_at*.

    Args:
        takers: who may be put on call by whoever asks.
        replaceable: whose time there may be to take over.
        for_anybody: the lead, who may also leave a time to nobody.
        coming: overrides that may be taken back.
    """
    people = [option(name_of(team, key), key) for key in replaceable[:99]]
    whoever = option("Whoever is on call", WHOEVER)
    who = [option(name_of(team, key), key) for key in takers[:99]]
    initial = next((one for one in who if one["value"] == me), None)
    who += [option("Nobody, on purpose", NOBODY)] if for_anybody else []
    chosen = {"initial_option": initial} if initial else {}
    blocks: list[Block] = [
        input_block(
            "replaces",
            "Instead of",
            {"type": "static_select", "options": [whoever, *people], "initial_option": whoever},
            hint="A person: only their own time is taken over. Whoever is on call: the whole time.",
        ),
        input_block("person", "Who takes over?", {"type": "static_select", "options": who, **chosen}),
        input_block("starts_at", "From", _instant(starts_at)),
        input_block("ends_at", "Until", _instant(ends_at)),
    ]
    if len(pipelines) > 1:
        options = [option(pipeline.name, key) for key, pipeline in pipelines.items()][:100]
        chooser = {"type": "multi_static_select", "options": options}
        blocks.append(input_block("pipelines", "Only for", chooser, optional=True, hint="Leave empty for all."))
    if not for_anybody:
        blocks.append(context("You can put yourself on call. Whoever else shall take it does the same."))
    if coming:
        blocks += [divider(), section("*Entered already*")]
        blocks += [_entered(team, one) for one in coming[:LISTED]]
    return form(FORM, "Override", blocks, channel=channel)


def _instant(at: datetime) -> Block:
    return {"type": "datetimepicker", "initial_date_time": int(at.timestamp())}


def _entered(team: TeamFile, override: Override) -> Block:
    return section(said(team, override), accessory=button("Take back", TAKE_BACK, {"override": override.id}))


def said(team: TeamFile, override: Override) -> str:
    """Return an override in a sentence of mrkdwn, without its full stop."""
    who = escape(name_of(team, override.person)) if override.person else "nobody, on purpose"
    whom = f" in place of {escape(name_of(team, override.replaces))}" if override.replaces else ""
    whose = f", for {', '.join(override.pipelines)}" if override.pipelines else ""
    when = dated(override.starts_at, override.ends_at, team.zone, at=override.entered_at)
    return f"*{who}* is on call{whom} {when}{whose}"


def preview(team: TeamFile, override: Override, effect: Sequence[Change], *, carried: dict[str, Any]) -> dict[str, Any]:
    blocks = [
        section(f"✋ {said(team, override)}."),
        section("*What changes*"),
        *change_view.effect(team, effect, none="Nothing."),
        *change_view.gap_warning(effect),
        context(f"Times are those of {team.zone}. Whoever’s time on call changes is told."),
    ]
    return confirming(CONFIRM, "Enter this override?", blocks, carried=carried, yes="Enter override")


def preview_of_taking_back(
    team: TeamFile, override: Override, effect: Sequence[Change], *, carried: dict[str, Any]
) -> dict[str, Any]:
    blocks = [
        section(f"No longer: {said(team, override)}. What has passed of it stays as it was."),
        *change_view.effect(team, effect, none="Nobody’s time on call changes."),
        *change_view.gap_warning(effect),
    ]
    return confirming(TAKE_BACK_CONFIRM, "Take it back?", blocks, carried=carried, yes="Take back")


def entered(team: TeamFile, override: Override) -> Message:
    return private(f"Entered: {said(team, override)}. Whoever’s time on call changes is told.")


def taken_back(team: TeamFile, override: Override) -> Message:
    return private(f"Taken back: {said(team, override)}. Whoever’s time on call changes is told.")


def in_channel(team: TeamFile, override: Override, *, by: str, taken_back_by: str = "") -> Message:
    """Return the one line for everybody, struck out once it was taken back."""
    entered_by = "" if by == override.person else f" (entered by {escape(name_of(team, by))})"
    text = f"✋ {said(team, override)}{entered_by}."
    if taken_back_by:
        text = f"~{text.replace('*', '')}~ Taken back by {escape(name_of(team, taken_back_by))}."
    return Message(text=text, blocks=(section(text),))
