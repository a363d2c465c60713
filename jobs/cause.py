"""Why a run ended as it did, told from evidence: an error, an exit code, the last lines of a log."""

import re
from collections.abc import Sequence

from store.domain.errors import UserError, shorten
from store.domain.run import Cause

KILLED = frozenset({-9, 137, -15, 143})
"""SIGKILL and SIGTERM, as Python and as a shell tell them."""
OUT_OF_MEMORY = frozenset({3, 52})
"""How a JVM ends with ExitOnOutOfMemoryError, and how Spark ends itself."""
UNREADABLE = (
    "MALFORMED_RECORD_IN_PARSING",
    "MALFORMED_CSV_RECORD",
    "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
)
SECRET = re.compile(
    r"(xox[a-z]-|xapp-)[\w-]+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:((?:password|passwd|secret|token|api[_-]?key|access[_-]?key)[\w.-]*\s*[=:]\s*)\S+)"
    r"|\bAKIA[0-9A-Z]{16}\b"
)
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def masked(text: str) -> str:
    """Return *text* without what looks like a secret, and without colour codes."""
    return SECRET.sub(lambda found: f"{found[1] or found[2] or ''}***", ANSI.sub("", text))


def cause_of_error(error: BaseException, *, jvm_code: int | None) -> tuple[Cause, str]:
    """
    Return the cause and a note for people.

    Args:
        jvm_code: exit code of the Spark process; None while it lives.
    """
    # Each names the cause of its own kind; only a class knows it, the text is for people.
    if isinstance(error, UserError):
        causes = {"MissingInput": Cause.MISSING_INPUT, "SchemaChanged": Cause.SCHEMA}
        return causes.get(type(error).__name__, Cause.CODE), str(error)
    text = str(error)
    if jvm_code in OUT_OF_MEMORY or "java.lang.OutOfMemoryError" in text:
        return Cause.OUT_OF_MEMORY, out_of_memory()
    if jvm_code is not None:
        return cause_of_exit(jvm_code, ())
    if any(mark in text for mark in UNREADABLE):
        return Cause.SCHEMA, (
            "A value in the input does not fit its column, so the run stopped instead of reading it as empty. "
            f"Spark says: {_first_line(text)}"
        )
    return Cause.CODE, _code(f"{type(error).__name__}: {_first_line(text)}")


def cause_of_exit(code: int, last_lines: Sequence[str]) -> tuple[Cause, str]:
    """Return the cause of a run whose process ended with *code* and without a word."""
    if code in OUT_OF_MEMORY or any("java.lang.OutOfMemoryError" in line for line in last_lines):
        return Cause.OUT_OF_MEMORY, out_of_memory()
    if code in KILLED:
        forced = code in (-9, 137)
        return Cause.KILLED, (
            f"The run's process was killed (signal {9 if forced else 15})"
            + (", by hand or by the system because the machine ran out of memory" if forced else "")
            + ". Look at the machine's memory, then run again."
        )
    last = next((line.strip() for line in reversed(last_lines) if line.strip()), "")
    return Cause.CODE, _code(f"exit code {code}" + (f", {last}" if last else ""))


def out_of_memory() -> str:
    return (
        "Spark ran out of memory and ended. Give it more (SPARK_DRIVER_MEMORY, now 1g unless it "
        "is set), or run fewer days at once."
    )


def _code(what: str) -> str:
    return f"The pipeline's code failed: {shorten(masked(what), 300)}. The run's log has the rest."


def _first_line(text: str) -> str:
    return shorten(masked(next((line for line in text.splitlines() if line.strip()), "no message")), 300)
