"""The app as it is installed in the workspace: its tokens, its triggers, its response URLs, the line to it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.delivery import Delivery, Reply
from bot.sandbox.errors import Refused
from bot.sandbox.faults import Faults
from bot.sandbox.limits import Limits
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.store import Doc
from bot.sandbox.triggers import Triggers
from bot.sandbox.workspace import Workspace

_EVENT_OF_CHANNEL = {"channel": "message.channels", "im": "message.im", "group": "message.groups"}


@dataclass(frozen=True)
class Credentials:
    """What the app is configured with. They open nothing but this sandbox, so they may be fixed and printed."""

    bot_token: str = "xoxb-sandbox-bot-token"  # noqa: S105
    app_token: str = "xapp-sandbox-app-token"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    verification_token: str = "sandbox-verification"  # noqa: S105


class App:
    """What connects the workspace with the app's code."""

    def __init__(
        self,
        workspace: Workspace,
        credentials: Credentials,
        delivery: Delivery,
        *,
        limits: Limits,
        new_ticket: Callable[[], str] | None = None,
    ) -> None:
        self.workspace = workspace
        self.credentials = credentials
        self.delivery = delivery
        self.limits = limits
        self.faults = Faults()
        self.triggers = Triggers()
        self.response_urls = ResponseUrls(workspace.store)
        self.new_ticket = new_ticket
        """Makes Socket Mode tickets; None where requests are signed instead."""
        self.offers: dict[tuple[str, str, str], list[Doc]] = {}
        """(view id or channel:ts, user, action id) -> the options the app has offered for what was typed."""
        workspace.on_event = self.hear

    def need_scope(self, *any_of: str) -> None:
        """Raises: Refused: `missing_scope`: the manifest grants none of *any_of*."""
        granted = self.workspace.manifest.bot_scopes
        if any_of and not granted.intersection(any_of):
            raise Refused("missing_scope", needed=",".join(any_of), provided=",".join(sorted(granted)))

    def knows_file(self, file_id: str) -> bool:
        """Return whether a block may show this file: it is all there."""
        file = self.workspace.store.get("file", file_id)
        return file is not None and file["state"] == "complete"

    def hear(self, event: Doc) -> None:
        """Send an event of the workspace to the app, when it has subscribed to it and may see the place."""
        kind = event["type"]
        name = _EVENT_OF_CHANNEL.get(event.get("channel_type", ""), "") if kind == "message" else kind
        if name not in self.workspace.manifest.bot_events:
            return
        place = event.get("channel") or event.get("channel_id") or (event.get("item") or {}).get("channel")
        if place and not self.workspace.store.is_member(place, self.workspace.team.bot_user_id):
            return
        self.delivery.hear(
            {
                "token": self.credentials.verification_token,
                "team_id": self.workspace.team.id,
                "context_team_id": self.workspace.team.id,
                "context_enterprise_id": None,
                "api_app_id": self.workspace.team.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": "Ev" + secrets.token_hex(5).upper()[:9],
                "event_time": self.workspace.now_s(),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": self.workspace.team.id,
                        "user_id": self.workspace.team.bot_user_id,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": "4-" + secrets.token_hex(8),
            }
        )

    async def interact(self, kind: str, user: Doc, **parts: Any) -> Reply:
        """Send an interaction of *user*; it carries a trigger id where people can be shown a modal for it."""
        payload = payloads.interaction(self.workspace.team, self.credentials.verification_token, kind, user)
        if kind not in ("view_closed", "block_suggestion"):
            payload["trigger_id"] = self.triggers.give(user["id"])
        return await self.delivery.ask("interactive", {**payload, **parts})

    async def command(self, user: Doc, channel: Doc, command: str, text: str) -> Reply:
        team, place = self.workspace.team, payloads.channel_part(channel)
        payload = {
            "token": self.credentials.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": place["id"],
            "channel_name": place["name"],
            "user_id": user["id"],
            "user_name": user["name"],
            "command": command,
            "text": text,
            "api_app_id": team.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(channel["id"], user["id"]),
            "trigger_id": self.triggers.give(user["id"]),
        }
        return await self.delivery.ask("slash_commands", payload)

    def response_url(self, channel: str, user: str, original: Doc | None = None, *, only_for: str | None = None) -> str:
        key = self.response_urls.give(channel, user, original, only_for=only_for)
        return f"{self.workspace.base_url}/response/{self.workspace.team.id}/{key}"

    async def close(self) -> None:
        self.workspace.changes.close()
        await self.delivery.close()
