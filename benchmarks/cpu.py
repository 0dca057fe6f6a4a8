"""What a request costs in process: ``python -m benchmarks.cpu CONTENDER`` prints it as JSON.

This process calls the WSGI application directly. CPU time is its own user and system time: the time
that PostgreSQL spends is not in it, that of SQLite is. Elapsed time has both, and whatever else the
machine does.
"""

import json
import os
import statistics
import sys
import time
from itertools import count
from pathlib import Path

from benchmarks import contenders
from benchmarks.client import Application, ask, begin
from benchmarks.scenarios import SCENARIOS, Scenario

WARM_UP = 20
REQUESTS = 200
# A scenario that is slower makes fewer requests.
SECONDS = 1.5


def cost(application: Application, scenario: Scenario, ids: dict[str, str]) -> dict[str, float]:
    """Milliseconds that a request takes: the mean of CPU time, and the median of elapsed time."""
    first, etag = begin(application, scenario, ids)
    numbers = count(first)
    until = time.monotonic() + SECONDS
    for _ in range(WARM_UP):
        if time.monotonic() < until:
            ask(application, scenario, ids, next(numbers), etag)
    elapsed: list[float] = []
    cpu, until = time.process_time(), time.monotonic() + SECONDS
    while len(elapsed) < REQUESTS and time.monotonic() < until:
        start = time.perf_counter()
        ask(application, scenario, ids, next(numbers), etag)
        elapsed.append(time.perf_counter() - start)
    cpu = time.process_time() - cpu
    return {"cpu": 1000 * cpu / len(elapsed), "elapsed": 1000 * statistics.median(elapsed)}


def main() -> None:
    """Print the costs by scenario, and how many statements each takes where known."""
    ids = json.loads(Path(os.environ["BENCH_IDS"]).read_text())
    application = getattr(contenders, sys.argv[1])()
    costs = {scenario.name: cost(application, scenario, ids) for scenario in SCENARIOS}
    print(json.dumps({"costs": costs, "statements": getattr(application, "statements", {})}))


if __name__ == "__main__":
    main()
