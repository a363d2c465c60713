"""
The one door to Slack's Web API.

slack_sdk repeats a post whose answer was lost, so a message would appear twice (its default retry handler);
here nothing is ever repeated. Whoever calls decides: the outbox looks for the first copy before it sends again.
"""

import http.client
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from bot.gateways.pace import Pace

logger = logging.getLogger(__name__)

TIMEOUT_S = 5
"""Of one call."""
EVENT_TYPE = "baton"
LOST_TOKEN = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
TRANSIENT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"})
"""Slack's own trouble, also told with status 200."""
PAGES = 20
FILES_KEPT = 200
FILE_LOOKS, FILE_LOOK_S = 6, 0.4
VIEW_LOOKS, VIEW_LOOK_S = 8, 0.25


class SlackUnavailable(Exception):
    """Slack did not answer, or asked us to wait."""

    def __init__(self, why: str, retry_after_s: float | None = None, *, sent: bool = True) -> None:
        """
        Args:
            sent: whether the call may have taken effect.
        """
        super().__init__(why)
        self.retry_after_s, self.sent = retry_after_s, sent


class SlackRefused(Exception):
    """Slack answered no, by one of its error names; asking again would change nothing."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error


@dataclass(frozen=True)
class Posted:
    channel: str
    ts: str


class Slack:
    """The Web API, over HTTP. Safe to call from several threads."""

    def __init__(self, token: str, base_url: str) -> None:
        self._client = WebClient(token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[])
        self._hosts = {"hooks.slack.com", urlsplit(base_url).netloc}
        self._pace = Pace()
        self._channels: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self._channels_lock = threading.Lock()

    def post(self, channel: str, payload: Mapping[str, Any], *, key: str, thread_ts: str | None) -> Posted:
        """Post to a channel or person by id, or to a channel by its name with a hash, under the name *key*."""
        channel = self._id_of(channel)
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        answer = self._call(
            "chat.postMessage", lane=channel, channel=channel, metadata=_metadata(key), **thread, **payload
        )
        return Posted(answer["channel"], answer["ts"])

    def edit(self, posted: Posted, payload: Mapping[str, Any], *, key: str) -> None:
        self._call(
            "chat.update",
            channel=posted.channel,
            ts=posted.ts,
            metadata=_metadata(key),
            **{"blocks": [], **payload},
        )

    def find(self, channel: str, *, key: str, thread_ts: str | None) -> Posted | None:
        """Return the message that carries *key*: in the whole thread, or among the newest 200 of the channel."""
        place: dict[str, Any] = {"channel": self._id_of(channel), "include_all_metadata": True, "limit": 200}
        if not thread_ts:
            return _with_key(self._call("conversations.history", **place)["messages"], place["channel"], key)
        cursor = ""
        for _ in range(PAGES):  # a thread is listed oldest first
            page = self._call("conversations.replies", ts=thread_ts, cursor=cursor, **place)
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            found = _with_key(page["messages"], place["channel"], key)
            if found or not cursor:
                return found
        return None

    def upload(self, png: bytes, *, name: str, alt: str) -> str:
        """Return the id of a file that no channel shows yet, ready for an image block; the same name is sent once."""
        if name not in self._files:
            done = self._call("files.upload_v2", file=png, filename=name, title=name, alt_txt=alt)
            file_id = str(done["file"]["id"])
            self._wait_for_file(file_id)
            if len(self._files) >= FILES_KEPT:
                self._files.clear()
            self._files[name] = file_id
        return self._files[name]

    def _wait_for_file(self, file_id: str) -> None:
        """Slack looks into a file after it has taken it, and refuses a block that shows it before."""
        for _ in range(FILE_LOOKS):
            if self._call("files.info", file=file_id)["file"].get("mimetype"):
                return
            time.sleep(FILE_LOOK_S)

    def share(self, posted: Posted, *, thread_ts: str | None, name: str, content: str) -> None:
        """Put a file into the thread of a message, once: the thread is asked for it first. Its name is its own."""
        root = thread_ts or posted.ts
        cursor = ""
        for _ in range(PAGES):
            page = self._call("conversations.replies", channel=posted.channel, ts=root, cursor=cursor, limit=200)
            if any(file.get("name") == name for message in page["messages"] for file in message.get("files", ())):
                return
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        place = {"channel": posted.channel, "thread_ts": root}
        self._call("files.upload_v2", content=content, filename=name, title=name, **place)

    def link(self, posted: Posted) -> str:
        """Return the address of a message, for people."""
        return str(self._call("chat.getPermalink", channel=posted.channel, message_ts=posted.ts)["permalink"])

    def answer(self, response_url: str, payload: Mapping[str, Any]) -> None:
        """Answer a command or a press by the address that came with it, on Slack's own host only."""
        if urlsplit(response_url).netloc not in self._hosts:
            raise SlackRefused("response_url", "foreign_host")
        try:
            sent = WebhookClient(response_url, timeout=TIMEOUT_S, retry_handlers=[]).send_dict(dict(payload))
        except (OSError, http.client.HTTPException) as error:
            raise SlackUnavailable(f"response_url: {error}") from error
        if sent.status_code != 200:
            raise SlackRefused("response_url", f"{sent.status_code} {sent.body[:80]}")

    def whisper(self, channel: str, user: str, payload: Mapping[str, Any], *, thread_ts: str | None = None) -> None:
        shown = {key: value for key, value in payload.items() if not key.startswith("unfurl")}
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        self._call("chat.postEphemeral", channel=channel, user=user, **thread, **shown)

    def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        self._call("views.open", trigger_id=trigger_id, view=view)

    def push_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Put *view* on top of the modal whose button was pressed."""
        self._call("views.push", trigger_id=trigger_id, view=view)

    def update_view(self, external_id: str, view: Mapping[str, Any]) -> None:
        """
        Put *view* in place of the one that was opened under *external_id* a moment ago.

        It comes to be when Slack has read our acknowledgement, which may be after this call: look again, for a while.

        Raises: SlackRefused: `not_found`: it was closed, or never came to be.
        """
        for look in range(VIEW_LOOKS):
            try:
                self._call("views.update", external_id=external_id, view=view)
                return
            except SlackRefused as error:
                if error.error != "not_found" or look == VIEW_LOOKS - 1:
                    raise
            time.sleep(VIEW_LOOK_S)

    def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        self._call("views.publish", user_id=user, view=view)

    def topic(self, channel: str) -> str:
        """Return the topic of a channel, by id or by its name with a hash, escaped as Slack keeps it."""
        found = self._call("conversations.info", channel=self._id_of(channel))["channel"]
        return str((found.get("topic") or {}).get("value") or "")

    def set_topic(self, channel: str, topic: str) -> None:
        self._call("conversations.setTopic", channel=self._id_of(channel), topic=topic)

    def group_members(self, handle: str) -> tuple[str, ...]:
        """Return who is in the user group `@handle`. Raises: SlackRefused: `no_such_subteam`, also when off."""
        with self._known_group(handle) as group:
            return tuple(self._call("usergroups.users.list", usergroup=group)["users"])

    def set_group_members(self, handle: str, users: Iterable[str]) -> None:
        """Put exactly *users* into the user group; Slack refuses to empty one."""
        with self._known_group(handle) as group:
            self._call("usergroups.users.update", usergroup=group, users=",".join(users))

    @contextmanager
    def _known_group(self, handle: str) -> Iterator[str]:
        """Give the group's id; one that Slack does not know any more is looked up anew the next time."""
        if handle not in self._groups:
            self._groups = {each["handle"]: each["id"] for each in self._call("usergroups.list")["usergroups"]}
        if handle not in self._groups:
            raise SlackRefused("usergroups.list", "no_such_subteam")
        try:
            yield self._groups[handle]
        except SlackRefused as error:
            if error.error == "no_such_subteam":
                self._groups = {}
            raise

    def _id_of(self, place: str) -> str:
        """
        Return the channel's id for a channel's name with a hash or for a person's id; asked once, then remembered.

        A direct message has a channel of its own, which is where a first copy can be looked for.

        Raises: SlackRefused: there is no such channel, or the bot cannot see it.
        """
        if place[:1] not in "#UW":
            return place
        with self._channels_lock:
            if place not in self._channels and place[0] == "#":
                self._channels.update(self._load_channels())
            elif place not in self._channels:
                self._channels[place] = self._call("conversations.open", users=place)["channel"]["id"]
            if place not in self._channels:
                raise SlackRefused("conversations.list", "channel_not_found")
            return self._channels[place]

    def _load_channels(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        while True:  # a short page with a cursor is normal: only a missing cursor ends the list
            page = self._call(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
            )
            found.update({f"#{channel['name']}": channel["id"] for channel in page["channels"]})
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return found

    def _call(self, method: str, *, lane: str = "", **arguments: Any) -> Any:
        wait_s = self._pace.wait_s(method, lane, now=time.monotonic())
        if wait_s > 0:
            raise SlackUnavailable(f"{method}: our own pace", wait_s, sent=False)
        try:
            # The SDK's own methods know which of Slack's methods take JSON and which only form fields.
            return getattr(self._client, method.replace(".", "_"))(**arguments)
        except SlackApiError as error:
            raise self._told(method, error) from error
        except (OSError, SlackRequestError, http.client.HTTPException) as error:
            raise SlackUnavailable(f"{method}: {type(error).__name__}") from error

    def _told(self, method: str, error: SlackApiError) -> SlackUnavailable | SlackRefused:
        status, headers, name = _read(error)
        if status == 429 or name == "ratelimited":
            retry_after_s = _seconds(headers.get("retry-after", ""))
            self._pace.pause(method, until=time.monotonic() + retry_after_s)
            return SlackUnavailable(f"{method}: asked to wait", retry_after_s, sent=False)
        if name in LOST_TOKEN:
            return SlackUnavailable(f"{method}: {name}", 60, sent=False)
        if status >= 500 or name in TRANSIENT or not name:
            return SlackUnavailable(f"{method}: {name or status}")
        return SlackRefused(method, name)


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _with_key(messages: Iterable[Mapping[str, Any]], channel: str, key: str) -> Posted | None:
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("key") == key:
            return Posted(channel, message["ts"])
    return None


def _read(error: SlackApiError) -> tuple[int, dict[str, str], str]:
    """
    Return status, lower-case headers and Slack's error name.

    The SDK has two shapes for a failed answer, and a proxy may have answered in Slack's place, in words of its own.
    """
    response = error.response
    if isinstance(response, dict):
        status, headers, told = response["status"], response["headers"], {}
    else:
        status, headers, told = response.status_code, response.headers, response.data
    name = str(told.get("error", "")) if isinstance(told, dict) else ""
    return status, {key.lower(): str(value) for key, value in headers.items()}, name


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 1.0
