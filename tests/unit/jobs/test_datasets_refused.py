"""Inputs that are refused before Spark has anything to do."""

from pathlib import Path
from typing import Any, cast

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import DateType, LongType, StringType, StructField, StructType

from jobs.datasets import MissingInput, SchemaChanged, read, size_of

SCHEMA = StructType(
    [StructField("usage_id", StringType()), StructField("usage_date", DateType()), StructField("clicks", LongType())]
)
NO_SPARK = cast(SparkSession, None)


def refused(path: Path) -> Any:
    with pytest.raises((MissingInput, SchemaChanged)) as caught:
        read(NO_SPARK, "usage", path, SCHEMA)
    return caught.value


def test_a_missing_file_is_named_with_the_next_move(tmp_path: Path) -> None:
    error = refused(tmp_path / "usage.csv")
    assert isinstance(error, MissingInput)
    assert str(tmp_path / "usage.csv") in str(error)
    assert "Ask its owner" in str(error)


def test_a_folder_without_parquet_is_missing_too(tmp_path: Path) -> None:
    (tmp_path / "_SUCCESS").touch()
    assert isinstance(refused(tmp_path), MissingInput)


def test_a_changed_header_is_told_field_by_field(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text("usage_id,day,click_count,clicks\nU1,03-06-2024,1,2\n")
    error = refused(file)
    assert error.missing == ("usage_date (date as DD-MM-YYYY)",)
    assert error.new == ("day", "click_count")
    assert "Missing: usage_date (date as DD-MM-YYYY); new: day, click_count." in str(error)


def test_an_empty_file_lacks_every_column(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.touch()
    assert len(refused(file).missing) == 3


def test_a_binary_file_is_refused_and_not_quoted_at_length(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_bytes(b"\xff\xfe\x00" * 1000 + b"\n")
    assert len(str(refused(file))) < 600


def test_the_size_of_an_input_is_that_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"x" * 10)
    (tmp_path / "_tmp.parquet").write_bytes(b"x" * 99)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.parquet").write_bytes(b"x" * 5)
    assert size_of(tmp_path) == 15
    assert size_of(tmp_path / "none") == 0
