"""``make test``: the whole suite on SQLite, and on PostgreSQL when one answers.

``FULL=1``, as in continuous integration, measures coverage, runs the long tables of hostile values
on PostgreSQL too, and makes a missing PostgreSQL a failure. With ``--check-postgresql`` nothing
runs, and the exit status tells whether one answers.
"""

import os
import subprocess
import sys

import psycopg

DEFAULT_DATABASE_URL = "postgres://postgres@127.0.0.1:5432/postgres"
COVERAGE = ["--cov", "--cov-report=term:skip-covered", "--no-cov-on-fail"]
# What is refused before it reaches a database, or describes none.
TABLES = [
    "tests/test_hostile_*",
    "tests/test_openapi*",
    "tests/test_query_parameters.py",
    "tests/test_paths.py",
]


def main() -> int:
    """Run everything; returns the exit status."""
    postgresql = os.environ.get("TEST_DATABASE_URL", DEFAULT_DATABASE_URL)
    answers, full = _answers(postgresql), bool(os.environ.get("FULL"))
    if "--check-postgresql" in sys.argv:
        return not answers
    if full and not answers:
        print(f"No PostgreSQL answers at {postgresql}: start one or set TEST_DATABASE_URL.")
        return 1
    print("\n=== SQLite ===", flush=True)
    status = _pytest("sqlite://:memory:", *(COVERAGE if full else []))
    if answers and not status:
        print("\n=== PostgreSQL ===", flush=True)
        status = _pytest(postgresql, *([] if full else [f"--ignore-glob={name}" for name in TABLES]))
    if not answers:
        print("Left out: PostgreSQL, races and locks. Include them with TEST_DATABASE_URL=postgres://…")
    elif not full:
        print("Left out: coverage, and the long tables on PostgreSQL. Include them with FULL=1.")
    return status


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("postgres://", "postgresql://"), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _pytest(database_url: str, *options: str) -> int:
    workers = os.environ.get("PYTEST_WORKERS", "auto")
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "loadfile", *options]
    environment = {**os.environ, "DATABASE_URL": database_url}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
