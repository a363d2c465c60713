"""`python -m jobs.run` as a person types it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.sample import lay_down

TOO_LONG = "x" * 10_000


def environment(data: Path) -> dict[str, str]:
    settings = {"BATON_DATA": str(data), "DATABASE_URL": "", "BATON_CLOCK": "", "SPARK_MASTER": "local[1]"}
    return {**os.environ, **settings}


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jobs.run", *words],
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("engagment", "2024-06-03"), "Did you mean"),
        (("../../etc", "2024-06-03"), "No pipeline is called “../../etc”"),
        (("aggregate-engagement", "2024-02-31"), "2024-02-31 is not in the calendar"),
        (("aggregate-engagement", "2099-01-01"), "2099-01-01 has not begun"),
        (("aggregate-engagement", "; rm -rf /"), "is not a day"),
        (("aggregate-engagement", TOO_LONG), "is not a day"),
        ((TOO_LONG, "2024-06-03"), "No pipeline is called"),
        (("aggregate-profit", "2024-06-03"), "has a runbook but no job"),
        (("aggregate-engagement",), "required: day"),
    ],
)
def test_bad_words_are_refused_with_the_next_move(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = run(tmp_path, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr) < 1000
    assert "Traceback" not in done.stderr


def test_bad_words_are_refused_as_json_too(tmp_path: Path) -> None:
    done = run(tmp_path, "aggregate-engagement", "tomorrow", "--json")
    assert done.returncode == 2
    assert "is not a day" in json.loads(done.stdout)["error"]


@pytest.mark.spark
def test_a_day_is_run_and_its_figures_checks_and_table_are_told(tmp_path: Path) -> None:
    lay_down(tmp_path / "inputs")
    done = run(tmp_path, "engagement", "2024-06-03")
    assert done.returncode == 0, done.stderr
    assert "Daily active accounts" in done.stdout
    assert "ok   freshness" in done.stdout
    assert (
        f"Published: 35 rows for 2024-06-03, version 1 of {tmp_path / 'published' / 'aggregate-engagement'}"
        in done.stdout
    )
    assert "Run 1: Aggregate Engagement for 2024-06-03" in done.stderr


@pytest.mark.spark
def test_a_run_that_is_interrupted_is_cancelled_and_leaves_no_process(tmp_path: Path) -> None:
    lay_down(tmp_path / "inputs")
    words = [sys.executable, "-m", "jobs.run", "engagement", "2024-06-03"]
    with subprocess.Popen(
        words, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        assert any("start" in line for line in run.stderr)
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=30)
    assert run.returncode == 1
    assert "Run 1 cancelled: Stopped from the shell." in out
    assert not (tmp_path / "published").exists()


@pytest.mark.spark
def test_a_run_without_its_input_fails_and_names_the_file(tmp_path: Path) -> None:
    done = run(tmp_path, "daily-growth", "2024-06-03", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["status"], told["cause"]) == ("failed", "missing-input")
    assert "ravenstack_accounts.csv" in told["note"]
    assert Path(told["log"]).exists()
