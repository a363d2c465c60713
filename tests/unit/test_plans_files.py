"""The files of a plan folder: which are read, and what is told of those that cannot be."""

import os
from pathlib import Path
from time import perf_counter

import pytest

from store.planfile.files import MAX_BYTES, MAX_PAGES
from store.plans import BrokenPlan, check_plan, load_plan
from tests.plan_files import GROWTH, TEAM, write_plan


def _faults(folder: Path) -> list[str]:
    return [str(fault) for fault in check_plan(folder)[1]]


NO_FACTS = "no front matter: the first line must be `---`, and a second `---` closes the facts"
NOT_CLOSED = "the front matter that begins here is never closed by a second `---` line"
LAST = GROWTH.count("\n") + 1

UNREADABLE = [
    (b"", "daily-growth.md:1: the file is empty"),
    (b"\n \n", "daily-growth.md:1: the file is empty"),
    (b"---\nkey: a\n\xff\n---\n", "daily-growth.md:3: byte 0xff is not UTF-8: save the file as UTF-8"),
    (b"---\nkey: daily-gro", f"daily-growth.md:1: {NOT_CLOSED}"),
    (b"# A page\n", f"daily-growth.md:1: {NO_FACTS}"),
    (b"\n---\n---\n", f"daily-growth.md:1: {NO_FACTS}"),
    (GROWTH.encode("utf-16"), "daily-growth.md:1: UTF-16 text: save it as UTF-8"),
    (GROWTH.encode() + b"\0", f"daily-growth.md:{LAST}: a NUL byte: the file is damaged or not text"),
    (GROWTH.encode() + b"x" * MAX_BYTES, "daily-growth.md:1: larger than 512 KiB"),
    (b"---\nkey: [\n---\n", "daily-growth.md:2: a `[` or `{` is not closed here, or a comma is too many"),
]


@pytest.mark.parametrize(("content", "told"), UNREADABLE, ids=[told for _, told in UNREADABLE])
def test_a_page_that_cannot_be_read_is_one_fault(tmp_path: Path, content: bytes, told: str) -> None:
    assert _faults(write_plan(tmp_path / "plan", {"daily-growth.md": content})) == [told]


def test_there_is_no_plan_without_its_folder(tmp_path: Path) -> None:
    assert _faults(tmp_path / "none") == ["none:1: the plan folder cannot be read: no such file or directory"]
    (tmp_path / "file").write_text("")
    assert _faults(tmp_path / "file") == ["file:1: the plan folder cannot be read: not a directory"]


def test_an_empty_folder_says_what_belongs_there(tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / ".keep").touch()
    told = "plan:1: the plan folder is empty: it needs team.yaml and one page (<pipeline-key>.md) per pipeline"
    assert _faults(tmp_path / "plan") == [told]


def test_a_plan_in_the_present_folder_has_that_folders_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan").mkdir()
    monkeypatch.chdir(tmp_path / "plan")
    (told,) = _faults(Path())
    assert told.startswith("plan:1: the plan folder is empty")


