"""One run from its order to its end, on the tests' session; a line that only records stands for the worker."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from jobs.catalog import load
from jobs.cause import cause_of_error
from jobs.datasets import MissingInput, SchemaChanged, read
from jobs.execution import Execution, UnknownInput
from jobs.job import Job
from jobs.publish import LostRace, Table
from jobs.sample import lay_down
from jobs.wire import Message, Order, TooLarge
from store.domain.run import Cause, Period
from tests.integration.jobs.conftest import write_csv
from tests.integration.jobs.tiny import CLICKS, TINY

pytestmark = pytest.mark.spark
DAY, NEXT = date(2024, 6, 3), date(2024, 6, 4)


class Line:
    """Keeps what is said; answers whether to publish."""

    def __init__(self, *, publish: bool = True) -> None:
        self.said: list[Message] = []
        self._publish = publish

    def say(self, what: str, **more: object) -> None:
        self.said.append({"say": what, **more})

    def hear(self) -> Message:
        return {"publish": self._publish, "metadata": {"result": {"rows_in": 3, "rows_out": 2}}}

    def all(self, what: str) -> list[Message]:
        return [message for message in self.said if message["say"] == what]

    def one(self, what: str) -> Message:
        (message,) = self.all(what)
        return message


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rows of two accounts on the 3rd of June, one on the 4th, one of nobody on the 5th."""
    folder = tmp_path_factory.mktemp("inputs")
    rows = [("A", "03-06-2024", 1), ("A", "03-06-2024", 2), ("B", "03-06-2024", 4), ("A", "04-06-2024", 8)]
    cells = [dict(zip(CLICKS.names, row, strict=True)) for row in [*rows, ("", "05-06-2024", 16)]]
    write_csv(folder / "clicks.csv", CLICKS.names, cells)
    return folder


def make_order(folder: Path, table: Path, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "run": "12-20240604t093000",
        "attempt": 1,
        "job": "tiny",
        "period": Period.of_day(DAY),
        "inputs": {},
        "inputs_folder": folder,
        "table": table,
        "now": datetime(2024, 6, 7, tzinfo=UTC),
    }
    return Order(**{**fields, **changes})


def run(spark: SparkSession, order: Order, line: Line | None = None, *, job: Job = TINY) -> Line:
    line = line or Line()
    Execution(line, job, order, small=True).run(spark)
    return line


def clicks(table: Path) -> Mapping[date, int]:
    rows = DeltaTable(str(table)).to_pyarrow_table().group_by("day").aggregate([("clicks", "sum")]).to_pylist()
    return {row["day"]: row["clicks_sum"] for row in rows}


def test_the_sample_day_goes_through_its_stages_and_is_published(spark: SparkSession, tmp_path: Path) -> None:
    order = make_order(lay_down(tmp_path / "inputs").parent, tmp_path / "table")
    line = run(spark, order, job=load("aggregate-engagement"))
    progress = line.all("progress")
    assert list(dict.fromkeys(message["stage"] for message in progress)) == ["read", "compute", "check", "publish"]
    assert all(now["tasks_done"] >= before["tasks_done"] for before, now in pairwise(progress))
    assert progress[-1]["tasks_done"] > 0

    seen = line.one("measured")["observation"]
    assert (seen["rows"], seen["rows_out"], seen["repeated_keys"], seen["duplicate_ratio"]) == (36, 35, 0, 0)
    assert seen["baseline_rows"] == pytest.approx(33.64, abs=0.01)
    assert seen["newest_at"] == seen["due_at"] == datetime(2024, 6, 4, tzinfo=UTC)
    assert set(seen["null_ratios"].values()) == {0}
    labels = {figure["label"]: figure["value"] for figure in line.one("measured")["figures"]}
    assert (labels["Daily active accounts"], labels["Clicks"], labels["Sessions"]) == ("35", "349", "36")
    assert line.one("published")["png"].startswith("iVBOR")
    assert clicks(tmp_path / "table") == {DAY: 349}
    assert set(line.one("published")["seconds"]) == {"start", "read", "compute", "check", "publish"}


