"""
A process that speaks the line of a run without any Spark, for tests of the worker's end.

The job's name in the order says what happens: `good`, `silent`, `killed`, `memory`, `secret`, `missing`, `large`,
`waits` or `twice`.
"""

import json
import os
import signal
import sys
import time
from typing import Any

SEEN = {
    "rows": 36,
    "baseline_rows": 33.6,
    "newest_at": "2024-06-04T00:00:00+00:00",
    "due_at": "2024-06-04T00:00:00+00:00",
    "null_ratios": {"account_id": 0.0},
    "duplicate_ratio": 0.0,
    "rows_out": 35,
    "repeated_keys": 0,
}
PNG = "iVBORw0KGgo="


def say(what: str, **more: Any) -> None:
    sys.stdout.write(json.dumps({"say": what, **more}) + "\n")
    sys.stdout.flush()


def measure() -> None:
    say("progress", stage="compute", tasks_done=1, tasks_total=4, rows=36)
    figures = [{"label": "Daily active accounts", "value": "35", "change": "+7 %"}]
    say("measured", observation=SEEN, figures=figures, seconds={"read": 0.1})
    answer = json.loads(sys.stdin.readline())
    if answer["publish"]:
        say("published", version=7, metadata=answer["metadata"], seconds={"read": 0.1, "publish": 0.2}, png=PNG)
    else:
        say("discarded", png=PNG)


def main() -> None:
    order = json.loads(sys.stdin.readline())
    match order["job"]:
        case "good":
            measure()
        case "silent":
            sys.stderr.write("KeyError: 'account_id'\n")
            sys.exit(1)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "memory":
            sys.stderr.write("Terminating due to java.lang.OutOfMemoryError: Java heap space\n")
            sys.exit(3)
        case "secret":
            sys.stderr.write("could not log in: password=hunter2\n")
            sys.exit(1)
        case "missing":
            say("failed", cause="missing-input", note="The input “usage” is not there: /data/usage.csv.")
        case "large" if "--large" not in sys.argv:
            say("too-large")
        case "large":
            measure()
        case "waits":
            say("progress", stage="compute", tasks_done=1, tasks_total=4, rows=None)
            sys.stdin.readline()
            time.sleep(60)


if __name__ == "__main__":
    main()
