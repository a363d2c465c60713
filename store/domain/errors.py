"""Errors that a person can put right."""


class UserError(Exception):
    """
    The person can put it right; the text is shown to them as it stands.

    Each subclass stands beside the function that raises it, carries its data as attributes,
    and says what happened, why, and the next move.
    """


def shorten(typed: str, limit: int = 40) -> str:
    """Return *typed* on one line and at most *limit* characters long, to be quoted back to the person."""
    line = " ".join(typed.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
