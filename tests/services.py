"""The services that some tests need, and a person's machine may lack.

``python -m tests.services`` prints those that do not answer.
"""

import os
import shutil
from collections.abc import Callable

import psycopg
import pytest
from redis import Redis, RedisError

POSTGRESQL_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
# Continuous integration sets it: nothing may be left out.
FULL = bool(os.environ.get("FULL"))


def _postgresql_answers() -> bool:
    try:
        psycopg.connect(POSTGRESQL_URL, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(Redis.from_url(REDIS_URL).ping())
    except RedisError:
        return False


# Debian has it where only root looks for commands.
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")

# By the variable that says where the service is, or by the command that a test starts itself.
SERVICES: dict[str, Callable[[], bool]] = {
    "TEST_DATABASE_URL": _postgresql_answers,
    "TEST_REDIS_URL": _redis_answers,
    "pgbouncer": lambda: PGBOUNCER is not None,
}


def need(name: str) -> None:
    """Leave a test out where its service is missing, unless nothing may be left out."""
    if not SERVICES[name]():
        missing = f"install {name}" if name == "pgbouncer" else f"nothing answers; set {name}"
        if FULL:
            pytest.fail(missing)
        pytest.skip(missing)


if __name__ == "__main__":
    print(*(name for name, answers in SERVICES.items() if not answers()))
