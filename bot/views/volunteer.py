"""Gaps and volunteers, shown: the question in the channel, the alarm to the lead, the form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.views import changes as change_view
from bot.views.blocks import Block, Message, actions, button, context, divider, escape, private, section
from bot.views.leave import LAST_DAY
from bot.views.people import name_of
from bot.views.preview import confirming, day_picker, form, input_block, long_text
from bot.views.shifts import dated, span
from store.domain.change import Change
from store.domain.gap import Gap
from store.domain.override import Volunteer
from store.domain.pipeline import Pipeline
from store.domain.team import TeamFile

OPEN, FORM, CONFIRM = "volunteer_open", "volunteer_form", "volunteer_confirm"
TAKE_BACK, TAKE_BACK_CONFIRM = "volunteer_take_back", "volunteer_take_back_confirm"
CAN = "gap_can"
LISTED = 20


def question(team: TeamFile, gap: Gap, serving: Sequence[Change], *, is_open: bool, is_over: bool) -> Message:
    """Return what the channel is asked, as it stands now."""
    if not is_open:
        return _closed(team, gap, serving, is_over=is_over)
    whose = f" for {escape(name_of(team, gap.person))}" if gap.person else ""
    text = f"⚠️ Nobody covers{whose}: {_when(team, serving)}. Who can?"
    value = {"name": gap.name, "turn_at": gap.turn_at.isoformat()}
    return Message(
        text=text,
        blocks=(
            section(f"*Who can be on call{whose}?* The plan’s cover rules have found nobody."),
            *long_text(change_view.lines(team, serving)),
            actions([button("I can", CAN, value, style="primary")]),
            context("Whoever presses first covers all that is still open. Part of it: `/oncall volunteer`."),
        ),
    )


def _when(team: TeamFile, serving: Sequence[Change]) -> str:
    spans = dict.fromkeys(span(one.starts_at, one.ends_at, team.zone) for one in serving if one.is_gap)
    return ", ".join(list(spans)[:3])


def _closed(team: TeamFile, gap: Gap, serving: Sequence[Change], *, is_over: bool) -> Message:
    whose = f"{escape(name_of(team, gap.person))}’s turn" if gap.person else "the turn"
    covering = list(dict.fromkeys(name_of(team, one.after) for one in serving if one.after))
    if is_over and any(one.is_gap for one in serving):
        text = f"Part of {whose} went without anybody on call."
    elif covering == [name_of(team, gap.person or "")]:
        text = f"✅ {escape(covering[0])} is on call after all."
    else:
        text = f"✅ {escape(' and '.join(covering) or 'Nobody needs to')} cover{'s' if len(covering) == 1 else ''}."
    return Message(text=text, blocks=(section(f"*{text}*"), *long_text(change_view.lines(team, serving))))


def open_again(team: TeamFile, gap: Gap, serving: Sequence[Change], *, asks: bool) -> Message:
    """Return the word that rings when a gap that was closed is open: in the channel (*asks*), or for the lead."""
    whose = f" for {escape(name_of(team, gap.person))}" if gap.person else ""
    move = "Press *I can* where I asked, or offer days with `/oncall volunteer`."
    text = f"⚠️ Open again: nobody covers{whose}, {_when(team, serving)}."
    return private(f"{text} {move if asks else 'Put somebody on call with `/oncall override`.'}")


def alarm(
    team: TeamFile, gap: Gap, serving: Sequence[Change], *, is_open: bool, is_over: bool, asked: bool, again: bool
) -> Message:
    """
    Return what the lead reads of a gap, as it stands now.

    Args:
        asked: volunteers are asked for in the channel.
        again: on the eve.
    """
    if not is_open:
        return _closed(team, gap, serving, is_over=is_over)
    whose = f" for {escape(name_of(team, gap.person))}" if gap.person else ""
    text = f"⚠️ {'Still nobody' if again else 'Nobody'} covers{whose}: {_when(team, serving)}."
    looks = f"Volunteers are asked for in #{team.channels.oncall}. " if asked else ""
    return Message(
        text=text,
        blocks=(
            section(f"*{text}*"),
            *long_text(change_view.lines(team, serving)),
            section(f"{looks}Put somebody on call with `/oncall override`; I say here when it is closed."),
        ),
    )


def volunteer_form(
    team: TeamFile,
    pipelines: Mapping[str, Pipeline],
    *,
    first: date | None,
    last: date | None,
    coming: Sequence[Volunteer],
    channel: str,
) -> dict[str, Any]:
    blocks: list[Block] = [
        section("Offer days on which you can step in. You are on call only where the cover rules find nobody else."),
        input_block("first", "First day", day_picker(first)),
        input_block("last", "Last day", day_picker(last), optional=True, hint=LAST_DAY),
    ]
    if len(pipelines) > 1:
        options = [
            {"text": {"type": "plain_text", "text": pipeline.name[:75]}, "value": key}
            for key, pipeline in pipelines.items()
        ][:100]
        chooser = {"type": "multi_static_select", "options": options}
        blocks.append(input_block("pipelines", "Only for", chooser, optional=True, hint="Leave empty for all."))
    if coming:
        blocks += [divider(), section("*Offered already*")]
        blocks += [
            section(_said(team, one), accessory=button("Take back", TAKE_BACK, {"volunteer": one.id}))
            for one in coming[:LISTED]
        ]
    return form(FORM, "Volunteer", blocks, channel=channel)


def _said(team: TeamFile, offer: Volunteer) -> str:
    whose = f", for {', '.join(offer.pipelines)}" if offer.pipelines else ""
    when = dated(offer.starts_at, offer.ends_at, team.zone, at=offer.entered_at)
    return f"{escape(name_of(team, offer.person))}: {when}{whose}"


def preview(team: TeamFile, offer: Volunteer, effect: Sequence[Change], *, carried: dict[str, Any]) -> dict[str, Any]:
    none = "Nobody needs you in these days as things are. Should somebody fall out and no rule find another, you cover."
    blocks = [section(f"You offer {_said(team, offer)}."), *change_view.effect(team, effect, none=none)]
    return confirming(CONFIRM, "Offer these days?", blocks, carried=carried, yes="Offer")


def preview_of_taking_back(
    team: TeamFile, offer: Volunteer, effect: Sequence[Change], *, carried: dict[str, Any]
) -> dict[str, Any]:
    blocks = [
        section(f"No longer offered: {_said(team, offer)}."),
        *change_view.effect(team, effect, none="Nobody’s time on call changes."),
        *change_view.gap_warning(effect),
    ]
    return confirming(TAKE_BACK_CONFIRM, "Take the offer back?", blocks, carried=carried, yes="Take back")


def offered(team: TeamFile, offer: Volunteer, effect: Sequence[Change]) -> Message:
    if effect:
        return private(f"Thank you. You cover:\n{chr(10).join(change_view.lines(team, effect))}")
    return private(f"Thank you. Kept: {_said(team, offer)}. You hear from me if you are needed.")


def taken_back(team: TeamFile, offer: Volunteer) -> Message:
    return private(f"Taken back: {_said(team, offer)}.")


def thanked(team: TeamFile, serving: Sequence[Change]) -> Message:
    return private(f"Thank you. As it stands now:\n{chr(10).join(change_view.lines(team, serving))}")
