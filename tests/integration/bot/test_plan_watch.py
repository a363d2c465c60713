"""A plan that is broken while the bot runs: one message for each time, as long as it lasts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.app import build_deps
from bot.deps import Deps
from bot.usecases.plan import Watch
from store import audit, migrations
from store.settings import PLANS, Settings
from store.tables import OutboxRow


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PLANS / "house", tmp_path / "plan")) / "team.yaml"


def start(team: Path, data: Path) -> Deps:
    settings = Settings(baton_plan=team.parent, baton_data=data, database_url=f"sqlite:///{data / 'baton.db'}")
    deps = build_deps(settings, nudge=lambda: None)
    migrations.upgrade(deps.sessions.engine)
    return deps


@pytest.fixture
def deps(team: Path, tmp_path: Path) -> Iterator[Deps]:
    made = start(team, tmp_path / "data")
    yield made
    made.sessions.engine.dispose()


def told(deps: Deps) -> list[tuple[str, int]]:
    """Return the first line of each message and how often it was changed, oldest first."""
    with deps.sessions.reading() as db:
        rows = db.exec(select(OutboxRow).where(col(OutboxRow.key).like("plan:%")).order_by(col(OutboxRow.id)))
        return [(row.payload["text"].splitlines()[0], row.wanted - 1) for row in rows]


BROKEN = "⚠️ The plan was changed and has {}, so the version before stays in force."
MENDED = "✅ The plan was broken for a while. It is mended and in force."


def test_each_break_has_one_message_that_follows_it_to_its_end(deps: Deps, team: Path) -> None:
    watch, good = Watch(), team.read_text()
    watch.look(deps)
    assert told(deps) == []
    team.write_text(good.replace("order: [aidil,", "order: [aidl,"))
    watch.look(deps)
    watch.look(deps)
    assert told(deps) == [(BROKEN.format("1 fault"), 0)]
    team.write_text(good.replace("order: [aidil, thiru", "order: [aidl, thru"))
    watch.look(deps)
    assert told(deps) == [(BROKEN.format("2 faults"), 1)]
    team.write_text(good)
    watch.look(deps)
    watch.look(deps)
    assert told(deps) == [(MENDED, 2)]


def test_the_same_fault_again_is_told_again(deps: Deps, team: Path) -> None:
    watch, good = Watch(), team.read_text()
    for _ in range(2):
        team.write_text(good.replace("order: [aidil,", "order: [aidl,"))
        watch.look(deps)
        team.write_text(good)
        watch.look(deps)
    assert told(deps) == [(MENDED, 1), (MENDED, 1)]


def test_two_bots_that_see_the_same_share_one_message(deps: Deps, team: Path) -> None:
    one, other, good = Watch(), Watch(), team.read_text()
    team.write_text(good.replace("order: [aidil,", "order: [aidl,"))
    for watch in (one, other, one, other):
        watch.look(deps)
    assert told(deps) == [(BROKEN.format("1 fault"), 0)]
    team.write_text(good)
    for watch in (one, other, one, other):
        watch.look(deps)
    assert told(deps) == [(MENDED, 1)]


def test_a_bot_that_was_killed_meanwhile_goes_on_with_the_message(deps: Deps, team: Path, tmp_path: Path) -> None:
    good = team.read_text()
    team.write_text(good.replace("order: [aidil,", "order: [aidl,"))
    Watch().look(deps)
    revived = start(team, tmp_path / "data")
    watch = Watch()
    watch.look(revived)
    assert told(deps) == [(BROKEN.format("1 fault"), 0)]
    assert revived.plan.digest == deps.plan.digest, "on the last good plan"
    team.write_text(good)
    watch.look(revived)
    assert told(deps) == [(MENDED, 1)]
    revived.sessions.engine.dispose()


def test_what_was_mended_while_no_bot_ran_is_said_to_be_mended(deps: Deps, team: Path, tmp_path: Path) -> None:
    good = team.read_text()
    team.write_text(good.replace("order: [aidil,", "order: [aidl,"))
    Watch().look(deps)
    team.write_text(good)
    revived = start(team, tmp_path / "data")
    Watch().look(revived)
    assert told(revived) == [(MENDED, 1)]
    revived.sessions.engine.dispose()


def test_a_plan_that_comes_into_force_is_in_the_audit_log(deps: Deps, team: Path) -> None:
    watch = Watch()
    watch.look(deps)
    page = team.with_name("daily-growth.md")
    page.write_text(page.read_text().replace("name: Daily Growth", "name: Growth of the Day"))
    watch.look(deps)
    watch.look(deps)
    with deps.sessions.reading() as db:
        (entry,) = audit.entries(db, 10)
    assert (entry.action, entry.subject) == ("plan", deps.plan.digest[:12])
