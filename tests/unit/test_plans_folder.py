"""A plan folder that is edited while the bot runs: the last good plan stays."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.plans import BrokenPlan, PlanFolder, check_plan
from tests.plan_files import GROWTH, TEAM, write_plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan(tmp_path / "plan")


def test_a_change_is_there_after_the_next_reload_and_not_before(folder: Path) -> None:
    plans = PlanFolder(folder)
    before = plans.current()
    (folder / "daily-growth.md").write_text(GROWTH.replace("name: Daily Growth", "name: Growth by Day"))
    assert plans.current() is before
    assert plans.reload() == ()
    assert plans.current().pipelines["daily-growth"].name == "Growth by Day"


def test_a_plan_that_breaks_is_told_and_the_last_good_one_stays(folder: Path) -> None:
    plans = PlanFolder(folder)
    good = plans.current()
    (folder / "daily-growth.md").write_text(GROWTH[:100])
    told = plans.reload()
    assert [(fault.path, fault.level) for fault in told] == [("daily-growth.md", "error")]
    assert plans.reload() == told, "it is told as long as it is so"
    assert plans.current() is good
    (folder / "daily-growth.md").write_text(GROWTH)
    assert plans.reload() == ()
    assert plans.current() is good, "the same bytes are the same plan"


def test_pages_that_come_and_go_are_seen(folder: Path) -> None:
    plans = PlanFolder(folder)
    page = GROWTH.replace("daily-growth", "second").replace("Daily Growth", "Second").replace("[growth]", "[two]")
    (folder / "second.md").write_text(page)
    plans.reload()
    assert "second" in plans.current().pipelines
    (folder / "second.md").unlink()
    plans.reload()
    assert "second" not in plans.current().pipelines


def test_a_folder_that_vanishes_is_told_and_its_plan_stays(folder: Path) -> None:
    plans = PlanFolder(folder)
    folder.rename(folder.with_name("elsewhere"))
    (fault,) = plans.reload()
    assert fault.message == "the plan folder cannot be read: no such file or directory"
    assert plans.current().team.name == "Data"


def test_a_folder_that_is_broken_from_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenPlan, match=r"team\.yaml:1: the file is empty"):
        PlanFolder(write_plan(tmp_path / "plan", {"team.yaml": ""}))


def test_a_process_that_starts_while_the_folder_is_broken_goes_on_with_the_last_good_plan(
    folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    PlanFolder(folder, data)
    (folder / "daily-growth.md").write_text(GROWTH.replace("name: Daily Growth", "name: Growth by Day"))
    running = PlanFolder(folder, data)
    (folder / "daily-growth.md").write_text(GROWTH.replace("name: Daily Growth", "name: Growth, Renamed"))
    running.reload()
    (folder / "daily-growth.md").write_text(GROWTH[:100])
    running.reload()
    started = PlanFolder(folder, data)
    assert started.current().pipelines["daily-growth"].name == "Growth, Renamed"
    assert started.current().digest == running.current().digest
    assert [fault.level for fault in started.reload()] == ["error"], "and it is told"
    (folder / "daily-growth.md").write_text(GROWTH)
    assert started.reload() == ()
    assert started.current().pipelines["daily-growth"].name == "Daily Growth"


def test_a_folder_that_was_never_good_has_no_last_good_plan(folder: Path, tmp_path: Path) -> None:
    PlanFolder(folder, tmp_path / "data")
    other = write_plan(tmp_path / "other", {"team.yaml": ""})
    with pytest.raises(BrokenPlan, match="other"):
        PlanFolder(other, tmp_path / "data")


def test_a_copy_that_was_tampered_with_is_no_good_plan(folder: Path, tmp_path: Path) -> None:
    PlanFolder(folder, tmp_path / "data")
    (copied,) = (tmp_path / "data").rglob("daily-growth.md")
    copied.write_text(GROWTH.replace("name: Daily Growth", "name: Growth by Night"))
    (folder / "team.yaml").unlink()
    with pytest.raises(BrokenPlan):
        PlanFolder(folder, tmp_path / "data")


def test_copies_are_few_and_hold_nothing_but_the_plan(folder: Path, tmp_path: Path) -> None:
    (folder / "README.md").write_text("about")
    plans = PlanFolder(folder, tmp_path / "data")
    for number in range(5):
        (folder / "daily-growth.md").write_text(GROWTH.replace("Daily Growth", f"Growth {number}"))
        plans.reload()
    copies = list((tmp_path / "data" / "last-good-plans").glob("*/*"))
    assert len(copies) == 2
    names = {file.name for copy in copies for file in copy.iterdir()}
    assert names == {"team.yaml", "daily-growth.md", "growth-report.md"}


def test_a_place_that_takes_no_copy_stops_nobody(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file, where a folder should be")
    assert PlanFolder(folder, tmp_path / "data").current().team.name == "Data"
    assert "could not be copied aside" in caplog.text


def test_many_processes_may_start_at_once(folder: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        plans = list(threads.map(lambda _: PlanFolder(folder, tmp_path / "data").current(), range(16)))
    assert len({plan.digest for plan in plans}) == 1
    (copy,) = (tmp_path / "data" / "last-good-plans").glob("*/*")
    assert copy.name == plans[0].digest


def test_a_reload_costs_little_while_nothing_changed(folder: Path) -> None:
    _settle(folder)
    plans = PlanFolder(folder)
    assert _fastest(plans.reload) < _fastest(lambda: check_plan(folder)) / 3


def test_a_second_change_within_one_tick_of_the_file_system_is_seen(folder: Path) -> None:
    plans = PlanFolder(folder)
    path = folder / "daily-growth.md"
    for name in ("Growth One", "Growth Two", "Growth Six"):
        path.write_text(GROWTH.replace("Daily Growth", name))
        os.utime(path, ns=(0, 0))
        plans.reload()
        assert plans.current().pipelines["daily-growth"].name == name


def test_many_threads_may_reload_at_once(folder: Path) -> None:
    plans = PlanFolder(folder)
    (folder / "team.yaml").write_text(TEAM.replace("name: Data\n", "name: Other\n"))
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: plans.reload(), range(32)))
    assert set(told) == {()}
    assert plans.current().team.name == "Other"


def _fastest(act: Callable[[], object]) -> float:
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return min(times)


def _settle(folder: Path) -> None:
    """Wait until the folder's files are older than the tick within which a change cannot be told from outside."""
    newest = max(path.stat().st_ctime for path in folder.iterdir())
    deadline = time.monotonic() + 2
    while time.time() < newest + 0.06:
        assert time.monotonic() < deadline
        time.sleep(0.01)
