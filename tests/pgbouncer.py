"""A PgBouncer in transaction mode, as Debian ships it, between a test's server and PostgreSQL."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.crowd import wait_until
from tests.server import free_port
from tests.services import PGBOUNCER

# Fewer connections to PostgreSQL than threads that want one, so that they have to share.
_CONFIGURATION = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 2
"""


@contextmanager
def running_pgbouncer(database_url: str) -> Iterator[str]:
    """The URL of the same database through a PgBouncer of its own, which ends afterwards."""
    url = urlsplit(database_url)
    own_port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # It gives up being root, and reads the files as somebody else.
        folder.chmod(0o755)
        users, log = folder / "users", folder / "log"
        users.write_text(f'"{url.username}" "{url.password or ""}"\n')
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            _CONFIGURATION.format(host=url.hostname, port=url.port or 5432, own_port=own_port, users=users)
        )
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(PGBOUNCER), *as_nobody, str(configuration)], stdout=output, stderr=output
            )
        through = url._replace(netloc=f"{url.username}:{url.password or ''}@127.0.0.1:{own_port}")
        try:
            wait_until(lambda: process.poll() is not None or _answers(urlunsplit(through)))
            assert process.poll() is None, log.read_text()
            yield urlunsplit(through)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
