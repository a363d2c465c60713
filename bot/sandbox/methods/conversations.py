"""conversations.*: what channels there are, who is in them, what was said."""

from bot.sandbox.app import App
from bot.sandbox.errors import Refused
from bot.sandbox.limits import TIER_2, TIER_3, TIER_4
from bot.sandbox.methods.method import Method, channel_of, kind_of, page_of
from bot.sandbox.residents import open_im
from bot.sandbox.store import Doc
from bot.sandbox.wire import Args

_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")
_TOPIC = {"channels": ("channels:manage", "channels:write.topic"), "groups": ("groups:write", "groups:write.topic")}
_KIND_OF_TYPE = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def list_all(app: App, args: Args) -> Doc:
    """Raises: Refused: `invalid_types`, `missing_scope`: a type that the app may not read."""
    kinds = {_KIND_OF_TYPE.get(each, "") for each in args.list_of("types") or ["public_channel"]}
    if "" in kinds:
        raise Refused("invalid_types")
    for kind in sorted(kinds):
        app.need_scope(f"{kind}:read")
    mine = {each["id"] for each in app.workspace.store.channels_of(app.workspace.team.bot_user_id)}
    rows = [
        _seen(app, each)
        for each in app.workspace.store.all("channel")
        if kind_of(each) in kinds
        and (kind_of(each) == "channels" or each["id"] in mine)
        and not (each["is_archived"] and args.flag("exclude_archived"))
    ]
    page = page_of(rows, args, "channels")
    del page["has_more"]
    return page


def info(app: App, args: Args) -> Doc:
    channel = channel_of(app, args)
    app.need_scope(f"{kind_of(channel)}:read")
    seen = _seen(app, channel)
    if args.flag("include_num_members"):
        seen["num_members"] = len(app.workspace.store.members(channel["id"]))
    return {"channel": seen}


def history(app: App, args: Args) -> Doc:
    """Newest first, without answers in threads and without what only one person sees."""
    channel = channel_of(app, args, member=False)
    app.need_scope(f"{kind_of(channel)}:history")
    _need_membership(app, channel)
    page = page_of(_public(app, channel, args), args, "messages", most=999)
    return {**page, "pin_count": 0}


def replies(app: App, args: Args) -> Doc:
    """The root first, then its answers, oldest first."""
    channel = channel_of(app, args)
    app.need_scope(f"{kind_of(channel)}:history")
    _need_membership(app, channel)
    ts = args.need("ts")
    found = app.workspace.store.message(channel["id"], ts)
    if found is None or found[1] is not None:
        raise Refused("thread_not_found")
    root = found[0].get("thread_ts") or ts
    rows = _public(app, channel, args, thread_ts=root)[::-1]
    return page_of(rows, args, "messages", default=1000)


def open_dm(app: App, args: Args) -> Doc:
    users = args.list_of("users")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type")
    if "channel" in args:
        return {"channel": {"id": channel_of(app, args)["id"]}, "no_op": True, "already_open": True}
    if not users:
        raise Refused("users_list_not_supplied")
    person = app.workspace.person(users[0])
    if person is None:
        raise Refused("user_not_found")
    if person["is_bot"]:
        raise Refused("cannot_dm_bot")
    channel = open_im(app.workspace, users[0])
    return {"channel": _seen(app, channel) if args.flag("return_im") else {"id": channel["id"]}}


def members(app: App, args: Args) -> Doc:
    channel = channel_of(app, args)
    app.need_scope(f"{kind_of(channel)}:read")
    rows = [{"id": each} for each in app.workspace.store.members(channel["id"])]
    page = page_of(rows, args, "members")
    page["members"] = [each["id"] for each in page["members"]]
    del page["has_more"]
    return page


def join(app: App, args: Args) -> Doc:
    channel = channel_of(app, args)
    if channel["is_archived"]:
        raise Refused("is_archived")
    if channel["is_im"] or channel["is_private"]:
        raise Refused("method_not_supported_for_channel_type")
    new = app.workspace.store.join(channel["id"], app.workspace.team.bot_user_id)
    app.workspace.tell("channel", channel["id"])
    seen = {"channel": _seen(app, channel)}
    return seen if new else {**seen, "warning": "already_in_channel"}


def set_topic(app: App, args: Args) -> Doc:
    channel = channel_of(app, args, member=True)
    if channel["is_im"]:
        raise Refused("method_not_supported_for_channel_type")
    app.need_scope(*_TOPIC[kind_of(channel)])
    topic = args.text("topic")
    if len(topic) > 250:
        raise Refused("too_long")
    channel["topic"] = {
        "value": topic,
        "creator": app.workspace.team.bot_user_id,
        "last_set": app.workspace.now_s(),
    }
    app.workspace.store.put_channel(channel)
    app.workspace.tell("channel", channel["id"])
    return {"channel": _seen(app, channel)}


def users_conversations(app: App, args: Args) -> Doc:
    kinds = {_KIND_OF_TYPE.get(each, "") for each in args.list_of("types") or ["public_channel"]}
    if "" in kinds:
        raise Refused("invalid_types")
    user = args.text("user") or app.workspace.team.bot_user_id
    rows = [_seen(app, each) for each in app.workspace.store.channels_of(user) if kind_of(each) in kinds]
    page = page_of(rows, args, "channels")
    del page["has_more"]
    return page


def _public(app: App, channel: Doc, args: Args, *, thread_ts: str | None = None) -> list[Doc]:
    """Return what everybody sees between `oldest` and `latest`, newest first."""
    oldest, latest, inclusive = args.text("oldest", "0"), args.text("latest") or "9999999999.9", args.flag("inclusive")
    rows: list[Doc] = []
    for doc, only_for in app.workspace.store.messages(channel["id"], thread_ts=thread_ts):
        at = float(doc["ts"])
        inside = float(oldest) < at < float(latest) or (inclusive and at in (float(oldest), float(latest)))
        if only_for is None and (inside or doc["ts"] == thread_ts):
            if not args.flag("include_all_metadata"):
                doc.pop("metadata", None)
            rows.append(app.workspace.with_thread(channel["id"], doc))
    return rows


def _need_membership(app: App, channel: Doc) -> None:
    if not app.workspace.store.is_member(channel["id"], app.workspace.team.bot_user_id):
        raise Refused("not_in_channel")


def _seen(app: App, channel: Doc) -> Doc:
    """Return the conversation as the app sees it."""
    if channel["is_im"]:
        return dict(channel)
    member = app.workspace.store.is_member(channel["id"], app.workspace.team.bot_user_id)
    return {**channel, "is_member": member, "num_members": len(app.workspace.store.members(channel["id"]))}


METHODS = {
    "conversations.list": Method(list_all, _READ, TIER_2),
    "conversations.info": Method(info, _READ, TIER_3),
    "conversations.history": Method(history, _HISTORY, TIER_3),
    "conversations.replies": Method(replies, _HISTORY, TIER_3),
    "conversations.open": Method(open_dm, ("im:write", "channels:manage", "groups:write", "mpim:write"), TIER_3),
    "conversations.members": Method(members, _READ, TIER_4),
    "conversations.join": Method(join, ("channels:join",), TIER_3),
    "conversations.setTopic": Method(set_topic, tuple(each for some in _TOPIC.values() for each in some), TIER_2),
    "users.conversations": Method(users_conversations, _READ, TIER_3),
}
