"""One Spark session for all tests of this process, and small tables written as the inputs are."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.spark import Jvm, Spark, open_session
from store.settings import Settings

PLACE = Spark("local[1]", "", Settings().baton_cache)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    jvm = Jvm(PLACE, small=True)
    session = open_session(PLACE, jvm, name="tests", small=True)
    yield session
    session.stop()
    jvm.kill()


@pytest.fixture(autouse=True)
def _nothing_is_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "spark" in request.fixturenames:
        request.getfixturevalue("spark").catalog.clearCache()


def write_csv(file: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, columns)
        writer.writeheader()
        writer.writerows(rows)
