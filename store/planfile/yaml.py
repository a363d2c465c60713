"""
YAML with line numbers, and only as much of it as a plan needs.

The parser's events are read directly, so nothing is ever constructed: a tag, a second document or a deep nest is
refused where it stands. Scalars stay as they were written (`no` is text, 09:00 is not a number of minutes);
`store.planfile.reader` reads them by the type that is wanted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

from store.planfile.faults import Unreadable, Where, quoted

MAX_DEPTH = 12
MAX_ALIASES = 50
MAX_NODES = 10_000
"""Counted with every alias as large as what it stands for, so that nested aliases cannot grow without bound."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML was built with it: ten times faster."""

_REFUSED = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    plain: bool
    """Written without quotes: only then it may be null, a number or a boolean."""
    line: int
    size: int = 1

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Items:
    items: "tuple[Node, ...]"
    line: int
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    line: int
    value: "Node"


@dataclass(frozen=True, slots=True)
class Keys:
    entries: dict[str, Entry]
    repeats: tuple[tuple[Entry, int], ...]
    """Entries whose key stood there before, with the line of the first."""
    line: int
    size: int


Node = Scalar | Items | Keys


def parse(text: str, *, first_line: int = 1) -> Node | None:
    """
    Return the tree of the one document in *text*, or None when it is empty.

    Args:
        first_line: number in its file of the first line of *text*.
    Raises: Unreadable: with the line and a reason people can act on.
    """
    bad = _REFUSED.search(text)
    if bad:
        line = first_line + text.count("\n", 0, bad.start())
        raise Unreadable(line, f"a control character (U+{ord(bad[0]):04X}): remove it")
    try:
        return _Tree(text.translate(_LINE_ENDS), first_line).document()
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text, first_line) from None


class _Tree:
    def __init__(self, text: str, first_line: int) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
        self._first_line = first_line
        self._anchors: dict[str, Node] = {}
        self._aliases = 0

    def document(self) -> Node | None:
        root: Node | None = None
        begun = False
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if begun:
                    raise Unreadable(self._line(event), "a second document begins here: a file holds one")
                begun = True
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)
        return root

    def _line(self, event: Any) -> int:
        return self._first_line + int(event.start_mark.line)

    def _node(self, event: Any, depth: int) -> Node:
        line = self._line(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, line)
        if event.tag is not None:
            raise Unreadable(line, f"the tag {quoted(event.tag)}: tags are not read, write the plain value")
        if depth > MAX_DEPTH:
            raise Unreadable(line, f"nested deeper than {MAX_DEPTH} levels")
        node = self._of_kind(event, line, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _of_kind(self, event: Any, line: int, depth: int) -> Node:
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(line, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._keys(line, depth)
        if _CONTROL.search(event.value):
            raise Unreadable(line, "a control character in the text: remove it")
        return Scalar(event.value, plain=event.style in (None, ""), line=line)

    def _alias(self, name: Any, line: int) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise Unreadable(line, f"more than {MAX_ALIASES} aliases: write the values out")
        if name not in self._anchors:
            raise Unreadable(line, f"the alias {quoted('*' + name)} has no finished anchor before it")
        return replace(self._anchors[name], line=line)

    def _items(self, line: int, depth: int) -> Items:
        items: list[Node] = []
        size = 1
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
            size = _bounded(size + items[-1].size, line)
        return Items(tuple(items), line, size)

    def _keys(self, line: int, depth: int) -> Keys:
        entries: dict[str, Entry] = {}
        repeats: list[tuple[Entry, int]] = []
        size = 1
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            at = self._line(event)
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise Unreadable(at, "a list or a group of keys stands where a key belongs")
            entry = Entry(key.text, at, self._node(next(self._events), depth + 1))
            size = _bounded(size + 1 + entry.value.size, line)
            if entry.key in entries:
                repeats.append((entry, entries[entry.key].line))
            else:
                entries[entry.key] = entry
        return Keys(entries, tuple(repeats), line, size)


def _bounded(size: int, line: int) -> int:
    if size > MAX_NODES:
        raise Unreadable(line, f"more than {MAX_NODES} values, counting what aliases repeat")
    return size


def line_at(node: Node | None, where: Where) -> int:
    """Return the line of the value at *where*, or of the nearest thing around it that is there."""
    line = 1
    for step in where:
        if isinstance(node, Keys) and step in node.entries:
            entry = node.entries[str(step)]
            node, line = entry.value, entry.line
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
        else:
            break
    return line


def _explained(error: yaml.MarkedYAMLError, text: str, first_line: int) -> Unreadable:
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    begun = error.context_mark or mark
    lines = text.split("\n")
    row = min(mark.line if mark else 0, len(lines) - 1)
    while row and not lines[row].strip():  # at the end of the file: the last line that says something
        row -= 1
    if "\t" in lines[row][: len(lines[row]) - len(lines[row].lstrip())]:
        return Unreadable(first_line + row, "a tab in the indentation: use spaces")
    opened = first_line + (begun.line if begun else row)
    if "quoted scalar" in context:
        return Unreadable(opened, "a quote that is opened here is never closed")
    if "<document start>" in problem:
        return Unreadable(first_line + row, "more text after the end of the document: a file holds one")
    if "flow node" in context:
        return Unreadable(first_line + row, "a `[` or `{` is not closed here, or a comma is too many")
    if "flow sequence" in context or "flow mapping" in context:
        return Unreadable(opened, "a `[` or `{` that is opened here is never closed, or a comma is missing in it")
    if "expected ':'" in problem:
        return Unreadable(opened, "this line needs the form `key: value`")
    if "mapping values are not allowed" in problem:
        return Unreadable(first_line + row, "a second `: ` in this line: put the text in quotes")
    if "block mapping" in context or "block collection" in context or "block sequence" in context:
        return Unreadable(first_line + row, "this line does not fit the indentation of the lines above it")
    return Unreadable(first_line + row, f"not readable as YAML: {problem or error.__class__.__name__}")
