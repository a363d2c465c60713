"""
The workspace: its people, channels, messages, views and files, and what each person sees of them.

**For the page.** `page(workspace) -> list[Route]` in `bot.sandbox.page` gets a `Workspace` and renders from these;
all are plain calls on the server's own event loop, never from a thread:

    workspace.team                       Team(name, app_name, bot_user_id, …)
    workspace.people()                   [user object + `outsider`, `is_bot`]: the people first, then the bot
    workspace.channels_of(user)          [conversation object + `unread`]: channels by name, then DMs; a DM has `user`,
                                         the other one, from where *user* stands
    workspace.channel(id) / .channel_named("data-oncall")   one conversation object, or None
    workspace.messages(channel, user)    what *user* sees there, oldest first: message objects as Slack sends them, plus
                                         `is_ephemeral` (only this person sees it), `reply_count`, `reply_users`,
                                         `latest_reply` on a thread's root, `reactions`, `files`, `edited`
    workspace.messages(channel, user, thread_ts=ts)  the root and its answers;  .thread(channel, ts, user) is the same
    workspace.views_of(user)             open modals, the lowest first: view objects plus `values` (block id -> what the
                                         person has put in so far, see "values" below) and `errors` (block id -> text)
    workspace.home_of(user)              the home view object plus `values`, or None before the app has published one
    workspace.file(id)                   StoredFile(id, name, mimetype, title, alt_txt, content) or None
    workspace.commands()                 (Command(command, description, usage_hint), …) from the manifest
    workspace.shortcuts()                (Shortcut(name, callback_id, type), …) from the manifest
    workspace.unread(user)               {channel: how many messages}
    workspace.mark_read(user, channel)   the person has seen the channel
    workspace.clock.now()                the team's time, aware UTC; `.speed`
    workspace.changes.listen(user)       async iterator of changes; as server-sent events: `GET /changes?user=U…`

**Acting as a person**: JSON by POST, from the page's script and from the tests' driver alike. Each answers 200 with
`{"ok": true, …}` or `{"ok": false, "error": <word>, "message": <what Slack's client would say>}`. *user* and *channel*
are ids; a channel may be given by name too.

    /act/say       {user, channel, text, thread_ts?, broadcast?} -> {ts}; `@name` and `#channel` become mentions
    /act/command   {user, channel, text: "/rerun x y", thread_ts?} -> {} once the app has acknowledged; {told: true}
                   in a refusal: Slackbot has told the person already
    /act/click     {user, channel, ts, action_id, block_id?, value?} -> {}; any interactive element of a message, the
                   *ts* of an ephemeral too
    /act/options   {user, action_id, block_id?, value: "typed so far", and channel + ts or view_id}
                   -> {options} or {option_groups}
    /act/view      {user, view_id, action: "submit" | "close" | "block_action", values?, action_id?, block_id?, value?}
                   -> submit: {errors?: {block id: text}}; "close" closes the view and what lies on it, {all: true}
                   closes them all; "block_action" puts *value* in, and tells the app where the element dispatches
    /act/home      {user}  opens the app's home; the app hears `app_home_opened`
    /act/shortcut  {user, callback_id, channel?, ts?}  a message shortcut, or a global one without channel and ts
    /act/react     {user, channel, ts, name, remove?}
    /act/read      {user, channel}

*value* and *values* (block id, action id or label -> value) are what the person typed or chose: a string for texts,
numbers, dates (`2026-01-12`), times (`10:00`), date-times (seconds since 1970) and single choices (an option's `value`,
or an id); a list of such strings for checkboxes and multi selects; null clears. A home view is a view too: give its id
to /act/view.

**For the app's side of the wire** (`/api/<method>`, `/link/`, `/response/…`, `/upload/…`) see `api`, `sockets`,
`response_urls` and `methods/`; **for tests** (`/control/…`) see `control`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import forms
from bot.sandbox.changes import Changes
from bot.sandbox.clock import TeamClock
from bot.sandbox.errors import NotPossible
from bot.sandbox.manifest import Command, Manifest, Shortcut
from bot.sandbox.store import Doc, Store

SLACKBOT = "USLACKBOT"
"""Who tells people what went wrong, only for them to see."""


@dataclass(frozen=True)
class Team:
    """The workspace and the one app that is installed in it."""

    id: str = "T0BATON"
    name: str = "Data team"
    domain: str = "data-team"
    app_id: str = "A0BATON"
    app_name: str = "Baton"
    bot_name: str = "baton"
    bot_user_id: str = "U0BATON"
    bot_id: str = "B0BATON"


@dataclass(frozen=True)
class StoredFile:
    id: str
    name: str
    mimetype: str
    title: str
    alt_txt: str
    content: bytes


def word(size: int = 10) -> str:
    """Return random capitals and digits, as in Slack's ids."""
    return "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(size))


