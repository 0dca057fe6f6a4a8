"""How gunicorn serves this project; it reads this file by itself."""

import os

from gunicorn import util

from skillmeat_site.worker import write_error

port = os.environ.get("PORT", "8000")
bind = [f"0.0.0.0:{port}"]
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads that no client keeps waiting: docs/decisions/0016-slow-clients.md.
worker_class = "skillmeat_site.worker.PatientWorker"
# A second thread lets a worker go on while one request waits for the database. More take turns at
# Python's lock, which costs more than it gains: docs/decisions/0013-near-the-floor.md.
threads = 2
keepalive = 65
# Sending a file by the kernel waits for ever for a client who does not read.
sendfile = False
timeout = 60
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
# Nobody steers it from outside; signals do.
control_socket_disable = True
# As long as gunicorn allows; longer ones are 414.
limit_request_line = 8190
# No proxy says by a header where the application is.
forwarder_headers = ""


# gunicorn has no setting for this.
util.write_error = write_error


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
