"""What each person sees of the workspace, without a server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import messages, modals
from bot.sandbox.errors import Refused
from bot.sandbox.manifest import load_manifest, read_manifest
from bot.sandbox.residents import add_channel, load_people, populate
from bot.sandbox.signed import signature
from bot.sandbox.store import Store
from bot.sandbox.workspace import Workspace

Doc = dict[str, Any]

AIDIL: Doc = {"id": "U0AIDIL", "name": "Aidil"}
CHOO: Doc = {"id": "U0CHOO", "name": "Choo", "real_name": "Choo Wei", "tz": "Asia/Kuala_Lumpur", "outsider": True}
MANIFEST: Doc = {
    "display_information": {"name": "Baton"},
    "features": {"slash_commands": [{"command": "/rerun", "usage_hint": "PIPELINE DAY"}]},
}


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace(Store(":memory:"), read_manifest(MANIFEST))
    populate(made, [AIDIL, CHOO], ["data-oncall"], ["data-oncall"])
    return made


def say(workspace: Workspace, user: str, text: str, **more: Any) -> Doc:
    channel = workspace.channel_named("data-oncall")
    assert channel
    only_for = more.pop("only_for", None)
    return messages.post(workspace, channel, {"user": user, "text": text, **more}, only_for=only_for)


def test_people_come_before_the_bot(workspace: Workspace) -> None:
    assert [each["real_name"] for each in workspace.people()] == ["Aidil", "Choo Wei", "Baton"]
    choo = workspace.person("U0CHOO")
    assert choo
    assert choo["outsider"]
    assert choo["profile"]["display_name"] == "Choo"


def test_a_person_has_the_channels_and_a_dm_with_the_bot(workspace: Workspace) -> None:
    channels = workspace.channels_of("U0CHOO")
    assert [each["id"] for each in channels] == ["C0DATAONCALL", "C0RANDOM", "D0CHOO"]
    assert channels[-1]["user"] == "U0BATON"
    assert [each["id"] for each in workspace.channels_of("U0BATON")] == ["C0DATAONCALL", "D0AIDIL", "D0CHOO"]


def test_an_ephemeral_is_seen_by_one(workspace: Workspace) -> None:
    say(workspace, "U0CHOO", "for all")
    say(workspace, "U0BATON", "for Choo", only_for="U0CHOO")
    assert [each["is_ephemeral"] for each in workspace.messages("C0DATAONCALL", "U0CHOO")] == [False, True]
    assert [each["text"] for each in workspace.messages("C0DATAONCALL", "U0AIDIL")] == ["for all"]


def test_a_thread_is_under_its_root(workspace: Workspace) -> None:
    root = say(workspace, "U0CHOO", "root")
    say(workspace, "U0AIDIL", "answer", thread_ts=root["ts"])
    say(workspace, "U0BATON", "private answer", thread_ts=root["ts"], only_for="U0CHOO")
    [shown] = workspace.messages("C0DATAONCALL", "U0CHOO")
    assert shown["reply_count"] == 1, "what only one person sees is not counted"
    in_thread = [each["text"] for each in workspace.thread("C0DATAONCALL", root["ts"], "U0CHOO")]
    assert in_thread == ["root", "answer", "private answer"]
    assert [each["text"] for each in workspace.everything("C0DATAONCALL", "U0AIDIL")] == ["root", "answer"]


def test_unread_counts_what_others_said_since_one_looked(workspace: Workspace) -> None:
    root = say(workspace, "U0CHOO", "one")
    say(workspace, "U0AIDIL", "two")
    say(workspace, "U0AIDIL", "in a thread", thread_ts=root["ts"])
    say(workspace, "U0BATON", "for Choo", only_for="U0CHOO")
    assert workspace.unread("U0CHOO")["C0DATAONCALL"] == 1
    assert workspace.unread("U0AIDIL")["C0DATAONCALL"] == 1
    workspace.mark_read("U0CHOO", "C0DATAONCALL")
    assert workspace.unread("U0CHOO") == {"C0DATAONCALL": 0, "C0RANDOM": 0, "D0CHOO": 0}


def test_only_the_newest_are_shown(workspace: Workspace) -> None:
    for number in range(5):
        say(workspace, "U0CHOO", str(number))
    assert [each["text"] for each in workspace.messages("C0DATAONCALL", "U0CHOO", limit=2)] == ["3", "4"]


def test_commands_come_from_the_manifest(workspace: Workspace) -> None:
    [command] = workspace.commands()
    assert (command.command, command.usage_hint) == ("/rerun", "PIPELINE DAY")


def test_a_hash_that_is_old_does_not_win(workspace: Workspace) -> None:
    view: Doc = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    opened = modals.open_modal(workspace, "U0CHOO", view)
    second = modals.update_modal(workspace, opened["id"], view, expected_hash=opened["hash"])
    assert second["hash"] != opened["hash"]
    with pytest.raises(Refused, match="hash_conflict"):
        modals.update_modal(workspace, opened["id"], view, expected_hash=opened["hash"])


def test_populating_again_keeps_what_is_there(workspace: Workspace) -> None:
    channel = workspace.channel_named("data-oncall")
    assert channel
    workspace.store.put_channel({**channel, "topic": {"value": "On call: Choo"}})
    workspace.store.leave("C0DATAONCALL", "U0BATON")
    populate(workspace, [AIDIL, CHOO, {"id": "U0NEW", "name": "New"}], ["data-oncall"])
    kept = workspace.channel("C0DATAONCALL")
    assert kept
    assert kept["topic"] == {"value": "On call: Choo"}
    assert not workspace.store.is_member("C0DATAONCALL", "U0BATON")
    assert "D0NEW" in [each["id"] for each in workspace.channels_of("U0NEW")]


def test_a_channel_can_be_for_some_only(workspace: Workspace) -> None:
    channel = add_channel(workspace, "secret", members=["U0CHOO"], bot=False)
    assert workspace.store.members(channel["id"]) == ["U0CHOO"]


async def test_changes_reach_those_they_concern(workspace: Workspace) -> None:
    async def changes_of(user: str) -> list[Doc]:
        return [each async for each in workspace.changes.listen(user)]

    choo, aidil = asyncio.create_task(changes_of("U0CHOO")), asyncio.create_task(changes_of("U0AIDIL"))
    await asyncio.sleep(0)
    posted = say(workspace, "U0AIDIL", "for all")
    private = say(workspace, "U0BATON", "for Choo", only_for="U0CHOO")
    workspace.changes.close()
    assert [(each["ts"], each["what"]) for each in await choo] == [(posted["ts"], "posted"), (private["ts"], "posted")]
    assert [each["ts"] for each in await aidil] == [posted["ts"]]


@pytest.mark.parametrize("text", ["[]", "display_information", "features: {}", "a: [", ""])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="is no app manifest"):
        load_manifest(path)


def test_a_command_needs_its_slash() -> None:
    with pytest.raises(ValueError, match="leading slash"):
        read_manifest({**MANIFEST, "features": {"slash_commands": [{"command": "rerun"}]}})


def test_each_person_needs_an_id_and_a_name(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    for people in ([{"id": "U1"}], [{"name": "Choo"}], [{"id": "choo", "name": "Choo"}]):
        path.write_text(json.dumps(people), encoding="utf-8")
        with pytest.raises(ValueError, match="needs an id such as"):
            load_people(path)


def test_a_signature_is_the_one_slack_documents() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )
