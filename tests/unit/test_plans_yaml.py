"""YAML that cannot be read, or should not be, is refused with its line; nothing in it is ever constructed."""

import re
from pathlib import Path

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from store.planfile import yaml
from store.planfile.faults import Unreadable
from store.planfile.yaml import Entry, Items, Keys, Node, Scalar, line_at, parse
from store.plans import check_plan
from tests.plan_files import GOOD, TEAM, write_plan

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcd", "bcde", strict=True)
)

REFUSED = [
    (
        "a: !!python/object/apply:os.system [touch pwned]\n",
        1,
        "the tag `tag:yaml.org,2002:python/object/apply:os.system`",
    ),
    ("a: 1\nb: !anything x\n", 2, "the tag `!anything`: tags are not read"),
    ("a: 1\nb: !!str 5\n", 2, "the tag `tag:yaml.org,2002:str`"),
    ("a: 1\n---\nb: 2\n", 2, "a second document begins here"),
    ("a: 1\n...\nb: 2\n", 3, "more text after the end of the document"),
    (BOMB, 4, "more than 10000 values, counting what aliases repeat"),
    ("a: &a x\nb: [" + "*a, " * 51 + "]\n", 2, "more than 50 aliases"),
    ("a: &a [1, *a]\n", 1, "the alias `*a` has no finished anchor before it"),
    ("a: 1\nb: *nothing\n", 2, "the alias `*nothing` has no finished anchor before it"),
    ("a: 1\nb: " + "[" * 13 + "]" * 13, 2, "nested deeper than 12 levels"),
    ("a: 1\nb: " + "[" * 100_000, 2, "nested deeper than 12 levels"),
    ("a: " + "[" * 5 + ", ".join(["x"] * 10_001) + "]" * 5, 1, "more than 10000 values"),
    ("a:\n  b: 1\n\tc: 2\n", 3, "a tab in the indentation: use spaces"),
    ("a: 1\nb: x\x07y\n", 2, "a control character (U+0007): remove it"),
    ('a: 1\nb: "x\\0y"\n', 2, "a control character in the text: remove it"),
    ('a: 1\nb: "x\n\nc: 2\n', 2, "a quote that is opened here is never closed"),
    ("a: 1\nb: 'x\n", 2, "a quote that is opened here is never closed"),
    ("a: 1\nb: [x,\nc: 2\nd: 3\n", 2, "a `[` or `{` that is opened here is never closed"),
    ("a: 1\nb: {x\n", 2, "a `[` or `{` that is opened here is never closed"),
    ("a: 1\nb: [x]]\n", 2, "this line does not fit the indentation of the lines above it"),
    ("a: 1\nhalf a li", 2, "this line needs the form `key: value`"),
    ("a: 1\nb: c: d\n", 2, "a second `: ` in this line: put the text in quotes"),
    ("a: 1\n b: 2\n", 2, "a second `: ` in this line"),
    ("a:\n    b: 1\n  c: 2\n", 3, "this line does not fit the indentation of the lines above it"),
    ("a: 1\n? [b, c]\n: 2\n", 2, "a list or a group of keys stands where a key belongs"),
    ("a: 1\nb: @x\n", 2, "not readable as YAML: found character that cannot start any token"),
    ("a: 1\nb: %x\n", 2, "not readable as YAML: found character that cannot start any token"),
]


@pytest.mark.parametrize(
    ("text", "line", "message"), REFUSED, ids=[f"{message[:40]}-{line}" for _, line, message in REFUSED]
)
def test_what_is_refused_is_told_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert (caught.value.line, caught.value.message[: len(message)]) == (line, message)


def test_lines_are_counted_from_where_the_text_begins_in_its_file() -> None:
    with pytest.raises(Unreadable) as caught:
        parse("a: 1\nb: *nothing\n", first_line=40)
    assert caught.value.line == 41
    tree = parse("a: 1\nb:\n  - x\n", first_line=40)
    assert line_at(tree, ("b", 0)) == 42


def test_a_refused_file_is_one_fault_of_the_plan_and_nothing_runs(tmp_path: Path) -> None:
    wild = TEAM.replace("name: Data\n", f"name: !!python/object/apply:os.mkdir [{tmp_path}/pwned]\n")
    folder = write_plan(tmp_path / "plan", {"team.yaml": wild})
    plan, faults = check_plan(folder)
    assert plan is None
    assert [(fault.path, fault.line) for fault in faults] == [("team.yaml", 1)]
    assert not (tmp_path / "pwned").exists()


def test_scalars_stay_as_written_and_know_whether_they_were_quoted() -> None:
    tree = parse("[no, 'no', 09:00, ~, '']")
    assert isinstance(tree, Items)
    scalars = [(item.text, item.plain, item.is_null) for item in tree.items if isinstance(item, Scalar)]
    assert scalars == [
        ("no", True, False),
        ("no", False, False),
        ("09:00", True, False),
        ("~", True, True),
        ("", False, False),
    ]


