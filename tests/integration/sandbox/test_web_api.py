"""The real clients call the workspace's Web API."""

import json
import urllib.request
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.driver import Workspace
from tests.integration.sandbox.apps import web

ONCALL = "C0DATAONCALL"
RANDOM = "C0RANDOM"
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}


def refused(slack: Workspace, method: str, **args: Any) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        web(slack).api_call(method, json=args)
    return caught.value


def error_of(slack: Workspace, method: str, **args: Any) -> str:
    return str(refused(slack, method, **args).response["error"])


def test_auth_test_names_the_bot_and_its_workspace(calm: Workspace) -> None:
    who = web(calm).auth_test()
    assert (who["user_id"], who["bot_id"], who["team_id"], who["user"]) == ("U0BATON", "B0BATON", "T0BATON", "baton")
    assert "chat:write" in who.headers["x-oauth-scopes"]


async def test_the_async_client_works_the_same(slack: Workspace) -> None:
    client = AsyncWebClient(token=slack.credentials.bot_token, base_url=slack.api_url)
    posted = await client.chat_postMessage(channel=ONCALL, text="Hello")
    history = await client.conversations_history(channel=ONCALL)
    assert history["messages"][0]["ts"] == posted["ts"]


def test_forms_and_json_are_read_alike(slack: Workspace) -> None:
    blocks = [{"type": "divider", "block_id": "line"}]
    for form in (
        {"json": {"channel": ONCALL, "text": "x", "blocks": blocks}},
        {"data": {"channel": ONCALL, "text": "x", "blocks": json.dumps(blocks)}},
    ):
        answer = web(slack).api_call("chat.postMessage", **form)
        assert answer["message"]["blocks"] == blocks


def test_a_post_answers_with_the_message_as_it_stands(slack: Workspace) -> None:
    answer = web(slack).chat_postMessage(
        channel=ONCALL, text="Done", blocks=[{"type": "actions", "elements": [BUTTON]}]
    )
    message = answer["message"]
    assert answer["channel"] == ONCALL
    assert message["ts"] == answer["ts"]
    assert (message["bot_id"], message["user"], message["type"]) == ("B0BATON", "U0BATON", "message")
    assert message["blocks"][0]["block_id"], "Slack gives each block an id"


def test_stamps_rise_even_when_the_clock_is_put_back(slack: Workspace) -> None:
    client = web(slack)
    first = client.chat_postMessage(channel=ONCALL, text="1")["ts"]
    slack.control("clock", to="2020-01-01T00:00:00+00:00")
    second = client.chat_postMessage(channel=ONCALL, text="2")["ts"]
    assert first < second


