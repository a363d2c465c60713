"""Finding a Java that can run Spark, without starting one."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from store.domain.errors import UserError

OLDEST = 17


class JavaMissing(UserError):
    def __init__(self, too_old: str = "") -> None:
        super().__init__(
            f"Spark needs Java {OLDEST} or newer; "
            + (f"only {too_old} was found. " if too_old else "none was found. ")
            + "Install it (Debian, Ubuntu: `sudo apt-get install openjdk-17-jre-headless`; "
            "macOS: `brew install openjdk@17`) or set JAVA_HOME."
        )


@dataclass(frozen=True)
class Java:
    home: Path
    version: str
    """As it names itself, "17.0.15"; with `home` it tells one Java from another."""

    @property
    def program(self) -> Path:
        return self.home / "bin" / "java"

    @property
    def major(self) -> int:
        return int(re.match(r"(?:1\.)?(\d+)", self.version)[1])  # type: ignore[index]


def find_java(java_home: str = "", path: str | None = None, system: Path = Path("/usr/lib/jvm")) -> Java:
    """
    Return the Java of `JAVA_HOME`, else the one on the path, else the newest one installed.

    Args:
        path: folders to look for `java` in; None is the environment's PATH.
    Raises: JavaMissing.
    """
    on_path = shutil.which("java", path=path)
    homes = [Path(java_home)] if java_home else []
    if on_path:
        homes.append(Path(on_path).resolve().parent.parent)
    found = [java for home in homes if (java := _java_at(home))]
    for java in found:
        if java.major >= OLDEST:
            return java
    installed = [java for home in sorted(system.glob("*")) if (java := _java_at(home.resolve()))]
    newest = max(installed, key=lambda java: java.major, default=None)
    if newest is not None and newest.major >= OLDEST:
        return newest
    raise JavaMissing(", ".join(f"Java {java.version} in {java.home}" for java in found or installed))


def _java_at(home: Path) -> Java | None:
    """Every JDK and JRE since 8 has a file `release` in its home."""
    if not os.access(home / "bin" / "java", os.X_OK):
        return None
    try:
        release = (home / "release").read_text(errors="replace")
    except OSError:
        return None
    version = re.search(r'^JAVA_VERSION="((?:1\.)?\d[^"]*)"', release, re.MULTILINE)
    return Java(home, version[1]) if version else None