class Workspace:
    """The state of the workspace, and how it looks from each person's seat."""

    def __init__(self, store: Store, manifest: Manifest, clock: TeamClock | None = None) -> None:
        self.store = store
        self.manifest = manifest
        self.clock = clock or TeamClock()
        self.changes = Changes()
        self.team = Team(app_name=manifest.name, bot_name=manifest.bot_name)
        self.on_event: Callable[[Doc], None] = lambda _event: None
        """Hears each event of the workspace; the app decides there which of them it has subscribed to."""
        self.base_url = "http://127.0.0.1"
        self.kept_values: dict[tuple[str, str], dict[str, Doc]] = {}
        """(view id or channel:ts, user) -> what stands in its inputs: block id -> {action id: state value}."""
        self.view_errors: dict[str, dict[str, str]] = {}
        """View id -> block id -> what the app did not like about the last submission."""

    # -- who and where

    def people(self) -> list[Doc]:
        """Return the user objects, people by name and then the bot."""
        return sorted(self.store.all("person"), key=lambda each: (each["is_bot"], each["real_name"]))

    def person(self, user: str) -> Doc | None:
        return self.store.get("person", user)

    def channel(self, channel: str) -> Doc | None:
        return self.store.get("channel", channel)

    def channel_named(self, name: str) -> Doc | None:
        return self.store.channel_named(name.removeprefix("#"))

    def channels_of(self, user: str) -> list[Doc]:
        unread = self.unread(user)
        channels = [{**each, "unread": unread.get(each["id"], 0)} for each in self.store.channels_of(user)]
        for each in channels:
            if each["is_im"]:
                others = [member for member in self.store.members(each["id"]) if member != user]
                each["user"] = others[0] if others else user
        return sorted(channels, key=lambda each: (each["is_im"], each.get("name", "")))

    def unread(self, user: str) -> dict[str, int]:
        return self.store.unread(user)

    def mark_read(self, user: str, channel: str) -> None:
        newest = next((doc["ts"] for doc, _ in self.store.messages(channel)), None)
        if newest:
            self.store.mark_read(channel, user, newest)
            self.changes.tell({"kind": "read", "channel": channel}, [user])

    # -- what a person sees

    def messages(self, channel: str, user: str, thread_ts: str | None = None, limit: int = 200) -> list[Doc]:
        """Return the newest *limit* messages that *user* sees in *channel*, or in one of its threads; oldest first."""
        seen: list[Doc] = []
        for doc, only_for in self.store.messages(channel, thread_ts=thread_ts):
            if only_for not in (None, user):
                continue
            seen.append({**self.with_thread(channel, doc), "is_ephemeral": only_for is not None})
            if len(seen) == limit:
                break
        return seen[::-1]

    def everything(self, channel: str, user: str) -> list[Doc]:
        """Return all that *user* sees in *channel* and in its threads, oldest first."""
        rows = self.store.messages(channel, everything=True)
        return [
            {**self.with_thread(channel, doc), "is_ephemeral": only_for is not None}
            for doc, only_for in rows
            if only_for in (None, user)
        ][::-1]

    def thread(self, channel: str, ts: str, user: str) -> list[Doc]:
        return self.messages(channel, user, thread_ts=ts)

    def with_thread(self, channel: str, doc: Doc) -> Doc:
        """Return *doc* with what its thread adds to a root: how many answers, by whom, the newest."""
        if doc.get("thread_ts", doc["ts"]) != doc["ts"]:
            return doc
        replies = self.store.replies(channel, doc["ts"])
        if not replies:
            return doc
        users = list(dict.fromkeys(user for _, user in replies))
        return {
            **doc,
            "thread_ts": doc["ts"],
            "reply_count": len(replies),
            "reply_users": users[:5],
            "reply_users_count": len(users),
            "latest_reply": replies[-1][0],
            "is_locked": False,
            "subscribed": True,
        }

    def views_of(self, user: str) -> list[Doc]:
        return [self._with_values(view, user) for view in self.store.modals(user)]

    def home_of(self, user: str) -> Doc | None:
        view = self.store.get("home", user)
        return self._with_values(view, user) if view else None

    def _with_values(self, view: Doc, user: str) -> Doc:
        kept = self.kept_values.get((view["id"], user), {})
        return {
            **view,
            "values": {block: forms.plain(state) for block, actions in kept.items() for state in actions.values()},
            "errors": self.view_errors.get(view["id"], {}),
        }

    def file(self, file_id: str) -> StoredFile | None:
        doc = self.store.get("file", file_id)
        content = self.store.content(file_id) if doc else None
        if doc is None or content is None:
            return None
        return StoredFile(
            file_id, doc["name"], doc["mimetype"], doc.get("title") or doc["name"], doc.get("alt_txt", ""), content
        )

    def commands(self) -> tuple[Command, ...]:
        return self.manifest.commands

    def shortcuts(self) -> tuple[Shortcut, ...]:
        return self.manifest.shortcuts

    # -- for the modules that act

    def need_person(self, user: str) -> Doc:
        """Raises: NotPossible: nobody here has this id."""
        person = self.person(user)
        if person is None or person["is_bot"]:
            raise NotPossible("user_not_found", f"There is nobody here with the id {user}.")
        return person

    def need_channel_of(self, user: str, channel: str) -> Doc:
        """Raises: NotPossible: no such channel, or *user* is not in it."""
        found = self.channel(channel) or self.channel_named(channel)
        if found is None or not self.store.is_member(found["id"], user):
            raise NotPossible("not_in_channel", "You are not in this channel.")
        return found

    def new_ts(self) -> str:
        """Return the stamp of the next message: the team's time, and later than every stamp before."""
        now = self.clock.now()
        micros = int(now.timestamp()) * 1_000_000 + now.microsecond
        micros = max(micros, int(self.store.meta("last_ts", "0")) + 1)
        self.store.set_meta("last_ts", str(micros))
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def now_s(self) -> int:
        """Return the team's time in seconds since 1970."""
        return int(self.clock.now().timestamp())

    def tell(self, kind: str, channel: str, *, only_for: str | None = None, **more: Any) -> None:
        """Tell those who see *channel* that something changed there."""
        self.changes.tell(
            {"kind": kind, "channel": channel, **more}, [only_for] if only_for else self.store.members(channel)
        )
