"""The server as it is run: its own processes, a real socket, a database of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psycopg
from django.conf import settings

from tests.services import POSTGRESQL_URL
from tests.sockets import connected

STARTUP_SECONDS = 30

# Prints a key for an Editor who is made on the spot.
_MAKE_USER = """
from django.contrib.auth.models import Group, User
from skillmeat_site.accounts.models import ApiToken
user = User.objects.create_user({name!r}, password={password!r})
user.groups.add(Group.objects.get(name="Editors"))
print(ApiToken.objects.issue(user)[1])
"""


class Server:
    """A server that a test starts, stops and kills; nobody else uses it.

    Args:
        folder: where its log goes.
        application: what gunicorn loads.
        environment: its settings, ``DATABASE_URL`` among them.

    Attributes:
        root: the beginning of its URLs.
        certificate: what a client has to trust; None for plain HTTP.
    """

    certificate: Path | None = None

    def __init__(self, folder: Path, *, application: str = "skillmeat_site.wsgi", **environment: str) -> None:
        self._application = application
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"server-{self.port}.log"
        own = {"PORT": str(self.port), "DEBUG": "0", "DJANGO_SETTINGS_MODULE": "skillmeat_site.settings"}
        self.environment = {**os.environ, **own, **environment}

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The outcome of a management command on the server's database."""
        command = [sys.executable, "-m", "django", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def make_user(self, name: str, password: str = "soaked and dried") -> str:
        """A key to the API for a new Editor."""
        script = _MAKE_USER.format(name=name, password=password)
        return self.manage("shell", "--no-imports", "-v0", "-c", script).stdout.split()[-1]

    def start(self) -> None:
        """Start it and return when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", self._application],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                # A group of its own, so that `kill` reaches the workers too.
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTUP_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """Let it finish what it does, and end."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def kill(self) -> None:
        """End the master and all workers at once, whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def kill_a_worker(self) -> None:
        """End one worker at once; the master starts another one."""
        os.kill(self.workers().pop(), signal.SIGKILL)

    def kill_the_master(self) -> None:
        """End the master at once; its workers end by themselves when they notice that."""
        self.process.kill()
        self.process.wait(timeout=30)

    def wait_for_workers_without_master(self) -> None:
        """Return when they have ended, and so nobody listens on the port any more."""
        deadline = time.monotonic() + 60
        while self._has_processes():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def reload(self) -> None:
        """Replace all workers, as after new code, and return when the old ones are gone."""
        before, deadline = self.workers(), time.monotonic() + 60
        self.process.send_signal(signal.SIGHUP)
        while not self.workers() or self.workers() & before:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def workers(self) -> set[int]:
        """The ids of the worker processes."""
        master = self.process.pid
        return {int(id) for id in Path(f"/proc/{master}/task/{master}/children").read_text().split()}

    def connect(self) -> socket.socket:
        """A new connection to it."""
        return connected(self.port)

    def _has_processes(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _answers(self) -> bool:
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
        except OSError:
            return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def new_database(vendor: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database on SQLite or PostgreSQL, which is gone afterwards."""
    name = f"skillmeat_{uuid.uuid4().hex[:12]}"
    if vendor == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield POSTGRESQL_URL.rpartition("/")[0] + f"/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def running_server(folder: Path, **environment: str) -> Iterator[Server]:
    """A migrated and started server, which is stopped afterwards."""
    server = Server(folder, **environment)
    server.manage("migrate", "-v0")
    server.start()
    try:
        yield server
    finally:
        server.stop()
