"""
The Slack user group and the topic of the on-call channel follow the roster.

Compare first, write only what differs; a group is never emptied, and what people wrote in a topic stays. Whatever keeps
us from it is told once, and again only after it had been mended.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.usecases import oncall
from bot.usecases.tell import owe_leads
from bot.views import sync as views
from bot.views.topic import Held, with_on_call
from store import occurrences, outbox
from store.domain.roster import Line, Roster
from store.domain.rotation import leaves
from store.domain.spell import Spell, spell_at

logger = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=10)
"""How long what was read or written last is taken for true: somebody may have changed it by hand since."""
TROUBLE = "sync-trouble"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Who belongs in a user group now."""

    handle: str
    people: tuple[str, ...]
    """Keys of those on call."""
    since: datetime | None
    """When those who are on call came on call; None while nobody is meant to be."""


class Sync:
    """Keeps Slack in step, for one process. Two processes do the same and undo nothing of each other."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[object, datetime]] = {}
        """What stands in each place, and when that was last seen, by the machine's clock."""
        self._sound: dict[str, bool] = {}

    def tick(self, deps: Deps) -> None:
        at = deps.clock.now()
        with deps.sessions.reading() as db:
            roster = oncall.recent(deps, db, at=at)
        for group in groups(roster, at=at):
            self._keep(deps, f"@{group.handle}", group, partial(_show_group, deps, group))
        channels = deps.plan.team.channels
        held = on_call_now(deps, roster, at=at) if channels.topic else ()
        if held:
            place = f"#{channels.oncall}"
            self._keep(deps, place, held, partial(_show_topic, deps, place, held))

    def _keep(self, deps: Deps, place: str, wanted: object, show: Callable[[], None]) -> None:
        now = deps.machine_clock.now()
        shown, seen_at = self._shown.get(place, (None, now))
        if shown == wanted and now - seen_at < LOOK_AGAIN:
            return
        try:
            show()
        except SlackUnavailable as error:
            logger.info("%s waits: %s", place, error, extra={"action": "sync_waits"})
            return
        except SlackRefused as error:
            self._tell_trouble(deps, place, error.error)
        else:
            self._note_sound(deps, place)
        self._shown[place] = (wanted, now)

    def _tell_trouble(self, deps: Deps, place: str, error: str) -> None:
        logger.warning("%s does not follow the roster: %s", place, error, extra={"action": "sync_refused"})
        self._sound[place] = False
        with deps.sessions.writing() as db:
            if not occurrences.claim(db, name=_trouble(place), due_at=_EVER, at=deps.clock.now()):
                return
            key = f"{_trouble(place)}:{deps.machine_clock.now():%Y%m%dT%H%M%S}"
            owe_leads(deps, db, key=key, message=views.trouble(place, error))
        deps.nudge()

    def _note_sound(self, deps: Deps, place: str) -> None:
        """What worked again may be told again when it breaks."""
        if self._sound.get(place):
            return
        with deps.sessions.writing() as db:
            occurrences.undo(db, name=_trouble(place), due_at=_EVER)
        self._sound[place] = True


_EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""One state, not a firing: the row is there as long as the trouble is."""


def _trouble(place: str) -> str:
    return f"{TROUBLE}:{place}"


def groups(roster: Roster, *, at: datetime) -> tuple[Group, ...]:
    """Return each user group of the plan with who belongs in it at the instant *at*."""
    found: dict[str, list[Spell]] = {}
    for line in roster.lines:
        for handle in handles(roster, line):
            found.setdefault(handle, []).append(spell_at(roster, line, at=at)[0])
    return tuple(_group(handle, spells) for handle, spells in found.items())


def handles(roster: Roster, line: Line) -> tuple[str, ...]:
    """Return the user groups that follow *line*: its rotation's, and those of the rotation's layers."""
    if line.rotation is None:
        return ()
    followed = (roster.rotations[line.rotation], *leaves(roster.rotations, line.rotation).values())
    return tuple(dict.fromkeys(rotation.slack_group for rotation in followed if rotation.slack_group))


def _group(handle: str, spells: list[Spell]) -> Group:
    everybody = tuple(dict.fromkeys(person for spell in spells for person in spell.people))
    meant = [spell.starts_at for spell in spells if not spell.on_purpose]
    return Group(handle=handle, people=everybody, since=max(meant, default=None))


def on_call_now(deps: Deps, roster: Roster, *, at: datetime) -> tuple[Held, ...]:
    """Return who is on call, those together who hold several lines for the same time; nothing without a rotation."""
    lines = [line for line in roster.lines if line.rotation]
    found: dict[tuple[tuple[str, ...], datetime | None], list[str]] = {}
    for line in lines:
        spell, until = spell_at(roster, line, at=at)
        names = tuple(roster.name_of(person) for person in spell.people)
        found.setdefault((names, until), []).extend(line.pipelines)
    return tuple(
        Held(people=names, until=until, pipelines=() if len(found) == 1 else tuple(_named(deps, pipelines)))
        for (names, until), pipelines in found.items()
    )


def _named(deps: Deps, pipelines: list[str]) -> Iterator[str]:
    for key in dict.fromkeys(pipelines):
        known = deps.plan.pipelines.get(key)
        yield known.name if known else key


def _show_topic(deps: Deps, channel: str, held: tuple[Held, ...]) -> None:
    """Raises: SlackRefused, also with `no_room`, our own word: people's words fill the topic."""
    topic = deps.slack.topic(channel)
    new = with_on_call(topic, held, deps.plan.team.zone)
    if new is None:
        raise SlackRefused("conversations.setTopic", "no_room")
    if new != topic:
        deps.slack.set_topic(channel, new)
        logger.info("The topic of %s follows the roster", channel, extra={"action": "topic_set"})


def _show_group(deps: Deps, group: Group) -> None:
    team = deps.plan.team
    wanted = {person: team.people[person].slack if person in team.people else None for person in group.people}
    users = [user for user in dict.fromkeys(wanted.values()) if user]
    members = deps.slack.group_members(group.handle)
    if users and set(users) != set(members):
        deps.slack.set_group_members(group.handle, users)
        members = tuple(users)
        logger.info("@%s follows the roster", group.handle, extra={"action": "group_set"})
    lacking = tuple(person for person, user in wanted.items() if not user)
    if group.since is not None and (lacking or not users):
        _say_left(deps, group, lacking, members)


def _say_left(deps: Deps, group: Group, lacking: tuple[str, ...], members: tuple[str, ...]) -> None:
    """Say in the on-call channel, once for each change of hands, whom the group still rings."""
    assert group.since is not None
    name = f"sync-left:@{group.handle}:{','.join(lacking)}"
    with deps.sessions.writing() as db:
        if not occurrences.claim(db, name=name, due_at=group.since, at=deps.clock.now()):
            return
        message = views.left(deps.plan.team, group.handle, lacking=lacking, members=members)
        outbox.owe(
            db,
            key=f"{name}:{group.since:%Y%m%dT%H%M}",
            channel=f"#{deps.plan.team.channels.oncall}",
            payload=message.payload(),
            at=deps.machine_clock.now(),
        )
    deps.nudge()
