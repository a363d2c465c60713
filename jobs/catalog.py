"""Job name to pipeline. The names alone cost nothing; the code behind one is imported when it is asked for."""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from store.domain.errors import UserError, shorten

if TYPE_CHECKING:
    from jobs.job import Job

MODULES = {
    "aggregate-engagement": "jobs.pipelines.aggregate_engagement",
    "daily-growth": "jobs.pipelines.daily_growth",
}


class UnknownJob(UserError):
    """A page of the plan names a job that this version does not have."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name[:80], MODULES, n=2) or sorted(MODULES)
        super().__init__(
            f"The plan asks for the job “{shorten(name)}”, which this version of Baton does not have. "
            f"Set `job` on the pipeline's page to {' or '.join(near)}."
        )
        self.name = name


def load(name: str) -> "Job":
    """Raises: UnknownJob."""
    if name not in MODULES:
        raise UnknownJob(name)
    job: Job = import_module(MODULES[name]).JOB
    return job
