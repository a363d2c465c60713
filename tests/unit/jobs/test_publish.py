"""The commit, without Spark: files written by hand stand for those that Spark writes."""

import threading
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql.types import DateType, DecimalType, LongType, StringType, StructField, StructType

from jobs.publish import LostRace, Staged, Table

FIRST, SECOND = date(2024, 6, 1), date(2024, 6, 2)
SCHEMA = StructType([StructField("day", DateType()), StructField("clicks", LongType())])


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "published" / "engagement", SCHEMA)


def stage(table: Table, run: str, rows: dict[date, list[int]]) -> Staged:
    files: dict[date, tuple[Path, ...]] = {}
    for day, clicks in rows.items():
        file = table.folder / f"day={day}" / f"run-{run}" / "part-0.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        if clicks:
            pq.write_table(pa.table({"clicks": clicks}), file)
        files[day] = (file,) if clicks else ()
    return Staged(files)


def publish(table: Table, run: str, rows: dict[date, list[int]], attempt: int = 1) -> int:
    seen = table.open()
    return table.commit(seen, stage(table, run, rows), run=run, attempt=attempt, metadata={"note": f"by {run}"})


def read(table: Table) -> dict[date, list[int]]:
    found: dict[date, list[int]] = {}
    for row in table.open().to_pyarrow_table().to_pylist():
        found.setdefault(row["day"], []).append(row["clicks"])
    return {day: sorted(clicks) for day, clicks in sorted(found.items())}


def test_a_day_is_replaced_and_its_neighbour_is_not(table: Table) -> None:
    publish(table, "1", {FIRST: [1, 2]})
    publish(table, "2", {SECOND: [3]})
    publish(table, "3", {FIRST: [4]})
    assert read(table) == {FIRST: [4], SECOND: [3]}


def test_the_files_of_before_stay_for_a_rollback(table: Table) -> None:
    publish(table, "1", {FIRST: [1]})
    publish(table, "2", {FIRST: [2]})
    assert (table.folder / f"day={FIRST}" / "run-1" / "part-0.parquet").exists()


def test_a_period_of_days_is_replaced_in_one_commit(table: Table) -> None:
    publish(table, "1", {FIRST: [1], SECOND: [2]})
    version = publish(table, "2", {FIRST: [], SECOND: [5, 6]})
    assert read(table) == {SECOND: [5, 6]}
    assert version == table.open().version() == 2


def test_readers_see_the_old_rows_until_the_commit(table: Table) -> None:
    publish(table, "1", {FIRST: [1]})
    seen = table.open()
    staged = stage(table, "2", {FIRST: [2]})
    assert read(table) == {FIRST: [1]}
    table.commit(seen, staged, run="2", attempt=1, metadata={})
    assert read(table) == {FIRST: [2]}


def test_two_racing_runs_of_one_day_publish_once(table: Table) -> None:
    for first_rows in ({}, {FIRST: [0]}):  # a day that nobody has published yet is a race of its own
        if first_rows:
            publish(table, "0", first_rows)
        day = FIRST if first_rows else SECOND
        first, second = table.open(), table.open()
        table.commit(first, stage(table, f"a{day}", {day: [1]}), run=f"a{day}", attempt=1, metadata={})
        with pytest.raises(LostRace, match="Another run has published the same day of engagement"):
            table.commit(second, stage(table, f"b{day}", {day: [2]}), run=f"b{day}", attempt=1, metadata={})
        assert read(table)[day] == [1]


def test_a_run_that_looked_long_ago_may_still_publish_another_day(table: Table) -> None:
    publish(table, "0", {FIRST: [0], SECOND: [0]})
    long_ago = table.open()
    publish(table, "1", {FIRST: [1]})
    table.commit(long_ago, stage(table, "2", {SECOND: [2]}), run="2", attempt=1, metadata={})
    assert read(table) == {FIRST: [1], SECOND: [2]}


def test_many_writers_leave_each_day_with_the_rows_of_one_of_them(table: Table) -> None:
    table.open()
    published: list[tuple[date, int]] = []

    def write(writer: int) -> None:
        for at in range(8):
            day = (FIRST, SECOND)[at % 2]
            number = 100 * writer + at
            try:
                publish(table, str(number), {day: [number]})
            except LostRace:
                continue
            published.append((day, number))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {day: len(clicks) for day, clicks in read(table).items()} == {FIRST: 1, SECOND: 1}
    assert {(day, clicks[0]) for day, clicks in read(table).items()} <= set(published)
    assert table.open().version() == len(published)


def test_a_run_finds_what_it_has_published(table: Table) -> None:
    assert table.find("1") is None
    version = publish(table, "1", {FIRST: [1]}, attempt=1)
    publish(table, "2", {FIRST: [2]})
    commit = table.find("1")
    assert commit is not None
    assert (commit.version, commit.metadata) == (version, {"run": "1", "attempt": 1, "note": "by 1"})
    assert table.find("3") is None


def test_what_was_discarded_is_gone_and_the_table_is_whole(table: Table) -> None:
    publish(table, "1", {FIRST: [1]})
    staged = stage(table, "2", {FIRST: [2]})
    table.discard(staged)
    assert not (table.folder / f"day={FIRST}" / "run-2").exists()
    assert read(table) == {FIRST: [1]}


def test_money_and_text_keep_their_kind(tmp_path: Path) -> None:
    kinds = [StructField("day", DateType()), StructField("mrr", DecimalType(18, 2)), StructField("tier", StringType())]
    table = Table(tmp_path / "growth", StructType(kinds))
    assert [(field.name, str(field.type.type)) for field in table.open().schema().fields] == [
        ("day", "date"),
        ("mrr", "decimal(18,2)"),
        ("tier", "string"),
    ]
