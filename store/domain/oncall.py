"""Who is on call, when, and why: the one answer that every surface shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.domain.pipeline import Pipeline
from store.domain.rotation import Shift, shifts
from store.domain.team import TeamFile


@dataclass(frozen=True)
class Turn:
    """A rotation's shifts from an instant on, and the pipelines it answers for."""

    rotation: str
    pipelines: tuple[str, ...]
    shifts: tuple[Shift, ...]
    """The one that holds first; empty before the rotation's anchor, when nobody is on call."""


@dataclass(frozen=True)
class OnCall:
    turns: tuple[Turn, ...]
    without: Mapping[str, str]
    """Pipelines with no on-call on purpose, key to reason."""


def resolve(team: TeamFile, pipelines: Mapping[str, Pipeline], *, at: datetime, weeks: int = 4) -> OnCall:
    """Return who holds each rotation at the instant *at* and in the *weeks* after that shift."""
    turns = tuple(
        Turn(
            rotation=name,
            pipelines=tuple(key for key, pipeline in pipelines.items() if pipeline.on_call.rotation == name),
            shifts=shifts(rotation, at=at, count=weeks + 1),
        )
        for name, rotation in team.rotations.items()
    )
    without = {key: pipeline.on_call.why for key, pipeline in pipelines.items() if not pipeline.on_call.rotation}
    return OnCall(turns=turns, without=without)


def person_of(team: TeamFile, slack_id: str) -> str | None:
    """Return the key of the person with this Slack member id, or None for somebody outside the plan."""
    return next((key for key, person in team.people.items() if person.slack == slack_id), None)
