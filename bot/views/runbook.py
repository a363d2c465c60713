"""Runbook pages and answers, shown: verbatim and cited."""

from collections.abc import Mapping, Sequence

from bot.views.blocks import (
    REPORT,
    Block,
    Message,
    actions,
    button,
    clip,
    context,
    divider,
    escape,
    fields,
    option,
    section,
    select,
)
from bot.views.people import holder, name_of
from store.domain.pipeline import Pipeline
from store.domain.runbook import Answer, Section
from store.domain.shift import Shift
from store.domain.team import TeamFile

SHOW = "runbook_show"
MARKDOWN_LIMIT = 11_000  # Slack allows 12,000 characters in all markdown blocks of a message
BUTTONS = 25
PAGES_TOGETHER = 6
SYMPTOMS = "Symptoms"
"""The heading under which a page lists what people see; a page without it has a menu only."""


def pages(pipelines: Mapping[str, Pipeline]) -> Message:
    """Return the list of pages, as many to a section as fit."""
    lines = [f"*{escape(p.name)}*  `/runbook {key}`\n{escape(clip(p.summary, 300))}" for key, p in pipelines.items()]
    lead = "Ask in your own words: `/runbook aggregate-engagement kafka was down all night`"
    groups = ["\n".join(lines[at : at + PAGES_TOGETHER]) for at in range(0, len(lines), PAGES_TOGETHER)]
    return Message(text="The runbooks of this plan", blocks=(section(lead), *map(section, groups)))


def overview(pipeline: Pipeline, team: TeamFile, on_call: Sequence[Shift], sections: Sequence[Section]) -> Message:
    """Return a pipeline's facts, a button for each symptom of its page, and a menu of all other sections."""
    owner, second = name_of(team, pipeline.owners.primary), name_of(team, pipeline.owners.secondary)
    facts = [
        f"*Owner*\n{escape(owner)}, then {escape(second)}",
        f"*On call*\n{holder(team, on_call)}",
        "*Promise*\n" + ("\n".join(escape(sla.promise) for sla in pipeline.sla) or "none"),
        f"*Needs first*\n{', '.join(pipeline.upstreams) or 'nothing'}",
    ]
    symptoms = [one for one in sections if one.path[:1] == (SYMPTOMS,)][:BUTTONS]
    others = [one for one in sections if one not in symptoms]
    blocks = [section(f"*{escape(pipeline.name)}*: {escape(pipeline.summary)}"), fields(facts)]
    if symptoms:
        buttons = [_opens(one, f"{SHOW}:{number}") for number, one in enumerate(symptoms)]
        blocks += [section("*What do you see?*"), actions(buttons)]
    if others:
        menu = select(f"{SHOW}:menu", "Open a section", [option(one.heading, clip(one.heading, 150)) for one in others])
        label = "*The rest of the page*" if symptoms else "*The page*"
        blocks.append({**section(label, accessory=menu), "block_id": f"page:{pipeline.key}"})
    return Message(text=f"{pipeline.name}: {pipeline.summary}", blocks=tuple(blocks))


def _opens(one: Section, action: str, *, named: bool = False) -> Block:
    label = f"{one.pipeline}: {one.heading}" if named else one.heading
    return button(label, action, {"pipeline": one.pipeline, "heading": one.heading})


def answer(found: Answer, *, question: str, asked: Pipeline | None) -> Message:
    """Return one of three honest answers: this, the closest three, or none."""
    if found.band == "answer":
        return shown(found.hits[0].section, asked=asked)
    quoted = escape(clip(question, 200))
    if found.band == "unsure":
        buttons = [_opens(hit.section, f"{SHOW}:{number}", named=True) for number, hit in enumerate(found.hits[:3])]
        text = f"I am not sure which section answers “{quoted}”. The closest:"
        return Message(text=text, blocks=(section(text), actions(buttons)))
    missing = ", ".join(f"“{escape(word)}”" for word in found.unknown_words[:5])
    text = f"No runbook covers “{quoted}”." + (f" No page mentions {missing}." if missing else "")
    text += " Ask whoever is on call (`/oncall`), or report it."
    return Message(
        text=text, blocks=(section(text), actions([button("Report an issue", REPORT, {"summary": question[:150]})]))
    )


def shown(found: Section, *, asked: Pipeline | None = None) -> Message:
    """Return one section as it stands on the page, with where it stands."""
    blocks: list[Block] = [section(f"*{escape(found.citation)}*")]
    if asked and asked.key != found.pipeline:
        blocks.append(context(f"This looks like *{found.pipeline}*, not {asked.key}."))
    blocks.append({"type": "markdown", "text": clip(found.text, MARKDOWN_LIMIT)})
    blocks.append(divider())
    blocks.append(context(f"From `{found.pipeline}.md`, line {found.line}"))
    blocks.append(actions([button("Report an issue", REPORT, {"pipeline": found.pipeline})]))
    return Message(text=f"{found.page_title}: {found.heading}", blocks=tuple(blocks))
