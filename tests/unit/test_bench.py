"""The measurements still run; what they find is not looked at here."""

from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import roster, rows
from tests.bench.figures import Table, median, ms, percentile


def test_a_share_of_the_values_does_not_exceed_its_percentile() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert median([3.0, 1.0, 2.0]) == 2


def test_milliseconds_have_the_digits_that_mean_something() -> None:
    assert [ms(seconds) for seconds in (0.001234, 0.0123, 0.123, 1.234)] == ["1.23", "12.3", "123", "1,234"]


def test_a_table_is_markdown() -> None:
    table = Table("Size", ("what", "figure"), [("a", 1)], "A note.")
    assert str(table) == "### Size\n\n| what | figure |\n| --- | --- |\n| a | 1 |\n\nA note.\n"


def test_an_unknown_measurement_is_met_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["speed"]) == 2
    assert "ack, held, start, press, rows, roster, spark" in capsys.readouterr().err


def test_the_roster_is_measured(tmp_path: Path) -> None:
    engine, shell = roster.measure(tmp_path, times=1, shells=1)
    assert len(engine.rows) == 6
    assert "50 people" in engine.note
    assert len(shell.rows) == 4


def test_the_store_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BINARIES", None)
    (table,) = rows.measure(tmp_path, times=2, delivered=3)
    assert len(table.rows) == 8
