"""What the workspace refuses, under the names Slack gives it."""

from typing import Any


class Refused(Exception):
    """A Web API call is answered with `{"ok": false, "error": <error>, …more}`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.more}


def invalid_arguments(*messages: str) -> Refused:
    """Return the refusal of arguments that are missing or not valid; each message says what and where."""
    return Refused("invalid_arguments", response_metadata={"messages": list(messages)})


class NotPossible(Exception):
    """
    What a person tried cannot be done here; the text is what Slack's own client would tell them.

    *error* is a word for programs: `unknown_command`, `not_in_threads`, `no_such_element`, `operation_timeout` …
    """

    def __init__(self, error: str, text: str, **more: Any) -> None:
        super().__init__(text)
        self.error = error
        self.text = text
        self.more = more

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, "message": self.text, **self.more}


class Asked(dict[str, Any]):
    """What a person's act or look was asked with; a part that is missing is named. `[]` raises NotPossible."""

    def __missing__(self, key: str) -> Any:
        raise NotPossible("missing", f"{key} is missing.")