def test_a_missing_team_file_is_told_with_the_file_that_was_meant(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", {"team.yaml": None, "team.yml": TEAM})
    assert _faults(folder) == [
        "team.yaml:1: cannot be read: no such file or directory",
        "team.yml:1: notice: not read: rename it to team.yaml",
    ]


def test_a_page_with_another_suffix_is_noticed(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", {"more.markdown": GROWTH, "other.MD": GROWTH})
    assert _faults(folder) == [
        "more.markdown:1: notice: not read: rename it to more.md",
        "other.MD:1: notice: not read: rename it to other.md",
    ]


def test_a_plan_without_pages_loads_and_is_noticed(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", {"daily-growth.md": None, "growth-report.md": None})
    assert "plan:1: notice: no page: every pipeline has one, <key>.md" in _faults(folder)
    assert load_plan(folder).pipelines == {}


def test_too_many_pages_are_refused_before_they_are_read(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", {f"p{number}.md": "" for number in range(MAX_PAGES)})
    assert _faults(folder) == [f"plan:1: {MAX_PAGES + 2} pages: a plan has at most {MAX_PAGES}"]


def test_a_link_within_the_folder_is_followed_and_one_out_of_it_is_not(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", {"team.yaml": None, "daily-growth.md": None})
    (folder / ".data").mkdir()
    (folder / ".data" / "team.yaml").write_text(TEAM)
    (folder / "team.yaml").symlink_to(".data/team.yaml")
    (tmp_path / "secret.md").write_text(GROWTH)
    (folder / "daily-growth.md").symlink_to("../secret.md")
    assert _faults(folder) == ["daily-growth.md:1: a link that leads out of the plan folder: put the file itself here"]


def test_a_plan_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan")
    (tmp_path / "current").symlink_to("plan")
    assert _faults(tmp_path / "current") == []


@pytest.mark.parametrize("target", ["nowhere.md", "daily-growth.md"])
def test_a_link_to_nowhere_or_to_itself_cannot_be_read(tmp_path: Path, target: str) -> None:
    folder = write_plan(tmp_path / "plan", {"daily-growth.md": None})
    (folder / "daily-growth.md").symlink_to(target)
    (told,) = _faults(folder)
    reason = {"nowhere.md": "no such file or directory", "daily-growth.md": "a link that leads to itself"}[target]
    assert told == f"daily-growth.md:1: cannot be read: {reason}"


def test_a_pipe_or_a_folder_in_place_of_a_page_never_blocks(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", {"daily-growth.md": None, "growth-report.md": None})
    os.mkfifo(folder / "daily-growth.md")
    (folder / "growth-report.md").mkdir()
    assert _faults(folder) == [
        "daily-growth.md:1: not a file",
        "growth-report.md:1: not a file",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_says_so(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan")
    (folder / "team.yaml").chmod(0)
    assert _faults(folder) == ["team.yaml:1: cannot be read: permission denied"]


def test_a_file_name_that_is_no_text_is_told_and_can_be_shown(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan")
    for suffix in (b".md", b".markdown"):
        Path(os.fsdecode(os.fsencode(folder) + b"/gr\xff\n" + suffix)).write_text(GROWTH)
    with pytest.raises(BrokenPlan) as caught:
        load_plan(folder)
    assert str(caught.value).splitlines()[1:] == ["plan:1: a file named `gr? .md`: rename it"]


def test_a_file_name_with_capitals_is_no_key(tmp_path: Path) -> None:
    page = GROWTH.replace("daily-growth", "Growth 2").replace("Daily Growth", "G2").replace("aliases: [growth]\n", "")
    assert _faults(write_plan(tmp_path / "plan", {"Growth 2.md": page})) == [
        "Growth 2.md:2 key: a key is lower case letters, digits and hyphens: did you mean `growth-2`?"
    ]


FULL = MAX_BYTES - 2000
HOSTILE_BODIES = [
    "primary owner (",
    "# ",
    " ",
    "`",
    "~~~\n",
    "#",
    "(primary owner) ",
    "primary owner: data finance\n",
    "| ",
]
HOSTILE_FACTS = [
    "- x\n",
    "[",
    "[]\n",
    "a",
    "? ",
    "x: y\n",
    "{a: ",
    "'",
    "&a ",
    "*a ",
    "!",
    "- - ",
    "# ",
    "\n",
    "aliases: [x]\n",
]


@pytest.mark.parametrize("piece", HOSTILE_BODIES)
def test_a_body_of_the_largest_size_takes_no_longer_than_a_moment(tmp_path: Path, piece: str) -> None:
    text = GROWTH + piece * (FULL // len(piece))
    assert _seconds(write_plan(tmp_path / "plan", {"daily-growth.md": text})) < 3


@pytest.mark.parametrize("piece", HOSTILE_FACTS)
def test_facts_of_the_largest_size_take_no_longer_than_a_moment(tmp_path: Path, piece: str) -> None:
    page = GROWTH.replace("---\n#", piece * (FULL // len(piece)) + "\n---\n#")
    assert _seconds(write_plan(tmp_path / "plan", {"daily-growth.md": page})) < 3


def test_thousands_of_wrong_keys_take_no_longer_than_a_moment(tmp_path: Path) -> None:
    keys = "".join(f"wrong-key-{number}: x\n" for number in range(2000))
    order = ", ".join(f"person-{number}" for number in range(2000))
    text = TEAM.replace("order: [bob, ada]", f"order: [{order}]")
    folder = write_plan(
        tmp_path / "plan", {"team.yaml": text, "daily-growth.md": GROWTH.replace("job:", f"{keys}job:")}
    )
    assert _seconds(folder) < 3
    assert len(check_plan(folder)[1]) == 4000


@pytest.mark.parametrize("where", ["leave", "observes"])
def test_thousands_of_holidays_that_nobody_has_take_no_longer_than_a_moment(tmp_path: Path, where: str) -> None:
    names = ", ".join(f"Feast number {number}" for number in range(2000))
    if where == "leave":
        text = TEAM.replace("  notice: 2w\n", f"  major_holidays: [{names}]\n")
    else:
        text = TEAM.replace("    subdivision: BE\n", f"    subdivision: BE\n    observes: [{names}]\n")
    folder = write_plan(tmp_path / "plan", {"team.yaml": text})
    assert _seconds(folder) < 3
    assert len(check_plan(folder)[1]) == 2000


def _seconds(folder: Path) -> float:
    begun = perf_counter()
    check_plan(folder)
    return perf_counter() - begun
