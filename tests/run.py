"""``make test``: the whole suite on SQLite, and on PostgreSQL, when one answers, what only that can show.

``FULL=1``, as in continuous integration, measures coverage, runs the suite on PostgreSQL too, and makes a
missing service a failure.
"""

import os
import subprocess
import sys

from tests.services import FULL, POSTGRESQL_URL, SERVICES, how_to_include

COVERAGE = ["--cov", "--cov-report=term:skip-covered", "--no-cov-on-fail"]
# What no database has a part in: once is enough.
WITHOUT_DATABASE = ["clients/cli/skillmeat_cli/tests/*", "tests/test_openapi.py"]


def main() -> int:
    """Run everything; returns the exit status."""
    missing = [name for name, answers in SERVICES.items() if not answers()]
    if FULL and missing:
        print(f"Nothing may be left out with FULL=1: {'; '.join(map(how_to_include, missing))}.")
        return 1
    print("\n=== SQLite ===", flush=True)
    status = _pytest("sqlite://:memory:", *(COVERAGE if FULL else []))
    if "TEST_DATABASE_URL" not in missing and not status:
        print("\n=== PostgreSQL ===", flush=True)
        left_out = [f"--ignore-glob={name}" for name in WITHOUT_DATABASE]
        status = _pytest(POSTGRESQL_URL, *left_out, *([] if FULL else ["-m", "postgresql"]))
    if missing:
        print(f"Left out: {'; '.join(map(how_to_include, missing))}.")
    elif not FULL:
        print("Left out: coverage, and on PostgreSQL what SQLite has shown. Include them with FULL=1.")
    return status


def _pytest(database_url: str, *options: str) -> int:
    workers = os.environ.get("PYTEST_WORKERS", "auto")
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "loadfile", *options]
    environment = {**os.environ, "DATABASE_URL": database_url}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
