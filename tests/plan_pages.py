"""Whether the pages of a plan lead anywhere: commands that exist, headings that are there, channels of the plan."""

import re
from collections.abc import Iterator
from datetime import date

from store import runbooks
from store.domain.run import Cause, parse_period
from store.domain.runbook import Section
from store.plans import Plan

SLACK_BLOCK = 3000
COMMANDS = {"oncall", "rerun", "runbook", "issue"}
COMMAND = re.compile(r"`/([^`]+)`")
REFERENCE = re.compile(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)")
CHANNEL = re.compile(r"`#([a-z-]+)`")
TODAY = date(2026, 1, 5)


def dead_ends(plan: Plan) -> list[str]:
    """Return what a reader in a hurry would follow for nothing, page by page."""
    return [
        f"{section.citation}: {end}"
        for key in plan.pipelines
        for section in runbooks.sections(plan, key)
        for end in (*_commands(plan, section), *_references(plan, section), *_channels(plan, section), *_long(section))
    ]


def unexplained(plan: Plan, pipeline: str) -> list[Cause]:
    """Return the causes of a failed run that the page has no steps for."""
    found = {cause: runbooks.section_for_cause(plan, pipeline, cause) for cause in Cause}
    return [cause for cause, section in found.items() if section is None or "**Do:**" not in section.text]


def _commands(plan: Plan, section: Section) -> Iterator[str]:
    for command in COMMAND.findall(section.text):
        name, *words = command.split()
        if name not in COMMANDS:
            yield f"no command /{command}"
        elif name == "runbook" and words[0] not in plan.pipelines:
            yield f"no pipeline {words[0]}"
        elif name == "rerun":
            parse_period(words[1], today=TODAY)
            if words[0] != section.pipeline or plan.pipelines[section.pipeline].job is None:
                yield f"/{command} does not rerun this pipeline"


def _references(plan: Plan, section: Section) -> Iterator[str]:
    known = {pipeline.name for pipeline in plan.pipelines.values()}
    for one in runbooks.sections(plan, section.pipeline):
        known.update(one.path)
    for named in REFERENCE.findall(section.text):
        if not any(heading.startswith(named) for heading in known):
            yield f"no heading {named}"


def _channels(plan: Plan, section: Section) -> Iterator[str]:
    team = plan.team
    known = {team.channels.oncall, team.channels.alerts, team.channels.incidents}
    known |= {one.channel for one in team.teams.values() if one.channel}
    yield from (f"no channel #{name}" for name in CHANNEL.findall(section.text) if name not in known)


def _long(section: Section) -> Iterator[str]:
    if len(section.text) > SLACK_BLOCK:
        yield f"{len(section.text)} characters do not fit one message"
