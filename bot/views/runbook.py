"""Runbook pages and answers, shown: verbatim and cited."""

from collections.abc import Mapping, Sequence

from bot.views.blocks import Block, Message, actions, button, clip, context, divider, escape, fields, section
from store.domain.pipeline import Pipeline
from store.domain.runbook import Answer, Section
from store.domain.team import TeamFile

SHOW, REPORT = "runbook_show", "issue_open"
MARKDOWN_LIMIT = 11_000  # Slack allows 12,000 characters in all markdown blocks of a message
BUTTONS = 25


def pages(pipelines: Mapping[str, Pipeline]) -> Message:
    """Return the list of pages."""
    lines = [f"*{escape(p.name)}*  `/runbook {key}`\n{escape(p.summary)}" for key, p in pipelines.items()]
    lead = "Ask in your own words: `/runbook aggregate-engagement kafka was down all night`"
    return Message(text="The runbooks of this plan", blocks=(section(lead), *(section(line) for line in lines)))


def overview(pipeline: Pipeline, team: TeamFile, sections: Sequence[Section]) -> Message:
    """Return a pipeline's facts with a button for each section of its page."""
    owner, second = _name(team, pipeline.owners.primary), _name(team, pipeline.owners.secondary)
    facts = [
        f"*Owner*\n{escape(owner)}, then {escape(second)}",
        "*Promise*\n" + (escape("; ".join(sla.promise for sla in pipeline.sla)) or "none"),
        f"*On call*\n{pipeline.on_call.rotation or 'nobody, on purpose'}",
        f"*Needs first*\n{', '.join(pipeline.upstreams) or 'nothing'}",
    ]
    buttons = [
        button(clip(one.heading, 74), f"{SHOW}:{number}", {"pipeline": pipeline.key, "heading": one.heading})
        for number, one in enumerate(sections[: 2 * BUTTONS])
    ]
    rows = [actions(buttons[start : start + BUTTONS]) for start in range(0, len(buttons), BUTTONS)]
    text = f"*{escape(pipeline.name)}*: {escape(pipeline.summary)}"
    return Message(text=text, blocks=(section(text), fields(facts), *rows))


def answer(found: Answer, *, question: str, asked: Pipeline | None) -> Message:
    """Return one of three honest answers: this, the closest three, or none."""
    if found.band == "answer":
        return shown(found.hits[0].section, asked=asked)
    quoted = escape(clip(question, 200))
    if found.band == "unsure":
        buttons = [
            button(
                f"{hit.section.pipeline}: {hit.section.heading}",
                f"{SHOW}:{number}",
                {"pipeline": hit.section.pipeline, "heading": hit.section.heading},
            )
            for number, hit in enumerate(found.hits[:3])
        ]
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
    blocks: list[Block] = [section(f"*{escape(' › '.join(found.path))}*")]
    if asked and asked.key != found.pipeline:
        blocks.append(context(f"This looks like *{found.pipeline}*, not {asked.key}."))
    blocks.append({"type": "markdown", "text": clip(found.text, MARKDOWN_LIMIT)})
    blocks.append(divider())
    blocks.append(context(f"From `{found.pipeline}.md`, line {found.line}"))
    blocks.append(actions([button("Report an issue", REPORT, {"pipeline": found.pipeline})]))
    return Message(text=f"{found.page_title}: {found.heading}", blocks=tuple(blocks))


def _name(team: TeamFile, key: str) -> str:
    return team.teams[key].name if key in team.teams else team.people[key].name if key in team.people else key
