"""The three WSGI applications, for gunicorn and for measuring in process.

The file with the ids of the rows, which the floor needs, is named by ``BENCH_IDS``.
"""

import json
import os
from pathlib import Path

from benchmarks.client import Application

NAMES = ("ours", "floor", "plain")


def ours() -> Application:
    """The product, as gunicorn loads it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillmeat_site.settings")
    from skillmeat_site.wsgi import application

    return application


def floor() -> Application:
    """The same statements by the driver."""
    from benchmarks.floor import Floor

    return Floor(ours(), json.loads(Path(os.environ["BENCH_IDS"]).read_text()))


def plain() -> Application:
    """The same models behind plain Django REST Framework."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.plain_settings"
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
