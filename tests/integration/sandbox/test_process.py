"""The sandbox as people start it: a process with a file that keeps the workspace."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.driver import PEOPLE, Workspace, running_sandbox
from tests.integration.sandbox.apps import web, write_manifest

COMMAND = [sys.executable, "-m", "bot.sandbox"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_serves_and_ends_in_good_order(tmp_path: Path, how: signal.Signals) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps(PEOPLE), encoding="utf-8")
    where = ["--state", str(tmp_path / "workspace.db"), "--manifest", str(write_manifest(tmp_path))]
    command = [*COMMAND, *where, "--people", str(people), "--channels", "data-oncall,alerts"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words[:3] == ["Workspace", "ready", "at"]
        slack = Workspace(words[3])
        slack.as_("choo").say("hello")
        with urllib.request.urlopen(f"{slack.url}/changes?user=U0CHOO"):  # an open feed does not hold it up
            process.send_signal(how)
            assert process.wait(timeout=10) == 0
    channels = web(slack)
    with pytest.raises(OSError, match="refused"):
        channels.auth_test()


def test_the_credentials_are_printed_as_settings_of_the_bot() -> None:
    done = subprocess.run([*COMMAND, "--print-credentials"], capture_output=True, text=True, check=True)
    assert dict(line.split("=") for line in done.stdout.splitlines()) == {
        "SLACK_BOT_TOKEN": "xoxb-sandbox-bot-token",
        "SLACK_APP_TOKEN": "xapp-sandbox-app-token",
        "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
    }


@pytest.mark.parametrize(
    ("people", "said"),
    [('[{"name": "Nobody"}]', "each person needs an id"), ("not json", "does not start"), ("{}", "is no list")],
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, people: str, said: str) -> None:
    (tmp_path / "people.json").write_text(people, encoding="utf-8")
    files = ["--manifest", str(write_manifest(tmp_path)), "--people", str(tmp_path / "people.json")]
    done = subprocess.run([*COMMAND, *files], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_state_that_is_no_workspace_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("not a database, " * 100, encoding="utf-8")
    files = ["--manifest", str(write_manifest(tmp_path)), "--state", str(state)]
    done = subprocess.run([*COMMAND, *files], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "file is not a database" in done.stderr
    assert state.read_text(encoding="utf-8").startswith("not a database")


def test_a_restart_keeps_what_people_saw(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path)
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        client = web(slack)
        root = slack.as_("choo").say("before")
        client.chat_postMessage(
            channel="C0DATAONCALL",
            text="answer",
            thread_ts=root.ts,
            metadata={"event_type": "run", "event_payload": {"id": 7}},
        )
        client.chat_postEphemeral(channel="C0DATAONCALL", user="U0CHOO", text="only Choo")
        client.views_publish(user_id="U0CHOO", view={"type": "home", "blocks": []})
        client.conversations_setTopic(channel="C0DATAONCALL", topic="On call: Choo")
        client.usergroups_users_update(usergroup="S0DATAONCALL", users="U0CHOO")
        file = client.files_upload_v2(content="rows", filename="rows.txt")["files"][0]["id"]
        newest = client.chat_postMessage(channel="C0DATAONCALL", text="newest")["ts"]
    with running_sandbox(tmp_path, manifest=manifest) as slack:
        client = web(slack)
        assert [each.text for each in slack.messages("#data-oncall")] == ["before", "answer", "newest"]
        [_, answer] = client.conversations_replies(channel="C0DATAONCALL", ts=root.ts, include_all_metadata=True)[
            "messages"
        ]
        assert answer["metadata"]["event_payload"] == {"id": 7}
        assert slack.as_("choo").expect_ephemeral("only Choo")
        assert slack.as_("choo").home()
        assert client.conversations_info(channel="C0DATAONCALL")["channel"]["topic"]["value"] == "On call: Choo"
        assert client.usergroups_users_list(usergroup="S0DATAONCALL")["users"] == ["U0CHOO"]
        assert client.files_info(file=file)["file"]["size"] == 4
        slack.control("clock", to="2020-01-01T00:00:00+00:00")
        assert client.chat_postMessage(channel="C0DATAONCALL", text="later")["ts"] > newest


def test_a_kill_loses_nothing_that_was_said(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps(PEOPLE), encoding="utf-8")
    where = ["--state", str(tmp_path / "workspace.db"), "--manifest", str(write_manifest(tmp_path))]
    for round_ in range(2):
        with subprocess.Popen(
            [*COMMAND, *where, "--people", str(people)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            slack = Workspace(process.stdout.readline().split()[3])
            assert [each.text for each in slack.messages("#data-oncall")] == ["round 0"] * round_
            slack.as_("choo").say(f"round {round_}")
            process.kill()
