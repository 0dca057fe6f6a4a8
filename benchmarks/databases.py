"""Databases with the data of a size in them, and what runs on one."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server import Server, new_database

VENDORS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Database:
    """A filled database.

    Attributes:
        environment: what makes a process use it.
        ids: see `benchmarks.rows.Loader`.
    """

    folder: Path
    environment: dict[str, str]
    ids: dict[str, Any]

    def run(self, module: str, *arguments: str) -> str:
        """What ``python -m module`` prints."""
        command = [sys.executable, "-m", module, *arguments]
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    @contextmanager
    def served_by(self, *names: str) -> Iterator[dict[str, Server]]:
        """A running server for each of the contenders, as ``make run`` starts it."""
        with ExitStack() as stack:
            servers = {name: self._server(name) for name in names}
            for server in servers.values():
                server.start()
                stack.callback(server.stop)
            yield servers

    def _server(self, name: str) -> Server:
        # Preloaded, the floor listens to ours once, before there are workers.
        options = {"GUNICORN_CMD_ARGS": "--preload"} if name == "floor" else {}
        application = f"benchmarks.contenders:{name}()"
        return Server(self.folder, application=application, **self.environment, **options)


@contextmanager
def filled_database(vendor: str, size: str) -> Iterator[Database]:
    """A database with the data of a size, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as name, new_database(vendor, Path(name)) as url:
        file = Path(name, "ids.json")
        environment = {
            "DATABASE_URL": url,
            "BENCH_IDS": str(file),
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "skillmeat_site.settings",
        }
        database = Database(Path(name), environment, {})
        database.run("django", "migrate", "-v0")
        database.run("benchmarks.data", size, str(file))
        database.ids.update(json.loads(file.read_text()))
        yield database