def test_other_tools_read_what_several_runs_have_published(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    table = tmp_path / "table"
    run(spark, make_order(inputs, table, period=Period(DAY, date(2024, 6, 5))))
    assert clicks(table) == {DAY: 7, NEXT: 8}
    run(spark, make_order(inputs, table, run="13"))
    assert clicks(table) == {DAY: 7, NEXT: 8}
    delta = DeltaTable(str(table))
    with_spark = spark.read.option("basePath", str(table)).parquet(*delta.file_uris()).collect()
    assert {(row["day"], row["account_id"], row["clicks"]) for row in with_spark} == {
        (DAY, "A", 3),
        (DAY, "B", 4),
        (NEXT, "A", 8),
    }
    assert json.loads(delta.history(1)[0]["baton"])["run"] == "13"


def test_a_run_that_may_not_publish_leaves_nothing(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    line = run(spark, make_order(inputs, tmp_path / "table"), Line(publish=False))
    assert line.all("published") == []
    assert line.one("discarded")["png"]
    assert clicks(tmp_path / "table") == {}
    assert not list((tmp_path / "table").rglob("*.parquet"))


def test_an_attempt_after_a_lost_one_finds_the_commit_and_works_no_second_time(
    spark: SparkSession, inputs: Path, tmp_path: Path
) -> None:
    first = run(spark, make_order(inputs, tmp_path / "table")).one("published")
    second = run(spark, make_order(inputs, tmp_path / "table", attempt=2))
    assert [message["say"] for message in second.said] == ["published"]
    assert second.one("published")["version"] == first["version"] == DeltaTable(str(tmp_path / "table")).version()
    assert second.one("published")["metadata"]["result"]["rows_out"] == 2


def test_a_run_overtaken_by_another_one_publishes_nothing(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    order = make_order(inputs, tmp_path / "table")

    class Overtaken(Line):
        def hear(self) -> Message:
            run(spark, make_order(inputs, tmp_path / "table", run="13"))
            return super().hear()

    with pytest.raises(LostRace):
        run(spark, order, Overtaken())
    assert DeltaTable(str(tmp_path / "table")).version() == 1
    assert Table(tmp_path / "table", TINY.output).find(order.run) is None
    assert not list((tmp_path / "table").glob("day=*/run-12*"))


def test_a_first_attempt_that_wakes_up_late_and_the_second_one_publish_once(
    spark: SparkSession, inputs: Path, tmp_path: Path
) -> None:
    first = make_order(inputs, tmp_path / "table")

    class Late(Line):
        """The first attempt slept, was given up, and commits while the second one asks."""

        def hear(self) -> Message:
            run(spark, first)
            return super().hear()

    line = run(spark, make_order(inputs, tmp_path / "table", attempt=2), Late())
    assert line.one("published")["version"] == 1 == DeltaTable(str(tmp_path / "table")).version()
    assert clicks(tmp_path / "table") == {DAY: 7}


def test_a_day_without_data_measures_nothing_rather_than_something(
    spark: SparkSession, inputs: Path, tmp_path: Path
) -> None:
    order = make_order(inputs, tmp_path / "table", period=Period.of_day(date(2024, 6, 6)))
    line = run(spark, order, Line(publish=False))
    seen = line.one("measured")["observation"]
    assert (seen["rows"], seen["rows_out"], seen["null_ratios"], seen["duplicate_ratio"]) == (0, 0, {}, None)
    assert seen["newest_at"] == datetime(2024, 6, 6, tzinfo=UTC)
    assert seen["due_at"] == datetime(2024, 6, 7, tzinfo=UTC)


def test_nulls_are_measured_in_what_was_written(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    order = make_order(inputs, tmp_path / "table", period=Period(NEXT, date(2024, 6, 6)))
    seen = run(spark, order).one("measured")["observation"]
    assert seen["null_ratios"] == {"day": 0, "account_id": 0.5, "clicks": 0}
    assert (seen["rows_out"], seen["repeated_keys"]) == (2, 0)


def test_a_period_that_is_still_open_is_measured_against_now(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    noon = datetime(2024, 6, 3, 12, tzinfo=UTC)
    seen = run(spark, make_order(inputs, tmp_path / "table", now=noon)).one("measured")["observation"]
    assert seen["due_at"] == seen["newest_at"] == noon


def test_an_input_that_is_not_there_is_named(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingInput) as caught:
        run(spark, make_order(inputs, tmp_path / "table", inputs={"clicks": "elsewhere/clicks.csv"}))
    assert caught.value.path == inputs / "elsewhere" / "clicks.csv"
    assert not (tmp_path / "table").exists()


def test_an_input_that_the_job_does_not_know_is_named(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownInput, match="has no input click; it reads clicks"):
        run(spark, make_order(inputs, tmp_path / "table", inputs={"click": "x.csv"}))


def test_more_input_than_a_quick_start_is_good_for_is_handed_on(
    spark: SparkSession, inputs: Path, tmp_path: Path
) -> None:
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(300 * 2**20)  # takes no room on the disk
    with pytest.raises(TooLarge):
        run(spark, make_order(inputs, tmp_path / "table", inputs={"clicks": str(tmp_path / "big.csv")}))


def test_parquet_is_read_like_the_csv_of_the_same_rows(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    read(spark, "clicks", inputs / "clicks.csv", CLICKS).write.parquet(str(tmp_path / "clicks"))
    order = make_order(inputs, tmp_path / "table", inputs={"clicks": str(tmp_path / "clicks")})
    assert run(spark, order).one("measured")["observation"]["rows"] == 3


def test_a_parquet_column_of_another_type_is_refused(spark: SparkSession, inputs: Path, tmp_path: Path) -> None:
    spark.sql("SELECT '1' AS clicks, 'x' AS clicked_on, 1 AS account").write.parquet(str(tmp_path / "clicks"))
    with pytest.raises(SchemaChanged) as caught:
        run(spark, make_order(inputs, tmp_path / "table", inputs={"clicks": str(tmp_path / "clicks")}))
    assert caught.value.missing == ("account_id (string)",)
    assert caught.value.new == ("account",)
    assert caught.value.different == (
        "clicked_on (date as DD-MM-YYYY expected, string found)",
        "clicks (bigint expected, string found)",
    )


@pytest.mark.parametrize("row", ["A,03-06-2024,nine", "A,2024-06-03,9", "A,31-02-2024,9"])
def test_a_value_that_does_not_fit_stops_the_run(spark: SparkSession, inputs: Path, tmp_path: Path, row: str) -> None:
    (tmp_path / "clicks.csv").write_text(f"account_id,clicked_on,clicks\n{row}\n")
    with pytest.raises(Exception, match="MALFORMED_") as caught:
        run(spark, make_order(tmp_path, tmp_path / "table"))
    assert cause_of_error(caught.value, jvm_code=None)[0] is Cause.SCHEMA


def test_columns_are_found_by_their_name_wherever_they_stand(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "clicks.csv").write_text("clicks,account_id,clicked_on\n5,A,03-06-2024\n")
    run(spark, make_order(tmp_path, tmp_path / "table"))
    assert clicks(tmp_path / "table") == {DAY: 5}
