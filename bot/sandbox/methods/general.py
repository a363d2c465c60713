"""auth.*, api.*, apps.*: who am I, and the way in."""

from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.limits import CONNECTING, FREE
from bot.sandbox.methods.method import Method
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args


def auth_test(app: App, _args: Args) -> Doc:
    team = app.workspace.team
    return {
        "url": f"{app.workspace.base_url}/",
        "team": team.name,
        "user": team.bot_name,
        "team_id": team.id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def api_test(_app: App, args: Args) -> Doc:
    """Raises: Refused: the error that was asked for."""
    if args.text("error"):
        raise Refused(args.text("error"), args=args.all())
    return {"args": args.all()}


def open_connection(app: App, _args: Args) -> Doc:
    if app.new_ticket is None:
        raise Refused("socket_mode_not_enabled")
    address = app.workspace.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={app.new_ticket()}&app_id={app.workspace.team.app_id}"}


METHODS = {
    "auth.test": Method(auth_test, tier=FREE, token="any"),  # noqa: S106
    "api.test": Method(api_test, tier=FREE, token="none"),  # noqa: S106
    "apps.connections.open": Method(open_connection, tier=CONNECTING, token="app"),  # noqa: S106
}
