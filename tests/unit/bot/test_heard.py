"""Slack's payload shapes, read."""

import json
from typing import Any

from bot.listeners.heard import TEXT_LIMIT, delivery_key, from_command, from_event, from_press, from_submission


def a_command(**changes: str) -> dict[str, str]:
    return {
        "command": "/rerun",
        "text": "daily-growth 2024-06-03",
        "user_id": "U0CHOO",
        "channel_id": "C1",
        "trigger_id": "T1.2",
        "response_url": "https://hooks.slack.com/x",
        **changes,
    }


def a_press(action: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U0CHOO"},
        "channel": {"id": "C1"},
        "message": {"ts": "2.0", "thread_ts": "1.0"},
        "trigger_id": "T1.3",
        "response_url": "https://hooks.slack.com/y",
        "actions": [action],
    }


def test_a_command_is_read() -> None:
    heard = from_command(a_command())
    assert (heard.user, heard.channel, heard.text, heard.key) == ("U0CHOO", "C1", "daily-growth 2024-06-03", "T1.2")


def test_endless_text_is_cut_before_anything_reads_it() -> None:
    assert len(from_command(a_command(text="x" * 10_000)).text) == TEXT_LIMIT


def test_words_are_read_as_they_were_typed() -> None:
    assert from_command(a_command(text="R&amp;D is &lt;late&gt; &amp;lt;")).text == "R&D is <late> &lt;"


def test_a_command_without_words_has_empty_text() -> None:
    assert from_command({key: value for key, value in a_command().items() if key != "text"}).text == ""


def test_a_button_brings_its_value() -> None:
    heard = from_press(a_press({"action_id": "run_start", "value": json.dumps({"nonce": "T1"})}))
    assert heard.value == {"nonce": "T1"}
    assert heard.thread_ts == "1.0", "the answer belongs into the thread of the button"


def test_a_select_brings_its_choice_and_its_block() -> None:
    chosen = {"action_id": "run_pick", "block_id": "day:2024-06-03", "selected_option": {"value": "daily-growth"}}
    assert from_press(a_press(chosen)).value == {"choice": "daily-growth", "block": "day:2024-06-03"}


def test_a_form_brings_what_was_typed_and_none_where_nothing_was() -> None:
    values = {
        "pipeline": {"value": {"type": "static_select", "selected_option": {"value": "daily-growth"}}},
        "summary": {"value": {"type": "plain_text_input", "value": "no signups"}},
        "day": {"value": {"type": "datepicker", "selected_date": None}},
        "details": {"value": {"type": "plain_text_input", "value": None}},
    }
    body = {"user": {"id": "U0CHOO"}, "trigger_id": "T9", "view": {"id": "V1", "state": {"values": values}}}
    assert from_submission(body).value == {
        "pipeline": "daily-growth",
        "summary": "no signups",
        "day": None,
        "details": None,
    }
    assert from_submission(body).typed == "daily-growth\nno signups"


def test_a_form_is_known_by_its_own_id_however_often_it_is_sent() -> None:
    body = {"user": {"id": "U0CHOO"}, "view": {"id": "V1", "state": {"values": {}}}}
    assert {from_submission({**body, "trigger_id": f"T{n}"}).view_id for n in range(2)} == {"V1"}


def test_a_message_opens_its_own_thread_and_a_reply_stays_in_its() -> None:
    event = {"type": "message", "user": "U0CHOO", "channel": "D1", "text": "hi", "ts": "5.0"}
    assert from_event({"event_id": "Ev1", "event": event}).thread_ts == "5.0"
    assert from_event({"event_id": "Ev1", "event": {**event, "thread_ts": "4.0"}}).thread_ts == "4.0"


def test_every_copy_of_a_delivery_has_the_same_key_and_no_two_deliveries_share_one() -> None:
    assert delivery_key({"event_id": "Ev1", "event": {}}) == "Ev1"
    assert delivery_key(a_command()) == delivery_key(a_command()) == "T1.2"
    closed = {"type": "view_closed", "view": {"id": "V1"}, "user": {"id": "U1"}}
    assert delivery_key(closed) == delivery_key(dict(reversed(closed.items())))
    assert delivery_key(closed) != delivery_key({**closed, "user": {"id": "U2"}})
