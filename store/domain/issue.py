"""An issue: something wrong with a pipeline's data, as a person reported it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from store.domain.team import Severity

PREFIX = "DI"
"""Of the short names people say: "DI-7", a data issue."""


class IssueStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Issue:
    id: int
    pipeline: str
    summary: str
    details: str = ""
    severity: Severity
    day: date | None = None
    """The day whose data is wrong, where one is known."""
    reported_by: str
    """Slack member id."""
    reported_at: datetime
    status: IssueStatus = IssueStatus.OPEN

    @property
    def name(self) -> str:
        """The short name people use, such as DI-7."""
        return f"{PREFIX}-{self.id}"
