"""
A plan folder in, domain values out, with every fault named by file, line and key.

A plan is `team.yaml` (the shape of `store.domain.team.TeamFile`) and one Markdown page per pipeline, whose front
matter has the shape of `store.domain.pipeline.Pipeline` and whose body is the runbook. `README.md`, `synonyms.yaml`
and dot files are no part of it.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from store.domain.errors import UserError
from store.domain.pipeline import Pipeline
from store.domain.rosterfile import RosterFile
from store.domain.team import TeamFile
from store.planfile import copies, files, yaml
from store.planfile.contradictions import note_contradictions, note_other_owner
from store.planfile.facts import Facts
from store.planfile.faults import Fault, Unreadable, quoted
from store.planfile.page_rules import check_page
from store.planfile.plan_rules import check_together
from store.planfile.reader import read
from store.planfile.sheet import Sheet
from store.planfile.team_rules import check_team

__all__ = ["SHAPES", "BrokenPlan", "Fault", "Page", "Plan", "PlanFolder", "check_plan", "load_plan", "schema"]

logger = logging.getLogger(__name__)

_TICK_NS = 50_000_000


@dataclass(frozen=True)
class Page:
    """A pipeline's runbook page."""

    pipeline: Pipeline
    path: Path
    body: str
    """The Markdown after the front matter, as it stands there (line ends are `\\n`)."""
    first_line: int
    """Number in the file of the body's first line."""


@dataclass(frozen=True)
class Plan:
    """A plan without errors."""

    folder: Path
    team: TeamFile
    pipelines: Mapping[str, Pipeline]
    """By key, in the order of the keys."""
    pages: Mapping[str, Page]
    """By the pipeline's key, in the same order."""
    digest: str
    """Changes when any byte of the plan's files does."""


class BrokenPlan(UserError):
    """The plan cannot be used; the text lists every error."""

    def __init__(self, folder: Path, faults: Iterable[Fault]) -> None:
        self.faults = tuple(fault for fault in faults if fault.level == "error")
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(
            "\n".join([f"The plan {_name_of(folder)} cannot be used, it has {count}:", *map(str, self.faults)])
        )


def load_plan(folder: Path) -> Plan:
    """
    Return the plan in *folder*.

    Raises: BrokenPlan: with every error in it, not only the first.
    """
    plan, faults = check_plan(folder)
    if plan is None:
        raise BrokenPlan(folder, faults)
    return plan


def check_plan(folder: Path) -> tuple[Plan | None, tuple[Fault, ...]]:
    """Return the plan, or None when it has errors; and all errors and notices by file and line."""
    reading = _Reading(folder)
    reading.everything()
    faults = tuple(sorted(reading.faults, key=lambda fault: (fault.path, fault.line, fault.key, fault.message)))
    return (None if _has_errors(faults) else reading.plan()), faults


def _has_errors(faults: Iterable[Fault]) -> bool:
    return any(fault.level == "error" for fault in faults)


def _name_of(folder: Path) -> str:
    return folder.name or folder.resolve().name  # `.` has no name of its own


