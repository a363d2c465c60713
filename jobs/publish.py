"""
Publishing: Spark writes plain Parquet inside the table's folder, and one Delta commit makes it the table.

Until the commit readers see the old rows, after it the new ones, and never some of both. The commit replaces exactly
the days of the period. It is fenced twice: the worker is asked right before it whether the lease still holds, and the
app transaction of each day makes two racing commits for one day impossible.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import CommitFailedError
from deltalake.schema import Field, PrimitiveType
from deltalake.transaction import AddAction
from pyspark.sql import DataFrame
from pyspark.sql import types as spark_types

from store.domain.errors import UserError
from store.domain.run import Period

METADATA = "baton"
"""Key of our part of a commit's metadata."""
TRIES = 20
"""Against commits for other days of the same table, which come between and harm nothing."""


class LostRace(UserError):
    """Another run has published some day of the period since this one looked."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"Another run has published the same day of {table} in the meantime, so this one published nothing. "
            "Look at what is there now before you run again."
        )


@dataclass(frozen=True)
class Staged:
    """Files that lie in the table's folder but are not yet part of the table."""

    files: Mapping[date, tuple[Path, ...]]
    """Every day of the period, also one without a file."""


@dataclass(frozen=True)
class Commit:
    version: int
    metadata: Mapping[str, Any]


class Table:
    """A published table: `<folder>/day=<day>/run-<name>/*.parquet` and its log."""

    def __init__(self, folder: Path, schema: spark_types.StructType) -> None:
        self.folder, self.schema = folder, schema

    def stage(self, rows: DataFrame, *, period: Period, run: str) -> Staged:
        """
        Write *rows* beside the table. What an earlier, unfinished try of *run* left is removed first.

        Args:
            run: names the run and its attempt, in letters, digits and hyphens.
        """
        days = tuple(period.starts_on + timedelta(days=at) for at in range(period.days))
        # A folder that begins with an underscore is no data to anyone who lists the table.
        staging = self.folder / "_staging" / run
        homes = {day: self.folder / f"day={day}" / f"run-{run}" for day in days}
        for leftover in (staging, *homes.values()):
            shutil.rmtree(leftover, ignore_errors=True)
        rows.write.partitionBy("day").parquet(str(staging))
        for day, home in homes.items():
            written = staging / f"day={day}"
            if written.exists():
                home.parent.mkdir(parents=True, exist_ok=True)
                written.rename(home)
        shutil.rmtree(staging, ignore_errors=True)
        return Staged({day: tuple(sorted(home.glob("*.parquet"))) for day, home in homes.items()})

    def discard(self, staged: Staged) -> None:
        for home in {file.parent for files in staged.files.values() for file in files}:
            shutil.rmtree(home, ignore_errors=True)

    def open(self) -> DeltaTable:
        """Return the table as it stands now; the very first time it is created, empty."""
        address = str(self.folder.resolve())
        if not DeltaTable.is_deltatable(address):
            self.folder.mkdir(parents=True, exist_ok=True)
            DeltaTable.create(address, schema=_delta_schema(self.schema), partition_by=["day"], mode="ignore")
        return DeltaTable(address)

    def find(self, run: str) -> Commit | None:
        """Return the commit that an earlier attempt of the run made before it could say so."""
        if not DeltaTable.is_deltatable(str(self.folder.resolve())):
            return None
        table = self.open()
        if table.transaction_version(_run_app(run)) is None:
            return None
        for entry in table.history():
            metadata = _metadata(entry)
            if metadata.get("run") == run:
                return Commit(entry["version"], metadata)
        return None

    def commit(self, seen: DeltaTable, staged: Staged, *, run: str, attempt: int, metadata: Mapping[str, Any]) -> int:
        """
        Make *staged* the rows of its days, and nothing else.

        Args:
            seen: the table as it stood before the lease was asked for; what was published since then is a lost race.
        Returns: the table's new version.
        Raises: LostRace.
        """
        expected = _day_versions(seen, staged)
        properties = CommitProperties(
            custom_metadata={METADATA: json.dumps({"run": run, "attempt": attempt, **metadata})},
            app_transactions=[
                *(Transaction(_day_app(day), version + 1) for day, version in expected.items()),
                Transaction(_run_app(run), attempt),
            ],
            max_commit_retries=0,
        )
        for _ in range(TRIES):
            try:
                seen.create_write_transaction(
                    [self._added(file, day) for day, files in staged.files.items() for file in files],
                    mode="overwrite",
                    schema=_delta_schema(self.schema),
                    partition_by=["day"],
                    partition_filters=[("day", "in", [day.isoformat() for day in staged.files])],
                    commit_properties=properties,
                )
            except CommitFailedError:
                # A commit for other days came between and harms nothing: look again and try again.
                seen = self.open()
                if _day_versions(seen, staged) != expected:
                    raise LostRace(self.folder.name) from None
                continue
            return self._version_of(run)
        raise LostRace(self.folder.name)

    def _version_of(self, run: str) -> int:
        found = self.find(run)
        assert found is not None, "the commit was accepted"
        return found.version

    def _added(self, file: Path, day: date) -> AddAction:
        about = file.stat()
        return AddAction(
            path=quote(file.relative_to(self.folder).as_posix(), safe="/="),
            size=about.st_size,
            partition_values={"day": day.isoformat()},
            modification_time=int(about.st_mtime * 1000),
            data_change=True,
            stats=_stats(file),
        )


def _run_app(run: str) -> str:
    return f"baton/run/{run}"


def _day_app(day: date) -> str:
    return f"baton/day/{day}"


def _day_versions(table: DeltaTable, staged: Staged) -> dict[date, int]:
    """Return how often each day has been published: it grows by one with each commit."""
    return {day: table.transaction_version(_day_app(day)) or 0 for day in staged.files}


def _metadata(entry: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entry.get(METADATA) or "{}")
    return found


def _stats(file: Path) -> str:
    """Return the number of records, from the file's own footer; readers count without opening the file."""
    import pyarrow.parquet

    return json.dumps({"numRecords": pyarrow.parquet.read_metadata(file).num_rows})


def _delta_schema(schema: spark_types.StructType) -> Schema:
    return Schema([Field(field.name, PrimitiveType(_delta_type(field.dataType)), nullable=True) for field in schema])


def _delta_type(kind: spark_types.DataType) -> str:
    # Delta's schema is Spark's own, so that only the names of two whole numbers are asked for in the other dialect.
    names: dict[str, str] = {"bigint": "long", "int": "integer"}
    return names.get(kind.simpleString(), kind.simpleString())
