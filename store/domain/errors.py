"""Errors that a person can put right."""


class UserError(Exception):
    """
    The person can put it right; the text is shown to them as it stands.

    Each subclass stands beside the function that raises it, carries its data as attributes,
    and says what happened, why, and the next move.
    """
