"""Kept, acknowledged, done, ticked off: in this order, once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select, update

from bot.app import build_app, build_deps
from bot.deps import Deps
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from store import migrations, outbox
from store.settings import Settings
from store.tables import InboxRow

ME = AuthorizeResult(enterprise_id=None, team_id="T0TEAM", bot_token="xoxb", bot_id="B0BATON", bot_user_id="U0BATON")


@pytest.fixture
def deps(tmp_path: Path) -> Iterator[Deps]:
    deps = build_deps(
        Settings(database_url=f"sqlite:///{tmp_path / 'baton.db'}", baton_data=tmp_path), nudge=lambda: None
    )
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
    with deps.sessions.reading() as db:
        return len(db.exec(select(InboxRow).where(col(InboxRow.done_at).is_(None))).all())


def let_claims_run_out(deps: Deps) -> None:
    with deps.sessions.writing() as db:
        db.exec(update(InboxRow).values(claimed_until=datetime.now(UTC) - timedelta(seconds=1)))


async def deliver(app: AsyncApp, **body: Any) -> BoltResponse:
    given = {"user": {"id": "U0CHOO", "team_id": "T0TEAM"}, "team": {"id": "T0TEAM"}, "trigger_id": "T1", "token": ""}
    return await app.async_dispatch(AsyncBoltRequest(body={**given, **body}, mode="socket_mode"))


def told(deps: Deps, key: str = "T1") -> str:
    """Return what the asker is told in a direct message."""
    with deps.sessions.reading() as db:
        owed = outbox.find(db, f"reply:{key}")
    assert owed is not None
    assert owed.channel == "U0CHOO"
    return str(owed.payload)


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
    assert await hear.take_up() == 0, "until its claim has run out"
    let_claims_run_out(deps)
    assert await hear.take_up() == 1
    await hear.drain(10)
    assert done == ["one", "one"]
    assert undone(deps) == 0


async def test_what_is_being_worked_on_for_long_is_not_begun_again(deps: Deps, heard: tuple[AsyncApp, Hear]) -> None:
    app, hear = heard
    begun: list[str] = []
    released = Event()

    def work_for_long(_deps: Deps, heard: Heard) -> None:
        begun.append(heard.key)
        released.wait(10)

    hear.command("/probe", work_for_long)
    keys = [str(number) for number in range(20)]  # more than there are threads: the last ones wait
    for key in keys:
        await app.async_dispatch(command(key))
    let_claims_run_out(deps)
    assert await hear.take_up() == 0
    assert await build_app(deps, ME)[1].take_up() == 0, "nor by another bot"
    released.set()
    await hear.drain(10)
    assert sorted(begun) == sorted(keys)
    assert undone(deps) == 0


ODD = {
    "a button of another app, whose value is no JSON": {
        "type": "block_actions",
        "actions": [{"type": "button", "action_id": "else", "block_id": "b", "value": "{not json"}],
    },
    "a shortcut that nobody knows": {"type": "shortcut", "callback_id": "else"},
    "a message shortcut that nobody knows": {"type": "message_action", "callback_id": "else", "message": {}},
    "a form that nobody knows": {
        "type": "view_submission",
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": "else",
            "state": {"values": {"b": {"a": {"value": "dear words"}}}},
        },
    },
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
async def test_what_nobody_can_read_or_knows_is_acknowledged_answered_and_ticked_off(
    deps: Deps, heard: tuple[AsyncApp, Hear], body: dict[str, Any]
) -> None:
    app, hear = heard
    assert (await deliver(app, **body)).status == 200
    await hear.drain(10)
    assert undone(deps) == 0
    said = told(deps)
    assert "no longer applies" in said or "Something broke on our side" in said
    if body["type"] == "view_submission":
        assert "dear words" in said, "what was typed is not lost"


async def test_a_search_box_that_nobody_knows_offers_nothing(deps: Deps, heard: tuple[AsyncApp, Hear]) -> None:
    app, _ = heard
    answer = await deliver(app, type="block_suggestion", action_id="else", block_id="b", value="x")
    assert (answer.status, answer.body) == (200, '{"options": []}')
    assert undone(deps) == 0


async def test_work_that_meets_no_database_is_told_and_done_again(deps: Deps, heard: tuple[AsyncApp, Hear]) -> None:
    app, hear = heard
    tries: list[str] = []

    def meet_no_database(_deps: Deps, heard: Heard) -> None:
        tries.append(heard.key)
        if len(tries) == 1:
            raise OperationalError("SELECT 1", {}, ConnectionError("gone"))

    hear.command("/probe", meet_no_database)
    request = command("one")
    request.body["channel_id"] = ""  # so that the answer is a direct message
    await app.async_dispatch(request)
    await hear.drain(10)
    assert "I go on by myself" in told(deps, "one")
    assert undone(deps) == 1
    let_claims_run_out(deps)
    assert await hear.take_up() == 1
    await hear.drain(10)
    assert tries == ["one", "one"]
    assert undone(deps) == 0
