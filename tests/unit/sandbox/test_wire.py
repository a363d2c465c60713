"""Arguments as they come over the wire, pages of answers, faults that are planned."""

import asyncio
from typing import Any

import pytest

from bot.sandbox import forms, messages, payloads
from bot.sandbox.changes import Changes
from bot.sandbox.delivery import Delivery, Kind, Reply, Retry
from bot.sandbox.errors import Asked, NotPossible, Refused
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.methods.method import page_of
from bot.sandbox.wire import Args
from bot.sandbox.workspace import Team

Doc = dict[str, Any]
ROWS = [{"n": number} for number in range(5)]


def test_flags_are_read_as_clients_send_them() -> None:
    for yes in (True, "true", "True", "1", 1):
        assert Args({"a": yes}).flag("a")
    for no in (False, "false", "0", 0, ""):
        assert not Args({"a": no}).flag("a")
    assert Args({}).flag("a", default=True)


def test_numbers_lists_and_json_are_read_from_strings_too() -> None:
    assert Args({"limit": "20"}).number("limit", 100) == 20
    assert Args({}).number("limit", 100) == 100
    assert Args({"users": "U1, U2,"}).list_of("users") == ["U1", "U2"]
    assert Args({"users": ["U1", "U2"]}).list_of("users") == ["U1", "U2"]
    assert Args({"blocks": '[{"type": "divider"}]'}).parsed("blocks") == [{"type": "divider"}]
    assert Args({"blocks": []}).parsed("blocks") == []
    assert Args({"blocks": ""}).parsed("blocks") is None


def test_what_is_null_is_not_there() -> None:
    assert "thread_ts" not in Args({"thread_ts": None})


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (lambda args: args.need("channel"), "invalid_arguments"),
        (lambda args: args.number("limit", 1), "invalid_arguments"),
        (lambda args: args.parsed("blocks", refuse="invalid_blocks_format"), "invalid_blocks_format"),
    ],
)
def test_arguments_that_cannot_be_read_are_refused(read: Any, error: str) -> None:
    with pytest.raises(Refused, match=error):
        read(Args({"limit": "many", "blocks": "[{", "channel": ""}))


def test_pages_follow_each_other_to_the_end() -> None:
    seen, cursor = [], ""
    for _ in range(3):
        page = page_of(ROWS, Args({"limit": 2, "cursor": cursor}), "rows")
        seen += page["rows"]
        cursor = page["response_metadata"]["next_cursor"]
        assert page["has_more"] is bool(cursor)
    assert seen == ROWS
    assert not cursor


@pytest.mark.parametrize("args", [{"cursor": "?"}, {"cursor": "bm9wZTox"}, {"limit": 1001}, {"limit": -1}])
def test_a_page_that_is_none_is_refused(args: Doc) -> None:
    with pytest.raises(Refused, match=r"invalid_cursor|invalid_limit"):
        page_of(ROWS, Args(args), "rows")


def test_a_planned_fault_comes_as_often_as_asked_and_in_order() -> None:
    faults = Faults()
    faults.plan("chat.update", Fault("500", times=2))
    faults.plan("chat.update", Fault("429", retry_after=9))
    faults.plan("*", Fault("503"))
    met = [faults.next("chat.update") for _ in range(5)]
    assert [each and each.fault for each in met] == ["500", "500", "429", "503", None]
    with pytest.raises(ValueError, match="unknown fault"):
        faults.plan("chat.update", Fault("earthquake"))


def test_what_a_request_lacks_is_named() -> None:
    asked = Asked({"user": "U1"})
    assert asked["user"] == "U1"
    with pytest.raises(NotPossible, match="channel is missing"):
        asked["channel"]


class Line:
    """A line that answers as it was told, and writes down what it was given."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.sent: list[tuple[Kind, int, str]] = []

    async def send(self, kind: Kind, payload: Doc, retry: Retry) -> Reply:
        self.sent.append((kind, retry.num, retry.reason))
        return self.replies.pop(0)

    async def close(self) -> None:
        """Nothing is open."""


async def delivered(*replies: Reply) -> tuple[Line, Delivery]:
    line = Line(*replies)
    delivery = Delivery(line, retry_scale=0)
    delivery.hear({"event_id": "Ev1"})
    for _ in range(20):
        await asyncio.sleep(0)
    await delivery.close()
    return line, delivery


async def test_an_event_comes_until_it_is_acknowledged() -> None:
    line, delivery = await delivered(Reply(why="http_timeout"), Reply(why="connection_failed"), Reply())
    assert line.sent == [
        ("events_api", 0, ""),
        ("events_api", 1, "http_timeout"),
        ("events_api", 2, "connection_failed"),
    ]
    assert not delivery.given_up


async def test_an_event_is_given_up_after_three_repeats() -> None:
    line, delivery = await delivered(*[Reply(why="http_error")] * 4)
    assert len(line.sent) == 4
    assert delivery.given_up == [{"event_id": "Ev1"}]


async def test_an_app_can_say_that_no_repeat_is_wanted() -> None:
    line, delivery = await delivered(Reply(why="http_error", no_retry=True))
    assert len(line.sent) == 1
    assert not delivery.given_up


async def test_a_command_is_sent_once() -> None:
    line = Line(Reply(why="http_timeout"))
    assert not (await Delivery(line).ask("slash_commands", {})).ok
    assert line.sent == [("slash_commands", 0, "")]


async def test_nothing_can_be_repeated_before_something_was_sent() -> None:
    assert await Delivery(Line()).again(3) == []


async def test_a_feed_that_nobody_reads_any_more_is_forgotten() -> None:
    changes = Changes()
    feed = changes.listen("U1")
    first = asyncio.ensure_future(anext(feed))
    await asyncio.sleep(0)
    changes.tell({"kind": "home"}, ["U1"])
    assert await first == {"kind": "home"}
    await feed.aclose()  # type: ignore[attr-defined]
    changes.tell({"kind": "home"})
    assert not changes._queues


def test_blocks_get_the_ids_they_lack_and_keep_those_they_have() -> None:
    button = {"type": "button"}
    whole = messages.with_ids(
        [
            {"type": "actions", "elements": [button, {**button, "action_id": "mine"}]},
            {"type": "section", "block_id": "s", "accessory": button},
            {"type": "section", "accessory": {"type": "image"}},
        ]
    )
    assert all(each["block_id"] for each in whole)
    assert whole[1]["block_id"] == "s"
    assert [element["action_id"] for _, element in forms.elements(whole)][1] == "mine"
    assert len(list(forms.elements(whole))) == 3, "a picture is nothing to use"


def test_an_action_tells_what_was_used_and_what_it_carried() -> None:
    element = {"type": "button", "action_id": "go", "value": "42", "style": "primary", "text": {"text": "Go"}}
    assert payloads.action({"block_id": "b"}, element, {}, at="1.0") == {
        "type": "button",
        "action_id": "go",
        "block_id": "b",
        "action_ts": "1.0",
        "text": {"text": "Go"},
        "value": "42",
        "style": "primary",
    }


def test_an_interaction_names_its_app_its_team_and_its_user() -> None:
    body = payloads.interaction(Team(), "token", "block_actions", {"id": "U1", "name": "choo"})
    assert body["api_app_id"] == "A0BATON"
    assert body["team"] == {"id": "T0BATON", "domain": "data-team"}
    assert body["user"]["id"] == "U1"
    assert body["is_enterprise_install"] is False
