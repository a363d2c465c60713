"""Runbook questions and pages."""

from dataclasses import dataclass

from bot.deps import Deps
from store import runbooks, runs
from store.domain.check import Level
from store.domain.errors import UserError
from store.domain.pipeline import Pipeline, UnknownPipeline, find_pipeline
from store.domain.run import Cause
from store.domain.runbook import Answer, Index, Section, search
from store.plans import Plan


@dataclass(frozen=True)
class Asked:
    """A question with its answer, or a page when nothing was asked."""

    pipeline: Pipeline | None
    question: str
    answer: Answer | None


class NoSection(UserError):
    """Nothing in the runbook covers this."""


_indexes: dict[str, Index] = {}


def index_of(plan: Plan) -> Index:
    """Return the search index of *plan*; built once per version of its pages."""
    index = _indexes.get(plan.digest)
    if index is None:
        index = runbooks.index_of(plan)
        _indexes.clear()
        _indexes[plan.digest] = index
    return index


def ask(deps: Deps, *, typed: str) -> Asked:
    """
    Answer `/runbook` with these words: `PIPELINE`, `PIPELINE question` or a question alone.

    A first word that names a pipeline is a hint for the search, never a filter.
    """
    first, _, rest = typed.strip().partition(" ")
    try:
        pipeline = find_pipeline(deps.plan.pipelines, first) if first else None
    except UnknownPipeline:
        pipeline, rest = None, typed.strip()
    if not rest.strip():
        return Asked(pipeline, "", None)
    # An alias such as "DAU" may be a word of the question itself; a key never is.
    question = rest.strip() if pipeline and first.lower() == pipeline.key else typed.strip()
    found = search(index_of(deps.plan), question, pipeline=pipeline.key if pipeline else None)
    return Asked(pipeline, question, found)


def section_of_run(deps: Deps, *, run_id: int) -> Section:
    """
    Return the section that helps with a failed run: that of the check that failed, else that of the cause.

    Raises: NoSection.
    """
    with deps.sessions.reading() as db:
        run = runs.load(db, run_id)
    plan = deps.plan
    verdicts = run.result.verdicts if run.result else ()
    named = [verdict.section for verdict in verdicts if verdict.section and verdict.level is Level.FAIL]
    for heading in named:
        if section := runbooks.section_named(plan, run.pipeline, heading):
            return section
    section = runbooks.section_for_cause(plan, run.pipeline, run.cause or Cause.CODE)
    if section is None:
        what = run.cause or "an unknown cause"
        raise NoSection(
            f"The page of {run.pipeline} has no section for “{what}”. Ask with `/runbook {run.pipeline} …`."
        )
    return section


def section_at(deps: Deps, *, pipeline: str, heading: str) -> Section:
    """Raises: NoSection: the page has changed since the button was shown."""
    section = runbooks.section_named(deps.plan, pipeline, heading)
    if section is None:
        raise NoSection(f"The page of {pipeline} no longer has a section “{heading}”. Ask with `/runbook {pipeline}`.")
    return section


def sections(deps: Deps, *, pipeline: str) -> tuple[Section, ...]:
    """Return the sections of a page, in the page's order."""
    return tuple(one for one in index_of(deps.plan).sections if one.pipeline == pipeline)
