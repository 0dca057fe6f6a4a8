"""The four WSGI applications, for gunicorn and for measuring in process.

The file with the ids of the rows, which the floor needs, is named by ``BENCH_IDS``.
"""

import json
import os
from pathlib import Path

from benchmarks.client import Application

NAMES = ("ours", "anew", "floor", "plain")


def ours() -> Application:
    """The product, as gunicorn loads it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillmeat_site.settings")
    from skillmeat_site.wsgi import application

    return application


def anew() -> Application:
    """The product, as if somebody had written something before every request: it keeps no answers."""
    os.environ["KEPT_ANSWERS_MIB"] = "0"
    return ours()


def floor() -> Application:
    """The statements of an answer that is made anew, by the driver."""
    from benchmarks.floor import Floor

    return Floor(anew(), json.loads(Path(os.environ["BENCH_IDS"]).read_text()))


def plain() -> Application:
    """The same models behind plain Django REST Framework."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.plain_settings"
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
