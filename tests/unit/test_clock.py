"""The team's clock: the machine's, a fast one, one that is moved by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.clock import SystemClock, from_setting


def test_without_a_setting_it_is_the_machines() -> None:
    clock = from_setting("")
    assert isinstance(clock, SystemClock)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_fast_clock_shared_by_since_shows_the_same_in_every_process() -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    clock = from_setting(f"2026-01-12T10:00+00:00@60@{since.isoformat()}")
    assert timedelta() <= clock.now() - datetime(2026, 1, 12, 11, 0, tzinfo=UTC) < timedelta(minutes=10)


def test_a_clock_moved_by_hand_shows_what_its_file_says_in_utc(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2026-01-12T10:00+08:00\n")
    clock = from_setting(f"hand:{file}")
    assert clock.now() == datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    file.write_text("2026-01-19T10:00+08:00")
    assert clock.now() == datetime(2026, 1, 19, 2, 0, tzinfo=UTC)


def test_a_clock_without_its_file_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="file of the clock cannot be read: No such file"):
        from_setting(f"hand:{tmp_path / 'gone'}")
    (tmp_path / "empty").write_text("")
    with pytest.raises(ValueError, match="is not an instant such as"):
        from_setting(f"hand:{tmp_path / 'empty'}")
