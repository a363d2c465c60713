"""
Overrides: a person put on call by hand.

Two kinds. "Cover whoever is on call" acts on its whole time, wherever somebody is or should be on call. "Replace X"
acts only inside X's own time: while X is on call, and while X should be but is away. Both look at the roster before any
override, so replacements never chain. Where two apply, the narrower scope wins (named pipelines before all of them),
then the later entry.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.domain.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Override:
    """`[starts_at, ends_at)`, aware UTC."""

    person: str | None
    """Who is on call; None: nobody, on purpose."""
    starts_at: datetime
    ends_at: datetime
    replaces: str | None = None
    """Acts only in this person's own time; None: covers whoever is on call."""
    pipelines: tuple[str, ...] = ()
    """Acts for these pipelines only; empty: for all that have somebody on call."""
    entered_at: datetime
    entered_by: str = ""
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class Volunteer:
    """An offer to cover `[starts_at, ends_at)` wherever the cover rules come to ask for one."""

    person: str
    starts_at: datetime
    ends_at: datetime
    pipelines: tuple[str, ...] = ()
    """For these pipelines only; empty: for all."""
    entered_at: datetime
    id: int = 0


class BadOverride(UserError):
    """An override that could not mean anything."""


def check_override(override: Override, *, at: datetime, longest: timedelta = timedelta(days=92)) -> None:
    """Raises: BadOverride: ends before it begins, lies in the past, is too long or replaces a person by themselves."""
    if override.ends_at <= override.starts_at:
        raise BadOverride("The override ends before it begins. Choose a later end.")
    if override.ends_at <= at:
        raise BadOverride("The override is over already. The past of the roster does not change; choose later days.")
    if override.ends_at - override.starts_at > longest:
        raise BadOverride(f"That is more than {longest.days} days. Change the rotation in `team.yaml` instead.")
    if override.person is not None and override.person == override.replaces:
        raise BadOverride("Somebody cannot replace themselves. Choose another person.")


def acting(overrides: Iterable[Override], *, holders: Collection[str], on_purpose: bool) -> Override | None:
    """
    Return the override that acts at one moment, out of those whose time and whose pipeline it is.

    Args:
        holders: who is on call before any override, and whom they cover.
        on_purpose: nobody is meant to be on call at that moment: only an override that names the pipeline acts.
    """
    can = [
        one
        for one in overrides
        if (one.replaces is None or one.replaces in holders) and (not on_purpose or one.pipelines)
    ]
    return max(can, key=lambda one: (bool(one.pipelines), one.entered_at, one.id), default=None)
