"""Kept, acknowledged, done, ticked off: in this order, once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.app import build_app, build_deps
from bot.deps import Deps
from bot.inbox import Inbox
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from store import migrations
from store.settings import Settings

ME = AuthorizeResult(enterprise_id=None, team_id="T0TEAM", bot_token="xoxb", bot_id="B0BATON", bot_user_id="U0BATON")


@pytest.fixture
def deps(tmp_path: Path) -> Iterator[Deps]:
    deps = build_deps(Settings(database_url=f"sqlite:///{tmp_path / 'baton.db'}"), nudge=lambda: None)
    migrations.upgrade(deps.sessions.engine)
    yield deps
    deps.sessions.engine.dispose()


@pytest.fixture
def heard(deps: Deps) -> tuple[AsyncApp, Hear]:
    return build_app(deps, ME)


def command(key: str) -> AsyncBoltRequest:
    ids = {"user_id": "U0CHOO", "channel_id": "C0ONCALL", "trigger_id": key, "team_id": "T0TEAM"}
    body = {"command": "/probe", "text": key, "response_url": "", **ids}
    return AsyncBoltRequest(body=body, mode="socket_mode")


def undone(deps: Deps) -> int:
    return len(Inbox(deps).undone(timedelta(seconds=-1)))


async def test_all_who_came_together_are_acknowledged_before_any_work_begins(
    deps: Deps, heard: tuple[AsyncApp, Hear]
) -> None:
    app, hear = heard
    order: list[str] = []
    hear.command("/probe", lambda _deps, _heard: order.append("work"))

    async def deliver(key: str) -> None:
        response = await app.async_dispatch(command(key))
        order.append(f"{response.status}")

    await asyncio.gather(*(deliver(str(number)) for number in range(25)))
    await hear.drain(10)
    assert order == ["200"] * 25 + ["work"] * 25
    assert undone(deps) == 0


async def test_a_repeated_delivery_is_acknowledged_and_done_once(heard: tuple[AsyncApp, Hear]) -> None:
    app, hear = heard
    done: list[str] = []
    hear.command("/probe", lambda _deps, heard: done.append(heard.key))
    for key in ("one", "two", "one"):
        assert (await app.async_dispatch(command(key))).status == 200
    await hear.drain(10)
    assert sorted(done) == ["one", "two"]


async def test_what_could_not_be_ticked_off_is_logged_and_taken_up_again(
    deps: Deps, heard: tuple[AsyncApp, Hear], caplog: pytest.LogCaptureFixture
) -> None:
    app, hear = heard
    done: list[str] = []

    def lose_the_database(_deps: Deps, heard: Heard) -> None:
        done.append(heard.key)
        with deps.sessions.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE inbox RENAME TO lost")

    hear.command("/probe", lose_the_database)
    await app.async_dispatch(command("one"))
    await hear.drain(10)
    assert "taken up again" in caplog.text
    with deps.sessions.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lost RENAME TO inbox")
    hear.command("/probe", lambda _deps, heard: done.append(heard.key))
    assert await hear.take_up(older_than=timedelta(seconds=-1)) == 1
    await hear.drain(10)
    assert done == ["one", "one"]
    assert undone(deps) == 0
