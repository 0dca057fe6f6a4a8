"""Where the time of a request goes: ``python -m benchmarks.flame REQUEST`` draws it for the browser.

``REQUEST`` is the beginning of a scenario's name.
"""

import argparse
import os
from itertools import count
from pathlib import Path

from pyinstrument import Profiler
from pyinstrument.renderers import HTMLRenderer

from benchmarks import contenders
from benchmarks.client import ask, begin
from benchmarks.databases import VENDORS, filled_database
from benchmarks.scenarios import SCENARIOS

REQUESTS = 200
WARM_UP = 20
INTERVAL_SECONDS = 0.0001


def main() -> None:
    """Profile a request of ours on S."""
    parser = argparse.ArgumentParser(prog="benchmarks.flame", description=__doc__)
    parser.add_argument("request", help=f"one of: {'; '.join(scenario.name for scenario in SCENARIOS)}")
    parser.add_argument("--database", choices=VENDORS, default=VENDORS[0])
    parser.add_argument("--output", type=Path, default=Path("flame.html"))
    options = parser.parse_args()
    scenario = next((each for each in SCENARIOS if each.name.startswith(options.request)), None)
    if scenario is None:
        parser.error("no request begins like that")
    with filled_database(options.database, "S") as database:
        os.environ.update(database.environment)
        application = contenders.ours()
        first, etag = begin(application, scenario, database.ids)
        numbers = count(first)
        for _ in range(WARM_UP):
            ask(application, scenario, database.ids, next(numbers), etag)
        with Profiler(interval=INTERVAL_SECONDS) as profiler:
            for _ in range(REQUESTS):
                ask(application, scenario, database.ids, next(numbers), etag)
    options.output.write_text(profiler.output(HTMLRenderer(timeline=False)))
    print(f"Open {options.output} in a browser.")


if __name__ == "__main__":
    main()