def test_few_aliases_are_read_as_what_they_stand_for_at_their_own_line() -> None:
    tree = parse("a: &days [x, y]\nb: *days\nc:\n  - *days\n")
    assert isinstance(tree, Keys)
    assert [type(entry.value) for entry in tree.entries.values()] == [Items] * 3
    assert [line_at(tree, where) for where in (("a", 1), ("b",), ("c", 0))] == [1, 2, 4]


def test_every_key_and_item_knows_its_line() -> None:
    tree = parse("# first\na:\n  b: >\n    folded\n    text\n  c:\n    - x\n    -\n      d: 1\n")
    lines = {
        where: line_at(tree, where) for where in ((), ("a",), ("a", "b"), ("a", "c"), ("a", "c", 0), ("a", "c", 1, "d"))
    }
    assert lines == {
        (): 1,
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "c"): 6,
        ("a", "c", 0): 7,
        ("a", "c", 1, "d"): 9,
    }


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    tree = parse("a:\n  b: 1\n")
    assert line_at(tree, ("a", "zone")) == 1
    assert line_at(tree, ("a", "b", 3)) == 2
    assert line_at(tree, ("zone",)) == 1
    assert line_at(None, ("zone",)) == 1


def test_line_separators_of_other_writers_do_not_shift_lines() -> None:
    tree = parse("a: one\u2028two\x85three\nb: 2\n")
    assert isinstance(tree, Keys)
    assert tree.entries["b"].line == 2


def test_a_key_that_repeats_keeps_its_first_value() -> None:
    tree = parse("a: 1\nb: 2\na: 3\n")
    assert isinstance(tree, Keys)
    assert tree.entries["a"] == Entry("a", 1, Scalar("1", True, 1))
    assert tree.repeats == ((Entry("a", 3, Scalar("3", True, 3)), 1),)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_document_is_no_tree(text: str) -> None:
    tree = parse(text)
    assert tree is None or (isinstance(tree, Scalar) and tree.is_null)


def test_the_parser_in_python_finds_the_same_as_the_one_in_c(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [TEAM, "a: &days [x, y]\nb: *days\nc: >\n  folded\n  text\n"]
    found = [parse(text) for text in texts]
    monkeypatch.setattr(yaml, "LOADER", pyyaml.SafeLoader)
    assert [parse(text) for text in texts] == found


@given(st.text(alphabet=st.sampled_from("ab:-?[]{},&*!|>'\"%@`#~ \n\t0.\x85\u2028é😀"), max_size=60))
def test_no_text_does_more_than_being_refused(text: str) -> None:
    tree, line = _tree_or_line(text)
    assert 1 <= line <= text.count("\n") + 1
    assert tree is None or line_at(tree, ("a", "b")) <= text.count("\n") + 1


def _tree_or_line(text: str) -> tuple[Node | None, int]:
    try:
        return parse(text), 1
    except Unreadable as refused:
        return None, refused.line


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


PIECES = st.binary(max_size=12) | st.sampled_from([b"\n", b": ", b"\t", b"---\n", b"null", b"[", b"- ", b"&a *a"])


@settings(max_examples=80)
@given(name=st.sampled_from(sorted(GOOD)), where=st.floats(0, 1), gone=st.integers(0, 40), put=PIECES)
def test_a_file_damaged_anywhere_gives_faults_and_no_exception(
    scratch: Path, name: str, where: float, gone: int, put: bytes
) -> None:
    whole = GOOD[name].encode()
    at = int(where * len(whole))
    _check_damaged(scratch, name, whole[:at] + put + whole[at + gone :])


@settings(max_examples=60)
@given(name=st.sampled_from(sorted(GOOD)), content=st.binary(max_size=200))
def test_a_file_of_random_bytes_gives_faults_and_no_exception(scratch: Path, name: str, content: bytes) -> None:
    _check_damaged(scratch, name, content)
    _check_damaged(scratch, name, b"---\n" + content + b"\n---\n")


WILD = [
    "",
    "null",
    "[]",
    "{}",
    "[[x]]",
    "{x: y}",
    "''",
    "'\u200b'",
    "-1",
    "99999999999",
    "true",
    "2099-12-28",
    "1w 1w",
    "a",
]


@settings(max_examples=80)
@given(name=st.sampled_from(sorted(GOOD)), line=st.integers(1, 90), value=st.sampled_from(WILD))
def test_a_value_of_any_other_kind_gives_faults_and_no_exception(
    scratch: Path, name: str, line: int, value: str
) -> None:
    lines = GOOD[name].split("\n")
    at = line % len(lines)
    lines[at] = re.sub("(: |- |:$).*", rf"\1 {value}", lines[at], count=1)
    _check_damaged(scratch, name, "\n".join(lines).encode())


def _check_damaged(scratch: Path, name: str, content: bytes) -> None:
    folder = write_plan(scratch / "plan", {name: content})
    plan, faults = check_plan(folder)
    assert (plan is None) == any(fault.level == "error" for fault in faults)
    lines = {path: text.count("\n") + 1 for path, text in GOOD.items()}
    lines[name] = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    for fault in faults:
        assert 1 <= fault.line <= lines[fault.path]
        assert str(fault).isprintable()
