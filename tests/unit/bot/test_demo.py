"""What the demo's processes are told, whatever the shell says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo import AlreadyRunning, clock_of, environment, hold, user_groups
from bot.roster_cli import BadQuestion
from store.clock import from_setting
from store.plans import Plan

SHELL = {
    "PATH": "/bin",
    "JAVA_HOME": "/java",
    "DATABASE_URL": "postgresql://production",
    "database_url": "postgresql://production",
    "SPARK_MASTER": "yarn",
    "SPARK_REMOTE": "sc://production",
    "SLACK_BOT_TOKEN": "xoxb-production",
    "SLACK_ANYTHING": "production",
    "JIRA_URL": "https://production",
    "BATON_DATA": "/production",
    "BATON_CACHE": "/cache",
    "HOST": "production",
}


def told() -> dict[str, str]:
    return environment(
        SHELL, plan=Path("/plan"), state=Path("/state"), address="http://127.0.0.1:1", bot_port=2, clock=""
    )


def test_nothing_of_a_real_installation_reaches_the_demo() -> None:
    assert "production" not in str(told())
    assert "yarn" not in told().values()
    assert "SPARK_REMOTE" not in told(), "Spark takes an empty one for an address"


def test_what_is_harmless_is_passed_on() -> None:
    assert told().items() >= {"PATH": "/bin", "JAVA_HOME": "/java", "BATON_CACHE": "/cache"}.items()


def test_the_demo_keeps_spark_ready_unless_it_is_told_not_to() -> None:
    assert told()["BATON_WARM"] == "1"
    given = environment({"BATON_WARM": "0"}, plan=Path(), state=Path(), address="", bot_port=2, clock="")
    assert given["BATON_WARM"] == "0"


def test_the_demo_has_a_database_of_its_own() -> None:
    assert told()["DATABASE_URL"] == "sqlite:////state/baton.db"


def test_one_state_serves_one_demo_at_a_time(tmp_path: Path) -> None:
    held = hold(tmp_path)
    with pytest.raises(AlreadyRunning, match="another --state"):
        hold(tmp_path)
    held.close()
    hold(tmp_path).close()


def test_the_workspace_has_the_user_groups_that_the_plan_names(house: Plan) -> None:
    assert user_groups(house) == ["on-call"]
    quiet = {key: replace(rotation, slack_group=None) for key, rotation in house.team.rotations.items()}
    assert user_groups(replace(house, team=replace(house.team, rotations=quiet))) == []


def test_the_teams_clock_starts_where_it_is_told_on_the_clock_of_the_plan() -> None:
    since = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monday = from_setting(clock_of("2026-05-04T09:58", 1.0, zone="Asia/Kuala_Lumpur", since=datetime.now(UTC)))
    assert timedelta(0) <= monday.now() - datetime(2026, 5, 4, 1, 58, tzinfo=UTC) < timedelta(minutes=1)
    assert clock_of("", 60.0, zone="UTC", since=since) == f"{since.isoformat()}@60.0@{since.isoformat()}"
    assert clock_of("", 1.0, zone="UTC", since=since) == ""
    with pytest.raises(BadQuestion, match="is no time"):
        clock_of("monday", 1.0, zone="UTC", since=since)
