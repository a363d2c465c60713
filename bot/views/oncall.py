"""The roster, shown."""

from bot.views.blocks import Block, Message, context, escape, mention, section, slack_time
from store.domain.oncall import OnCall, Turn
from store.domain.rotation import Shift
from store.domain.team import TeamFile


def current(team: TeamFile, on_call: OnCall) -> Message:
    """Return who is on call now and in the coming weeks, rotation by rotation."""
    now = [_now(team, turn, several=len(on_call.turns) > 1) for turn in on_call.turns]
    blocks: list[Block] = []
    for turn, text in zip(on_call.turns, now, strict=True):
        blocks.append(section(text))
        if turn.shifts[1:]:
            blocks.append(section("*Next*\n" + "\n".join(_line(team, shift) for shift in turn.shifts[1:])))
    for key, why in on_call.without.items():
        blocks.append(context(f"*{key}*: no on-call on purpose. {escape(why)}"))
    if team.cover:
        steps = ", then ".join(_COVER[rule] for rule in team.cover)
        blocks.append(context(f"When the person on call is away: {steps}."))
    if not on_call.turns:
        blocks.append(
            section("Nobody is on call: this plan has no rotation. Add one under `rotations` in `team.yaml`.")
        )
    return Message(text=" ".join(now) or "Nobody is on call.", blocks=tuple(blocks))


_COVER = {
    "previous": "last week's on-call",
    "next": "next week's on-call",
    "secondary": "the secondary owner",
    "least-loaded": "whoever has had the fewest days",
    "volunteer": "a volunteer asked for in the channel",
}


def _now(team: TeamFile, turn: Turn, *, several: bool) -> str:
    whose = f" for {', '.join(turn.pipelines)}" if several and turn.pipelines else ""
    if not turn.shifts:
        begins = min(version.starts_on for version in team.rotations[turn.rotation].versions)
        return f"*Nobody* is on call{whose} yet: the rotation `{turn.rotation}` begins on {begins:%a %d %b %Y}."
    shift = turn.shifts[0]
    person = team.people[shift.person]
    return f"*{mention(person.slack, person.name)}* is on call{whose} until {slack_time(shift.ends_at)} ({shift.why})."


def _line(team: TeamFile, shift: Shift) -> str:
    return f"{slack_time(shift.starts_at, '{date_short_pretty}')}  {escape(team.people[shift.person].name)}"
