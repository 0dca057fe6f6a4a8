"""``python -m benchmarks [STAGE…]``: measure, keep what was measured, and report all that was kept."""

import argparse
import json
import os
import platform
import subprocess
from pathlib import Path

import psycopg

from benchmarks.databases import POSTGRESQL_URL, VENDORS
from benchmarks.load import require_wrk
from benchmarks.report import report
from benchmarks.stages import STAGES, Effort

# What the report is made of; a stage that is run again replaces what it measured before.
RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    """Run the stages, all of them if none is named, and write the report."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"any of: {', '.join(STAGES)}, report")
    parser.add_argument("--database", action="append", choices=VENDORS, help="both unless named")
    parser.add_argument("--rounds", type=int, default=Effort.rounds, help="turns of each contender")
    parser.add_argument("--seconds", type=int, default=Effort.seconds, help="how long a turn is")
    parser.add_argument("--minutes", type=float, default=Effort.minutes, help="how long to watch the memory")
    parser.add_argument("--baseline", type=Path, help="another checkout of the product to compare with")
    options = parser.parse_args()
    if unknown := set(options.stages) - {*STAGES, "report"}:
        parser.error(f"unknown stage: {', '.join(unknown)}")
    vendors = options.database or VENDORS
    require_wrk()
    if "postgresql" in vendors:
        _require_postgresql()
    effort = Effort(options.rounds, options.seconds, options.minutes, options.baseline)
    # Before the first stage: the results make the work tree differ from the commit.
    circumstances = _circumstances()
    measured = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for stage in options.stages or STAGES:
        for vendor in vendors if stage in STAGES else ():
            figures = STAGES[stage](vendor, effort)
            turns = f"{effort.rounds} rounds of {effort.seconds} s, load average {os.getloadavg()[2]:.1f}"
            measured[f"{stage} {vendor}"] = {"on": f"{circumstances}; {turns}", "measured": figures}
            RESULTS.write_text(json.dumps(measured, indent=1) + "\n")
    report(measured)


def _require_postgresql() -> None:
    try:
        psycopg.connect(POSTGRESQL_URL, connect_timeout=3).close()
    except psycopg.OperationalError:
        raise SystemExit(
            "No PostgreSQL answers: say where one is by TEST_DATABASE_URL, "
            "or leave it out: make bench STAGES='--database sqlite'"
        ) from None


def _circumstances() -> str:
    """On which machine, and of which commit."""
    cpu = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line)
    git = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    model, cores = cpu.partition(": ")[2], len(os.sched_getaffinity(0))
    return f"commit {commit}, {model}, {cores} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
