"""
The work of one Aggregate Engagement run in a Spark session with Spark's defaults: what a plain script would do.

For `spark_start.py`, which starts it with `spark-submit` and with `python`.
"""

import sys
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyspark.sql import SparkSession

from jobs.catalog import load
from jobs.datasets import read
from jobs.measure import measure_days, measure_written
from jobs.sample import SOURCE
from store.domain.run import Period


def main() -> None:
    spark = SparkSession.builder.getOrCreate()
    job, period = load("aggregate-engagement"), Period.of_day(date(2024, 6, 3))
    inputs = {name: read(spark, name, SOURCE.parent / entry.path, entry.schema) for name, entry in job.inputs.items()}
    prepared = job.prepare(inputs, period).persist()
    days = measure_days(job.days(prepared, period))
    job.figures(prepared, days, period)
    table = str(Path(mkdtemp()) / "table")
    job.select(prepared, period).write.partitionBy("day").parquet(table)
    measure_written(spark.read.schema(job.output).parquet(table), job.key)
    print("done", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
