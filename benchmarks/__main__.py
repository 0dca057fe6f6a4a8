"""``python -m benchmarks [STAGE…]``: measure, keep what was measured, and report all that was kept."""

import argparse
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.databases import VENDORS
from benchmarks.load import require_wrk
from benchmarks.report import report
from benchmarks.stages import STAGES
from tests.services import SERVICES

# What has been measured so far; a stage that is run again replaces what it measured before.
KEPT = Path(__file__).with_name("measured.json")


def main() -> None:
    """Run the stages, all of them if none is named, and write the report."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"any of: {', '.join(STAGES)}, report")
    parser.add_argument("--database", action="append", choices=VENDORS, help="both unless named")
    options = parser.parse_args()
    if unknown := set(options.stages) - {*STAGES, "report"}:
        parser.error(f"unknown stage: {', '.join(unknown)}")
    vendors = options.database or VENDORS
    require_wrk()
    if "postgresql" in vendors and not SERVICES["TEST_DATABASE_URL"]():
        raise SystemExit(
            "No PostgreSQL answers: say where one is by TEST_DATABASE_URL, "
            "or leave it out: make bench STAGES='--database sqlite'"
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillmeat_site.settings")
    # Before the first stage: what is kept makes the work tree differ from the commit.
    circumstances = _circumstances()
    measured = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for stage in options.stages or STAGES:
        for vendor in vendors:
            if stage != "report":
                measured[f"{stage} {vendor}"] = {"on": circumstances, **STAGES[stage](vendor)}
                KEPT.write_text(json.dumps(measured, indent=1))
    report(json.loads(KEPT.read_text()))


def _circumstances() -> dict[str, Any]:
    """On which machine, and of which commit."""
    cpu = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line)
    git = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "machine": f"{cpu.partition(': ')[2]}, {len(os.sched_getaffinity(0))} cores, {platform.system()}",
        "python": platform.python_version(),
        "commit": commit,
    }


if __name__ == "__main__":
    main()
