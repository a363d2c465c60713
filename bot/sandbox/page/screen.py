"""Everything one person's window shows, read from the workspace in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from bot.sandbox.manifest import Command, Shortcut
from bot.sandbox.page.blocks import blocks
from bot.sandbox.page.mrkdwn import mrkdwn
from bot.sandbox.page.seat import Seat
from bot.sandbox.page.surface import Surface, text_of, words_of
from bot.sandbox.page.timeline import Avatar, Line, avatar_of, lines
from bot.sandbox.workspace import Workspace

Doc = Mapping[str, Any]
PAGE_OF_MESSAGES = 100


class NotHere(Exception):
    """The address names a person or a place that this workspace does not have."""


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    title: str
    avatar: Avatar
    outsider: bool
    href: str


@dataclass(frozen=True)
class Place:
    """A row of the side bar."""

    id: str
    name: str
    href: str
    unread: int
    current: bool
    avatar: Avatar | None = None
    """Of the other one in a direct message; `None` for a channel."""


@dataclass(frozen=True)
class Modal:
    id: str
    title: str
    body: Markup
    submit: str
    close: str


@dataclass(frozen=True)
class Screen:
    me: Person
    people: tuple[Person, ...]
    team: str
    app: str
    channels: tuple[Place, ...]
    apps: tuple[Place, ...]
    """Direct messages: each person has one, with the app."""
    here: str
    """Id of the open channel or direct message."""
    is_direct: bool
    unread: int
    with_avatar: Avatar | None
    """Of the other one in a direct message."""
    title: str
    topic: Markup
    member_count: int
    tab: str
    """`messages`, `home` or `about`; only the app's direct message has the last two."""
    lines: tuple[Line, ...]
    earlier: str
    """Where more messages are shown, or nothing."""
    thread: str
    """The stamp of the open thread's root, or nothing."""
    thread_lines: tuple[Line, ...]
    modals: tuple[Modal, ...]
    home: Markup | None
    home_id: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]

    @property
    def window_title(self) -> str:
        waiting = sum(place.unread for place in (*self.channels, *self.apps))
        return (f"({waiting}) " if waiting else "") + f"{self.title} · {self.team}"

    def address(self, **query: str) -> str:
        """Return the address of this place, with a thread or a tab."""
        return _address(self.me.id, self.here, **query)


def screen(
    workspace: Workspace, user: str, channel: str, *, zone: tzinfo, tab: str = "", thread: str = "", limit: int = 0
) -> Screen:
    """
    Return what *user* sees with *channel* open.

    Args:
        tab: of the app's direct message; anything unknown is the messages.
        limit: how many messages at least; the newest count.
    Raises: NotHere: no such person, or the person is not in the channel.
    """
    people = {each["id"]: each for each in workspace.people()}
    if user not in people or people[user]["is_bot"]:
        raise NotHere(f"There is nobody here with the id {user}.")
    seen = workspace.channels_of(user)
    place = next((each for each in seen if each["id"] == channel), None)
    if place is None:
        raise NotHere(f"{_name(people[user])} is not in a channel with the id {channel}.")
    seat = _seat(workspace, user, people, seen, zone)
    with_app = bool(place["is_im"]) and place.get("user") == workspace.team.bot_user_id
    tab = tab if with_app and tab in ("home", "about") else "messages"
    limit = max(limit, PAGE_OF_MESSAGES)
    found = workspace.messages(channel, user, limit=limit + 1) if tab == "messages" else []
    answers = workspace.thread(channel, thread, user) if thread else []
    kept = _kept(workspace, channel, user, [*found, *answers])
    home = workspace.home_of(user) if with_app else None
    return Screen(
        me=_person(people[user], channel, place),
        people=tuple(_person(each, channel, place) for each in people.values() if not each["is_bot"]),
        team=workspace.team.name,
        app=workspace.team.app_name,
        channels=tuple(_place(each, user, people, channel, tab) for each in seen if not each["is_im"]),
        apps=tuple(_place(each, user, people, channel, tab) for each in seen if each["is_im"]),
        here=channel,
        is_direct=bool(place["is_im"]),
        unread=int(place.get("unread") or 0),
        with_avatar=_place(place, user, people, channel, tab).avatar,
        title=_name(people.get(place.get("user", ""), {})) if place["is_im"] else place["name"],
        topic=mrkdwn(str((place.get("topic") or {}).get("value") or ""), seat),
        member_count=len(workspace.store.members(channel)),
        tab=tab,
        lines=lines(found[-limit:], seat, key="m", values=kept),
        earlier=_address(user, channel, limit=str(limit * 2)) if len(found) > limit else "",
        thread=thread if answers else "",
        thread_lines=lines(answers[:1], seat, key="t", values=kept) + lines(answers[1:], seat, key="t", values=kept),
        modals=tuple(_modal(workspace, view, user, seat) for view in workspace.views_of(user)),
        home=blocks(home["blocks"], _surface(workspace, home, user, seat)) if home and tab == "home" else None,
        home_id=str(home["id"]) if home else "",
        commands=workspace.commands(),
        shortcuts=workspace.shortcuts(),
    )


