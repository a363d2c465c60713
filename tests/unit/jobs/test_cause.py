from pathlib import Path

import pytest

from jobs.cause import cause_of_error, cause_of_exit, masked
from jobs.datasets import MissingInput, SchemaChanged
from store.domain.run import Cause

HERE = Path("/data/usage.csv")


@pytest.mark.parametrize(
    ("code", "lines", "cause"),
    [
        (-9, (), Cause.KILLED),
        (137, (), Cause.KILLED),
        (-15, (), Cause.KILLED),
        (3, (), Cause.OUT_OF_MEMORY),
        (52, (), Cause.OUT_OF_MEMORY),
        (1, ("x", "java.lang.OutOfMemoryError: Java heap space", "y"), Cause.OUT_OF_MEMORY),
        (-9, ("java.lang.OutOfMemoryError: Java heap space",), Cause.OUT_OF_MEMORY),
        (1, ("ValueError: bad",), Cause.CODE),
        (0, (), Cause.CODE),
    ],
)
def test_an_end_without_a_word_is_read_from_code_and_log(code: int, lines: tuple[str, ...], cause: Cause) -> None:
    assert cause_of_exit(code, lines)[0] is cause


def test_a_silent_end_says_its_last_line() -> None:
    note = cause_of_exit(1, ("Traceback", "KeyError: 'account_id'", "  "))[1]
    assert "exit code 1, KeyError: 'account_id'" in note


@pytest.mark.parametrize(
    ("error", "jvm_code", "cause"),
    [
        (MissingInput("usage", HERE), None, Cause.MISSING_INPUT),
        (SchemaChanged("usage", HERE, missing=("a",), new=(), different=()), None, Cause.SCHEMA),
        (RuntimeError("java.lang.OutOfMemoryError: Java heap space"), None, Cause.OUT_OF_MEMORY),
        (ConnectionError("gone"), 3, Cause.OUT_OF_MEMORY),
        (ConnectionError("gone"), -9, Cause.KILLED),
        (ConnectionError("gone"), 1, Cause.CODE),
        (RuntimeError("[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] x"), None, Cause.SCHEMA),
        (ZeroDivisionError("division by zero"), None, Cause.CODE),
    ],
)
def test_an_error_is_told_by_its_evidence(error: Exception, jvm_code: int | None, cause: Cause) -> None:
    assert cause_of_error(error, jvm_code=jvm_code)[0] is cause


def test_an_error_of_the_code_keeps_its_first_line_only() -> None:
    note = cause_of_error(ValueError("first\n\tat java.x\n\tat java.y"), jvm_code=None)[1]
    assert "ValueError: first. The run's log" in note
    assert "java.x" not in note


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-123-hunter2",
        "xapp-1-hunter2",
        "postgresql://baton:hunter2@db/baton",
        "password=hunter2",
        "spark.hadoop.fs.s3a.secret.key: hunter2",
        "API_KEY = hunter2",
        "\x1b[31mtoken=\x1b[0mhunter2",
    ],
)
def test_secrets_never_reach_a_note(text: str) -> None:
    assert "hunter2" not in masked(f"could not read {text} today")
    assert masked(f"could not read {text} today").endswith(" today")


def test_plain_words_stay_as_they_are() -> None:
    text = "key account_id; tokens of the day; s3a://bucket/path; 12:30"
    assert masked(text) == text
