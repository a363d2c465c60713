"""
The one door to Slack's Web API.

slack_sdk repeats a post whose answer was lost, so a message would appear twice (its default retry handler);
here nothing is ever repeated. Whoever calls decides: the outbox looks for the first copy before it sends again.
"""

import http.client
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from bot.gateways.pace import Pace

logger = logging.getLogger(__name__)

TIMEOUT_S = 5
"""Of one call; the outbox holds a message for longer than the two calls that one sending may need."""
EVENT_TYPE = "baton"
LOST_TOKEN = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})


class SlackUnavailable(Exception):
    """Slack did not answer, or asked us to wait. Whether the call took effect is not known."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


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
        """Return the message that carries *key*, among the newest 200 of the channel or thread."""
        channel = self._id_of(channel)
        if thread_ts:
            found = self._call(
                "conversations.replies", channel=channel, ts=thread_ts, include_all_metadata=True, limit=200
            )
        else:
            found = self._call("conversations.history", channel=channel, include_all_metadata=True, limit=200)
        for message in found["messages"]:
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("key") == key:
                return Posted(channel, message["ts"])
        return None

    def upload(self, png: bytes, *, name: str, alt: str) -> str:
        """Return the id of a file that no channel shows yet, ready for an image block."""
        done = self._call("files.upload_v2", file=png, filename=name, title=name, alt_txt=alt)
        return str(done["file"]["id"])

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

    def whisper(self, channel: str, user: str, payload: Mapping[str, Any]) -> None:
        shown = {key: value for key, value in payload.items() if not key.startswith("unfurl")}
        self._call("chat.postEphemeral", channel=channel, user=user, **shown)

    def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        self._call("views.open", trigger_id=trigger_id, view=view)

    def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        self._call("views.publish", user_id=user, view=view)

    def _id_of(self, channel: str) -> str:
        """
        Return the id of a channel given by its name with a hash; asked of Slack once, then remembered.

        Raises: SlackRefused: there is no such channel, or the bot cannot see it.
        """
        if not channel.startswith("#"):
            return channel
        name = channel.removeprefix("#")
        with self._channels_lock:
            if name not in self._channels:
                self._channels.update(self._load_channels())
            if name not in self._channels:
                raise SlackRefused("conversations.list", "channel_not_found")
            return self._channels[name]

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
            found.update({channel["name"]: channel["id"] for channel in page["channels"]})
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return found

    def _call(self, method: str, *, lane: str = "", **arguments: Any) -> Any:
        wait_s = self._pace.wait_s(method, lane, now=time.monotonic())
        if wait_s > 0:
            raise SlackUnavailable(f"{method}: our own pace", retry_after_s=wait_s)
        try:
            # The SDK's own methods know which of Slack's methods take JSON and which only form fields.
            return getattr(self._client, method.replace(".", "_"))(**arguments)
        except SlackApiError as error:
            status, headers, name = _read(error)
            if status == 429:
                retry_after_s = float(headers.get("retry-after", 1))
                self._pace.pause(method, until=time.monotonic() + retry_after_s)
                raise SlackUnavailable(f"{method}: asked to wait", retry_after_s=retry_after_s) from error
            if status >= 500 or name in LOST_TOKEN:
                raise SlackUnavailable(f"{method}: {name or status}", 60 if name in LOST_TOKEN else None) from error
            raise SlackRefused(method, name) from error
        except (OSError, SlackRequestError, http.client.HTTPException) as error:
            raise SlackUnavailable(f"{method}: {type(error).__name__}") from error


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _read(error: SlackApiError) -> tuple[int, dict[str, str], str]:
    """Return status, lower-case headers and Slack's error name; the SDK has two shapes for a failed answer."""
    response = error.response
    if isinstance(response, dict):
        return response["status"], {k.lower(): v for k, v in response["headers"].items()}, ""
    headers = {key.lower(): value for key, value in response.headers.items()}
    return response.status_code, headers, str(response.get("error", ""))
