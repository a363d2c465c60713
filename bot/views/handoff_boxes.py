"""The items of a handoff as checkboxes, ten to an element, none of them cut in silence."""

import textwrap
from collections.abc import Mapping, Sequence

from bot.views.blocks import Block, clip, context, escape, option, section
from bot.views.briefing import listed
from store.domain.handoff import Group, Handoff, Item, weeks_old
from store.domain.team import TeamFile

TICK = "handoff_tick"
LABEL = 75
"""Slack's limit of an option's text, and of its description."""
MARK_LIMIT = 30
"""Room kept in a description for who ticked it, or how old it is."""
BOXES = 10
MOST_ITEMS = 60

_TITLES = {
    Group.ACTION: "*To be done* · stays until somebody ticks it",
    Group.TALK: "*Talk through*",
    Group.CHECK: "*Checks due this week* · done by hand",
}


def items(handoff: Handoff, team: TeamFile) -> list[Block]:
    """Return the checkboxes, group by group; where there are too many, those that are done make room."""
    done_last = sorted(handoff.items, key=lambda item: item.done_at is not None)
    shown = set(done_last[:MOST_ITEMS])
    groups = {group: [item for item in handoff.items if item.group is group and item in shown] for group in _TITLES}
    long = [item for mine in groups.values() for item in mine if not _fits(item)]
    numbers = {item.id: number for number, item in enumerate(long, start=1)}
    blocks: list[Block] = []
    for group, mine in groups.items():
        if mine:
            blocks.append(section(_TITLES[group]))
        for at in range(0, len(mine), BOXES):
            blocks.append(_boxes(handoff, mine[at : at + BOXES], numbers, team))
        whole = [f"{_sign(numbers[item.id])} {escape(item.text)}" for item in mine if item.id in numbers]
        if whole:
            blocks += listed(whole[0], whole[1:])
    if len(shown) < len(handoff.items):
        hidden = [item for item in handoff.items if item not in shown]
        waiting = sum(item.done_at is None for item in hidden)
        blocks.append(
            context(
                f"{waiting} more are open and come up here as these are ticked."
                if waiting
                else f"{len(hidden)} more are done."
            )
        )
    return blocks


def _boxes(handoff: Handoff, items: Sequence[Item], numbers: Mapping[int, int], team: TeamFile) -> Block:
    """
    Return up to ten checkboxes.

    The block's id says which were ticked when it was shown: a press is read against that, and an edit with another
    state is another block, so that no client keeps what it showed before.
    """
    options = {item.id: _option(item, numbers.get(item.id), handoff, team) for item in items}
    ticked = [options[item.id] for item in items if item.done_at is not None]
    shown = ",".join(f"{item.id}{'*' if item.done_at is not None else ''}" for item in items)
    boxes: Block = {"type": "checkboxes", "action_id": TICK, "options": list(options.values())}
    return {
        "type": "actions",
        "block_id": f"{TICK}:{handoff.id}:{shown}",
        "elements": [{**boxes, **({"initial_options": ticked} if ticked else {})}],
    }


def _option(item: Item, number: int | None, handoff: Handoff, team: TeamFile) -> Block:
    mark = _mark(item, handoff, team)
    if number is not None:
        first, rest = _begin(item.text, _sign(number)), f"Whole text below: {_sign(number)}"
    else:
        first, rest = _lines(item)
    return option(first, str(item.id), " · ".join(part for part in (rest, mark) if part))


def _sign(number: int) -> str:
    """Return what ties a box to its whole text below, as a footnote does."""
    return f"[{number}]"


def _begin(text: str, sign: str) -> str:
    """Return the first words of *text* and the sign, as an option's text."""
    room = LABEL - len(sign) - 1
    words = textwrap.shorten(text, room, placeholder=" …")
    return f"{clip(text, room) if words.strip() == '…' else words} {sign}"


def _mark(item: Item, handoff: Handoff, team: TeamFile) -> str:
    if item.done_by:
        return f"✓ {_plain_name(team, item.done_by)}"
    return age(item, handoff)


def age(item: Item, handoff: Handoff) -> str:
    """Return for how long *item* had been open when hands changed; empty where it is new."""
    count = weeks_old(item, handoff.due_at)
    return f"⏳ open for {count} {'week' if count == 1 else 'weeks'}" if count else ""


def _plain_name(team: TeamFile, slack_id: str) -> str:
    return next((person.name for person in team.people.values() if person.slack == slack_id), "somebody")


def _fits(item: Item) -> bool:
    first, rest = _lines(item)
    return len(first) <= LABEL and len(rest) <= LABEL - MARK_LIMIT


def _lines(item: Item) -> tuple[str, str]:
    """Return the item's text as an option's text and the rest as its description, parted where it pauses."""
    for stop in (", ", "; ", ": "):
        first = item.text[: LABEL + 1].rpartition(stop)[0]
        if first and len(item.text) > LABEL and len(item.text) - len(first) - 2 <= LABEL - MARK_LIMIT:
            return f"{first}{stop.strip()}", item.text[len(first) + 2 :]
    first, *more = textwrap.wrap(item.text, LABEL) or [item.text]
    return first, " ".join(more)
