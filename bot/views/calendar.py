"""The roster's private addresses, shown."""

from dataclasses import dataclass

from bot.views.blocks import Message, context, escape, section


@dataclass(frozen=True, kw_only=True)
class Addresses:
    own: str
    """Of the person's own shifts."""
    team: str
    page: str
    local: bool
    """Whether they open on this machine alone."""
    notice: str
    """What is to be said of the leave calendar."""


def addresses(found: Addresses, *, renewed: str = "") -> Message:
    """
    Return the addresses, to be copied whole.

    Args:
        renewed: whose was made anew just now.
    """
    lines = [
        f"*Your shifts*\n`{escape(found.own)}`",
        f"*Everybody’s shifts, with gaps*\n`{escape(found.team)}`",
        f"*The month in the browser*\n<{escape(found.page)}>",
    ]
    say = f"♻️ The old address of {renewed} opens nothing any more." if renewed else ""
    notes = [
        "Subscribe to an address in your calendar: Google “From URL”, Outlook “Subscribe from web”, Apple "
        "“New Calendar Subscription”. Whoever has an address sees what is behind it; `/oncall calendar new` "
        "gives you another."
    ]
    if found.local:
        notes.append("These open on Baton’s own machine only, until `BATON_URL` says where people reach it.")
    if found.notice:
        notes.append(escape(found.notice))
    blocks = [section(text) for text in ([say] if say else []) + lines]
    return Message(
        text="The calendars of the roster, for you alone.", blocks=(*blocks, *(context(each) for each in notes))
    )
