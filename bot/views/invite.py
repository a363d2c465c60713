"""The meeting of a handoff as a calendar file."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from store.domain.handoff import Handoff
from store.domain.team import TeamFile


def calendar_file(handoff: Handoff, team: TeamFile, length: timedelta, *, starts_at: datetime) -> dict[str, str]:
    """Return name and content of the file. Its UID is the handoff's, so that taking it twice makes one meeting."""
    names = [team.people[key].name if key in team.people else key for key in handoff.people]
    made = Calendar()
    made.add("PRODID", "-//Baton//Handoff//EN")
    made.add("VERSION", "2.0")
    event = Event()
    event.add("UID", f"handoff-{handoff.due_at:%Y%m%dT%H%M%SZ}-{handoff.rotations[0]}@baton")
    event.add("DTSTAMP", handoff.posted_at)
    event.add("DTSTART", starts_at)
    event.add("DTEND", starts_at + length)
    event.add("SUMMARY", f"On-call handoff: {' and '.join(names)}")
    event.add("DESCRIPTION", f"Go through the checklist in #{team.channels.oncall}, then both confirm there.")
    made.add_component(event)
    return {"name": f"handoff-{handoff.id}.ics", "content": made.to_ical().decode()}
