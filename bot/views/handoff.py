"""A handoff, shown: one living message from the posting to the end of its week, its form, and its thread."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.views import briefing as facts
from bot.views import handoff_boxes as boxes
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    clip,
    context,
    escape,
    header,
    mention,
    option,
    plain,
    private,
    section,
    slack_time,
)
from store.domain.briefing import Briefing
from store.domain.handoff import ITEM_LIMIT, WEEK, Group, Handoff, Item, Note
from store.domain.handover import Due
from store.domain.pipeline import Pipeline
from store.domain.team import TeamFile

CONFIRM, WRITE, START = "handoff_confirm", "handoff_note", "handoff_start"
FORM = "handoff_note_form"
NOTES_SHOWN = 5
NOTE_LIMIT = 300
NOTE, ACTION = "note", "action"


def living(
    handoff: Handoff, briefing: Briefing, team: TeamFile, pipelines: Mapping[str, Pipeline], *, at: datetime
) -> Message:
    """Return the message as it should look at the instant *at*, until a later handoff takes it over."""
    names = {key: pipeline.name for key, pipeline in pipelines.items()}
    blocks: list[Block] = [
        header(_headline(handoff, team)),
        section(_who(handoff, team, whose=_whose(handoff, pipelines), until=_gives_way_at(handoff, briefing))),
        *_remarks(handoff, team),
        *facts.burning(briefing, team),
        *facts.in_flight(briefing, team, pipelines, at=at),
    ]
    if not handoff.small:
        blocks += [
            *facts.pipelines(briefing, team),
            *facts.ahead(briefing.ahead, team, names, ends_at=handoff.ends_at),
        ]
    blocks += [
        *boxes.items(handoff, team),
        *_notes(handoff, team),
        _buttons(handoff, team),
        context(_next_move(handoff, team)),
    ]
    return Message(text=_short(handoff, briefing, team), blocks=tuple(blocks))


def carried(handoff: Handoff, team: TeamFile) -> Message:
    """Return what is left of the message once a later handoff has taken over: what was done, no buttons."""
    left, items = handoff.unfinished, handoff.items
    stayed = f"Weekly check: {_names(handoff.incoming, team)} stayed"
    what = stayed if handoff.stays else f"Handed over: {_pair(handoff, team)}"
    text = f"{escape(what)}, {facts.day(handoff.due_at, team.zone)}"
    said = "Both confirmed." if handoff.completed_at else f"Never confirmed by {escape(_names(handoff.awaited, team))}."
    if handoff.small or handoff.stays:
        said = "Confirmed." if handoff.completed_at else said
    open_still = f" {len(left)} left open: *carried over* to the next handoff." if left else ""
    done = f" {len(items) - len(left)} of {len(items)} items done.{open_still}" if items else ""
    lines = [
        *(f"✅ {escape(item.text)} · {facts.called(team, item.done_by)}" for item in items if item.done_by),
        *(f"◻️ {escape(item.text)}" for item in _in_order(left)),
        *_last_notes(handoff, team),
    ]
    return Message(text=text, blocks=(section(f"*{text}*"), *facts.listed(f"{said}{done}", lines)))


def summary(handoff: Handoff, team: TeamFile) -> Message:
    """Return the reply that ends a handoff: what was handed over, and what comes back."""
    left, count = handoff.unfinished, len(handoff.items)
    text = f"✅ Handoff complete: {escape(_pair(handoff, team))}, {_both(handoff)}."
    if handoff.items:
        text += f" {count - len(left)} of {count} items done."
    if handoff.notes:
        text += f" {len(handoff.notes)} {'note' if len(handoff.notes) == 1 else 'notes'}."
    if not left:
        return private(text)
    lines = [f"• {escape(item.text)}{_age(item, handoff)}" for item in _in_order(left)]
    again = "next week" if round((handoff.ends_at - handoff.due_at) / WEEK) == 1 else "in the next handoff"
    title = f"{text}\n*Not ticked, so it comes back {again}:*"
    return Message(text=text, blocks=facts.listed(title, lines))


def _in_order(items: Iterable[Item]) -> list[Item]:
    """Return *items* as they stand in the message: what a person added comes before the plan's own."""
    return sorted(items, key=lambda item: list(Group).index(item.group))


