"""nginx in front of a server, with the configuration for production."""

import getpass
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from tests.server import free_port
from tests.services import NGINX
from tests.sockets import connected

CONFIGURATION = settings.BASE_DIR / "deploy" / "nginx.conf"
# Of an nginx.conf as distributions have it, what a process of its own needs.
_MAIN = """
daemon off;
user {user};
pid {folder}/nginx.pid;
worker_processes 2;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/skillmeat.conf;
}}
"""


class Nginx:
    """A process of nginx with ``deploy/nginx.conf``, on ports and with a certificate of its own.

    Args:
        folder: where its files go.
        upstream: the port of the server.
        replacements: what is replaced in the configuration besides.

    Attributes:
        root, certificate: as of a `Server`.
        plain_port: where it speaks HTTP without TLS.
    """

    def __init__(self, folder: Path, upstream: int, replacements: dict[str, str]) -> None:
        self.port, self.plain_port = free_port(), free_port()
        self.root = f"https://127.0.0.1:{self.port}"
        self.certificate = folder / "fullchain.pem"
        self._folder = folder
        self._make_certificate()
        replacements = {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen [::]:443 ssl;": "",
            "listen [::]:80;": "",
            "/etc/ssl/skillmeat/": f"{folder}/",
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            **replacements,
        }
        text = CONFIGURATION.read_text()
        for old, new in replacements.items():
            assert old in text, old
            text = text.replace(old, new)
        (folder / "skillmeat.conf").write_text(text)
        (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=getpass.getuser()))

    def start(self) -> None:
        """Start it and return when it accepts connections."""
        log = self._folder / "nginx.log"
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [str(NGINX), "-p", self._folder, "-c", self._folder / "nginx.conf", "-e", "stderr"],
                stderr=stream,
            )
        deadline = time.monotonic() + 30
        while True:
            with suppress(OSError):
                connected(self.port).close()
                return
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """End it at once."""
        self._process.terminate()
        self._process.wait(timeout=30)

    def connect(self) -> socket.socket:
        """A new connection to it."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        return context.wrap_socket(connected(self.port), server_hostname="127.0.0.1")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let what clients send arrive together, by reading nothing meanwhile."""
        parent = str(self._process.pid)
        found = subprocess.run(["pgrep", "-P", parent], check=True, capture_output=True, text=True)
        workers = [int(pid) for pid in found.stdout.split()]
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)

    def _make_certificate(self) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        command += ["-keyout", str(self._folder / "privkey.pem"), "-out", str(self.certificate)]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def nginx_in_front_of(port: int, **replacements: str) -> Iterator[Nginx]:
    """A started nginx, which is stopped afterwards; ``replacements`` are values of settings."""
    with tempfile.TemporaryDirectory() as folder:
        changes = {}
        for setting, value in replacements.items():
            line = next(line for line in CONFIGURATION.read_text().splitlines() if f" {setting} " in line)
            changes[line] = f"{setting} {value};"
        nginx = Nginx(Path(folder), port, changes)
        nginx.start()
        try:
            yield nginx
        finally:
            nginx.stop()
