"""How gunicorn serves this project; it reads this file by itself."""

import os
import socket
import sys
from typing import Any

port = os.environ.get("PORT", "8000")
# Only this machine reaches it: others come through a proxy, see docs/operations.md.
bind = [f"{os.environ.get('BIND', '127.0.0.1')}:{port}"]
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# A slow client occupies a thread: docs/decisions/0016-slow-clients.md.
try:
    threads = int(os.environ.get("WEB_THREADS", "8"))
except ValueError:
    sys.exit("WEB_THREADS must be a number, such as 8.")
keepalive = 65
timeout = 60
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
# Nobody steers it from outside; signals do.
control_socket_disable = True
# As long as gunicorn allows; longer ones are 414.
limit_request_line = 8190
# More than fit into the buffers of deploy/nginx.conf, so that nginx is the one who refuses.
limit_request_fields = 8_190
# No proxy says by a header where the application is.
forwarder_headers = ""


def on_starting(server: Any) -> None:
    """Say which setting to change where the address cannot be had; gunicorn would try for five seconds."""
    # A master that takes over from another one, or is started by systemd, listens already.
    if os.environ.keys() & {"GUNICORN_FD", "LISTEN_FDS"}:
        return
    for host, number in server.address:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            # As gunicorn does: connections of the last run that are not quite over do not matter.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, number))
            except (OSError, OverflowError) as exc:
                reason = getattr(exc, "strerror", None) or exc
                sys.exit(
                    f"Cannot listen on {host}:{number}: {reason}. Set PORT (or BIND): PORT=8001 make run"
                )


def when_ready(server: object) -> None:
    """Say where to look."""
    print(  # noqa: T201 - this is the one thing that a person started the server for
        f"\nSkillMeat is ready:\n"
        f"  http://localhost:{port}/             start here\n"
        f"  http://localhost:{port}/api/v1/docs  try the API\n"
        f"  http://localhost:{port}/admin/       edit the data\n"
        f"Stop it with Ctrl-C.\n",
        flush=True,
    )
