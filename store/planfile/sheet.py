"""One file of a plan under examination."""

from dataclasses import dataclass, field
from typing import Literal

from store.planfile.faults import Fault, Where, dotted
from store.planfile.yaml import Node, line_at


@dataclass
class Sheet:
    """The tree of one file, and all that is found wrong with it."""

    name: str
    """The file, relative to the plan folder."""
    tree: Node | None
    faults: list[Fault] = field(default_factory=list)
    broken: set[Where] = field(default_factory=set)
    """Values that could not be read: no rule complains about them again."""
    _around: set[Where] = field(default_factory=set)
    """Everything that has a broken value in it."""

    def refuse(self, where: Where, message: str, *, line: int | None = None) -> None:
        """Say that the value at *where* cannot be read; the rules are then silent about it."""
        self.give_up(where)
        self._add(where, message, "error", line)

    def give_up(self, where: Where) -> None:
        """Let no rule speak of the value at *where*: what is wrong with it was said elsewhere."""
        self.broken.add(where)
        self._around.update(where[:length] for length in range(len(where)))

    def error(self, where: Where, message: str, *, line: int | None = None) -> None:
        """Say what is wrong at *where*, unless the value there could not be read anyway."""
        if not self.is_broken(where):
            self._add(where, message, "error", line)

    def notice(self, where: Where, message: str, *, line: int | None = None) -> None:
        """Say what a person should look at."""
        if not self.is_broken(where):
            self._add(where, message, "notice", line)

    def is_broken(self, where: Where) -> bool:
        """Whether the value at *where*, something around it or something in it could not be read."""
        return where in self._around or any(where[:length] in self.broken for length in range(len(where) + 1))

    def _add(self, where: Where, message: str, level: Literal["error", "notice"], line: int | None) -> None:
        at = line_at(self.tree, where) if line is None else line
        self.faults.append(Fault(self.name, at, dotted(where), message, level))
