"""views.*: modals and the app's home."""

from bot.sandbox import modals
from bot.sandbox.app import App
from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.method import Method
from bot.sandbox.rules import check_view
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args


def open_view(app: App, args: Args) -> Doc:
    view, user = _view(app, args, "modal"), app.triggers.take(args.need("trigger_id"))
    return {"view": modals.open_modal(app.workspace, user, view)}


def push_view(app: App, args: Args) -> Doc:
    view, user = _view(app, args, "modal"), app.triggers.take(args.need("trigger_id"))
    return {"view": modals.push_modal(app.workspace, user, view)}


def update_view(app: App, args: Args) -> Doc:
    view = _view(app, args, "modal")
    view_id = args.text("view_id") or app.workspace.store.modal_by_external_id(args.text("external_id"))
    if not view_id and not args.text("external_id"):
        raise invalid_arguments("[ERROR] missing required field: view_id or external_id")
    return {"view": modals.update_modal(app.workspace, view_id or "", view, expected_hash=args.text("hash"))}


def publish_view(app: App, args: Args) -> Doc:
    """Raises: Refused: `not_enabled`: the manifest has no home tab; `user_not_found`; `hash_conflict`."""
    view, user = _view(app, args, "home"), args.need("user_id")
    if not app.workspace.manifest.home_tab:
        raise Refused("not_enabled")
    person = app.workspace.person(user)
    if person is None or person["is_bot"]:
        raise invalid_arguments("[ERROR] invalid `user_id`")
    return {"view": modals.publish_home(app.workspace, user, view, expected_hash=args.text("hash"))}


def _view(app: App, args: Args, kind: str) -> Doc:
    return check_view(args.parsed("view"), (kind,), knows_file=app.knows_file)


METHODS = {
    "views.open": Method(open_view, tier=TIER_4),
    "views.push": Method(push_view, tier=TIER_4),
    "views.update": Method(update_view, tier=TIER_4),
    "views.publish": Method(publish_view, tier=TIER_4),
}