class _Reading:
    """One pass over a folder: read every file, then look at each alone and at all together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unread: list[Fault] = []
        self._hash = hashlib.sha256()
        self._team_sheet: Sheet | None = None
        self._team: TeamFile | None = None
        self._pages: dict[str, tuple[Sheet, Page]] = {}

    @property
    def faults(self) -> list[Fault]:
        sheets = [sheet for sheet, _ in self._pages.values()]
        sheets += [self._team_sheet] if self._team_sheet else []
        return self._unread + [fault for sheet in sheets for fault in sheet.faults]

    def plan(self) -> Plan:
        """Return what was read; call it only when there is no error."""
        assert self._team is not None
        pages = dict(sorted((page.pipeline.key, page) for _, page in self._pages.values()))
        return Plan(
            folder=self._folder,
            team=self._team,
            pipelines=MappingProxyType({key: page.pipeline for key, page in pages.items()}),
            pages=MappingProxyType(pages),
            digest=self._hash.hexdigest(),
        )

    def everything(self) -> None:
        try:
            listed = files.listed(self._folder)
            names = files.page_names(listed)
        except Unreadable as error:
            self._unread.append(Fault(_name_of(self._folder), error.line, "", error.message))
            return
        if not names:
            self._unread.append(
                Fault(_name_of(self._folder), 1, "", "no page: every pipeline has one, <key>.md", "notice")
            )
        for name, wanted in files.misnamed(listed):
            self._unread.append(Fault(name, 1, "", f"not read: rename it to {wanted}", "notice"))
        self._read_team()
        for name in names:
            if name.isprintable():
                self._read_page(name)
            else:
                self._unread.append(Fault(_name_of(self._folder), 1, "", f"a file named {quoted(name)}: rename it"))
        self._apply_rules(names, listed)

    def _apply_rules(self, names: tuple[str, ...], listed: tuple[str, ...]) -> None:
        facts = Facts.of(self._team, self._team_sheet, (name.removesuffix(".md") for name in names))
        if self._team is not None and self._team_sheet is not None:
            check_team(self._team_sheet, self._team, facts, listed)
        for sheet, page in self._pages.values():
            check_page(sheet, page.pipeline, page.body, facts)
        pipelines = {name.removesuffix(".md"): (sheet, page.pipeline) for name, (sheet, page) in self._pages.items()}
        check_together(pipelines)
        # What looks like a contradiction in a plan with errors may be one of the errors.
        if self._team is None or self._team_sheet is None or _has_errors(self.faults):
            return
        note_contradictions(self._team_sheet, self._team, pipelines)
        for sheet, page in self._pages.values():
            note_other_owner(sheet, page.pipeline, page.body, page.first_line, self._team)

    def _read_team(self) -> None:
        try:
            sheet = Sheet(files.TEAM, yaml.parse(self._text_of(files.TEAM)))
        except Unreadable as error:
            self._unread.append(Fault(files.TEAM, error.line, "", error.message))
            return
        self._team_sheet, self._team = sheet, read(sheet, TeamFile)

    def _read_page(self, name: str) -> None:
        try:
            front, body, first_line = files.split_page(self._text_of(name))
            sheet = Sheet(name, yaml.parse(front, first_line=2))
        except Unreadable as error:
            self._unread.append(Fault(name, error.line, "", error.message))
            return
        pipeline = read(sheet, Pipeline)
        self._pages[name] = sheet, Page(pipeline, self._folder / name, body, first_line)

    def _text_of(self, name: str) -> str:
        source = files.read_source(self._folder, name)
        # Lengths keep two files apart from one that holds both.
        self._hash.update(f"{name}\0{len(source.data)}\0".encode())
        self._hash.update(source.data)
        return source.text


class PlanFolder:
    """
    The plan as it was last read without errors. Safe to use from several threads.

    A plan that is broken while somebody edits it never takes the place of a good one, also across restarts: the last
    good one is copied aside.
    """

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        """
        Read the plan, or where it is broken the copy of its last good state.

        Args:
            data: where copies are kept; None: there are none.
        Raises: BrokenPlan: there is no good plan to begin with.
        """
        self._folder = folder
        self._copies = copies.place_of(folder, data) if data is not None else None
        self._lock = threading.Lock()
        self._stamps = self._settled_stamps()
        plan, self._faults = check_plan(folder)
        if plan is None:
            plan = self._last_good()
            if plan is None:
                raise BrokenPlan(folder, self._faults)
            logger.warning("The plan %s is broken; its last good state is in force", _name_of(folder))
        else:
            self._keep(plan)
        self._plan = plan

    def current(self) -> Plan:
        """Return the last good plan; the same object as long as no file changed."""
        return self._plan

    def reload(self) -> tuple[Fault, ...]:
        """Read the folder again if it changed, and return its errors and notices. Errors: the old plan stays."""
        with self._lock:
            stamps = self._settled_stamps()
            if stamps is None or stamps != self._stamps:
                plan, self._faults = check_plan(self._folder)
                if plan is not None and plan.digest != self._plan.digest:
                    self._plan = plan
                    self._keep(plan)
                self._stamps = stamps
            return self._faults

    def _keep(self, plan: Plan) -> None:
        if self._copies is not None:
            try:
                copies.keep(self._copies, self._folder, plan.digest, is_whole=lambda copy: _is(copy, plan.digest))
            except (OSError, Unreadable) as error:
                logger.warning("The plan could not be copied aside for a restart: %s", error)

    def _last_good(self) -> Plan | None:
        for copy in copies.newest_first(self._copies) if self._copies is not None else ():
            plan, _ = check_plan(copy)
            if plan is not None and plan.digest == copy.name:  # nobody has written to it since
                return plan
        return None

    def _settled_stamps(self) -> tuple[files.Stamp, ...] | None:
        """
        Return what the folder's files look like from outside, or None when that does not prove anything.

        A file that was written just now may be written again within the same tick of the file system's clock.
        """
        found = files.stamps(self._folder)
        newest = max((stamp.changed_ns for stamp in found or ()), default=0)
        return found if newest < time.time_ns() - _TICK_NS else None


def _is(folder: Path, digest: str) -> bool:
    plan, _ = check_plan(folder)
    return plan is not None and plan.digest == digest


SHAPES: Mapping[str, type] = MappingProxyType({"team": TeamFile, "pipeline": Pipeline, "roster": RosterFile})
"""What has a JSON Schema: `team.yaml`, the front matter of a page, a bare roster."""


def schema(which: str) -> dict[str, object]:
    """Return the JSON Schema of one of `SHAPES`, for editors."""
    # Only an editor's setup needs pydantic here; it takes longer to import than a plan to load.
    from store.planfile.schema import json_schema

    return json_schema(SHAPES[which])
