import csv
from collections import Counter
from pathlib import Path

from jobs.sample import SOURCE, lay_down


def rows(name: str) -> list[dict[str, str]]:
    with (SOURCE / f"ravenstack_{name}.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_sample_is_laid_down_once_and_left_alone(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "inputs")
    assert {file.name for file in folder.iterdir()} == {file.name for file in SOURCE.iterdir()}
    (folder / "ravenstack_accounts.csv").write_text("mine")
    assert lay_down(tmp_path / "inputs") == folder
    assert (folder / "ravenstack_accounts.csv").read_text() == "mine"
    assert [file.name for file in (tmp_path / "inputs").iterdir()] == ["ravenstack"]


def test_the_quirks_are_the_ones_that_the_source_page_counts() -> None:
    usage = rows("feature_usage")
    ids = Counter(row["usage_id"] for row in usage)
    contents = Counter(tuple(row.values()) for row in usage)
    assert len(usage) == 25_000
    assert sum(1 for count in ids.values() if count == 2) == 21
    assert max(contents.values()) == 1, "a shared id is never a repeated row"
    subscriptions = rows("subscriptions")
    assert sum(1 for row in subscriptions if not row["end_date"]) == 4_514
    assert sum(1 for row in subscriptions if row["mrr_amount"] == "0" and row["is_trial"] == "TRUE") == 778
    assert sum(1 for row in subscriptions if row["upgrade_flag"] == row["downgrade_flag"] == "TRUE") == 23


def test_author_and_licence_travel_with_the_data() -> None:
    page = (SOURCE / "SOURCE.md").read_text()
    assert "River @ Rivalytics" in page
    assert "MIT" in page