def test_messages_follow_the_teams_clock(slack: Workspace) -> None:
    slack.control("clock", to="2031-03-03T10:00:00+00:00", speed=0)
    ts = web(slack).chat_postMessage(channel=ONCALL, text="From later")["ts"]
    assert ts == "1930298400.000000"


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": RANDOM, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": ONCALL}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": ONCALL, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ("chat.postMessage", {"channel": ONCALL, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": ONCALL, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
        ("chat.postMessage", {"channel": ONCALL, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ("chat.update", {"channel": ONCALL, "text": "x", "ts": "1.000000"}, "message_not_found"),
        ("chat.update", {"channel": "U0CHOO", "text": "x", "ts": "1.000000"}, "channel_not_found"),
        ("chat.postEphemeral", {"channel": "U0CHOO", "text": "x", "user": "U0CHOO"}, "channel_not_found"),
        ("conversations.history", {"channel": "U0CHOO"}, "channel_not_found"),
        ("chat.delete", {"channel": ONCALL, "ts": "1.000000"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": ONCALL, "text": "x", "user": "U404"}, "user_not_in_channel"),
        ("conversations.history", {"channel": RANDOM}, "not_in_channel"),
        ("conversations.history", {"channel": ONCALL, "cursor": "?"}, "invalid_cursor"),
        ("conversations.replies", {"channel": ONCALL, "ts": "1.000000"}, "thread_not_found"),
        ("conversations.list", {"types": "rooms"}, "invalid_types"),
        ("conversations.open", {"users": "U404"}, "user_not_found"),
        ("conversations.setTopic", {"channel": ONCALL, "topic": "x" * 251}, "too_long"),
        ("users.info", {"user": "U404"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@example.com"}, "users_not_found"),
        ("usergroups.users.update", {"usergroup": "S0DATAONCALL", "users": ""}, "no_users_provided"),
        ("usergroups.users.update", {"usergroup": "S0DATAONCALL", "users": "U404"}, "invalid_users"),
        ("usergroups.users.list", {"usergroup": "S404"}, "no_such_subteam"),
        ("reactions.add", {"channel": ONCALL, "timestamp": "1.000000", "name": "eyes"}, "message_not_found"),
        ("files.info", {"file": "F404"}, "file_not_found"),
        ("chat.postToMars", {}, "unknown_method"),
    ],
)
def test_refusals_have_slacks_names(calm: Workspace, method: str, args: dict[str, Any], error: str) -> None:
    assert error_of(calm, method, **args) == error


def test_an_archived_channel_takes_no_message(slack: Workspace) -> None:
    slack.control("channel", name="old-stories", archived=True)
    assert error_of(slack, "chat.postMessage", channel="C0OLDSTORIES", text="x") == "is_archived"


def test_tokens_are_looked_at(calm: Workspace) -> None:
    for token, method, error in (
        ("", "auth.test", "not_authed"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        (calm.credentials.app_token, "chat.postMessage", "not_allowed_token_type"),
        (calm.credentials.bot_token, "apps.connections.open", "not_allowed_token_type"),
    ):
        request = urllib.request.Request(calm.api_url + method, b"{}", {"Content-Type": "application/json"})
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["error"] == error


def test_invalid_blocks_say_what_is_wrong_where(calm: Workspace) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    answer = refused(calm, "chat.postMessage", channel=ONCALL, blocks=[{"type": "divider"}, header]).response
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    ]


def test_an_edit_keeps_blocks_and_metadata_unless_it_brings_its_own(slack: Workspace) -> None:
    client = web(slack)
    metadata = {"event_type": "run", "event_payload": {"id": 7}}
    ts = client.chat_postMessage(channel=ONCALL, text="a", blocks=[{"type": "divider"}], metadata=metadata)["ts"]

    def now() -> dict[str, Any]:
        found: dict[str, Any] = client.conversations_history(channel=ONCALL, include_all_metadata=True)["messages"][0]
        return found

    client.chat_update(channel=ONCALL, ts=ts, text="b")
    assert (now()["text"], len(now()["blocks"]), now()["metadata"]) == ("b", 1, metadata)
    assert now()["edited"]["user"] == "U0BATON"
    client.chat_update(channel=ONCALL, ts=ts, text="c", blocks=[], metadata={})
    assert "blocks" not in now()
    assert "metadata" not in now()


def test_an_edit_of_more_than_4000_characters_is_refused_where_a_post_is_cut(slack: Workspace) -> None:
    client = web(slack)
    posted = client.chat_postMessage(channel=ONCALL, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    assert error_of(slack, "chat.update", channel=ONCALL, ts=posted["ts"], text="x" * 4001) == "msg_too_long"


def test_only_the_bots_own_messages_can_be_edited_or_deleted(slack: Workspace) -> None:
    said = slack.as_("choo").say("Mine", in_="#data-oncall")
    assert error_of(slack, "chat.update", channel=ONCALL, ts=said.ts, text="x") == "cant_update_message"
    assert error_of(slack, "chat.delete", channel=ONCALL, ts=said.ts) == "cant_delete_message"


def test_metadata_comes_only_when_it_is_asked_for(slack: Workspace) -> None:
    client = web(slack)
    client.chat_postMessage(channel=ONCALL, text="x", metadata={"event_type": "run", "event_payload": {"id": 7}})
    assert "metadata" not in client.conversations_history(channel=ONCALL)["messages"][0]


def test_a_thread_shows_in_its_root_and_not_in_the_channel(slack: Workspace) -> None:
    client = web(slack)
    root = client.chat_postMessage(channel=ONCALL, text="root")["ts"]
    slack.as_("choo").say("an answer", thread=slack.expect("#data-oncall", "root"))
    answer = client.chat_postMessage(channel=ONCALL, text="second", thread_ts=root)["ts"]
    [shown] = client.conversations_history(channel=ONCALL)["messages"]
    assert (shown["reply_count"], shown["latest_reply"]) == (2, answer)
    assert shown["reply_users"] == ["U0CHOO", "U0BATON"]
    replies = client.conversations_replies(channel=ONCALL, ts=root)["messages"]
    assert [each["text"] for each in replies] == ["root", "an answer", "second"]
    assert all(each["thread_ts"] == root for each in replies)


def test_an_answer_to_an_answer_lands_in_the_same_thread(slack: Workspace) -> None:
    client = web(slack)
    root = client.chat_postMessage(channel=ONCALL, text="root")["ts"]
    answer = client.chat_postMessage(channel=ONCALL, text="answer", thread_ts=root)["ts"]
    assert client.chat_postMessage(channel=ONCALL, text="x", thread_ts=answer)["message"]["thread_ts"] == root


def test_a_broadcast_answer_is_in_the_channel_too(slack: Workspace) -> None:
    client = web(slack)
    root = client.chat_postMessage(channel=ONCALL, text="root")["ts"]
    client.chat_postMessage(channel=ONCALL, text="for all", thread_ts=root, reply_broadcast=True)
    assert [each["text"] for each in client.conversations_history(channel=ONCALL)["messages"]] == ["for all", "root"]


def test_history_comes_in_pages_and_between_stamps(slack: Workspace) -> None:
    client = web(slack)
    stamps = [client.chat_postMessage(channel=ONCALL, text=str(number))["ts"] for number in range(5)]
    seen = [page["messages"] for page in client.conversations_history(channel=ONCALL, limit=2)]
    assert [[each["text"] for each in page] for page in seen] == [["4", "3"], ["2", "1"], ["0"]]
    after = client.conversations_history(channel=ONCALL, oldest=stamps[2])["messages"]
    assert [each["text"] for each in after] == ["4", "3"]
    one = client.conversations_history(channel=ONCALL, oldest=stamps[2], latest=stamps[2], inclusive=True)["messages"]
    assert [each["text"] for each in one] == ["2"]


def test_channels_are_listed_with_membership(slack: Workspace) -> None:
    client = web(slack)
    channels = {each["name"]: each["is_member"] for each in client.conversations_list()["channels"]}
    assert channels == {"data-oncall": True, "incident-response": True, "on-call-alerts": True, "random": False}
    dms = client.conversations_list(types="im")["channels"]
    assert {each["user"] for each in dms} == {"U0AIDIL", "U0CHOO", "U0THIRU", "U0FARAH"}
    client.conversations_join(channel=RANDOM)
    assert client.conversations_info(channel=RANDOM)["channel"]["is_member"]
    assert "U0BATON" in client.conversations_members(channel=RANDOM)["members"]


def test_a_message_to_a_person_lands_in_their_dm(slack: Workspace) -> None:
    client = web(slack)
    dm = client.conversations_open(users="U0CHOO")["channel"]["id"]
    assert client.chat_postMessage(channel="U0CHOO", text="psst")["channel"] == dm
    assert slack.as_("choo").expect("psst", in_="dm")


def test_a_topic_is_set_and_seen(slack: Workspace) -> None:
    web(slack).conversations_setTopic(channel=ONCALL, topic="On call: Choo")
    assert web(slack).conversations_info(channel=ONCALL)["channel"]["topic"]["value"] == "On call: Choo"


def test_people_are_found_by_id_and_by_address(calm: Workspace) -> None:
    client = web(calm)
    members = client.users_list()["members"]
    assert {each["id"] for each in members} == {"U0AIDIL", "U0CHOO", "U0THIRU", "U0FARAH", "U0BATON"}
    assert client.users_lookupByEmail(email="Choo@example.com")["user"]["id"] == "U0CHOO"
    assert client.users_info(user="U0CHOO")["user"]["tz_offset"] == 8 * 3600


def test_a_user_group_is_replaced_as_a_whole(slack: Workspace) -> None:
    client = web(slack)
    client.usergroups_users_update(usergroup="S0DATAONCALL", users=["U0CHOO", "U0AIDIL"])
    client.usergroups_users_update(usergroup="S0DATAONCALL", users="U0THIRU")
    assert client.usergroups_users_list(usergroup="S0DATAONCALL")["users"] == ["U0THIRU"]
    [group] = client.usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["user_count"]) == ("data-oncall", 1)


def test_reactions_and_pins_stay_on_the_message(slack: Workspace) -> None:
    client = web(slack)
    ts = client.chat_postMessage(channel=ONCALL, text="x")["ts"]
    client.reactions_add(channel=ONCALL, timestamp=ts, name="eyes")
    client.pins_add(channel=ONCALL, timestamp=ts)
    [message] = client.conversations_history(channel=ONCALL)["messages"]
    assert message["reactions"] == [{"name": "eyes", "users": ["U0BATON"], "count": 1}]
    assert message["pinned_to"] == [ONCALL]
    assert "edited" not in message
    assert error_of(slack, "reactions.add", channel=ONCALL, timestamp=ts, name="eyes") == "already_reacted"


def test_an_ephemeral_is_for_one_person_and_in_no_history(slack: Workspace) -> None:
    client = web(slack)
    ts = client.chat_postEphemeral(channel=ONCALL, user="U0CHOO", text="only you")["message_ts"]
    assert slack.as_("choo").expect_ephemeral("only you").ts == ts
    assert not slack.as_("aidil").messages("#data-oncall")
    assert client.conversations_history(channel=ONCALL)["messages"] == []
    assert error_of(slack, "chat.update", channel=ONCALL, ts=ts, text="x") == "message_not_found"


def test_a_permalink_leads_to_the_message_and_its_thread(slack: Workspace) -> None:
    client = web(slack)
    root = client.chat_postMessage(channel=ONCALL, text="root")["ts"]
    answer = client.chat_postMessage(channel=ONCALL, text="answer", thread_ts=root)["ts"]
    link = client.chat_getPermalink(channel=ONCALL, message_ts=answer)["permalink"]
    assert link == f"{slack.url}/archives/{ONCALL}/p{answer.replace('.', '')}?thread_ts={root}&cid={ONCALL}"


def test_a_deleted_message_leaves_a_stone_where_people_have_answered(slack: Workspace) -> None:
    client = web(slack)
    root = client.chat_postMessage(channel=ONCALL, text="root")["ts"]
    client.chat_postMessage(channel=ONCALL, text="answer", thread_ts=root)
    alone = client.chat_postMessage(channel=ONCALL, text="alone")["ts"]
    for ts in (root, alone):
        client.chat_delete(channel=ONCALL, ts=ts)
    [stone] = client.conversations_history(channel=ONCALL)["messages"]
    assert (stone["ts"], stone["subtype"], stone["reply_count"]) == (root, "tombstone", 1)
    assert [each["text"] for each in client.conversations_replies(channel=ONCALL, ts=root)["messages"]][1:] == [
        "answer"
    ]


def test_arguments_may_stand_in_the_address(slack: Workspace) -> None:
    answer = web(slack).api_call("conversations.info", http_verb="GET", params={"channel": ONCALL})
    assert answer["channel"]["name"] == "data-oncall"


def test_api_test_says_what_it_was_told(slack: Workspace) -> None:
    assert web(slack).api_test(foo="bar")["args"]["foo"] == "bar"
    assert error_of(slack, "api.test", error="my_error") == "my_error"


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"token=xoxb-other", "application/x-www-form-urlencoded", "invalid_auth"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(calm: Workspace, body: bytes, kind: str, error: str) -> None:
    request = urllib.request.Request(calm.api_url + "auth.test", body, {"Content-Type": kind})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["error"] == error


def test_a_token_may_come_as_an_argument(calm: Workspace) -> None:
    form = f"token={calm.credentials.bot_token}".encode()
    with urllib.request.urlopen(calm.api_url + "auth.test", form) as answer:
        assert json.load(answer)["ok"]


def test_a_private_channel_is_for_its_members(slack: Workspace) -> None:
    slack.control("channel", name="war-room", members=["U0CHOO"], private=True)
    slack.control("channel", name="no-bots", members=["U0CHOO"], private=True, bot=False)
    client = web(slack)
    assert "war-room" not in [each["name"] for each in client.conversations_list()["channels"]]
    both = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert [each["name"] for each in both if each["is_private"]] == ["war-room"]
    client.chat_postMessage(channel="C0WARROOM", text="hush")
    slack.as_("choo").expect("hush", in_="#war-room")
    with pytest.raises(AssertionError, match="not_in_channel"):
        slack.as_("aidil").messages("#war-room")
    assert error_of(slack, "conversations.join", channel="C0WARROOM") == "method_not_supported_for_channel_type"
    for method in ("conversations.join", "conversations.info", "chat.postMessage"):
        assert error_of(slack, method, channel="C0NOBOTS", text="x") == "channel_not_found"


def test_the_bots_own_channels_are_listed(slack: Workspace) -> None:
    mine = web(slack).users_conversations(types="public_channel,im")["channels"]
    assert "C0RANDOM" not in [each["id"] for each in mine]
    assert "D0CHOO" in [each["id"] for each in mine]


def test_members_come_in_pages(slack: Workspace) -> None:
    pages = [page["members"] for page in web(slack).conversations_members(channel=ONCALL, limit=2)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({each for page in pages for each in page}) == 5


def test_a_user_group_is_made_once(slack: Workspace) -> None:
    made = web(slack).usergroups_create(name="Data leads", handle="data-leads")["usergroup"]
    assert made["users"] == []
    assert error_of(slack, "usergroups.create", name="x", handle="data-leads") == "handle_already_exists"


def test_a_channel_may_be_named_in_a_post_as_people_name_it(slack: Workspace) -> None:
    assert web(slack).chat_postMessage(channel="#data-oncall", text="x")["channel"] == ONCALL
