"""How gunicorn serves this project; it reads this file by itself."""

import os

port = os.environ.get("PORT", "8000")
# Only this machine reaches it: strangers come through a proxy, see docs/operations.md.
bind = [f"{os.environ.get('BIND', '127.0.0.1')}:{port}"]
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# A slow client occupies a thread: docs/decisions/0016-slow-clients.md.
threads = int(os.environ.get("WEB_THREADS", "8"))
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
