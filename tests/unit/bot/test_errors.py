"""What people read when something did not work."""

import logging

import pytest

from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.listeners.errors import explain
from store.domain.errors import UserError
from store.domain.run import BadDay


def test_what_a_person_can_put_right_is_shown_as_it_stands_and_escaped() -> None:
    assert explain(BadDay("“<!channel>” is not a day.")).text == "“&lt;!channel&gt;” is not a day."


def test_a_form_that_came_too_late_is_to_be_asked_for_again() -> None:
    assert "do it again" in explain(SlackRefused("views.open", "expired_trigger_id")).text


def test_slack_out_of_reach_is_said_plainly() -> None:
    assert "did not take my answer" in explain(SlackUnavailable("chat.postEphemeral: timeout")).text


def test_a_bug_gets_a_reference_that_the_log_has_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        text = explain(ZeroDivisionError("secret detail")).text
    reference = text.partition("ref ")[2][:4]
    assert any(getattr(record, "reference", "") == reference for record in caplog.records)
    assert "secret detail" not in text


def test_a_user_error_is_never_logged_as_a_bug(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        explain(UserError("Choose another day."))
    assert not caplog.records
