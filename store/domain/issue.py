"""An issue: something wrong with a pipeline's data, as a person reported it."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from store.domain.errors import UserError
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


class NotAnIssueName(UserError):
    def __init__(self, said: str) -> None:
        super().__init__(f"That is not the name of an issue. Issues are called {PREFIX}-1, {PREFIX}-2 and so on.")
        self.said = said


def id_of(name: str) -> int:
    """
    Return the id behind a short name as people type it: "DI-7", "di-7", " DI 7 " and "7" all mean 7.

    Raises: NotAnIssueName.
    """
    match = re.fullmatch(rf"(?:{PREFIX}[- ]?)?([1-9][0-9]{{0,8}})", name.strip(), re.IGNORECASE)
    if match is None:
        raise NotAnIssueName(name)
    return int(match[1])
