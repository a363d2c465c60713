"""The addresses under which people subscribe to the roster, and open its page."""

import ipaddress
from urllib.parse import urlsplit

from sqlmodel import Session

from bot.deps import Deps
from bot.usecases import leave_calendar, people
from bot.views.calendar import Addresses
from store import audit, feeds


def addresses(deps: Deps, user: str) -> Addresses:
    """Return the addresses of the person with the Slack id *user*. Raises: NotInPlan."""
    person = people.person_asking(deps, user)
    with deps.sessions.writing() as db:
        return _addresses(deps, db, person)


def renew_own(deps: Deps, user: str) -> Addresses:
    """Return new addresses for the person; their feed's old one opens nothing any more. Raises: NotInPlan."""
    person = people.person_asking(deps, user)
    with deps.sessions.writing() as db:
        feeds.renew(db, person, at=deps.clock.now())
        audit.note(db, at=deps.clock.now(), actor=user, action="calendar", subject=person, outcome="done")
        return _addresses(deps, db, person)


def renew_team(deps: Deps, user: str) -> Addresses:
    """Renew the address of the team's feed and page: everybody needs it anew. Raises: NotInPlan, NotAllowed."""
    person, at = people.person_asking(deps, user), deps.clock.now()
    if person not in people.leads(deps):
        why = "Renewing the team’s address takes it from everybody, so only a lead may: ask one of them."
        people.refuse(deps, user=user, action="calendar", subject="team", why=why, at=at)
    with deps.sessions.writing() as db:
        feeds.renew(db, feeds.TEAM, at=at)
        audit.note(db, at=at, actor=user, action="calendar", subject="team", outcome="done")
        return _addresses(deps, db, person)


def _addresses(deps: Deps, db: Session, person: str) -> Addresses:
    base, at = deps.settings.public_url, deps.clock.now()
    own, team = feeds.token_of(db, person, at=at), feeds.token_of(db, feeds.TEAM, at=at)
    return Addresses(
        own=f"{base}/calendar/{own}.ics",
        team=f"{base}/calendar/{team}.ics",
        page=f"{base}/roster/{team}",
        local=_is_local(base),
        notice=leave_calendar.notice(deps, at=at),
    )


def _is_local(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
