"""Databases with the data of a size in them, and the servers on them."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.contenders import ROOT, Server, running

VENDORS = ("sqlite", "postgresql")
POSTGRESQL_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True)
class Database:
    """A filled database.

    Attributes:
        folder: for files that are gone afterwards.
        environment: what makes a process use it.
        ids: see `benchmarks.rows.Loader`.
        root: the checkout that it belongs to.
    """

    folder: Path
    environment: dict[str, str]
    ids: dict[str, Any]
    root: Path

    @contextmanager
    def served_by(self, *names: str) -> Iterator[dict[str, Server]]:
        """A running server for each of the contenders."""
        with ExitStack() as stack:
            yield {
                name: stack.enter_context(running(name, self.environment, self.folder, self.root))
                for name in names
            }


@contextmanager
def filled_database(vendor: str, size: str, root: Path = ROOT) -> Iterator[Database]:
    """A database with the data of a size, which is gone afterwards.

    Args:
        root: the checkout whose migrations and data it has.
    """
    with tempfile.TemporaryDirectory() as name, _new_database(vendor, Path(name)) as url:
        file = Path(name, "ids.json")
        environment = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "skillmeat_site.settings", "DEBUG": "0"}
        # The data of this checkout, through the models of that one.
        Path(name, "benchmarks").symlink_to(Path(__file__).parent)
        for command in (["django", "migrate", "-v0"], ["benchmarks.data", size, str(file)]):
            subprocess.run(
                [sys.executable, "-W", "ignore", "-m", *command],
                cwd=name,
                env={**os.environ, **environment, "PYTHONPATH": str(root)},
                check=True,
            )
        yield Database(Path(name), environment, json.loads(file.read_text()), root)


@contextmanager
def _new_database(vendor: str, folder: Path) -> Iterator[str]:
    if vendor == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    name = f"skillmeat_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield POSTGRESQL_URL.rpartition("/")[0] + f"/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
