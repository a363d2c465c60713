"""What a change does to the roster, in lines: who is on call instead of whom, when, and why."""

from collections.abc import Iterable, Mapping, Sequence

from bot.views.blocks import Block, Message, context, escape, section
from bot.views.people import name_of
from bot.views.preview import long_text
from bot.views.shifts import ICON, span
from store.domain.change import Change, Moved
from store.domain.pipeline import Pipeline
from store.domain.shift import Source
from store.domain.team import TeamFile

SHOWN = 40


def effect(team: TeamFile, changes: Sequence[Change], *, none: str) -> tuple[Block, ...]:
    """Return *changes* as blocks; *none* is said where there are none."""
    if not changes:
        return (section(none),)
    return long_text(lines(team, changes))


def lines(team: TeamFile, changes: Sequence[Change]) -> list[str]:
    """Return *changes* in lines of mrkdwn; gaps stand out."""
    shown = [_line(team, change) for change in changes[:SHOWN]]
    left = len(changes) - SHOWN
    return [*shown, f"… and {left} more"] if left > 0 else shown


def _line(team: TeamFile, change: Change) -> str:
    when = span(change.starts_at, change.ends_at, team.zone)
    whose = f" for {', '.join(change.pipelines)}" if change.pipelines else ""
    if change.is_gap:
        return f"• ⚠️ *{when}: nobody is on call{whose}*. {escape(change.why)}"
    before = f" instead of {escape(name_of(team, change.before))}" if change.before else ""
    who = escape(name_of(team, change.after)) if change.after else "nobody"
    return f"• {ICON[change.source]}{when}: *{who}*{whose}{before} · {escape(change.why)}"


def has_gap(changes: Iterable[Change]) -> bool:
    return any(change.source is Source.GAP for change in changes)


def gap_warning(changes: Iterable[Change]) -> tuple[Block, ...]:
    """Return what a gap means, where *changes* make one."""
    if not has_gap(changes):
        return ()
    said = "*Nobody covers part of this.* It can be saved all the same: volunteers are asked where the plan says so, "
    return (section(f"{said}and the lead is told."),)


def shifts_changed(team: TeamFile, pipelines: Mapping[str, Pipeline], changed: Sequence[Moved]) -> Message:
    """Return the one message to a person whose coming time on call is not as they were last told."""
    told = [_moved(team, pipelines, one) for one in changed]
    left = [f"… and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    text = "Your time on call has changed:"
    blocks = (
        *long_text([f"*{text}*", *told[:SHOWN], *left]),
        context(f"Times are those of {team.zone}. `/oncall mine` lists all of yours, `/oncall swap` changes them."),
    )
    return Message(text=f"{text} {_plainly(team, changed)}", blocks=blocks)


def _plainly(team: TeamFile, changed: Sequence[Moved]) -> str:
    """Return the first change in words for a notification."""
    first = changed[0]
    verb = "you are on call" if first.after is not None else "you are no longer on call"
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{span(first.starts_at, first.ends_at, team.zone)} {verb}{more}."


def _moved(team: TeamFile, pipelines: Mapping[str, Pipeline], one: Moved) -> str:
    when = span(one.starts_at, one.ends_at, team.zone)
    if one.after is None:
        whose = _named(pipelines, one.before or ())
        return f"− {when}: you are no longer on call{whose}{_instead(team, one)}"
    whose = _named(pipelines, one.after)
    why = f" ({escape(one.why)})" if one.why else ""
    if one.before is None:
        return f"+ {when}: you are on call{whose}{why}"
    before = _named(pipelines, one.before) or " for all"
    return f"± {when}: you are on call{whose or ' for all pipelines'} now, not{before}"


def _instead(team: TeamFile, one: Moved) -> str:
    why = f" ({escape(one.why)})" if one.why else ""
    if one.instead:
        people = " and ".join(escape(name_of(team, person)) for person in one.instead)
        return f"; {people} {'is' if len(one.instead) == 1 else 'are'}{why}"
    return f"; nobody is{why}" if why else ""


def _named(pipelines: Mapping[str, Pipeline], keys: Sequence[str]) -> str:
    names = (escape(pipelines[key].name if key in pipelines else key) for key in keys)
    return f" for {', '.join(names)}" if keys else ""


def unreachable(team: TeamFile, person: str) -> Message:
    """Return what the lead reads of somebody whose shifts changed and whom Slack does not know."""
    name = escape(name_of(team, person))
    text = (
        f"{name}’s time on call has changed, and I cannot tell them: `team.yaml` has no Slack id for {name}. "
        "Add it as `slack:`, and tell them yourself this once."
    )
    return Message(text=text, blocks=(section(text),))
