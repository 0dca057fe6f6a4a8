"""The services and programs that some tests need, and a person's machine may lack.

``python -m tests.services`` prints those that are missing.
"""

import os
import shutil
from collections.abc import Callable

import psycopg
import pytest
from redis import Redis, RedisError

POSTGRESQL_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
# Debian keeps it where only root looks.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CHROMIUM = shutil.which("chromium")
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


def _nginx_is_installed() -> bool:
    return bool(NGINX and shutil.which("openssl"))


# By the variable that says where the service is, or by the program that a test starts itself.
SERVICES: dict[str, Callable[[], bool]] = {
    "TEST_DATABASE_URL": _postgresql_answers,
    "TEST_REDIS_URL": _redis_answers,
    "pg_dump": lambda: shutil.which("pg_dump") is not None,
    "pgbouncer": lambda: PGBOUNCER is not None,
    "chromium": lambda: CHROMIUM is not None,
}
# What `make soak` needs.
SERVICES_AND_PROGRAMS = {**SERVICES, "nginx": _nginx_is_installed}
PACKAGES = {
    "pg_dump": "postgresql-client",
    "pgbouncer": "pgbouncer",
    "nginx": "nginx-light openssl",
    "chromium": "chromium",
}


def need(name: str) -> None:
    """Leave a test out where what it needs is missing, unless nothing may be left out."""
    if not SERVICES_AND_PROGRAMS[name]():
        missing = how_to_include(name)
        if FULL:
            pytest.fail(missing)
        pytest.skip(missing)


def how_to_include(name: str) -> str:
    """What to do so that the tests that need something missing are run."""
    if name in PACKAGES:
        return f"{name} is missing; to include its tests: apt-get install {PACKAGES[name]}"
    return f"{name} leads to nothing that answers; to include its tests: set it"


if __name__ == "__main__":
    print(*(name for name, is_there in SERVICES_AND_PROGRAMS.items() if not is_there()))
