"""Run every measurement, or the one that is named."""

import sys
import tempfile
from pathlib import Path

from tests.bench import ack

MEASUREMENTS = {"ack": ack.measure}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"There is no measurement {unknown[0]!r}. Choose of {', '.join(MEASUREMENTS)}.", file=sys.stderr)
        return 2
    for name in names or MEASUREMENTS:
        with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
            for table in MEASUREMENTS[name](Path(folder)):
                print(table, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
