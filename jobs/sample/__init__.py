"""Sample data that comes with Baton, so that the first run needs nothing else. Source and licence: SOURCE.md."""

import shutil
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parent / "ravenstack"


def lay_down(inputs: Path) -> Path:
    """
    Copy the sample tables to `<inputs>/ravenstack` unless something lies there already.

    Returns: the folder. It appears whole or not at all, also when two processes lay it down at once.
    """
    target = inputs / SOURCE.name
    if target.exists():
        return target
    inputs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=inputs, prefix=".sample-") as folder:
        copy = shutil.copytree(SOURCE, Path(folder) / SOURCE.name)
        try:
            copy.rename(target)
        except OSError:
            if not target.exists():
                raise
    return target