def _both(handoff: Handoff) -> str:
    return (
        "confirmed" if len(handoff.people) == 1 else "confirmed by all" if len(handoff.people) > 2 else "both confirmed"
    )


def _age(item: Item, handoff: Handoff) -> str:
    """Return how long *item* was open before this handoff; what is new has no age."""
    age = boxes.age(item, handoff)
    return f" · {age}" if age else ""


def nudge(handoff: Handoff, team: TeamFile) -> Message:
    """Return the reminder to those whose word is missing."""
    whom = " ".join(_mentions(handoff.awaited, team))
    return private(
        f"⏳ {whom} this handoff still waits for your word. Tick what you talked about, then press your button above."
    )


def tell_lead(handoff: Handoff, team: TeamFile, leads: Sequence[str], *, at: datetime) -> Message:
    hours = round((at - handoff.posted_at) / timedelta(hours=1))
    whom, verb = " ".join(_mentions(leads, team)), "have" if len(handoff.awaited) > 1 else "has"
    return private(
        f"⚠️ {whom} {escape(_names(handoff.awaited, team))} {verb} not confirmed this handoff after {hours} h. "
        "Ask what keeps them, or press the button above in their place."
    )


def noted(note: Note, team: TeamFile) -> Message:
    """Return a note for the thread, whole."""
    return private(_note(note, team, limit=2900))


def sync(handoff: Handoff, team: TeamFile, length: timedelta, *, starts_at: datetime) -> Message:
    """Return the proposal to meet; its calendar file goes along."""
    minutes = round(length.total_seconds() / 60)
    clock = f"{slack_time(starts_at)} to {slack_time(starts_at + length, '{time}')}"
    who = escape(_names(handoff.people, team))
    return private(f"🗓️ {minutes}-minute sync of {who}: {clock}. Put it into your calendar, or agree on another time.")


def form(handoff: Handoff, *, channel: str) -> dict[str, Any]:
    """Return the modal for a note or an action item."""
    choices = [
        option("Note", NOTE, "Read now, kept with this handoff"),
        option("Action item", ACTION, "Comes back every handoff until it is ticked"),
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps({"channel": channel, "handoff": handoff.id}),
        "title": plain("Add to the handoff"),
        "submit": plain("Add"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "kind",
                "label": plain("What is it?"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "value",
                    "options": choices,
                    "initial_option": choices[0],
                },
            },
            {
                "type": "input",
                "block_id": "text",
                "label": plain("Text"),
                "element": {"type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": 2000},
                "hint": plain(f"An action item is one line of at most {ITEM_LIMIT} characters."),
            },
        ],
    }


def running(
    handoffs: Sequence[tuple[Handoff, str]], team: TeamFile, *, can_start: bool, coming: Sequence[Due] = ()
) -> Message:
    """
    Return what `/handoff` tells one person.

    Args:
        handoffs: those that run, each with a link to its message; the link is empty while there is none.
        can_start: whether this person may start one that is missing.
        coming: the next ones, told where none runs.
    """
    blocks: list[Block] = []
    for handoff, link in handoffs:
        count = len(handoff.items)
        done = f"{count - len(handoff.unfinished)} of {count} items done. " if count else ""
        there = f" <{link}|Open it>" if link else ""
        title = f"*{escape(_headline(handoff, team))}*, {facts.day(handoff.due_at, team.zone)}"
        blocks.append(section(f"{title}\n{done}{_confirmed(handoff, team)}{there}"))
    if not handoffs:
        blocks += _upcoming(coming, team)
    if can_start:
        blocks.append(actions([button("Start the handoff now", START, style="primary")]))
    told = (
        "`/handoff note TEXT` adds a note to it." if handoffs else "`/handoff note TEXT` adds a note to one that runs."
    )
    blocks.append(context(f"{team.zone}. {told}" if coming else told))
    return Message(text="The handoff that runs now" if handoffs else "No handoff runs now.", blocks=tuple(blocks))


