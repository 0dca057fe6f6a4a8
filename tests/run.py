"""``make test``: the whole suite on SQLite, and again on PostgreSQL when one answers.

Coverage is measured over both. ``REQUIRE_POSTGRESQL=1`` makes a missing PostgreSQL a failure;
with ``--check-postgresql`` nothing runs, and the exit status tells whether one answers.
"""

import os
import subprocess
import sys

import psycopg

DEFAULT_DATABASE_URL = "postgres://postgres@127.0.0.1:5432/postgres"


def main() -> int:
    """Run everything; returns the exit status."""
    postgresql = os.environ.get("TEST_DATABASE_URL", DEFAULT_DATABASE_URL)
    answers = _answers(postgresql)
    if "--check-postgresql" in sys.argv:
        return not answers
    if not answers and os.environ.get("REQUIRE_POSTGRESQL"):
        print(f"No PostgreSQL answers at {postgresql}: start one or set TEST_DATABASE_URL.")
        return 1
    runs = {"SQLite": "sqlite://:memory:"} | ({"PostgreSQL": postgresql} if answers else {})
    _python("-m", "coverage", "erase")
    for name, url in runs.items():
        print(f"\n=== {name} ===", flush=True)
        if _pytest(url):
            return 1
    print("\n=== Coverage ===", flush=True)
    status = _python("-m", "coverage", "report")
    if not answers:
        print(
            "Left out: races and locks, which need PostgreSQL. Include them with TEST_DATABASE_URL=postgres://…"
        )
    return status


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("postgres://", "postgresql://"), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _pytest(database_url: str) -> int:
    workers = os.environ.get("PYTEST_WORKERS", "auto")
    arguments = [
        "-q",
        "-n",
        workers,
        "--dist",
        "loadfile",
        "--cov",
        "--cov-append",
        "--cov-report=",
        "--no-cov-on-fail",
    ]
    return _python("-m", "pytest", *arguments, DATABASE_URL=database_url)


def _python(*arguments: str, **environment: str) -> int:
    return subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **environment}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
