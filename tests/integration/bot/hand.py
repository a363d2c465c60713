"""A bot without its process: use cases on a database and a plan of their own, by clocks that are moved by hand."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot.app import build_deps
from bot.deps import Deps
from store import migrations
from store.settings import PLANS, Settings
from store.tables import OutboxRow


@dataclass
class HandClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class HeldBot:
    deps: Deps
    clock: HandClock
    machine: HandClock

    def told(self) -> list[tuple[str, str]]:
        """Return (to whom, text) of everything owed, oldest first."""
        with self.deps.sessions.reading() as db:
            rows = db.exec(select(OutboxRow).order_by(col(OutboxRow.id)))
            return [(row.channel, row.payload["text"]) for row in rows]

    def plan(self, old: str, new: str, *, page: str = "team.yaml") -> None:
        """Change a file of the plan, and take it over."""
        path = self.deps.plan.folder / page
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
        assert not [fault for fault in self.deps.plans.reload() if fault.level == "error"]


@contextmanager
def held_bot(folder: Path, at: datetime, *, plan: str = "house", **changes: Any) -> Iterator[HeldBot]:
    """
    Give a bot whose clocks stand at *at*.

    Args:
        changes: settings, and `slack`, the gateway.
    """
    copy = Path(shutil.copytree(PLANS / plan, folder / "plan"))
    slack = changes.pop("slack", None)
    settings = Settings(
        **{
            "database_url": f"sqlite:///{folder / 'baton.db'}",
            "baton_plan": copy,
            "baton_data": folder / "data",
            **changes,
        }
    )
    clock, machine = HandClock(at), HandClock(at)
    made = build_deps(settings, nudge=lambda: None)
    deps = replace(made, clock=clock, machine_clock=machine, slack=slack or made.slack)
    migrations.upgrade(deps.sessions.engine)
    try:
        yield HeldBot(deps, clock, machine)
    finally:
        deps.sessions.engine.dispose()
