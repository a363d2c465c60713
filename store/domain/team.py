"""
The team of a plan: people, teams, roles, channels, policies. The shape of `team.yaml`.

These dataclasses are the file's format too: `store.plans` validates YAML straight into them, and
`baton plan schema` prints them as a JSON Schema. So a docstring under a field is what an editor shows.
"""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from store.domain.rotation import Rotation
from store.domain.strict import Strict


@dataclass(frozen=True, kw_only=True)
class Person(Strict):
    name: str
    slack: str | None = None
    """Slack member id, such as U024BE7LH. Names and display names repeat, ids do not."""
    email: str | None = None
    teams: tuple[str, ...] = ()
    """Keys of `teams`."""
    roles: tuple[str, ...] = ()
    """Keys of `roles`."""
    country: str | None = None
    """ISO 3166 code; decides the public holidays, with `subdivision`."""
    subdivision: str | None = None
    """State or province, such as 10 for Selangor. Malaysian holidays need one."""
    observes: tuple[str, ...] = ()
    """Names of the public holidays this person takes off; empty means all of theirs. `Eid` means every Eid."""
    zone: str | None = None
    """IANA zone in which this person's days begin and end; the team's where it is left out."""


@dataclass(frozen=True, kw_only=True)
class Team(Strict):
    name: str
    does: str = ""
    """What to ask this team for, in a line."""
    lead: str | None = None
    """Key of a person."""
    channel: str | None = None
    """Slack channel name, without the hash."""


@dataclass(frozen=True, kw_only=True)
class Role(Strict):
    does: str
    """What the role is for, in a line. Pipelines name the roles that may rerun and approve them."""


@dataclass(frozen=True, kw_only=True)
class Channels(Strict):
    oncall: str
    """Runs, handoffs, questions."""
    alerts: str
    """Pages for high severity."""
    incidents: str
    """Incident threads."""
    topic: bool = True
    """Whether the topic of `oncall` ends with who is on call. The rest of the topic stays as people wrote it."""


class Cover(StrEnum):
    """Who steps in when the person on call is away."""

    PREVIOUS = "previous"
    """Whoever had the turn before."""
    NEXT = "next"
    """Whoever has the turn after."""
    SECONDARY = "secondary"
    """The pipeline's secondary owner; where that is the one who is away, its primary."""
    LEAST_LOADED = "least-loaded"
    """Whoever of the rotation was on call for the least time since 1 January."""
    VOLUNTEER = "volunteer"
    """Whoever offers, asked for in the channel."""


class Compensation(StrEnum):
    COMP_DAY = "comp-day"
    TIME_AND_A_HALF = "time-and-a-half"
    DAY_OFF_NEXT_ROTATION = "day-off-next-rotation"


@dataclass(frozen=True, kw_only=True)
class Leave(Strict):
    notice: timedelta = timedelta(0)
    """How long ahead leave is entered. Later leave is accepted and flagged."""
    swap_notice: timedelta = timedelta(0)
    """How long ahead the team hears of a swap."""
    calendar: str | None = None
    """Where leave is kept, in words."""
    calendar_ics: str | None = None
    """An https address or a file beside team.yaml that holds the shared leave calendar in iCalendar form."""
    holiday_is_away: bool = True
    """Whether a public holiday that the person observes counts as away, so that somebody covers."""
    backup_on_holidays: bool = False
    """Whether the pipeline's other owner stands by while the person on call has a (major) public holiday."""
    compensation: tuple[Compensation, ...] = ()
    """What whoever really covered a public holiday may choose from."""
    major_holidays: tuple[str, ...] = ()
    """Names of the holidays that are compensated; empty means every public holiday."""
    spread_holidays: bool = False
    """Whether holidays shall fall on everybody evenly: reports then offer the swap that evens them out most."""
    gap_alarm: timedelta = timedelta(days=7)
    """How long ahead the lead hears that nobody can cover."""


