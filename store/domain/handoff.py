"""
A handoff: the change of hands with its checklist, from the posting until both people have confirmed.

What is told of the pipelines around it is `store.domain.briefing`; when it is due and who takes part is
`store.domain.handover`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from store.domain.errors import UserError
from store.domain.team import Handoff as Rules
from store.domain.team import Hours
from store.domain.workdays import Workdays, next_opening

WEEK = timedelta(days=7)
ITEM_LIMIT = 150
"""Of an action item, so that it can be ticked and read whole in one place."""


class Group(StrEnum):
    """Where an item comes from."""

    ACTION = "action"
    """A person wrote it down as something to be done."""
    TALK = "talk"
    """The plan's checklist."""
    CHECK = "check"
    """A manual check that is due in the week."""


@dataclass(frozen=True, kw_only=True)
class Item:
    id: int = 0
    """Of its row; 0 before it is kept."""
    group: Group
    text: str
    since: datetime
    """Due instant of the handoff in which it first stood unfinished."""
    done_by: str | None = None
    """Slack member id."""
    done_at: datetime | None = None
    pressed_at: str = "0"
    """Slack's stamp of the press that last changed it."""


@dataclass(frozen=True, kw_only=True)
class Note:
    text: str
    by: str
    """Slack member id."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    person: str
    by: str
    """Slack member id; the lead may confirm for somebody."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Handoff:
    id: int = 0
    rotations: tuple[str, ...]
    """Those that change hands at once between the same people, told in one message."""
    due_at: datetime
    """The instant at which hands change."""
    held_at: datetime
    """When the checklist is due: later than `due_at` where a holiday moves it."""
    ends_at: datetime
    """When hands change next."""
    small: bool = False
    """Within a turn, or of a short turn: no checklist, one confirmation."""
    outgoing: tuple[str, ...]
    incoming: tuple[str, ...]
    """Keys of people; whoever covers stands in the place of who is away."""
    remarks: tuple[str, ...] = ()
    """Why these people and why now, where that is not the plain turn; for people."""
    posted_at: datetime
    late: bool = False
    started_by: str | None = None
    """Slack member id of who started it by hand."""
    nudged: int = 0
    """How many of the plan's reminders are behind it."""
    lead_told_at: datetime | None = None
    completed_at: datetime | None = None
    carried_at: datetime | None = None
    """When the next one took over what was unfinished."""
    items: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Whose word it takes: the taker's for a small one, else everybody's once."""
        return tuple(dict.fromkeys(self.incoming if self.small else (*self.outgoing, *self.incoming)))

    @property
    def stays(self) -> bool:
        """Whether nobody changes: a look at oneself, such as in a rotation of one."""
        return set(self.outgoing) == set(self.incoming)

    @property
    def awaited(self) -> tuple[str, ...]:
        said = {one.person for one in self.confirmations}
        return tuple(person for person in self.people if person not in said)

    @property
    def unfinished(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.done_at is None)

    @property
    def is_open(self) -> bool:
        return self.completed_at is None and self.carried_at is None


class NotYours(UserError):
    """Somebody confirms who is neither of the two, nor the lead."""


class AlreadyConfirmed(UserError):
    """A second press."""


class HandoffOver(UserError):
    """The message is an old one."""

    def __init__(self) -> None:
        super().__init__(
            "A later handoff has taken this over, so nothing was changed. `/handoff` shows the one that runs."
        )


def confirm(
    handoff: Handoff, *, person: str, by: str | None, leads: Sequence[str], user: str, at: datetime, names: str
) -> Handoff:
    """
    Return *handoff* with the word of *person*, completed where it was the last one.

    Args:
        by: key of who presses; None: somebody outside the plan.
        leads: keys of those who may confirm for somebody.
        user: Slack member id of who presses.
        names: who may press this, for people.
    Raises: HandoffOver, AlreadyConfirmed, NotYours.
    """
    if handoff.carried_at is not None:
        raise HandoffOver
    if person not in handoff.awaited:
        raise AlreadyConfirmed("That was confirmed already, so nothing is left to do here.")
    if by != person and by not in leads:
        raise NotYours(f"Only {names} can confirm this, so nothing was changed.")
    said = (*handoff.confirmations, Confirmation(person=person, by=user, at=at))
    confirmed = replace(handoff, confirmations=said)
    return confirmed if confirmed.awaited else replace(confirmed, completed_at=at)


def ticked(
    items: Iterable[Item], *, seen: set[int], chosen: set[int], user: str, at: datetime, stamp: str
) -> list[Item]:
    """
    Return the items of one group of checkboxes that a press changes, as they are then.

    A press says which boxes are on for whoever pressed. What others ticked meanwhile, and that person did not see, is
    left as it is; a press that was overtaken by a later one of the same person changes nothing of that.

    Args:
        seen: ids that were ticked in the message as it stood.
        chosen: ids that are ticked now.
        stamp: Slack's stamp of the press; later ones compare greater.
    """
    changed: list[Item] = []
    for item in items:
        if float(item.pressed_at) >= float(stamp):
            continue
        done = item.done_at is not None
        if not done and item.id in chosen - seen:
            changed.append(replace(item, done_by=user, done_at=at, pressed_at=stamp))
        elif done and item.id not in chosen and (item.id in seen or item.done_by == user):
            changed.append(replace(item, done_by=None, done_at=None, pressed_at=stamp))
    return changed


def items_for(
    unfinished: Iterable[Item], *, talk: Iterable[str], checks: Iterable[str], due_at: datetime
) -> tuple[Item, ...]:
    """
    Return the items of a new handoff: what earlier ones left unfinished first, each text once, with its first date.

    What the plan asks for anew stands once, with the age of the time it was left open; a check of an earlier week
    that nobody did stays until somebody does.
    """
    open_since: dict[tuple[Group, str], datetime] = {}
    for item in unfinished:
        key = (item.group, item.text)
        open_since[key] = min(item.since, open_since.get(key, item.since))
    asked = [*((Group.TALK, text) for text in talk), *((Group.CHECK, text) for text in checks)]
    # A topic of the plan that is left is a matter of that talk alone, unless the plan still asks for it.
    carried = [key for key in open_since if key[0] is not Group.TALK and key not in asked]
    keys = dict.fromkeys([*sorted(carried, key=lambda key: open_since[key]), *asked])
    ordered = sorted(keys, key=lambda key: list(Group).index(key[0]))
    return tuple(Item(group=group, text=text, since=open_since.get((group, text), due_at)) for group, text in ordered)


def weeks_old(item: Item, due_at: datetime) -> int:
    """Return how many whole weeks before *due_at* the item was first left open, rounded to the nearest."""
    return round((due_at - item.since) / WEEK)


@dataclass(frozen=True)
class Chase:
    """What has to be said because a handoff is not confirmed."""

    nudged: int
    """The plan's reminders that are behind it then."""
    nudge: bool
    lead: bool


def chase(handoff: Handoff, rules: Rules, hours: Hours, workdays: Workdays, *, at: datetime) -> Chase | None:
    """
    Return what is to be said at the instant *at*, or None.

    Times count from the posting. One that falls outside the team's hours waits for the next opening, and of several
    that have come together, such as over a night, one is said.
    """
    if not handoff.is_open or not handoff.awaited:
        return None

    def has_come(after: timedelta) -> bool:
        return next_opening(hours, workdays, handoff.posted_at + after) <= at

    passed = sum(map(has_come, rules.nudge_after))
    lead = not handoff.small and handoff.lead_told_at is None and has_come(rules.lead_after)
    if passed <= handoff.nudged and not lead:
        return None
    if next_opening(hours, workdays, at) > at:  # asked for in hours, but we were down until the night
        return None
    return Chase(max(passed, handoff.nudged), passed > handoff.nudged, lead)
