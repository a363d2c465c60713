"""A bot without Slack: use cases, a database, a plan that can be edited, and a clock moved by hand."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from bot.app import build_deps
from bot.deps import Deps
from bot.usecases import leave
from store import audit
from store.domain.absence import Kind
from store.session import Sessions
from store.settings import PLANS, Settings
from store.tables import OutboxRow
from tests.reading import as_read, texts


@dataclass
class HandClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Stage:
    deps: Deps
    clock: HandClock
    team: Path
    """The plan's team.yaml."""

    @property
    def at(self) -> datetime:
        return self.clock.at

    def set(self, local: str) -> datetime:
        """Move the clock to *local* on the plan's wall clock."""
        self.clock.at = local_instant(local)
        return self.clock.at

    def edit(self, old: str, new: str) -> None:
        """Edit the plan, which is taken over at once."""
        text = self.team.read_text()
        assert old in text
        self.team.write_text(text.replace(old, new))
        faults = [str(fault) for fault in self.deps.plans.reload() if fault.level == "error"]
        assert not faults, faults

    def leave(self, person: str, first: str, last: str, *, kind: Kind = Kind.LEAVE, key: str = "") -> None:
        slack = self.deps.plan.team.people[person].slack or ""
        days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
        request_key = key or f"{person} {first} {last}"
        leave.enter(self.deps, request_key=request_key, user=slack, person=person, kind=kind, at=self.at, **days)

    def sent(self, prefix: str = "") -> dict[str, str]:
        """Return the messages owed so far, as they are read, by key."""
        with self.deps.sessions.reading() as db:
            rows = db.exec(select(OutboxRow).where(col(OutboxRow.key).startswith(prefix)).order_by(col(OutboxRow.id)))
            return {row.key: _read(row.payload) for row in rows}

    def rows(self, prefix: str = "") -> dict[str, OutboxRow]:
        with self.deps.sessions.reading() as db:
            rows = db.exec(select(OutboxRow).where(col(OutboxRow.key).startswith(prefix)).order_by(col(OutboxRow.id)))
            return {row.key: row for row in rows}

    def buttons(self, key: str) -> dict[str, Any]:
        """Return the buttons of a message: label to action id."""
        blocks = self.rows(key)[key].payload["blocks"]
        found = [one for block in blocks for one in block.get("elements", ()) if one.get("type") == "button"]
        return {one["text"]["text"]: one["action_id"] for one in found}

    def refusals(self) -> list[tuple[str, str]]:
        with self.deps.sessions.reading() as db:
            return [(one.actor, one.action) for one in audit.entries(db) if one.outcome == "refused"]


def _read(payload: dict[str, Any]) -> str:
    return as_read("\n".join(texts(payload["blocks"])), {})


def local_instant(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Kuala_Lumpur")).astimezone(UTC)


def stage(sessions: Sessions, folder: Path, *, at: str = "2026-01-06 10:00", plan: str = "house") -> Stage:
    """Return a stage for *plan*, which may be edited: a copy of it lies under *folder*."""
    copied = Path(shutil.copytree(PLANS / plan, folder / "plan"))
    settings = Settings(baton_plan=copied, baton_data=folder / "data", database_url="sqlite://")
    clock = HandClock(local_instant(at))
    deps = replace(build_deps(settings, nudge=lambda: None), sessions=sessions, clock=clock)
    return Stage(deps, clock, copied / "team.yaml")
