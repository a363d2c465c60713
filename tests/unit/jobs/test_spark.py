"""Starting Spark, as far as it goes without starting Spark."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.spark import MAIN_CLASS, Jvm, Spark, SparkFailed, launch_command


def remember(spark: Spark, *program: str) -> None:
    """Make *program* the one that is started as the JVM."""
    spark.kept.mkdir(parents=True)
    (spark.kept / "command.json").write_text(json.dumps([*program, MAIN_CLASS, "pyspark-shell"]))


def test_a_master_on_this_machine_is_told_from_one_elsewhere(tmp_path: Path) -> None:
    assert Spark("local[*]", "", tmp_path).is_local
    assert not Spark("spark://127.0.0.1:7077", "", tmp_path).is_local
    assert not Spark("local[*]", "sc://127.0.0.1:15002", tmp_path).is_local


def test_what_is_kept_belongs_to_one_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Spark("local[*]", "", tmp_path).kept
    assert Spark("local[1]", "", tmp_path).kept == first, "how many cores does not matter"
    monkeypatch.setenv("SPARK_MASTER", "local[2]")
    assert Spark("local[*]", "", tmp_path).kept == first
    monkeypatch.setenv("SPARK_DRIVER_MEMORY", "2g")
    assert Spark("local[*]", "", tmp_path).kept != first


def test_the_launcher_is_asked_once_and_names_every_jar(tmp_path: Path) -> None:
    spark = Spark("local[*]", "", tmp_path)
    command = launch_command(spark)
    assert command[0] == str(spark.java.program)
    jars = command[command.index("-cp") + 1].split(":")
    assert len(jars) > 100
    assert all(Path(jar).is_file() for jar in jars)
    remembered = spark.kept / "command.json"
    remembered.write_text(json.dumps(["remembered"]))
    assert launch_command(spark) == ["remembered"]


def test_a_broken_memory_is_asked_for_again(tmp_path: Path) -> None:
    spark = Spark("local[*]", "", tmp_path)
    spark.kept.mkdir(parents=True)
    (spark.kept / "command.json").write_text("{half")
    assert MAIN_CLASS in launch_command(spark)


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert MAIN_CLASS in launch_command(Spark("local[*]", "", tmp_path / "file"))


def test_a_jvm_that_ends_while_it_starts_is_told_at_once(tmp_path: Path) -> None:
    spark = Spark("local[*]", "", tmp_path)
    remember(spark, sys.executable, "-c", "raise SystemExit(3)")
    jvm = Jvm(spark, small=True)
    with pytest.raises(SparkFailed, match="ended with exit code 3 while it started"):
        jvm.gateway()
    assert jvm.code_if_ending() == 3
    jvm.kill()
    assert not jvm.scratch.exists()


def test_the_kept_classes_are_used_where_there_are_some(tmp_path: Path) -> None:
    spark = Spark("local[*]", "", tmp_path)
    told = tmp_path / "told"
    remember(spark, "/bin/sh", "-c", f'echo "$@" > {told}', "sh")
    for there in (False, True):
        if there:
            spark.archive.touch()
        jvm = Jvm(spark, small=not there)
        assert jvm.process.wait(10) == 0
        jvm.kill()
        words = told.read_text().split()
        assert (f"-XX:SharedArchiveFile={spark.archive}" in words) is there
        assert ("-XX:+UseSerialGC" in words) is not there


def test_spark_connect_without_its_packages_names_them(tmp_path: Path) -> None:
    # In a process of its own, as in life: PySpark keeps what an earlier session was built with.
    asked = "open_session(Spark('', 'sc://127.0.0.1:1', Path('.')), None, name='x', small=False)"
    code = f"from pathlib import Path\nfrom jobs.spark import Spark, open_session\n{asked}"
    (tmp_path / "ask.py").write_text(code)
    ended = subprocess.run([sys.executable, "ask.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "ConnectMissing" in ended.stderr
    assert "pip install grpcio" in ended.stderr
