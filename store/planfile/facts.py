"""What a plan has to refer to: its people, teams, roles, rotations and pipelines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from store.domain.rosterfile import RosterFile
from store.domain.team import TeamFile
from store.planfile.faults import Where, closest_to, quoted, suggestion
from store.planfile.sheet import Sheet

Group = Literal["person", "team", "role", "rotation", "pipeline"]

IN_FORCE = ("on-call", "secondary", "owner", "lead")
"""Words an escalation step may use for whoever it is at that moment."""


@dataclass(frozen=True)
class Facts:
    """The keys in each group; None where they could not be read or are no part of the file: nothing is said of them."""

    people: tuple[str, ...] | None
    teams: tuple[str, ...] | None
    roles: tuple[str, ...] | None
    rotations: tuple[str, ...] | None
    pipelines: tuple[str, ...]

    @classmethod
    def of(cls, file: TeamFile | RosterFile | None, sheet: Sheet | None, pipelines: Iterable[str]) -> "Facts":
        """Gather the keys of what was read. A page that cannot be read still names its pipeline."""

        def keys(name: str) -> tuple[str, ...] | None:
            if file is None or sheet is None or () in sheet.broken or (name,) in sheet.broken:
                return None
            return tuple(getattr(file, name)) if hasattr(file, name) else None

        return cls(keys("people"), keys("teams"), keys("roles"), keys("rotations"), tuple(pipelines))

    def check(self, sheet: Sheet, where: Where, key: str, *groups: Group, also: tuple[str, ...] = ()) -> None:
        """Tell the sheet when *key* is in none of the groups and none of the words *also*."""
        known: list[str] = list(also)
        for group in groups:
            keys = self._keys_of(group)
            if keys is None:
                return
            known += keys
        if key not in known:
            sheet.error(where, f"unknown {_any_of(groups)} {quoted(key)}{suggestion(key, known)}")

    def check_all(
        self, sheet: Sheet, where: Where, keys: Iterable[str], *groups: Group, also: tuple[str, ...] = ()
    ) -> None:
        """Check a list of keys, each at its own line, and that none is in it twice."""
        seen: set[str] = set()
        for index, key in enumerate(keys):
            self.check(sheet, (*where, index), key, *groups, also=also)
            if key in seen:
                sheet.error((*where, index), f"{quoted(key)} is in this list twice")
            seen.add(key)

    def _keys_of(self, group: Group) -> tuple[str, ...] | None:
        return {
            "person": self.people,
            "team": self.teams,
            "role": self.roles,
            "rotation": self.rotations,
            "pipeline": self.pipelines,
        }[group]


def check_word(sheet: Sheet, where: Where, word: str, known: tuple[str, ...]) -> bool:
    """Tell the sheet when *word* is not one of the *known* ones; return whether it is."""
    if word not in known:
        sheet.error(where, f"unknown word {quoted(word)}{_of(word, known)}")
    return word in known


def _of(word: str, known: tuple[str, ...]) -> str:
    closest = closest_to(word, known)
    return suggestion(word, known) if closest else f": it is one of {', '.join(map(quoted, known))}"


def _any_of(groups: tuple[Group, ...]) -> str:
    *others, last = groups
    return f"{', '.join(others)} or {last}" if others else last
