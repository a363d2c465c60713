"""A runbook page in sections: verbatim text under its headings, with the line to cite."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t](.*)$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_BULLET = re.compile(r"^[-*+][ \t]+\S")
_LISTS_ISSUES = re.compile(r"\b(issues?|failures?|symptoms?|problems?|scenarios?|risks?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    pipeline: str
    page_title: str
    heading: str
    path: tuple[str, ...]
    """Headings from the page down to this one, the page's title left out; empty for the text above them."""
    text: str
    """Markdown as written, without the heading and without the sections below it."""
    line: int
    """Line of the heading in the file; of the first word where there is none."""

    @property
    def citation(self) -> str:
        """For people: "Aggregate Engagement › Symptoms › Duplicate events"."""
        return " › ".join((self.page_title, *self.path))


def sections_of(page_title: str, pipeline: str, body: str, first_line: int) -> tuple[Section, ...]:
    """
    Return the sections of a page's Markdown that have text of their own, in order.

    Args:
        first_line: number of the body's first line in its file.
    """
    found: list[Section] = []
    levels: list[tuple[int, str]] = []
    at, lines = first_line, list[str]()

    def close() -> None:
        text, lead = _trimmed(lines)
        if text:
            path = tuple(heading for level, heading in levels if level > 1)
            line = at if levels else at + lead
            found.append(Section(pipeline, page_title, path[-1] if path else page_title, path, text, line))

    for number, line, heading in _lines(body, first_line):
        if heading is None:
            lines.append(line)
            continue
        close()
        level, name = heading
        levels = [(depth, above) for depth, above in levels if depth < level] + [(level, name)]
        at, lines = number, []
    close()
    return tuple(found)


def units_of(section: Section) -> tuple[Section, ...]:
    """
    Return what a search compares: the section, or each entry of a plain list of issues by itself.

    A section with steps stays whole: half a repair is none.
    """
    if not _LISTS_ISSUES.search(section.heading):
        return (section,)
    parts: list[list[str]] = [[]]
    for line in section.text.splitlines():
        in_bullet = bool(parts[-1]) and bool(_BULLET.match(parts[-1][0]))
        if _BULLET.match(line) or (in_bullet and line[:1].strip()):
            parts.append([])
        parts[-1].append(line)
    if sum(bool(lines) and bool(_BULLET.match(lines[0])) for lines in parts) < 2:
        return (section,)
    return tuple(replace(section, text=text) for lines in parts if (text := _trimmed(lines)[0]))


def _lines(body: str, first_line: int) -> Iterator[tuple[int, str, tuple[int, str] | None]]:
    """Yield each line's number, the line, and its heading (level, text) unless it stands in a code block."""
    fence = ""
    for number, line in enumerate(body.split("\n"), first_line):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
            yield number, line, None
        elif mark:
            fence = mark[1]
            yield number, line, None
        else:
            heading = _HEADING.match(line)
            yield number, line, (len(heading[1]), _without_closing(heading[2])) if heading else None


def _without_closing(heading: str) -> str:
    """Return a heading's text without the hashes that may close it: `## Late ##` is `Late`, `## C#` is `C#`."""
    text = heading.strip()
    opened = text.rstrip("#")
    return opened.rstrip() if opened != opened.rstrip() or not opened else text


def _trimmed(lines: list[str]) -> tuple[str, int]:
    """Return the text without blank lines around it, and how many stood before it."""
    lead = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[lead:]).rstrip(), lead
