"""What keeps the user group or the topic from following the roster, in words."""

from types import MappingProxyType

from bot.views.blocks import Message, escape, private
from bot.views.people import name_of
from store.domain.team import TeamFile

_WHY = MappingProxyType(
    {
        "no_such_subteam": "there is no user group of that name, or it is switched off. Make it in Slack under People, "
        "User groups, or correct `slack_group` in `team.yaml`.",
        "permission_denied": "the workspace lets only some members change user groups. Let everybody change them in "
        "Slack's settings under Permissions › User Groups, or take `slack_group` out of `team.yaml`.",
        "plan_upgrade_required": "user groups come with Slack's paid plans. Take `slack_group` out of `team.yaml`.",
        "missing_scope": "Baton's app was installed before it needed this right. Install it anew from the manifest.",
        "invalid_users": "Slack does not take somebody who is on call, perhaps because their account is closed. "
        "Compare their `slack` id in `team.yaml`.",
        "not_in_channel": "Baton is not in the channel. Write `/invite @Baton` there.",
        "channel_not_found": "Baton sees no such channel. Invite it there with `/invite @Baton`, or correct "
        "`channels.oncall` in `team.yaml`.",
        "is_archived": "the channel is archived. Correct `channels.oncall` in `team.yaml`.",
        "restricted_action": "the workspace does not let apps do this. Ask an admin, or set `channels.topic: false` in "
        "`team.yaml`.",
        "no_room": "the words already there leave no room. Shorten them or set `channels.topic: false` in `team.yaml`.",
    }
)
_SAME = MappingProxyType(
    {
        "paid_teams_only": "plan_upgrade_required",
        "user_is_restricted": "restricted_action",
        "not_allowed_token_type": "restricted_action",
        "access_denied": "permission_denied",
        "no_permission": "missing_scope",
        "subteam_disabled": "no_such_subteam",
        "user_is_deactivated": "invalid_users",
        "failed_for_some_users": "invalid_users",
    }
)


def trouble(place: str, error: str) -> Message:
    """Return why *place*, `@group` or `#channel`, stays as it is."""
    what = f"The user group {place}" if place.startswith("@") else f"The topic of {place}"
    why = _WHY.get(_SAME.get(error, error)) or f"Slack answered `{escape(error)}`."
    return private(f"⚠️ {what} cannot follow the roster: {why}\nThis is said once; `/oncall` is right all the same.")


def left(team: TeamFile, handle: str, *, lacking: tuple[str, ...], members: tuple[str, ...]) -> Message:
    """Return that the group could not be set to who is on call; the group is named without ringing it."""
    known = {person.slack: person.name for person in team.people.values() if person.slack}
    still = " and ".join(escape(known[user]) for user in members if user in known) or "those in it"
    if lacking:
        names = " and ".join(escape(name_of(team, person)) for person in lacking)
        keys = ", ".join(f"`people.{person}`" for person in lacking)
        return private(
            f"⚠️ {names} cannot be put into @{escape(handle)}: the plan has no Slack id for them, so the group rings "
            f"{still}. Add `slack:` under {keys} in `team.yaml`."
        )
    return private(
        f"⚠️ Nobody is on call now, and Slack keeps no group empty: @{escape(handle)} still rings {still}. "
        "Name a stand-in with `/oncall override`."
    )
