"""Reading the inputs: explicit schemas, and an error that names the file and the column."""

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DataType, DateType, StructField, StructType

from store.domain.errors import UserError, shorten

DATE_FORMAT = "dd-MM-yyyy"
CSV_ENDINGS = (".csv", ".csv.gz")


class MissingInput(UserError):
    def __init__(self, name: str, path: Path) -> None:
        super().__init__(
            f"The input “{name}” is not there: {path}. Ask its owner whether the export ran, or set its place under "
            "`inputs` on the pipeline's page; then run again."
        )
        self.name, self.path = name, path


class SchemaChanged(UserError):
    """The columns of an input are not those of the contract."""

    def __init__(
        self, name: str, path: Path, *, missing: tuple[str, ...], new: tuple[str, ...], different: tuple[str, ...]
    ) -> None:
        parts = [
            f"{what}: {', '.join(columns)}"
            for what, columns in (("missing", missing), ("new", new), ("different", different))
            if columns
        ]
        super().__init__(
            f"The columns of the input “{name}” have changed. {_sentence('; '.join(parts))}. "
            f"Agree the change with its owner and put it into the contract, or have the old form restored. ({path})"
        )
        self.name, self.path = name, path
        self.missing, self.new, self.different = missing, new, different


def read(spark: SparkSession, name: str, path: Path, schema: StructType) -> DataFrame:
    """
    Return the table at *path*, a CSV file (`.csv`, `.csv.gz`) or Parquet (a file or a folder).

    A value that does not fit its column fails the run when the row is read: nothing is made NULL in silence.

    Raises: MissingInput; SchemaChanged: columns are missing, new or of another type.
    """
    require(name, path)
    if not path.name.endswith(CSV_ENDINGS):
        found = spark.read.parquet(str(path)).schema
        _compare(name, path, schema, {field.name: field.dataType for field in found.fields})
        return spark.read.schema(schema).parquet(str(path)).select(*schema.names)
    header = _header(path)
    _compare(name, path, schema, dict.fromkeys(header))
    # Spark takes CSV columns by their place, so the schema is handed over in the file's own order.
    reader = spark.read.schema(StructType([schema[column] for column in header]))
    options: dict[str, bool | str] = {
        "header": True,
        "dateFormat": DATE_FORMAT,
        "mode": "FAILFAST",
        "enforceSchema": True,
    }
    return reader.options(**options).csv(str(path)).select(*schema.names)


def require(name: str, path: Path) -> None:
    """Raises: MissingInput."""
    if not path.exists() or (path.is_dir() and not _parquet_files(path)):
        raise MissingInput(name, path)


def size_of(path: Path) -> int:
    """Return the bytes of the file or folder; 0 where there is none."""
    files = _parquet_files(path) if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.exists())


def _header(path: Path) -> list[str]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        lines = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        return next(csv.reader(lines), [])


def _parquet_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.parquet") if not file.name.startswith(("_", ".")))


def _compare(name: str, path: Path, schema: StructType, found: Mapping[str, DataType | None]) -> None:
    """Compare names and, where the format knows them, types. None: the format has no types."""
    missing = tuple(f"{field.name} ({_type(field)})" for field in schema.fields if field.name not in found)
    new = tuple(shorten(column) for column in found if column not in schema.names)
    different = tuple(
        f"{field.name} ({_type(field)} expected, {there.simpleString()} found)"
        for field in schema.fields
        if (there := found.get(field.name)) is not None and there != field.dataType
    )
    if missing or new or different:
        raise SchemaChanged(name, path, missing=missing, new=new, different=different)


def _type(field: StructField) -> str:
    return f"date as {DATE_FORMAT.upper()}" if isinstance(field.dataType, DateType) else field.dataType.simpleString()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
