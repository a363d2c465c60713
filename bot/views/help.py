"""What Baton can do, in one message."""

from bot.views.blocks import Message, context, section

LINES = (
    ("/oncall", "who is on call now and in the next four weeks"),
    ("/rerun PIPELINE DAY", "run a pipeline for a day, for instance `/rerun aggregate-engagement 2024-06-03`"),
    ("/runbook [PIPELINE] [QUESTION]", "the pages, one page, or the section that answers your question"),
    ("/issue [WHAT YOU SEE]", "report wrong or missing data"),
    ("/baton help", "this list"),
)


def overview(version: str, plan: str) -> Message:
    lines = "\n".join(f"`{command}`  {does}" for command, does in LINES)
    text = f"*Baton* runs this team’s on-call.\n{lines}"
    more = "In a thread, where Slack has no slash commands, mention me with your question."
    return Message(text=text, blocks=(section(text), context(more), context(f"Baton {version}, plan “{plan}”")))
