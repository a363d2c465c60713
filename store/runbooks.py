"""The runbooks of a plan as the bot asks for them: searchable, and by heading."""

from collections.abc import Mapping

from store.domain.run import Cause
from store.domain.runbook import Index, Section, sections_of
from store.plans import Plan

CAUSE_HEADINGS: Mapping[Cause, str] = {
    Cause.CHECKS: "Run failed: checks",
    Cause.MISSING_INPUT: "Run failed: missing input",
    Cause.SCHEMA: "Run failed: schema changed",
    Cause.OUT_OF_MEMORY: "Run failed: out of memory",
    Cause.KILLED: "Run failed: killed",
    Cause.WORKER_LOST: "Run failed: worker lost",
    Cause.CODE: "Run failed: error in the job",
}
"""A page that has these headings has its failures explained in the run's own message."""


def sections(plan: Plan, pipeline: str) -> tuple[Section, ...]:
    """Return the sections of a pipeline's page, in order; none when there is no such page."""
    page = plan.pages.get(pipeline)
    if page is None:
        return ()
    return sections_of(page.pipeline.name, pipeline, page.body, page.first_line)


def index_of(plan: Plan) -> Index:
    """Return the index of all pages. It takes about 0.1 s: build it once per plan (`Plan.digest`)."""
    return Index.of(
        (section for pipeline in plan.pages for section in sections(plan, pipeline)),
        aliases={key: pipeline.aliases for key, pipeline in plan.pipelines.items()},
    )


def section_named(plan: Plan, pipeline: str, heading: str) -> Section | None:
    """Return the section with this heading, whatever its case."""
    wanted = heading.strip().casefold()
    return next((found for found in sections(plan, pipeline) if found.heading.casefold() == wanted), None)


def section_for_cause(plan: Plan, pipeline: str, cause: Cause) -> Section | None:
    """Return what to read when a run of *pipeline* failed for *cause*."""
    return section_named(plan, pipeline, CAUSE_HEADINGS[cause])
