"""
Copies of a plan folder as it was when it was last good, for a process that starts while the folder is broken.

Each copy is a folder of its own named by the plan's digest, complete or not there at all: it is written beside its
place and then renamed. Several processes may keep and read copies in one place.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from store.planfile import files

KEPT = 2
"""The newest and the one before, which another process may be reading."""
LEFTOVER_S = 60
"""After this long a copy that was begun and not finished belongs to a process that is gone."""


def place_of(folder: Path, data: Path) -> Path:
    """Return where below *data* the copies of *folder* are: another plan's must never take the place of this one's."""
    return data / "last-good-plans" / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


def keep(place: Path, folder: Path, digest: str, *, is_whole: Callable[[Path], bool]) -> None:
    """
    Copy the plan files of *folder*, and forget older copies.

    Args:
        is_whole: whether a copy is what was to be copied; the folder may have changed meanwhile, then none is kept.
    Raises: OSError, Unreadable.
    """
    copy = place / digest
    if copy.exists():
        os.utime(copy)
    else:
        place.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(prefix=".", dir=place))
        try:
            for name in (files.TEAM, *files.page_names(files.listed(folder))):
                (begun / name).write_bytes(files.read_source(folder, name).data)
            if not is_whole(begun):
                return
            with suppress(OSError):  # another process was quicker
                begun.rename(copy)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
    _forget_older(place)


def newest_first(place: Path) -> tuple[Path, ...]:
    """Return the copies; none when there is no such place."""
    try:
        found = [(entry.stat().st_mtime_ns, entry) for entry in place.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return ()
    return tuple(entry for _, entry in sorted(found, reverse=True))


def _forget_older(place: Path) -> None:
    for copy in newest_first(place)[KEPT:]:
        shutil.rmtree(copy, ignore_errors=True)
    for begun in place.glob(".*"):
        with suppress(OSError):
            if begun.stat().st_mtime < time.time() - LEFTOVER_S:
                shutil.rmtree(begun, ignore_errors=True)
