"""
Whoever's coming time on call changes is told, once, in one message, whatever changed it.

What each person knows is kept: the weeks ahead as they were last told. Time passing is no change, nor are weeks that
come into sight.
"""

from datetime import datetime, timedelta

from bot.deps import Deps
from bot.usecases import oncall
from bot.usecases.tell import owe_leads
from bot.views import changes as views
from store import outbox, told_shifts
from store.domain.change import Moved, Time, moved, shifts_by_person, with_successors
from store.domain.roster import Roster
from store.told_shifts import Told

AHEAD = timedelta(weeks=53)
"""People enter their summer in January: whoever covers then hears of it then."""
BEYOND = timedelta(weeks=5)
"""How much farther is looked, so that the last turn in sight is told with its true end."""
RENEWED = timedelta(days=1)
"""How often weeks that come into sight are noted."""


class Watch:
    """Compares again and again, for one process; while nothing was entered or edited there is nothing to compare."""

    def __init__(self) -> None:
        self._looked: Roster | None = None
        self._compared: Roster | None = None
        self._compared_at: datetime | None = None

    def tick(self, deps: Deps) -> None:
        """
        Compare the roster as it has stood since the last look.

        What changes together is told together so, and two bots that take over an edited plan a moment apart tell
        nobody a change and its reverse.
        """
        at = deps.clock.now()
        with deps.sessions.reading() as db:
            roster = oncall.recent(deps, db, at=at)
            stood, self._looked = roster is self._looked, roster
            if roster is self._compared and self._compared_at and at - self._compared_at < RENEWED:
                return
            told = told_shifts.load(db)
        until = at + AHEAD
        held = shifts_by_person(roster, at, until + BEYOND)
        for person in roster.people:
            if stood or person not in told:
                compare(deps, roster, person, held.get(person, ()), told.get(person), at=at, until=until)
        if stood:
            self._compared, self._compared_at = roster, at


def compare(
    deps: Deps,
    roster: Roster,
    person: str,
    times: tuple[Time, ...],
    told: Told | None,
    *,
    at: datetime,
    until: datetime,
) -> None:
    """Tell *person* where their *times* differ from what they were *told*; at first sight they are noted in silence."""
    times = tuple(one for one in times if one.starts_at < until)
    if told is None:
        with deps.sessions.writing() as db:
            told_shifts.first(db, person, times, until=until)
        return
    both_saw = min(told.until, until)
    changed = tuple(one for one in moved(told.times, times, at, until + BEYOND) if one.starts_at < both_saw)
    if changed or until - told.until >= RENEWED:
        _tell(deps, person, told, times, with_successors(roster, changed), until=until)


def _tell(
    deps: Deps, person: str, told: Told, times: tuple[Time, ...], changed: tuple[Moved, ...], *, until: datetime
) -> None:
    team = deps.plan.team
    with deps.sessions.writing() as db:
        revision = told_shifts.replace(db, told, times, until=until)
        if revision is None or not changed:
            return
        slack = team.people[person].slack
        if slack:
            message = views.shifts_changed(team, deps.plan.pipelines, changed)
            key, now = f"shifts:{person}:{revision}", deps.machine_clock.now()
            outbox.owe(db, key=key, channel=slack, payload=message.payload(), at=now)
        else:
            owe_leads(deps, db, key=f"shifts:{person}:unreachable", message=views.unreachable(team, person))
    deps.nudge()
