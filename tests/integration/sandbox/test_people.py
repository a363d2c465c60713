"""People and the driver: what they do, what they see, and what a failed expectation tells."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.driver import Refusal, Workspace, running_sandbox
from tests.integration.sandbox.apps import web

ONCALL = "C0DATAONCALL"


def test_what_people_type_is_text_and_names_become_mentions(slack: Workspace) -> None:
    said = slack.as_("choo").say("@aidil @baton see #random, a@b.example & <!channel> @nobody")
    assert said.doc["text"] == (
        "<@U0AIDIL> <@U0BATON> see <#C0RANDOM|random>, a@b.example &amp; &lt;!channel&gt; @nobody"
    )
    assert said.text == "@Aidil @baton see #random, a@b.example & <!channel> @nobody"


@pytest.mark.parametrize(
    ("what", "body", "error"),
    [
        ("say", {"user": "U0CHOO", "channel": ONCALL}, "missing"),
        ("say", {"user": "U404", "channel": ONCALL, "text": "x"}, "user_not_found"),
        ("say", {"user": "U0BATON", "channel": ONCALL, "text": "x"}, "user_not_found"),
        ("say", {"user": "U0CHOO", "channel": "C404", "text": "x"}, "not_in_channel"),
        ("say", {"user": "U0CHOO", "channel": "D0AIDIL", "text": "x"}, "not_in_channel"),
        ("say", {"user": "U0CHOO", "channel": ONCALL, "text": " "}, "no_text"),
        ("say", {"user": "U0CHOO", "channel": ONCALL, "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ("react", {"user": "U0CHOO", "channel": ONCALL, "ts": "1.0", "name": "eyes"}, "message_not_found"),
        ("view", {"user": "U0CHOO", "view_id": "V404", "action": "submit"}, "no_such_view"),
        (
            "shortcut",
            {"user": "U0CHOO", "callback_id": "create_ticket", "channel": ONCALL, "ts": "1.0"},
            "message_not_found",
        ),
    ],
)
def test_what_cannot_be_done_is_said(calm: Workspace, what: str, body: dict[str, Any], error: str) -> None:
    with pytest.raises(Refusal) as caught:
        calm.act(what, **body)
    assert caught.value.error == error
    assert caught.value.message


def test_a_request_that_makes_no_sense_is_no_act(calm: Workspace) -> None:
    json_, text = {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
    said = json.dumps({"user": "U0CHOO", "channel": ONCALL, "text": "x"}).encode()
    for path, body, headers, status in (
        ("/act/fly", b"{}", json_, 404),
        ("/act/say", b"[1]", json_, 400),
        ("/act/say", b"nonsense", json_, 400),
        ("/act/say", said, text, 400),
        ("/act/say", said, {**json_, "Host": "elsewhere.example"}, 400),
        ("/control/drop", b"{}", text, 400),
    ):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(urllib.request.Request(calm.url + path, body, headers))
        assert caught.value.code == status
        caught.value.close()
    assert not calm.messages("#data-oncall")


def test_what_is_typed_becomes_mentions_of_groups_channels_and_everybody(slack: Workspace) -> None:
    said = slack.as_("choo").say("@data-oncall look at #data-oncall, @here @nobody")
    assert said.doc["text"] == "<!subteam^S0DATAONCALL> look at <#C0DATAONCALL|data-oncall>, <!here> @nobody"


def test_a_name_of_two_words_is_mentioned_and_a_longer_one_is_not(tmp_path: Path) -> None:
    people = [{"id": "U0DEVI", "name": "Devi Nair"}, {"id": "U0CHOO", "name": "Choo", "real_name": "Choo Wei"}]
    with running_sandbox(tmp_path, people=people) as slack:
        said = slack.as_("choo").say("@Devi Nair, @choo wei and @choo: not @choose, @choo-2 or x@choo.com <@U0DEVI>")
    assert said.doc["text"] == (
        "<@U0DEVI>, <@U0CHOO> and <@U0CHOO>: not @choose, @choo-2 or x@choo.com &lt;@U0DEVI&gt;"
    )


def test_a_reaction_can_be_given_twice_only_by_two(slack: Workspace) -> None:
    said = slack.as_("choo").say("x")
    slack.as_("choo").react(said, ":eyes:")
    slack.as_("aidil").react(said, "eyes")
    with pytest.raises(Refusal, match="already_reacted"):
        slack.as_("choo").react(said, "eyes")
    slack.act("react", user="U0CHOO", channel=ONCALL, ts=said.ts, name="eyes", remove=True)
    assert slack.messages("#data-oncall")[0].doc["reactions"] == [{"name": "eyes", "users": ["U0AIDIL"], "count": 1}]


def test_reading_a_channel_ends_its_unread_messages(slack: Workspace) -> None:
    slack.as_("choo").say("news")

    def unread() -> int:
        with urllib.request.urlopen(f"{slack.url}/see/channels?user=U0AIDIL") as answer:
            channels = json.load(answer)["channels"]
        return next(int(each["unread"]) for each in channels if each["id"] == ONCALL)

    assert unread() == 1
    slack.act("read", user="U0AIDIL", channel=ONCALL)
    assert unread() == 0


def test_the_feed_names_what_changed_for_this_person(slack: Workspace) -> None:
    with urllib.request.urlopen(f"{slack.url}/changes?user=U0AIDIL", timeout=5) as feed:
        assert feed.readline() == b"retry: 500\n"
        web(slack).chat_postEphemeral(channel=ONCALL, user="U0CHOO", text="not for Aidil")
        web(slack).views_publish(user_id="U0AIDIL", view={"type": "home", "blocks": []})
        ts = web(slack).chat_postMessage(channel=ONCALL, text="x")["ts"]
        seen = [json.loads(line[6:]) for line in (feed.readline() for _ in range(5)) if line.startswith(b"data: ")]
    assert seen == [
        {"kind": "home"},
        {"kind": "message", "channel": ONCALL, "ts": ts, "thread_ts": None, "what": "posted"},
    ]


def test_a_failed_expectation_shows_what_was_there(slack: Workspace) -> None:
    slack.as_("choo").say("something else")
    with pytest.raises(AssertionError, match=r"(?s)no 'Done' in #data-oncall.*Choo: something else"):
        slack.expect("#data-oncall", "Done", timeout=0.1)
    with pytest.raises(AssertionError, match=r"(?s)nothing to click says 'Go' for Choo.*something else"):
        slack.as_("choo").click("Go", timeout=0.1)
    with pytest.raises(AssertionError, match="no modal"):
        slack.as_("choo").expect_modal(timeout=0.1)
    with pytest.raises(AssertionError, match="there is no mallory here, only"):
        slack.as_("mallory")


def test_the_newest_that_fits_is_found_and_its_edits_are_waited_for(slack: Workspace) -> None:
    client = web(slack)
    client.chat_postMessage(channel=ONCALL, text="Run 1 queued")
    ts = client.chat_postMessage(channel=ONCALL, text="*Run 2* queued")["ts"]
    found = slack.expect("#data-oncall", "queued")
    assert found.ts == ts
    assert found.text == "Run 2 queued"
    client.chat_update(channel=ONCALL, ts=ts, text="Run 2 done")
    assert found.expect("done").ts == ts
    client.chat_postMessage(channel=ONCALL, thread_ts=ts, text="12 rows")
    found.expect_reply("12 rows")
