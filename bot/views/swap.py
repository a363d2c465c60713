"""Swaps, shown: the form, what both people see from the asking to the end, and the line in the channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.views import changes as change_view
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    clip,
    context,
    escape,
    mention,
    option,
    private,
    section,
    slack_time,
)
from bot.views.people import name_of
from bot.views.preview import confirming, form, input_block
from bot.views.shifts import span
from store.domain.change import Change
from store.domain.exchange import Offer
from store.domain.swap import Swap, SwapState
from store.domain.team import TeamFile

OPEN, FORM, CONFIRM = "swap_open", "swap_form", "swap_confirm"
ACCEPT, DECLINE, WITHDRAW = "swap_accept", "swap_decline", "swap_withdraw"
MOST = 100
"""Options of a select."""


@dataclass(frozen=True)
class Terms:
    """The two turns of a swap in words."""

    gives: str
    takes: str


def swap_form(
    team: TeamFile, *, mine: Sequence[Offer], others: Sequence[Offer], for_anybody: bool, channel: str
) -> dict[str, Any]:
    """Return the form; *for_anybody*: the lead, who may also swap in the place of somebody absent."""
    several = len(team.rotations) > 1
    blocks = [
        input_block("gives", "Which turn is given?" if for_anybody else "Your turn", _turns(team, mine, several)),
        input_block("takes", "For which turn?", _turns(team, others, several)),
        context(_rule(team, for_anybody=for_anybody)),
    ]
    if max(len(mine), len(others)) > MOST:
        blocks.append(context(f"A list here holds {MOST} turns: these are the soonest."))
    return form(FORM, "Swap two turns", blocks, channel=channel)


def _turns(team: TeamFile, offers: Sequence[Offer], several: bool) -> Block:
    return {
        "type": "static_select",
        "options": [
            option(_turn(team, one, several), f"{one.rotation}|{one.day}|{one.person}") for one in offers[:MOST]
        ],
    }


def _turn(team: TeamFile, offer: Offer, several: bool) -> str:
    when = span(offer.starts_at, offer.ends_at, team.rotations[offer.rotation].zone)
    return clip(f"{name_of(team, offer.person)}, {when}" + (f" ({offer.rotation})" if several else ""), 75)


def _rule(team: TeamFile, *, for_anybody: bool) -> str:
    asked = "The other person is asked, and nothing changes until they accept."
    if for_anybody:
        return f"{asked} As the lead you may swap for somebody absent: then it holds at once, and both are told."
    notice = team.leave.swap_notice.days
    ahead = f" The team hears of a swap {notice} days ahead: turns that begin sooner are not listed." if notice else ""
    return asked + ahead


def preview(
    team: TeamFile, swap: Swap, terms: Terms, effect: Sequence[Change], *, at_once: bool, carried: dict[str, Any]
) -> dict[str, Any]:
    asker, other = (escape(name_of(team, key)) for key in (swap.asker, swap.other))
    holds = (
        "It holds at once by your word; both are told." if at_once else f"{other} is asked. Until then nothing changes."
    )
    blocks: list[Block] = [
        section(f"*{asker}* gives *{terms.gives}* and takes *{terms.takes}* from *{other}*.\n{holds}"),
        section("*When it holds*"),
        *change_view.effect(team, effect, none="Nobody’s time on call changes."),
        *change_view.gap_warning(effect),
    ]
    return confirming(CONFIRM, "Swap these turns?", blocks, carried=carried, yes="Swap" if at_once else "Ask")


def to_other(team: TeamFile, swap: Swap, terms: Terms, *, until: datetime | None, by: str = "") -> Message:
    """Return what the person who is asked sees, as it stands now; *by*: who decided."""
    asker = escape(name_of(team, swap.asker))
    offer = f"You would give *{terms.takes}* and take *{terms.gives}*."
    if swap.state is not SwapState.ASKED:
        return _ended(f"{asker} asked to swap turns with you. {offer}", _outcome(team, swap, by, of=swap.other))
    deadline = f" Answer by {slack_time(until)}; after that it lapses." if until else ""
    value = {"swap": swap.id}
    return Message(
        text=f"{asker} asks to swap turns with you: you would give {terms.takes} and take {terms.gives}.",
        blocks=(
            section(f"🔄 *{asker}* asks to swap turns with you.\n{offer}"),
            context(f"Nothing changes unless you accept.{deadline}"),
            actions([button("Accept", ACCEPT, value, style="primary"), button("Decline", DECLINE, value)]),
        ),
    )


def to_asker(team: TeamFile, swap: Swap, terms: Terms, *, until: datetime | None, by: str = "") -> Message:
    """Return what the person who asked sees, as it stands now."""
    other = escape(name_of(team, swap.other))
    asked = f"You asked {other} to swap turns: you would give *{terms.gives}* and take *{terms.takes}*."
    if swap.state is not SwapState.ASKED:
        return _ended(asked, _outcome(team, swap, by, of=swap.asker))
    deadline = f" Without an answer it lapses {slack_time(until)}." if until else ""
    return Message(
        text=asked.replace("*", ""),
        blocks=(
            section(f"🔄 {asked}"),
            context(f"Waiting for {other}.{deadline} Until then nothing changes."),
            actions([button("Withdraw", WITHDRAW, {"swap": swap.id})]),
        ),
    )


def by_lead(team: TeamFile, swap: Swap, terms: Terms, *, person: str) -> Message:
    """Return what each of the two reads of a swap that the lead made."""
    gives, takes = (terms.gives, terms.takes) if person == swap.asker else (terms.takes, terms.gives)
    other = escape(name_of(team, swap.other if person == swap.asker else swap.asker))
    lead = escape(name_of(team, swap.entered_by))
    text = f"🔄 {lead} has swapped your turn {gives} with {other}’s turn {takes}."
    if swap.state is SwapState.FALLEN:
        return _ended(text, _outcome(team, swap, "", of=person))
    return Message(text=text, blocks=(section(text), context(f"It holds at once. If it cannot be, tell {lead}.")))


def _ended(asked: str, outcome: str) -> Message:
    return Message(text=outcome, blocks=(section(f"{asked}\n*{outcome}*"),))


def _outcome(team: TeamFile, swap: Swap, by: str, *, of: str) -> str:
    """Return how a swap ended, for the person *of* of the two."""
    other = escape(name_of(team, swap.other if of == swap.asker else swap.asker))
    whoever = "You" if by == of else escape(name_of(team, by)) if by else ""
    match swap.state:
        case SwapState.ACCEPTED:
            return f"{whoever or other} accepted. It is in the roster."
        case SwapState.DECLINED:
            return f"{whoever or other} declined. Nothing has changed."
        case SwapState.WITHDRAWN:
            return f"{whoever or other} withdrew it. Nothing has changed."
        case SwapState.EXPIRED:
            return "Nobody answered in time, so it has lapsed. Nothing has changed."
        case _:
            return "The roster was edited, and one of the two turns is no more, so the swap has fallen."


def ended_line(team: TeamFile, swap: Swap, terms: Terms, *, person: str) -> Message | None:
    """
    Return the short word that rings for *person* when a swap came to nothing, with their next move.

    None: they did it themselves, or need to do nothing.
    """
    other = escape(name_of(team, swap.other if person == swap.asker else swap.asker))
    mine = terms.gives if person == swap.asker else terms.takes
    if swap.state is SwapState.DECLINED and person == swap.asker:
        text = f"{other} declined your swap. Your turn {mine} stays yours: ask somebody else with `/oncall swap`."
    elif swap.state is SwapState.EXPIRED and person == swap.asker:
        text = (
            f"{other} did not answer in time. Your turn {mine} stays yours: ask again with `/oncall swap`, or hand "
            "days of it over with `/oncall override`."
        )
    elif swap.state is SwapState.FALLEN:
        text = (
            f"⚠️ Your swap with {other} ({terms.gives} for {terms.takes}) has fallen: the roster was edited, and one of "
            "the two turns is no more. Look at `/oncall mine`, and ask again with `/oncall swap`."
        )
    else:
        return None
    return Message(text=text, blocks=(section(text),))


def in_channel(team: TeamFile, swap: Swap, terms: Terms) -> Message:
    """Return the one line for everybody."""
    asker, other = (escape(name_of(team, key)) for key in (swap.asker, swap.other))
    text = f"🔄 {asker} and {other} swap turns: {other} has {terms.gives}, {asker} has {terms.takes}."
    if swap.state is SwapState.FALLEN:
        text = f"~{text}~ It has fallen: the roster was edited, and one of the two turns is no more."
    return Message(text=text, blocks=(section(text),))


def asked(team: TeamFile, swap: Swap) -> Message:
    other = team.people.get(swap.other)
    if swap.state is SwapState.ACCEPTED:
        return private("Swapped. Both are told, and it stands in the roster.")
    if other and other.slack:
        return private(f"{mention(other.slack, other.name)} is asked. I have written to you where you can withdraw it.")
    return private(
        f"Asked, but `team.yaml` has no Slack id for {escape(name_of(team, swap.other))}, so I cannot reach them: "
        "talk to them. Days of a turn can be handed over with `/oncall override`."
    )