@dataclass(frozen=True, kw_only=True)
class HolidayFix(Strict):
    """A public holiday that was announced, moved or struck out after the calendar was made."""

    day: date
    name: str
    country: str
    subdivision: str | None = None
    """Left out: everywhere in the country."""
    holds: bool = True
    """False strikes it out."""


class LastWeek(StrEnum):
    """What a team calls the last week of the month."""

    LAST_DAYS = "last-days"
    """The last `days` calendar days."""
    WORKING_DAYS = "working-days"
    """From the first of the last `days` working days to the end of the month."""
    CALENDAR_WEEK = "calendar-week"
    """From the Monday on or before the month's last day to the end of the month."""


@dataclass(frozen=True, kw_only=True)
class OnDeck(Strict):
    """Days on which more people than the one on call keep watch, on the team's wall clock."""

    counted: LastWeek = LastWeek.LAST_DAYS
    days: timedelta = timedelta(days=7)
    """How many days, as `counted` counts them."""
    why: str
    who: tuple[str, ...] = ()
    """Keys of people; empty means everybody in the rotation."""


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class SeverityRule(Strict):
    means: str
    """In words a finance owner would choose by."""
    handled_within: timedelta
    business_hours: bool = False
    """Whether `handled_within` counts working hours only."""


@dataclass(frozen=True, kw_only=True)
class EscalationStep(Strict):
    after: timedelta
    """Counted from the first page."""
    unless: str
    """What stops this step: `acknowledged` or `resolved`."""
    tell: tuple[str, ...]
    """`on-call`, `secondary`, `owner`, `lead`, or keys of people, teams or roles."""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Hours(Strict):
    """Working hours, for everything that counts business hours or business days."""

    zone: str
    opens: time = time(9)
    closes: time = time(18)
    days: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, kw_only=True)
class ManualCheck(Strict):
    every: str
    """`week`, `month` or `month-end`."""
    do: str
    together_with: tuple[str, ...] = ()
    """Keys of teams or people who take part."""


class OnHoliday(StrEnum):
    """What becomes of a handoff on a public holiday of one of the two people."""

    KEEP = "keep"
    MOVE = "next-working-day"
    """The checklist and the meeting wait for the next working day. Who is on call changes all the same."""


@dataclass(frozen=True, kw_only=True)
class Handoff(Strict):
    checklist: tuple[str, ...] = ()
    """The team's own items, beside those built from live state."""
    sync: timedelta = timedelta(minutes=30)
    """Length of the meeting of outgoing and incoming."""
    on_holiday: OnHoliday = OnHoliday.KEEP
    nudge_after: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=4))
    """How long after the handoff whoever has not confirmed is asked again."""
    lead_after: timedelta = timedelta(hours=8)
    """How long after the handoff the lead hears that it was not confirmed."""


@dataclass(frozen=True, kw_only=True)
class TeamFile(Strict):
    """One team's `team.yaml`."""

    name: str
    zone: str
    """IANA zone of the team's wall clock."""
    channels: Channels
    people: dict[str, Person]
    teams: dict[str, Team]
    roles: dict[str, Role]
    rotations: dict[str, Rotation]
    hours: Hours
    severities: dict[Severity, SeverityRule]
    cover: tuple[Cover, ...] = ()
    """Tried in this order; when all are exhausted there is a gap, and it is told."""
    leave: Leave = field(default_factory=Leave)
    holidays: tuple[HolidayFix, ...] = ()
    """Corrections of the public holidays. Islamic and Hindu dates are estimates until they are announced."""
    on_deck: tuple[OnDeck, ...] = ()
    escalation: tuple[EscalationStep, ...] = ()
    handoff: Handoff = field(default_factory=Handoff)
    manual_checks: tuple[ManualCheck, ...] = ()
    causes: dict[str, str] = field(default_factory=dict)
    """Kinds of cause an issue may have, key to meaning."""
    started_on: date | None = None
    """When this plan came into force; for readers only."""
