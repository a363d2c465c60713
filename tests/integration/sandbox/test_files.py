"""Uploads by the real client's own three steps."""

import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.driver import Workspace, until
from tests.integration.sandbox.apps import new_app, over_sockets, web

ONCALL = "C0DATAONCALL"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"not really a picture"


def upload(slack: Workspace, **more: Any) -> dict[str, Any]:
    answer = web(slack).files_upload_v2(content=PNG, filename="rows.png", title="Rows per day", **more)
    file: dict[str, Any] = answer["files"][0]
    return file


def test_an_upload_is_shared_a_moment_later(slack: Workspace) -> None:
    file = upload(slack, channel=ONCALL, initial_comment="See here")
    shown = slack.expect("#data-oncall", "Rows per day")
    assert shown.doc["text"] == "See here"
    assert shown.doc["files"][0]["id"] == file["id"]
    assert shown.doc["files"][0]["mimetype"] == "image/png"
    shares = web(slack).files_info(file=file["id"])["file"]["shares"]["public"]
    assert shares[ONCALL][0]["ts"] == shown.ts


def test_an_upload_can_go_into_a_thread(slack: Workspace) -> None:
    root = web(slack).chat_postMessage(channel=ONCALL, text="root")["ts"]
    upload(slack, channel=ONCALL, thread_ts=root)
    assert slack.expect_thread("#data-oncall", "Rows per day").root_ts == root


def test_a_file_knows_the_kinds_of_places_it_is_in(slack: Workspace) -> None:
    slack.control("channel", name="war-room", private=True)
    ids = {"channels": ONCALL, "groups": "C0WARROOM", "ims": "D0CHOO"}
    file = upload(slack, channels=list(ids.values()))
    until(lambda: slack.as_("choo").messages("dm"), "nothing was shared")
    told = web(slack).files_info(file=file["id"])["file"]
    assert {kind: told[kind] for kind in ids} == {kind: [place] for kind, place in ids.items()}
    assert {kind: sorted(places) for kind, places in told["shares"].items()} == {
        "public": [ONCALL],
        "private": ["C0WARROOM", "D0CHOO"],
    }


def test_the_app_hears_of_the_share(slack: Workspace) -> None:
    app, heard = new_app(slack, hears_itself=True)

    @app.event("file_shared")
    async def shared() -> None:
        """Heard."""

    with over_sockets(slack, app):
        file = upload(slack, channel=ONCALL)
        [event] = heard.expect("file_shared")
    assert event["event"]["file_id"] == file["id"]


def test_a_block_may_show_a_file_once_it_is_complete(slack: Workspace) -> None:
    client = web(slack)

    def show(file_id: str) -> str:
        image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "Rows per day"}
        return str(client.chat_postMessage(channel=ONCALL, text="x", blocks=[image])["ts"])

    asked = client.files_getUploadURLExternal(filename="rows.png", length=3)
    for file_id in ("F404", asked["file_id"]):
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            show(file_id)
    assert show(upload(slack)["id"])


def test_the_length_must_be_the_one_that_was_announced(slack: Workspace) -> None:
    asked = web(slack).files_getUploadURLExternal(filename="a.txt", length=3)
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        urllib.request.urlopen(asked["upload_url"], b"four")
    caught.value.close()
    with pytest.raises(SlackApiError, match="file_not_found"):
        web(slack).files_completeUploadExternal(files=[{"id": asked["file_id"]}])


def test_an_upload_to_a_channel_without_the_bot_is_refused(slack: Workspace) -> None:
    with pytest.raises(SlackApiError, match="not_in_channel"):
        upload(slack, channel="C0RANDOM")


def test_the_bytes_come_back_to_the_bots_token_only(slack: Workspace) -> None:
    url = web(slack).files_info(file=upload(slack)["id"])["file"]["url_private"]
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {slack.credentials.bot_token}"})
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == PNG
        assert answer.headers["Content-Type"] == "image/png"
    with pytest.raises(urllib.error.HTTPError, match="404") as caught:
        urllib.request.urlopen(url)
    caught.value.close()


def test_two_files_can_be_one_message(slack: Workspace) -> None:
    web(slack).files_upload_v2(
        channel=ONCALL,
        file_uploads=[{"content": "a", "filename": "a.txt"}, {"content": "b", "filename": "b.txt"}],
    )
    shown = until(lambda: slack.messages("#data-oncall"), "nothing was shared")
    assert [each["name"] for each in shown[0].doc["files"]] == ["a.txt", "b.txt"]