def _seat(workspace: Workspace, user: str, people: Mapping[str, Doc], seen: list[Any], zone: tzinfo) -> Seat:
    return Seat(
        viewer=user,
        people={key: _name(each) for key, each in people.items()},
        apps=frozenset(key for key, each in people.items() if each["is_bot"]),
        channels={each["id"]: each["name"] for each in seen if not each["is_im"]},
        groups={each["id"]: each["handle"] for each in workspace.store.all("usergroup")},
        zone=zone,
        now=workspace.clock.now(),
    )


def _name(person: Doc) -> str:
    profile = person.get("profile") or {}
    return str(profile.get("display_name") or person.get("real_name") or "Unknown")


def _person(person: Doc, channel: str, place: Doc) -> Person:
    name = _name(person)
    there = "" if place["is_im"] else f"/{channel}"
    title = str((person.get("profile") or {}).get("title") or "")
    href = f"/as/{person['id']}{there}"
    return Person(person["id"], name, title, avatar_of(person["id"], name), bool(person.get("outsider")), href)


def _place(channel: Doc, user: str, people: Mapping[str, Doc], here: str, tab: str) -> Place:
    """A direct message opens at the app's home, unless there is something to read."""
    other = people.get(channel.get("user", ""), {}) if channel["is_im"] else None
    name = str(channel["name"]) if other is None else _name(other)
    avatar = None if other is None else avatar_of(str(channel["user"]), name, is_app=bool(other.get("is_bot")))
    open_now = channel["id"] == here
    unread = 0 if open_now and tab == "messages" else int(channel.get("unread") or 0)
    href = _address(user, channel["id"], tab="home" if other and not unread else "")
    return Place(channel["id"], name, href, unread, open_now, avatar)


def _address(user: str, channel: str, **query: str) -> str:
    asked = urlencode({key: value for key, value in query.items() if value})
    return f"/as/{user}/{channel}" + (f"?{asked}" if asked else "")


def _kept(workspace: Workspace, channel: str, user: str, messages: list[Any]) -> dict[str, Any]:
    keys = {str(each["ts"]): (f"{channel}:{each['ts']}", user) for each in messages}
    return {ts: workspace.kept_values[key] for ts, key in keys.items() if key in workspace.kept_values}


def _surface(workspace: Workspace, view: Doc, user: str, seat: Seat) -> Surface:
    values = workspace.kept_values.get((view["id"], user), {})
    return Surface(seat, key=str(view["id"]), values=values, errors=view.get("errors") or {})


def _modal(workspace: Workspace, view: Doc, user: str, seat: Seat) -> Modal:
    return Modal(
        id=str(view["id"]),
        title=words_of(view.get("title")),
        body=blocks(view.get("blocks"), _surface(workspace, view, user, seat)),
        submit=words_of(view.get("submit")) if view.get("submit") else "",
        close=str(text_of(view.get("close"), seat).striptags()) or "Close",
    )
