"""What Baton can do, in one message."""

from bot.views.blocks import Message, context, private, section

LINES = (
    ("/oncall", "who is on call now, why, and next; `/oncall help` for weeks, leave, swaps and overrides"),
    ("/rerun PIPELINE DAY", "run a pipeline for a day, for instance `/rerun aggregate-engagement 2024-06-03`"),
    ("/runbook [PIPELINE] [QUESTION]", "the pages, one page, or the section that answers your question"),
    ("/issue [WHAT YOU SEE]", "report wrong or missing data"),
    (
        "/handoff",
        "the handoff that runs; `/handoff start` starts one that is missing, `/handoff note TEXT` adds a note",
    ),
    ("/baton help", "this list"),
)


def overview(version: str, plan: str) -> Message:
    lines = "\n".join(f"`{command}`  {does}" for command, does in LINES)
    text = f"*Baton* runs this team’s on-call.\n{lines}"
    more = "In a thread, where Slack has no slash commands, mention me with your question."
    return Message(text=text, blocks=(section(text), context(more), context(f"Baton {version}, plan “{plan}”")))


ONCALL = (
    ("/oncall [PIPELINE]", "who is on call now, and who follows"),
    ("/oncall why", "which rule put them there, and who was passed over; `why friday` for another day"),
    ("/oncall week", "the next seven days; `month` for a calendar, `month 2026-03` for another one"),
    ("/oncall mine", "your turns in the next 26 weeks"),
    ("/oncall at 2026-03-02 14:30", "who holds it then; also `tomorrow`, `friday`, `2026-03-02..2026-03-08`"),
    ("/oncall leave", "enter leave; you see who covers before it is saved"),
    ("/oncall swap", "ask somebody to exchange a turn with you"),
    ("/oncall override", "put somebody on call by hand; `/oncall take` takes it yourself, now"),
    ("/oncall volunteer", "offer to cover days"),
    ("/oncall calendar", "your private calendar addresses, and the roster as a page"),
    ("/oncall comp", "the comp you have earned"),
)


def oncall() -> Message:
    lines = "\n".join(f"`{command}`  {does}" for command, does in ONCALL)
    return private(f"*The roster*\n{lines}")