def _upcoming(coming: Sequence[Due], team: TeamFile) -> tuple[Block, ...]:
    if not coming:
        return (section("No handoff runs now. The next one comes by itself when hands change."),)
    lines = [f"• {facts.day(due.held_at, team.zone)}: {escape(_people_of(due, team))}" for due in coming]
    return facts.listed("No handoff runs now. The next comes by itself:", lines)


def _people_of(due: Due, team: TeamFile) -> str:
    if set(due.outgoing) == set(due.incoming):
        return f"{_names(due.incoming, team)} {'stays' if len(due.incoming) == 1 else 'stay'} on call"
    return _pair(due, team)


def _headline(handoff: Handoff, team: TeamFile) -> str:
    icon = "✅" if handoff.completed_at else "🤝"
    if handoff.small:
        verb = "take" if len(handoff.incoming) > 1 else "takes"
        return f"{icon} {_names(handoff.incoming, team)} {verb} over from {_names(handoff.outgoing, team)}"
    if handoff.stays:
        return f"{icon} Weekly check: {_names(handoff.incoming, team)} stays on call"
    return f"{icon} Handoff: {_pair(handoff, team)}"


def _pair(handoff: Handoff | Due, team: TeamFile) -> str:
    return f"{_names(handoff.outgoing, team)} → {_names(handoff.incoming, team)}"


def _gives_way_at(handoff: Handoff, briefing: Briefing) -> datetime:
    """Return when the first of those who take over gives way again: their cover ends, or somebody covers for them."""
    taken_at, mine, changes = max(handoff.held_at, handoff.posted_at), handoff.incoming, briefing.ahead.changes
    covered = (one.ends_at for one in changes if one.after in mine and one.starts_at <= taken_at < one.ends_at)
    left = (one for one in changes if one.before in mine and one.after not in mine and not one.pipelines)
    return min((*covered, *(one.starts_at for one in left if one.starts_at > taken_at)), default=handoff.ends_at)


def _whose(handoff: Handoff, pipelines: Mapping[str, Pipeline]) -> str:
    """Return which pipelines change hands, where others have somebody else."""
    held = [pipeline for pipeline in pipelines.values() if pipeline.on_call.rotation]
    mine = [escape(pipeline.name) for pipeline in held if pipeline.on_call.rotation in handoff.rotations]
    return "" if handoff.small or len(mine) in (0, len(held)) else f" for {_and(mine)}"


def _who(handoff: Handoff, team: TeamFile, *, whose: str, until: datetime) -> str:
    """Mention the two, and nobody else."""
    incoming, outgoing = (f"*{_and(_mentions(side, team))}*" for side in (handoff.incoming, handoff.outgoing))
    if not handoff.incoming:
        given = f" {outgoing} hands over to nobody." if handoff.outgoing else ""
        return f"⚠️ *Nobody is on call now{whose}.*{given} Find a volunteer: `/oncall volunteer`."
    text = f"{incoming} {'is' if len(handoff.incoming) == 1 else 'are'} on call{whose} until {slack_time(until)}."
    return f"{text} Thank you, {outgoing}." if handoff.outgoing and not handoff.stays else text


def _mentions(people: Iterable[str], team: TeamFile) -> list[str]:
    known = [(key, team.people.get(key)) for key in people]
    return [mention(person.slack, person.name) if person else escape(key) for key, person in known]


def _names(people: Iterable[str], team: TeamFile) -> str:
    """Return names as plain text."""
    names = [team.people[key].name if key in team.people else key for key in people]
    return _and(names) or "nobody"


