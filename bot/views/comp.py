"""What a public holiday on call earned: the question to the lead, the answer to the person, the ledger."""

from collections.abc import Sequence
from datetime import date

from bot.views.blocks import Message, actions, button, context, escape, private, section
from bot.views.people import name_of
from bot.views.preview import long_text
from store.comps import Comp, CompState
from store.domain.team import Compensation, TeamFile

CHOOSE, REFUSE = "comp_choose", "comp_refuse"
_MEANS = {
    Compensation.COMP_DAY: "a comp day",
    Compensation.TIME_AND_A_HALF: "1.5x for the day",
    Compensation.DAY_OFF_NEXT_ROTATION: "a day off in the next rotation",
}


def question(team: TeamFile, comp: Comp, *, suggested: date | None) -> Message:
    """Return what the lead is asked, or what was agreed."""
    served = f"{escape(name_of(team, comp.person))} was on call on {escape(comp.feast)}, {comp.day:%a %d %b %Y}."
    if comp.state is not CompState.EARNED:
        agreed = f"{served} {_agreed(comp)}, said by <@{comp.decided_by}>."
        return Message(text=agreed, blocks=(section(f"{served}\n*{_agreed(comp)}*, said by <@{comp.decided_by}>."),))
    buttons = [_choice(comp, choice, suggested) for choice in team.leave.compensation]
    buttons.append(button("It does not count", REFUSE, {"comp": comp.id}))
    return Message(
        text=f"{served} What is it worth?",
        blocks=(section(f"{served}\nWhat is it worth?"), actions(buttons), context("They are told what you say.")),
    )


def _choice(comp: Comp, choice: Compensation, suggested: date | None) -> dict[str, object]:
    day = suggested if choice is Compensation.DAY_OFF_NEXT_ROTATION else None
    label = _MEANS[choice] + (f", {day:%a %d %b}" if day else "")
    value = {"comp": comp.id, "choice": choice.value, "day_off": day.isoformat() if day else None}
    return button(label[0].upper() + label[1:], f"{CHOOSE}:{choice.value}", value)


def _agreed(comp: Comp) -> str:
    if comp.state is CompState.REFUSED or comp.choice is None:
        return "It does not count" if comp.state is CompState.REFUSED else "The lead has not said yet what it is worth"
    means = _MEANS[comp.choice]
    return means[0].upper() + means[1:] + (f", {comp.day_off:%a %d %b %Y}" if comp.day_off else "")


def told(comp: Comp) -> Message:
    """Return what the person reads once the lead has decided."""
    text = (
        f"You were on call on {escape(comp.feast)}, {comp.day:%a %d %b %Y}. <@{comp.decided_by}> says: {_agreed(comp)}."
    )
    if comp.day_off:
        text += " The day is entered as away; `/oncall leave` takes it back."
    return Message(text=text, blocks=(section(text),))


def decided(team: TeamFile, comp: Comp) -> Message:
    return private(f"{_agreed(comp)}: {escape(name_of(team, comp.person))} is told.")


def ledger(team: TeamFile, comps: Sequence[Comp], *, everybody: bool) -> Message:
    whose = "Everybody’s comp ledger" if everybody else "Your comp ledger"
    if not comps and not team.leave.compensation:
        return private("This plan gives nothing for a public holiday on call, so there is no ledger.")
    if not comps:
        return private(f"*{whose}* is empty: nobody has served on a public holiday that counts yet.")
    lines = [
        f"• {one.day:%a %d %b %Y} {escape(one.feast)}"
        + (f", *{escape(name_of(team, one.person))}*" if everybody else "")
        + f": {_agreed(one)}"
        for one in comps
    ]
    return Message(text=whose, blocks=(section(f"*{whose}*"), *long_text(lines)))
