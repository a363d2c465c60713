"""`baton` in a shell: what others script against."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from store.settings import PLANS


def baton(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )


def test_a_good_plan_passes_with_0() -> None:
    checked = baton("plan", "check", str(PLANS / "house"), "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout) == {"ok": True, "faults": []}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(PLANS / "house", tmp_path / "ours"))
    team = folder / "team.yaml"
    team.write_text(team.read_text().replace("order: [aidil,", "order: [aidl,"))
    return folder


def test_a_broken_plan_fails_with_1_and_names_file_line_and_key(broken: Path) -> None:
    checked = baton("plan", "check", str(broken), "--json")
    assert checked.returncode == 1
    read = json.loads(checked.stdout)
    (fault,) = [each for each in read["faults"] if each["level"] == "error"]
    line = (broken / "team.yaml").read_text().splitlines()[fault["line"] - 1]
    assert not read["ok"]
    assert (fault["path"], fault["key"]) == ("team.yaml", "rotations.data-engineers.versions[0].order[0]")
    assert "aidl" in line
    assert "did you mean `aidil`" in fault["message"]


def test_the_same_for_people(broken: Path) -> None:
    checked = baton("plan", "check", str(broken))
    assert checked.returncode == 1
    assert checked.stdout.startswith("team.yaml:")
    assert checked.stdout.rstrip().endswith("cannot be used")


def test_a_bot_does_not_start_on_a_broken_plan(broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_PLAN", str(broken))
    monkeypatch.setenv("BATON_DATA", str(tmp_path))
    started = baton("serve")
    assert started.returncode == 2
    assert "did you mean `aidil`" in started.stderr
    assert "Traceback" not in started.stderr


@pytest.mark.parametrize("which", ["team", "pipeline"])
def test_the_schemas_are_json_schemas_that_fit_the_house_plan(which: str) -> None:
    printed = baton("plan", "schema", which)
    assert printed.returncode == 0
    schema = json.loads(printed.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    if which == "team":
        text = (PLANS / "house" / "team.yaml").read_text()
    else:
        text = (PLANS / "house" / "daily-growth.md").read_text().split("---\n")[1]
    read = yaml.load(text, Loader=yaml.BaseLoader)
    wrong = [
        error for error in jsonschema.Draft202012Validator(schema).iter_errors(read) if "type" not in error.schema_path
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "schema", "roses"), "There is no schema"),
        (("run", "no-such-pipeline", "2024-06-03"), "No pipeline is called"),
        (("run", "daily-growth", "2024-02-31"), "is not in the calendar"),
        (("run", "daily-growth", "2099-01-01"), "has not begun"),
        (("run", "../../etc/passwd", "2024-06-03"), "No pipeline is called"),
        (("no-such-command",), "No such command"),
        (("run",), "Missing argument"),
    ],
)
def test_wrong_input_ends_with_2_and_says_what_to_do(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = baton(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
