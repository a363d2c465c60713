"""A run: one execution of a pipeline for one period, moving along drawn arrows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from store.domain.check import Verdict
from store.domain.errors import UserError, shorten


@dataclass(frozen=True)
class Period:
    """Half-open days `[starts_on, ends_on)`, in UTC."""

    starts_on: date
    ends_on: date

    @classmethod
    def of_day(cls, day: date) -> "Period":
        return cls(day, day + timedelta(days=1))

    @property
    def starts_at(self) -> datetime:
        return datetime(self.starts_on.year, self.starts_on.month, self.starts_on.day, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime(self.ends_on.year, self.ends_on.month, self.ends_on.day, tzinfo=UTC)

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days

    def __str__(self) -> str:
        last = self.ends_on - timedelta(days=1)
        return f"{self.starts_on}" if self.days == 1 else f"{self.starts_on}..{last}"


LONGEST_RANGE = timedelta(days=31)
"""Longer backfills are split: each part is checked and published as one."""


class BadDay(UserError):
    """What a person typed is no day that can be run."""


def parse_day(typed: str, *, today: date) -> Period:
    """
    Return the period of the day that a person typed: `2024-06-03`, `today` or `yesterday`.

    Raises: BadDay: not a day of the calendar, or one that has not begun.
    """
    word = typed.strip().lower()
    example = today - timedelta(days=1)
    if word in ("today", "yesterday"):
        return Period.of_day(today if word == "today" else example)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
        raise BadDay(f"“{shorten(typed)}” is not a day. Write it as year-month-day, for instance {example}.")
    try:
        day = date.fromisoformat(word)
    except ValueError:
        raise BadDay(f"{word} is not in the calendar. Write a day that exists, for instance {example}.") from None
    if day > today:
        raise BadDay(f"{word} has not begun, so there is no data to run on. The latest day is {today}.")
    return Period.of_day(day)


def parse_period(typed: str, *, today: date) -> Period:
    """
    Return the period that a person typed: a day, or a range such as `2024-06-01..2024-06-03`, both ends included.

    Raises: BadDay: as `parse_day`; a range that runs backwards, or is longer than `LONGEST_RANGE`.
    """
    first, dots, last = typed.partition("..")
    start = parse_day(first, today=today)
    if not dots:
        return start
    period = Period(start.starts_on, parse_day(last, today=today).ends_on)
    if period.days < 1:
        raise BadDay(f"{shorten(typed)} runs backwards. Write the earlier day first.")
    if period.days > LONGEST_RANGE.days:
        raise BadDay(
            f"{shorten(typed)} is {period.days} days; one run takes at most {LONGEST_RANGE.days}. "
            "Split it, the oldest days first."
        )
    return period


class RunStatus(StrEnum):
    """Drives the machine. Why it ended so is `Cause`; what people read is the note."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ARROWS: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED, RunStatus.FAILED}),
    # back to the queue when its worker died and another may take it up
    RunStatus.RUNNING: frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.QUEUED, RunStatus.CANCELLED}),
    RunStatus.SUCCEEDED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
}
OPEN = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})


class Cause(StrEnum):
    """Why a run failed, told from evidence; each has a section in the runbooks."""

    CHECKS = "checks"
    MISSING_INPUT = "missing-input"
    SCHEMA = "schema"
    OUT_OF_MEMORY = "out-of-memory"
    KILLED = "killed"
    WORKER_LOST = "worker-lost"
    CODE = "code"


class Stage(StrEnum):
    """The steps of a run, in order. The bot shows them; Spark's own counters fill them."""

    WAIT = "wait"
    START = "start"
    READ = "read"
    COMPUTE = "compute"
    CHECK = "check"
    PUBLISH = "publish"


@dataclass(frozen=True, kw_only=True)
class Progress:
    stage: Stage
    tasks_done: int = 0
    tasks_total: int = 0
    """Spark tasks of the stages seen so far; 0 before the first."""
    rows: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of the period, ready to be read: "Daily active accounts", "28"."""

    label: str
    value: str
    change: str = ""
    """Against the period before, "+12 %"."""


@dataclass(frozen=True, kw_only=True)
class Result:
    rows_in: int
    rows_out: int
    figures: tuple[Figure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    published: bool = False
    version: int | None = None
    """Version of the published table."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Stage to the seconds it took."""


@dataclass(frozen=True, kw_only=True)
class Run:
    id: int
    pipeline: str
    period: Period
    status: RunStatus
    requested_by: str
    """Slack member id, or `shell`."""
    requested_at: datetime
    channel: str = ""
    """Slack channel id where it is told; empty for runs from a shell."""
    cause: Cause | None = None
    note: str = ""
    """For people; says what happened and the next move."""
    attempt: int = 0
    """How often it has been claimed. It is the fencing number: only the newest attempt may publish."""
    worker: str | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: Progress | None = None
    result: Result | None = None


class WrongTurn(Exception):
    """A run was pushed along an arrow that is not drawn; a bug, not a person's mistake."""

    def __init__(self, run: Run, status: RunStatus) -> None:
        super().__init__(f"run {run.id} cannot go from {run.status} to {status}")
        self.run, self.status = run, status


def advance(
    run: Run, status: RunStatus, *, at: datetime, cause: Cause | None = None, note: str = "", **changes: object
) -> Run:
    """
    Return *run* moved to *status* at the instant *at*; *changes* are further fields.

    Raises: WrongTurn: no such arrow.
    """
    if status not in ARROWS[run.status]:
        raise WrongTurn(run, status)
    stamps: dict[str, object] = {}
    if status is RunStatus.RUNNING:
        stamps = {"started_at": at, "attempt": run.attempt + 1}
    elif status not in OPEN:
        stamps = {"finished_at": at, "lease_until": None}
    elif status is RunStatus.QUEUED:
        stamps = {"worker": None, "lease_until": None, "progress": None}
    return replace(run, status=status, cause=cause, note=note, **{**stamps, **changes})  # type: ignore[arg-type]
