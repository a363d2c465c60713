"""What is wrong with a plan, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Literal

Where = tuple[str | int, ...]
"""The way from the top of a file to a value: keys, and indexes in lists."""


@dataclass(frozen=True)
class Fault:
    """One thing to put right in a plan (error), or to look at (notice)."""

    path: str
    """The file, relative to the plan folder."""
    line: int
    key: str
    """Such as `rotations.primary.versions[0].order[2]`; empty when it is about the whole file."""
    message: str
    level: Literal["error", "notice"] = "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line} {self.key}".rstrip()
        return f"{place}: {'notice: ' if self.level == 'notice' else ''}{self.message}"


class Unreadable(Exception):
    """A file, or the YAML in it, cannot be read from this line on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def dotted(where: Where) -> str:
    """Return *where* as people write it: `people.aidil.teams[0]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_one_line(step)}" for step in where)
    return "".join(steps).removeprefix(".")


def quoted(text: object) -> str:
    """Return *text* as it was written, safe to show: one line, short, in backticks."""
    return f"`{_one_line(str(text))}`"


def _one_line(text: str) -> str:
    shown = "".join(sign if sign.isprintable() and sign != "`" else "?" for sign in " ".join(text.split()))
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return `: did you mean ...?`, or what there is to choose from when that is little, or nothing."""
    options = list(known)
    closest = closest_to(wrong, options)
    if closest:
        return f": did you mean {quoted(closest)}?"
    return f": it is one of {', '.join(map(quoted, options))}" if 0 < len(options) <= 8 else ""


def closest_to(wrong: str, known: Iterable[str]) -> str | None:
    """Return the known word that *wrong* was most likely meant to be, or None."""
    by_fold = {_folded(word): word for word in islice(known, 1000)}
    found = get_close_matches(_folded(wrong), by_fold, n=1)
    return by_fold[found[0]] if found else None


def _folded(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-")[:80]
