"""users.*, usergroups.*, reactions.*, pins.*: people, and what they mark."""

from bot.sandbox import messages
from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.limits import TIER_2, TIER_3, TIER_4
from bot.sandbox.methods.method import Method, channel_of, page_of
from bot.sandbox.residents import usergroup_object
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args
from bot.sandbox.workspace import word


def list_users(app: App, args: Args) -> Doc:
    rows = [_seen(app, each) for each in app.workspace.people()]
    page = page_of(rows, args, "members", default=1000)
    del page["has_more"]
    return {**page, "cache_ts": app.workspace.now_s()}


def user_info(app: App, args: Args) -> Doc:
    return {"user": _seen(app, _person(app, args.need("user")))}


def by_email(app: App, args: Args) -> Doc:
    email = args.need("email").lower()
    for each in app.workspace.people():
        if each["profile"].get("email", "").lower() == email and not each["deleted"]:
            return {"user": _seen(app, each)}
    raise Refused("users_not_found")


def list_groups(app: App, args: Args) -> Doc:
    groups = app.workspace.store.all("usergroup")
    return {"usergroups": [_group(each, users=args.flag("include_users")) for each in groups]}


def create_group(app: App, args: Args) -> Doc:
    handle = args.text("handle") or args.need("name").lower().replace(" ", "-")
    if any(each["handle"] == handle for each in app.workspace.store.all("usergroup")):
        raise Refused("handle_already_exists")
    now = app.workspace.now_s()
    group = usergroup_object(app.workspace.team, "S0" + word(9), handle, created=now, name=args.need("name"))
    app.workspace.store.put("usergroup", group["id"], group)
    return {"usergroup": _group(group, users=True)}


def group_users(app: App, args: Args) -> Doc:
    return {"users": _need_group(app, args)["users"]}


def update_group_users(app: App, args: Args) -> Doc:
    """Replaces the whole list. Raises: Refused: `no_users_provided`, `invalid_users`."""
    group, users = _need_group(app, args), list(dict.fromkeys(args.list_of("users")))
    if not users:
        raise Refused("no_users_provided")
    people = [app.workspace.person(each) for each in users]
    if any(each is None or each["deleted"] or each["is_bot"] for each in people):
        raise Refused("invalid_users")
    group |= {"users": users, "user_count": len(users), "date_update": app.workspace.now_s()}
    app.workspace.store.put("usergroup", group["id"], group)
    return {"usergroup": group}


def add_reaction(app: App, args: Args) -> Doc:
    channel, doc = _message(app, args)
    messages.react(app.workspace, channel, doc, app.workspace.team.bot_user_id, args.need("name").strip(":"))
    return {}


def add_pin(app: App, args: Args) -> Doc:
    channel, doc = _message(app, args)
    if channel["id"] in doc.get("pinned_to", ()):
        raise Refused("already_pinned")
    doc["pinned_to"] = [channel["id"]]
    messages.rewrite(app.workspace, channel, doc)
    app.workspace.tell("channel", channel["id"])
    return {}


def _person(app: App, user: str) -> Doc:
    person = app.workspace.person(user)
    if person is None:
        raise Refused("user_not_found")
    return person


def _seen(app: App, person: Doc) -> Doc:
    """Return a user object as the app sees it: addresses need a scope of their own."""
    seen = {key: value for key, value in person.items() if key != "outsider"}
    if "users:read.email" not in app.workspace.manifest.bot_scopes:
        seen["profile"] = {key: value for key, value in seen["profile"].items() if key != "email"}
    return seen


def _need_group(app: App, args: Args) -> Doc:
    group = app.workspace.store.get("usergroup", args.need("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return group


def _group(group: Doc, *, users: bool) -> Doc:
    return group if users else {key: value for key, value in group.items() if key != "users"}


def _message(app: App, args: Args) -> tuple[Doc, Doc]:
    channel = channel_of(app, args, member=True)
    found = app.workspace.store.message(channel["id"], args.need("timestamp"))
    if found is None or found[1] is not None:
        raise Refused("message_not_found")
    return channel, found[0]


METHODS = {
    "users.list": Method(list_users, ("users:read",), TIER_2),
    "users.info": Method(user_info, ("users:read",), TIER_4),
    "users.lookupByEmail": Method(by_email, ("users:read.email",), TIER_3),
    "usergroups.list": Method(list_groups, ("usergroups:read",), TIER_2),
    "usergroups.create": Method(create_group, ("usergroups:write",), TIER_2),
    "usergroups.users.list": Method(group_users, ("usergroups:read",), TIER_2),
    "usergroups.users.update": Method(update_group_users, ("usergroups:write",), TIER_2),
    "reactions.add": Method(add_reaction, ("reactions:write",), TIER_3),
    "pins.add": Method(add_pin, ("pins:write",), TIER_2),
}
