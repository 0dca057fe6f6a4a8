"""The servers that are compared, each with two workers, and what they use."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
WORKERS = "2"
_GUNICORN = [
    "gunicorn",
    "-k",
    "gthread",
    "--workers",
    WORKERS,
    "--threads",
    "8",
    "--bind",
    "127.0.0.1:{port}",
]
_UVICORN = ["uvicorn", "--workers", WORKERS, "--port", "{port}", "--no-access-log", "--log-level", "warning"]
COMMANDS = {
    "product": [*_GUNICORN, "skillmeat_site.wsgi"],
    "plain DRF": [*_GUNICORN, "django.core.wsgi:get_wsgi_application()"],
    "FastAPI": [*_UVICORN, "benchmarks.fast_api:app"],
    # Another checkout of the product, in the same server.
    "baseline": [*_GUNICORN, "skillmeat_site.wsgi"],
}
SETTINGS = {"plain DRF": "benchmarks.plain_settings"}
STARTUP_SECONDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running server.

    Attributes:
        port: where it listens on this machine.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self.port = process, port

    def cpu(self) -> float:
        """Seconds of CPU time, user and system, that its workers have used."""
        stats = [Path(f"/proc/{worker}/stat").read_text() for worker in self.workers()]
        # The name of the process, in parentheses, may contain anything.
        times = [stat.rpartition(")")[2].split()[11:13] for stat in stats]
        return sum(int(user) + int(system) for user, system in times) / _TICKS

    def memory(self) -> float:
        """MB that its largest worker has in memory."""
        statuses = [Path(f"/proc/{worker}/status").read_text() for worker in self.workers()]
        return max(int(status.split("VmRSS:")[1].split()[0]) for status in statuses) * 1024 / 1e6

    def workers(self) -> list[str]:
        """The process ids of its workers."""
        master = self._process.pid
        return Path(f"/proc/{master}/task/{master}/children").read_text().split()


@contextmanager
def running(name: str, environment: dict[str, str], folder: Path, root: Path = ROOT) -> Iterator[Server]:
    """A server that answers requests, and is stopped afterwards.

    Args:
        name: one of `COMMANDS`.
        environment: says which database it uses.
        folder: where its log goes.
        root: the checkout that it runs.

    Raises:
        RuntimeError: it does not start.
    """
    port, log = _free_port(), folder / f"{name}.log"
    command = [argument.format(port=port) for argument in COMMANDS[name]]
    own = {"DJANGO_SETTINGS_MODULE": SETTINGS.get(name, "skillmeat_site.settings"), "DEBUG": "0"}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=root,
            env={**os.environ, **environment, **own},
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + STARTUP_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/api/v1/artifacts", timeout=5)
    except HTTPError as exc:
        # Nobody is logged in.
        return exc.code == HTTPStatus.UNAUTHORIZED
    except OSError:
        return False
    return True
