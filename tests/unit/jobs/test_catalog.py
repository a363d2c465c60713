import subprocess
import sys

import pytest

from jobs.catalog import MODULES, UnknownJob, load


@pytest.mark.parametrize("name", sorted(MODULES))
def test_each_job_of_the_catalog_is_there_under_its_name(name: str) -> None:
    job = load(name)
    assert job.name == name
    assert job.output.fields[0].name == "day"
    assert set(job.key) <= set(job.output.names)


def test_an_unknown_job_names_the_nearest() -> None:
    with pytest.raises(UnknownJob, match="Set `job` on the pipeline's page to daily-growth"):
        load("daily-grwth")


def test_the_worker_never_imports_bolt_nor_spark_before_a_run() -> None:
    code = (
        "import sys, jobs.worker, jobs.run; print(sorted({'slack_bolt', 'pyspark', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
