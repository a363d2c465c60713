"""From whose seat the workspace is seen: who looks, what ids stand for, what time it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True)
class Seat:
    """
    One person's view.

    Args:
        viewer: id of the person who looks; their own mentions stand out.
        people, channels, groups: what ids stand for, without `@` and `#`.
        apps: who of the people is none.
        zone: of the person's browser; every time is shown in it.
        now: aware UTC, the team's time; says what "today" is.
    """

    viewer: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    apps: frozenset[str] = frozenset()
    zone: tzinfo = UTC
    now: datetime = datetime(2024, 1, 1, tzinfo=UTC)
