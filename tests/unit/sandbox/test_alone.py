"""The sandbox judges the bot, so it must not be built from what the bot is built from."""

from pathlib import Path

SANDBOX = Path(__file__).parents[3] / "bot" / "sandbox"


def test_the_wire_is_spoken_without_slacks_own_libraries() -> None:
    for path in SANDBOX.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "slack_sdk" not in source, path.name
        assert "slack_bolt" not in source, path.name
