"""Who is on call: the roster as it is now, for every surface."""

from datetime import datetime

from bot.deps import Deps
from store import rosters
from store.domain.oncall import on_call
from store.domain.roster import Line, Roster
from store.domain.shift import Shift


def roster(deps: Deps) -> Roster:
    """Return the roster of the plan in force with everything people entered."""
    with deps.sessions.reading() as db:
        return rosters.load_roster(db, deps.plan)


def holding(known: Roster, *, at: datetime) -> tuple[tuple[Line, tuple[Shift, ...]], ...]:
    """Return each line of the roster with who holds it at the instant *at*."""
    return tuple((line, on_call(known, line, at=at)) for line in known.lines)
