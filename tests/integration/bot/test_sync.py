"""The user group and the topic follow the roster: compared first, never emptied, trouble told once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.gateways.slack import Slack
from bot.usecases.sync import Sync
from store import rosters
from store.domain.absence import Absence
from store.domain.override import Override
from tests.driver import Workspace, running_sandbox
from tests.e2e.world import PEOPLE
from tests.integration.bot.hand import HeldBot, held_bot

GROUP = "S0ONCALL"
CHANNEL = "C0DATAONCALL"
AIDIL_SERVES = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
THIRU_SERVES = AIDIL_SERVES + timedelta(weeks=1)
TOPIC = "▸ On call: Aidil until Mon 12 Jan 10:00 ◂"


class Counting(Slack):
    """The real gateway, and what it asked."""

    def __init__(self, token: str, base_url: str) -> None:
        super().__init__(token, base_url)
        self.calls: Counter[str] = Counter()

    def _call(self, method: str, *, lane: str = "", **arguments: Any) -> Any:
        self.calls[method] += 1
        return super()._call(method, lane=lane, **arguments)

    def since(self) -> dict[str, int]:
        """Return the calls since the last time this was asked."""
        seen = dict(self.calls)
        self.calls.clear()
        return seen


@dataclass
class Stage:
    slack: Workspace
    bot: HeldBot
    gateway: Counting
    sync: Sync = field(default_factory=Sync)

    @property
    def api(self) -> WebClient:
        return WebClient(self.slack.credentials.bot_token, base_url=self.slack.api_url)

    def members(self) -> list[str]:
        return list(self.api.usergroups_users_list(usergroup=GROUP)["users"])

    def topic(self) -> str:
        return str(self.api.conversations_info(channel=CHANNEL)["channel"]["topic"]["value"])

    def tick(self) -> dict[str, int]:
        self.sync.tick(self.bot.deps)
        return self.gateway.since()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with running_sandbox(tmp_path, people=PEOPLE, usergroups=("on-call",), rate_limits=False) as slack:
        gateway = Counting(slack.credentials.bot_token, slack.api_url)
        with held_bot(tmp_path, AIDIL_SERVES, slack=gateway) as bot:
            yield Stage(slack, bot, gateway)


def test_the_group_and_the_topic_show_who_is_on_call(stage: Stage) -> None:
    stage.api.usergroups_users_update(usergroup=GROUP, users="U0IRFAN,U0FARAH")
    stage.api.conversations_setTopic(channel=CHANNEL, topic="Say what you see, and since when.")
    stage.tick()
    assert stage.members() == ["U0AIDIL"]
    assert stage.topic() == f"Say what you see, and since when. {TOPIC}"
    stage.bot.clock.at = THIRU_SERVES
    stage.tick()
    assert stage.members() == ["U0THIRU"]
    assert stage.topic() == "Say what you see, and since when. ▸ On call: Thiru until Mon 19 Jan 10:00 ◂"
    assert stage.bot.told() == []


def test_what_is_right_already_is_read_once_and_never_written(stage: Stage) -> None:
    stage.api.usergroups_users_update(usergroup=GROUP, users="U0AIDIL")
    stage.api.conversations_setTopic(channel=CHANNEL, topic=TOPIC)
    first = stage.tick()
    assert first == {"usergroups.list": 1, "usergroups.users.list": 1, "conversations.list": 1, "conversations.info": 1}
    stage.bot.clock.at += timedelta(hours=3)
    assert stage.tick() == {}, "the same people: nothing is asked"


def test_a_hand_that_changes_the_group_is_put_right_at_the_next_look(stage: Stage) -> None:
    stage.tick()
    stage.api.usergroups_users_update(usergroup=GROUP, users="U0FARAH")
    assert stage.tick() == {}
    stage.bot.machine.at += timedelta(minutes=10)
    assert stage.tick()["usergroups.users.update"] == 1
    assert stage.members() == ["U0AIDIL"]


def test_two_bots_do_not_undo_each_other(stage: Stage) -> None:
    stage.tick()
    other = Sync()
    other.tick(stage.bot.deps)
    assert not {"usergroups.users.update", "conversations.setTopic"} & set(stage.gateway.since())


def test_a_gap_leaves_the_group_and_says_so_once(stage: Stage) -> None:
    stage.tick()
    stage.bot.plan("cover: [previous, volunteer]", "cover: []")
    tomorrow = AIDIL_SERVES + timedelta(days=1)
    away = Absence(person="aidil", starts_at=AIDIL_SERVES, ends_at=tomorrow, entered_at=AIDIL_SERVES)
    with stage.bot.deps.sessions.writing() as db:
        rosters.save_absence(db, away, request_key="leave", by="U0AIDIL")
    stage.bot.clock.at += timedelta(hours=1)
    for _ in range(3):
        stage.tick()
    Sync().tick(stage.bot.deps)
    assert stage.members() == ["U0AIDIL"]
    assert "▸ On call: nobody until Thu 08 Jan 10:00 ◂" in stage.topic()
    [(channel, text)] = stage.bot.told()
    assert channel == "#data-oncall"
    assert "Nobody is on call now" in text
    assert "@on-call still rings Aidil" in text


def test_somebody_without_a_slack_id_leaves_the_group_and_is_named_once(stage: Stage) -> None:
    stage.tick()
    stage.bot.plan("    slack: U0THIRU\n", "")
    stage.bot.clock.at = THIRU_SERVES
    for _ in range(2):
        stage.tick()
    assert stage.members() == ["U0AIDIL"]
    assert "Thiru until" in stage.topic()
    [(channel, text)] = stage.bot.told()
    assert channel == "#data-oncall"
    assert "Thiru cannot be put into @on-call" in text
    assert "rings Aidil" in text
    assert "`people.thiru`" in text


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        ("usergroups.list", "paid_teams_only", "paid plans"),
        ("usergroups.users.update", "permission_denied", "lets only some members change user groups"),
        ("usergroups.users.update", "invalid_users", "does not take somebody who is on call"),
        ("usergroups.users.list", "something_new", "`something_new`"),
        ("conversations.setTopic", "not_in_channel", "/invite @Baton"),
        ("conversations.info", "missing_scope", "Install it anew"),
    ],
)
def test_trouble_is_told_to_the_lead_once(stage: Stage, method: str, error: str, words: str) -> None:
    stage.slack.faults(method, f"error:{error}", times=50)
    for _ in range(3):
        stage.tick()
        stage.bot.machine.at += timedelta(minutes=11)
    Sync().tick(stage.bot.deps)
    [(user, text)] = stage.bot.told()
    assert user == "U0IRFAN"
    assert words in text
    worked = stage.topic() if method.startswith("usergroups") else stage.members()
    assert worked, "the other one follows all the same"


def test_trouble_that_was_mended_is_told_again_when_it_comes_back(stage: Stage) -> None:
    for _ in range(2):
        stage.slack.faults("usergroups.users.list", "error:permission_denied")
        stage.tick()
        stage.bot.machine.at += timedelta(minutes=11)
        stage.tick()
        stage.bot.machine.at += timedelta(minutes=11)
    assert [user for user, _ in stage.bot.told()] == ["U0IRFAN", "U0IRFAN"]


def test_a_missing_group_is_found_when_somebody_makes_it(stage: Stage) -> None:
    stage.bot.plan("slack_group: on-call", "slack_group: data-pager")
    stage.tick()
    assert "The user group @data-pager cannot follow the roster" in stage.bot.told()[0][1]
    made = stage.api.usergroups_create(name="Pager", handle="data-pager")["usergroup"]["id"]
    stage.bot.machine.at += timedelta(minutes=10)
    stage.tick()
    assert stage.api.usergroups_users_list(usergroup=made)["users"] == ["U0AIDIL"]


def test_a_429_on_user_groups_pauses_nothing_else(stage: Stage) -> None:
    stage.slack.faults("usergroups.users.list", "429", retry_after=60)
    stage.tick()
    assert stage.topic() == TOPIC
    assert stage.members() == []
    assert "conversations.info" not in stage.tick()
    assert stage.bot.told() == []


def test_words_that_fill_the_topic_stay(stage: Stage) -> None:
    stage.api.conversations_setTopic(channel=CHANNEL, topic="w" * 245)
    stage.tick()
    assert stage.topic() == "w" * 245
    assert "leave no room" in stage.bot.told()[0][1]


def test_the_topic_is_left_alone_where_the_plan_says_so(stage: Stage) -> None:
    stage.bot.plan("  incidents: incident-response\n", "  incidents: incident-response\n  topic: false\n")
    stage.tick()
    assert stage.topic() == ""
    assert stage.members() == ["U0AIDIL"]


def test_rotations_that_share_a_group_are_all_in_it(stage: Stage) -> None:
    more = """rotations:
  night:
    zone: Asia/Kuala_Lumpur
    handoff_on: monday
    handoff_at: "10:00"
    slack_group: on-call
    versions:
      - starts_on: 2026-01-05
        order: [spencer, choo]
"""
    stage.bot.plan("rotations:\n", more)
    stage.bot.plan("rotation: data-engineers", "rotation: night", page="daily-growth.md")
    stage.tick()
    assert set(stage.members()) == {"U0AIDIL", "U0SPENCER"}
    assert "Spencer until Mon 12 Jan 10:00 (Daily Growth)" in stage.topic()


def test_somebody_on_call_by_hand_who_left_the_plan_is_so_no_more(stage: Stage) -> None:
    until = AIDIL_SERVES + timedelta(days=1)
    gone = Override(person="zara", starts_at=AIDIL_SERVES, ends_at=until, entered_at=AIDIL_SERVES)
    with stage.bot.deps.sessions.writing() as db:
        rosters.save_override(db, gone, request_key="override")
    stage.tick()
    assert set(stage.members()) == {"U0AIDIL"}
    assert "Aidil until" in stage.topic()
