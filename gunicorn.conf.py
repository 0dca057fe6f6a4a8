"""How gunicorn serves this project; it reads this file by itself."""

import os

port = os.environ.get("PORT", "8000")
bind = [f"0.0.0.0:{port}"]
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads let a worker go on while one request waits for the database.
worker_class = "gthread"
threads = 4
keepalive = 65
timeout = 60
# Nobody steers it from outside; signals do.
control_socket_disable = True
# The longest query strings that gunicorn lets through to the API's own errors.
limit_request_line = 8190
loglevel = os.environ.get("LOG_LEVEL", "info").lower()


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