def _and(names: Sequence[str]) -> str:
    return " and ".join((*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]))


def _remarks(handoff: Handoff, team: TeamFile) -> tuple[Block, ...]:
    lines = [f"ℹ️ {escape(remark)}." for remark in handoff.remarks]
    if handoff.late:
        due, posted = (facts.day(at, team.zone) for at in (handoff.held_at, handoff.posted_at))
        lines.append(f"⏰ Late: due {due}, posted {posted}. Baton was down.")
    if handoff.started_by:
        lines.append(f"Started by hand by {facts.called(team, handoff.started_by)}.")
    return (context("\n".join(lines)),) if lines else ()


def _notes(handoff: Handoff, team: TeamFile) -> tuple[Block, ...]:
    if not handoff.notes:
        return ()
    return facts.listed("*Notes* · whole in the thread", _last_notes(handoff, team))


def _last_notes(handoff: Handoff, team: TeamFile) -> list[str]:
    lines = [_note(note, team) for note in handoff.notes[-NOTES_SHOWN:]]
    if len(handoff.notes) > NOTES_SHOWN:
        lines.insert(0, f"… {len(handoff.notes) - NOTES_SHOWN} earlier in the thread")
    return lines


def _note(note: Note, team: TeamFile, *, limit: int = NOTE_LIMIT) -> str:
    return f"📝 {escape(clip(note.text, limit))} · {facts.called(team, note.by)}"


def _buttons(handoff: Handoff, team: TeamFile) -> Block:
    confirming = [
        button(
            _word(handoff, person, team),
            f"{CONFIRM}:{person}",
            {"handoff": handoff.id, "person": person},
            style="primary",
        )
        for person in handoff.awaited[:20]
    ]
    buttons = actions([*confirming, button("Add note or action item", WRITE, {"handoff": handoff.id})])
    return {**buttons, "block_id": f"handoff_buttons:{handoff.id}"}  # the same after an edit, for whoever presses then


def _word(handoff: Handoff, person: str, team: TeamFile) -> str:
    name = team.people[person].name if person in team.people else person
    if handoff.stays:
        return f"{name}: I have looked"
    return f"{name}: I took over" if person in handoff.incoming else f"{name}: I handed over"


def _confirmed(handoff: Handoff, team: TeamFile) -> str:
    said = []
    for one in handoff.confirmations:
        who = escape(_names([one.person], team))
        person = team.people.get(one.person)
        by = "" if person and person.slack == one.by else f", by {facts.called(team, one.by)}"
        said.append(f"✅ {who} {slack_time(one.at, '{time}')}{by}")
    if handoff.awaited:
        said.append(f"⏳ waiting for {escape(_names(handoff.awaited, team))}")
    return " · ".join(said) or "Nobody has to confirm this."


def _next_move(handoff: Handoff, team: TeamFile) -> str:
    """Return who has confirmed, and what is left to do."""
    said = _confirmed(handoff, team)
    if not handoff.awaited:
        return said
    if handoff.small:
        return f"{said}: talk it over, then press your button"
    alone = len(handoff.people) == 1
    how = "go through this" if alone else "go through this together"
    return f"{said}: {how}, tick what is clear, then press your {'' if alone else 'own '}button"


def _short(handoff: Handoff, briefing: Briefing, team: TeamFile) -> str:
    """Return what a notification shows."""
    trouble = sum(bool(one.trouble) for one in briefing.standing)
    counts = [(len(briefing.issues), "open issue"), (trouble, "pipeline"), (len(handoff.unfinished), "item")]
    said = [
        f"{count} {noun}{'' if count == 1 else 's'}{' in trouble' if noun == 'pipeline' else ''}"
        for count, noun in counts
        if count
    ]
    return f"{escape(_headline(handoff, team))}. {', '.join(said) or 'All quiet'}."
