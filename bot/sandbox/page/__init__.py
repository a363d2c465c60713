"""The page of the workspace in the browser: looks and works like Slack, for several people to act as."""

from starlette.routing import BaseRoute

from bot.sandbox.page.routes import Page
from bot.sandbox.workspace import Workspace


def page(workspace: Workspace) -> list[BaseRoute]:
    """Return the routes of the page, for the server to mount under `/`."""
    return Page(workspace).routes()
