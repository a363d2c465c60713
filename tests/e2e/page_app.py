"""A small app for the page to talk to: one command, button, form and home of each kind that the page must show."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.app import Credentials
from bot.sandbox.server import Options, Server

PEOPLE = """[
  {"id": "U0CHOO", "name": "Choo", "real_name": "Choo Wei", "title": "Data engineer", "tz": "Asia/Kuala_Lumpur"},
  {"id": "U0AIDIL", "name": "Aidil", "real_name": "Aidil Rahman", "title": "Data engineer"},
  {"id": "U0NORA", "name": "Nora", "real_name": "Nora Lim", "title": "Finance", "outsider": true}
]"""
MANIFEST = {
    "display_information": {"name": "Baton"},
    "features": {
        "bot_user": {"display_name": "Baton"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/rerun", "description": "Run a pipeline again", "usage_hint": "pipeline [day]"},
            {"command": "/runbook", "description": "Ask the runbooks", "usage_hint": "[pipeline] question"},
            {"command": "/issue", "description": "Tell us what went wrong", "usage_hint": "[what happened]"},
            {"command": "/sleepy", "description": "Answers too late", "usage_hint": ""},
        ],
        "shortcuts": [
            {"name": "Open an issue", "type": "message", "callback_id": "issue_from_message"}
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write", "chat:write.public", "commands", "channels:history", "channels:read", "files:write",
                "files:read", "im:history", "im:read", "im:write", "reactions:write", "users:read", "channels:manage",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.channels", "message.im"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}  # fmt: skip


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def confirm_rerun() -> list[dict[str, Any]]:
    """A question with a button that asks once more before it acts."""
    asked = {
        "title": plain("Start the run?"),
        "text": {"type": "mrkdwn", "text": "This *replaces* the data of 2024-06-03."},
        "confirm": plain("Start"),
        "deny": plain("Not now"),
    }
    start = {"type": "button", "text": plain("Start run"), "action_id": "start", "style": "primary", "confirm": asked}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": "Run *aggregate-engagement* for 2024-06-03?"}},
        {"type": "actions", "block_id": "decide", "elements": [start]},
    ]


def issue_form() -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "issue",
        "title": plain("New issue"),
        "submit": plain("Open"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "what",
                "label": plain("What happened?"),
                "hint": plain("One sentence is enough."),
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "severity",
                "label": plain("Severity"),
                "element": {
                    "type": "static_select",
                    "action_id": "choice",
                    "placeholder": plain("Choose a severity"),
                    "options": [option("Low", "low"), option("Medium", "medium"), option("High", "high")],
                },
            },
            {
                "type": "input",
                "block_id": "notes",
                "label": plain("Notes"),
                "optional": True,
                "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
            },
            {
                "type": "actions",
                "block_id": "more",
                "elements": [{"type": "button", "text": plain("Choose a run"), "action_id": "choose_run"}],
            },
        ],
    }


def run_form() -> dict[str, Any]:
    """Opens above the issue's form; its options come from the app while the person types."""
    element = {"type": "external_select", "action_id": "run", "min_query_length": 2, "placeholder": plain("Find a run")}
    return {
        "type": "modal",
        "callback_id": "run",
        "title": plain("Which run?"),
        "submit": plain("Take it"),
        "blocks": [{"type": "input", "block_id": "run", "label": plain("Run"), "element": element}],
    }


def build(client: WebClient) -> App:
    """Return the app; every handler acknowledges first, but the sleepy one, which never does."""
    app = App(client=client, token_verification_enabled=False)

    @app.command("/rerun")
    def rerun(ack: Callable[..., None], respond: Callable[..., Any]) -> None:
        ack()
        respond(text="Run it?", blocks=confirm_rerun())

    @app.action("start")
    def start(ack: Callable[[], None], body: dict[str, Any], respond: Callable[..., Any]) -> None:
        ack()
        respond(delete_original=True)
        client.chat_postMessage(channel=body["channel"]["id"], text=f"Run started by <@{body['user']['id']}>")

    @app.command("/issue")
    @app.shortcut("issue_from_message")
    def issue(ack: Callable[[], None], body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=issue_form())

    @app.view("issue")
    def opened(ack: Callable[..., None], view: dict[str, Any], body: dict[str, Any]) -> None:
        text = view["state"]["values"]["what"]["text"]["value"]
        severity = view["state"]["values"]["severity"]["choice"]["selected_option"]["value"]
        if len(text) < 10:
            ack(response_action="errors", errors={"what": "Say a little more: at least 10 letters."})
            return
        ack()
        client.chat_postMessage(channel=body["user"]["id"], text=f"Issue DI-1 ({severity}): {text}")

    @app.action("choose_run")
    def choose_run(ack: Callable[[], None], body: dict[str, Any]) -> None:
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=run_form())

    @app.options("run")
    def runs(ack: Callable[..., None], payload: dict[str, Any]) -> None:
        ack(options=[option(f"{payload['value']} on day {day}", f"run-{day}") for day in (1, 2)])

    @app.view("run")
    def taken(ack: Callable[[], None]) -> None:
        ack()

    @app.command("/sleepy")
    def sleepy() -> None:
        """Never acknowledges."""

    @app.event("app_home_opened")
    def home(event: dict[str, Any]) -> None:
        greeting = {"type": "section", "text": {"type": "mrkdwn", "text": f"Good morning, <@{event['user']}>."}}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [greeting]})

    @app.event("message")
    def message() -> None:
        """Heard, so that it is not sent again."""

    return app


class Living:
    """A running workspace with the app connected to it."""

    def __init__(self, server: Server, client: WebClient) -> None:
        self.server = server
        self.url = server.url
        self.client = client

    def channel(self, name: str) -> str:
        found = self.server.app.workspace.channel_named(name)
        assert found is not None
        return str(found["id"])


@contextmanager
def living(folder: Path, *, port: int = 0) -> Iterator[Living]:
    """Start the workspace in a thread and the app beside it; both end with the block."""
    (folder / "manifest.yaml").write_text(yaml.safe_dump(MANIFEST))
    (folder / "people.json").write_text(PEOPLE)
    options = Options(manifest=folder / "manifest.yaml", people=folder / "people.json", port=port, rate_limits=False,
                      ack_within_s=2)  # fmt: skip
    server = Server(options)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    known = Credentials()
    client = WebClient(token=known.bot_token, base_url=f"{server.url}/api/")
    handler = SocketModeHandler(build(client), known.app_token, web_client=WebClient(base_url=f"{server.url}/api/"))
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield Living(server, client)
    finally:
        handler.close()  # type: ignore[no-untyped-call]
        server.should_exit = True
        serving.join(timeout=10)
