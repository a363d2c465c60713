"""
A pipeline's facts: the front matter of its runbook page.

Like `store.domain.team`, these dataclasses are the file's format and its JSON Schema.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from enum import StrEnum

from store.domain.check import Check
from store.domain.errors import UserError, shorten
from store.domain.rotation import Duty
from store.domain.strict import Strict


class Purpose(StrEnum):
    EXPERIMENTS = "experiments"
    INVESTORS = "investors"


@dataclass(frozen=True, kw_only=True)
class Owners(Strict):
    primary: str
    """Key of a team or a person."""
    secondary: str
    """Key of a team or a person."""


@dataclass(frozen=True, kw_only=True)
class OnCallRule(Strict):
    rotation: str | None = None
    """Key of a rotation; none means no on-call on purpose, and `why` says so."""
    why: str = ""
    duty: Duty | None = None
    """Hours in which somebody is on call for it; outside of them nobody is, on purpose, and `why` says so."""
    high_alert: tuple[str, ...] = ()
    """People who watch closely at month end: in the plan's `on_deck` days, else in the last seven."""


@dataclass(frozen=True, kw_only=True)
class Sla(Strict):
    """
    One promise. A deadline has `every` (and `on`, `at`, `zone`); an age has `within`; a repair time `fix_within`.
    """

    promise: str
    """The promise in words, as people say it."""
    every: str | None = None
    """`day`, `working-day`, `week` or `month`."""
    on: str | int | None = None
    """For a week a weekday; for a month a day number, `last-day` or `last-business-day`."""
    at: time | None = None
    zone: str | None = None
    within: timedelta | None = None
    """From the event itself until its data is there."""
    fix_within: timedelta | None = None
    """From the report of an issue until it is repaired."""
    business_days: bool = False
    """Whether `fix_within` counts working days only."""


@dataclass(frozen=True, kw_only=True)
class Escalation(Strict):
    tell: str
    """Key of a person, a team or a role."""
    when: str


@dataclass(frozen=True, kw_only=True)
class Pipeline(Strict):
    """The front matter of a pipeline's page."""

    key: str
    """Lower case with hyphens, unique in the plan: what people type."""
    name: str
    purpose: Purpose
    summary: str
    owners: Owners
    on_call: OnCallRule
    aliases: tuple[str, ...] = ()
    """Other names people use for it."""
    job: str | None = None
    """Name in the catalog of jobs; none means that Baton does not run this pipeline."""
    schedule: str | None = None
    """When it runs, in words."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Input name of the job to a path (relative ones lie under the inputs folder of BATON_DATA)."""
    reads: tuple[str, ...] = ()
    """The data it is made from, in words."""
    writes: tuple[str, ...] = ()
    """Where its results are read, in words."""
    upstreams: tuple[str, ...] = ()
    """Keys of the pipelines that must finish first."""
    sla: tuple[Sla, ...] = ()
    checks: tuple[Check, ...] = ()
    max_runtime: timedelta = timedelta(hours=2)
    """A run that takes longer is told."""
    rerun_by: tuple[str, ...] = ()
    """Keys of the roles that may start a run."""
    escalation: tuple[Escalation, ...] = ()
    reviewed_on: date | None = None


class UnknownPipeline(UserError):
    """No pipeline, or more than one, goes by what a person typed."""

    def __init__(self, typed: str, choices: tuple[str, ...]) -> None:
        super().__init__(
            f"No pipeline is called “{shorten(typed)}”. "
            + (f"Did you mean {' or '.join(choices)}?" if choices else "This plan has no pipeline at all.")
        )
        self.typed, self.choices = typed, choices


def find_pipeline(pipelines: Mapping[str, Pipeline], typed: str) -> Pipeline:
    """
    Return the pipeline that a person means by its key, its name or an alias, in any case.

    Raises: UnknownPipeline: with the nearest keys, or all of them when none is near or the word fits several.
    """
    word = "-".join(typed.lower().split())
    by_name = {_plain(name): pipeline for pipeline in pipelines.values() for name in _names(pipeline)}
    if word in by_name:
        return by_name[word]
    holding = {key for key in pipelines if word and word in key}
    near = dict.fromkeys(by_name[name].key for name in get_close_matches(word[:80], by_name, n=3, cutoff=0.6))
    raise UnknownPipeline(typed, tuple(sorted(holding) or near or pipelines))


def _names(pipeline: Pipeline) -> Iterable[str]:
    return (pipeline.key, pipeline.name, *pipeline.aliases)


def _plain(name: str) -> str:
    return "-".join(name.lower().split())


class NotRunByBaton(UserError):
    """The pipeline has a page but no job."""

    def __init__(self, pipeline: Pipeline, runnable: tuple[str, ...]) -> None:
        super().__init__(
            f"{pipeline.name} has a runbook but no job, so Baton cannot run it. It runs "
            f"{' and '.join(runnable) or 'none'}. See `/runbook {pipeline.key}` for what to do by hand."
        )
        self.pipeline, self.runnable = pipeline, runnable


def find_runnable(pipelines: Mapping[str, Pipeline], typed: str) -> Pipeline:
    """Return the pipeline that a person means. Raises: UnknownPipeline; NotRunByBaton."""
    pipeline = find_pipeline(pipelines, typed)
    if pipeline.job is None:
        raise NotRunByBaton(pipeline, tuple(key for key, other in pipelines.items() if other.job))
    return pipeline
