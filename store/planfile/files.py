"""The files of a plan folder: listed, read as text, pages split into front matter and body."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from store.planfile.faults import Unreadable

PLANS = Path(__file__).resolve().parents[2] / "runbooks"
"""The plans that come with Baton, a folder for each."""
TEAM = "team.yaml"
MAX_BYTES = 512 * 1024
MAX_PAGES = 300


@dataclass(frozen=True)
class Source:
    """One file as it was read: its bytes for the digest, its text with `\\n` line ends and without BOM."""

    name: str
    data: bytes
    text: str


@dataclass(frozen=True)
class Stamp:
    """What changes when a file is written, without reading it."""

    name: str
    inode: int
    size: int
    changed_ns: int
    """The later of mtime and ctime: a writer may set the first back, not the second."""


def listed(folder: Path) -> tuple[str, ...]:
    """
    Return the names in the folder, sorted; dot files are not looked at.

    Raises: Unreadable: there is no such folder, or nothing in it.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise Unreadable(1, f"the plan folder cannot be read: {_reason(error)}") from None
    if not names:
        raise Unreadable(1, f"the plan folder is empty: it needs {TEAM} and one page (<pipeline-key>.md) per pipeline")
    return tuple(names)


def page_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return the names of the pipeline pages.

    Raises: Unreadable: there are too many.
    """
    pages = tuple(name for name in names if name.endswith(".md") and name != "README.md")
    if len(pages) > MAX_PAGES:
        raise Unreadable(1, f"{len(pages)} pages: a plan has at most {MAX_PAGES}")
    return pages


def misnamed(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the files that look like a part of the plan but are not read, with the name each should have."""
    found = []
    for path in (Path(name) for name in names if name.isprintable()):
        if path.stem.lower() == "team" and path.name != TEAM and path.suffix.lower() in (".yml", ".yaml"):
            found.append((path.name, TEAM))
        elif path.suffix != ".md" and path.suffix.lower() in (".md", ".markdown"):
            found.append((path.name, f"{path.stem}.md"))
    return tuple(found)


def read_source(folder: Path, name: str) -> Source:
    """
    Return one file of the folder.

    Raises: Unreadable: missing, outside the folder, not a file, too large, or not UTF-8 text.
    """
    try:
        data = _bytes_of(folder.resolve(), (folder / name).resolve(strict=True))
    except OSError as error:
        raise Unreadable(1, f"cannot be read: {_reason(error)}") from None
    except RuntimeError:  # what pathlib makes of ELOOP before Python 3.13
        raise Unreadable(1, "cannot be read: a link that leads to itself") from None
    return Source(name, data, _text_of(data))


def _bytes_of(root: Path, path: Path) -> bytes:
    if not path.is_relative_to(root):
        raise Unreadable(1, "a link that leads out of the plan folder: put the file itself here")
    # A named pipe would block for ever, and a link may have changed since: never wait, never follow.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unreadable(1, "not a file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
    if len(data) > MAX_BYTES:
        raise Unreadable(1, f"larger than {MAX_BYTES // 1024} KiB")
    return data


def _text_of(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(1, "UTF-16 text: save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise Unreadable(text.count("\n", 0, text.index("\0")) + 1, "a NUL byte: the file is damaged or not text")
    if not text.strip():
        raise Unreadable(1, "the file is empty")
    return text


def split_page(text: str) -> tuple[str, str, int]:
    """
    Return a page's front matter (it begins on line 2), its body, and the number of the body's first line.

    Raises: Unreadable: the front matter is missing or not closed.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise Unreadable(1, "no front matter: the first line must be `---`, and a second `---` closes the facts")
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() == "---":
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    raise Unreadable(1, "the front matter that begins here is never closed by a second `---` line")


def stamps(folder: Path) -> tuple[Stamp, ...] | None:
    """Return what would change if a file of the plan were written, added or removed; None when it cannot be told."""
    try:
        return tuple(_stamp(folder, name) for name in (TEAM, *page_names(listed(folder))))
    except (OSError, Unreadable):
        return None


def _stamp(folder: Path, name: str) -> Stamp:
    found = (folder / name).stat()
    return Stamp(name, found.st_ino, found.st_size, max(found.st_mtime_ns, found.st_ctime_ns))


def _reason(error: OSError) -> str:
    return (error.strerror or error.__class__.__name__).lower()
