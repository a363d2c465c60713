"""Wiring: settings to dependencies, dependencies to a Bolt app."""

import logging
from collections.abc import Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.deps import Deps
from bot.gateways.slack import Slack
from bot.listeners import baton, comp, handoff, issue, leave, oncall, override, run, runbook, swap, volunteer
from bot.listeners.hear import Hear
from store import clock
from store.plans import PlanFolder
from store.session import Sessions, connect
from store.settings import Settings


def build_deps(settings: Settings, *, nudge: Callable[[], None]) -> Deps:
    """Return what the bot is made of; opens no connection."""
    return Deps(
        settings=settings,
        clock=clock.from_setting(settings.baton_clock),
        machine_clock=clock.SystemClock(),
        sessions=Sessions(connect(settings.database)),
        slack=Slack(settings.slack_bot_token.get_secret_value(), settings.slack_api_url),
        plans=PlanFolder(settings.baton_plan, settings.baton_data),
        nudge=nudge,
    )


def build_app(deps: Deps, identity: AuthorizeResult) -> tuple[AsyncApp, Hear]:
    """
    Return the Bolt app with every listener, for the workspace of *identity*.

    `process_before_response` takes away the 10 ms polls in which Bolt waits for an acknowledgement; it asks that
    listeners acknowledge and leave the work to a task, which `Hear` sees to. Who we are is known before the first
    delivery, so that no acknowledgement waits for `auth.test`.
    """

    async def authorize() -> AuthorizeResult:
        return identity

    app = AsyncApp(
        name="baton",
        client=AsyncWebClient(base_url=deps.settings.slack_api_url, retry_handlers=[]),
        signing_secret=deps.settings.slack_signing_secret.get_secret_value(),
        authorize=authorize,
        process_before_response=True,
        logger=logging.getLogger("bolt"),
    )
    hear = Hear(app, deps)
    for feature in (oncall, leave, swap, override, volunteer, comp, run, runbook, issue, handoff, baton):
        feature.register(hear)
    baton.register_last(hear)
    return app, hear
