"""Run every measurement, or those that are named."""

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import ack, held, press, roster, rows, spark_start, start
from tests.bench.figures import Table

MEASUREMENTS: dict[str, Callable[[Path], list[Table]]] = {
    "ack": ack.measure,
    "held": held.measure,
    "start": start.measure,
    "press": press.measure,
    "rows": rows.measure,
    "roster": roster.measure,
}


def main(names: list[str]) -> int:
    known = [*MEASUREMENTS, "spark"]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no measurement {unknown[0]!r}. Choose of {', '.join(known)}.", file=sys.stderr)
        return 2
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name in names or known:
        print(f"<!-- {name}, load {os.getloadavg()[0]:.1f} -->", flush=True)
        if name == "spark":
            sys.argv = sys.argv[:1]  # it reads arguments of its own
            spark_start.main()
            continue
        with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
            for table in MEASUREMENTS[name](Path(folder)):
                print(table, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
