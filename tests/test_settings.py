"""What an operator set wrong is told in one line, without a traceback."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

RATE = "API_RATE_LIMIT must be like 1000/min; sec, hour and day will do too."
URL = "DATABASE_URL must be like sqlite:////path/of/db.sqlite3 or postgres://user:password@host:5432/name."


def failure(*command: str, **environment: str) -> str:
    """What a command that fails prints of it."""
    own = {"PATH": os.environ["PATH"], "SECRET_KEY": "for tests", **environment}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("DATABASE_URL", "nonsense", URL),
        ("DATABASE_URL", "", URL),
        ("DATABASE_URL", "postgres://user:secret@host:notaport/db", URL),
        ("DATABASE_URL", "mysql://user:secret@host/db", URL),
        ("WEB_CONCURRENCY", "many", "WEB_CONCURRENCY must be a number, such as 2."),
        ("WEB_THREADS", "", "WEB_THREADS must be a number, such as 8."),
        ("TOKEN_TTL_DAYS", "a month", "TOKEN_TTL_DAYS must be a number, such as 30."),
        ("TRUSTED_PROXIES", "nginx", "TRUSTED_PROXIES must be a number, such as 0."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be from 0 to 100, such as 0."),
        ("TOKEN_TTL_DAYS", "99999999", "TOKEN_TTL_DAYS must be from 1 to 36500, such as 30."),
        ("TOKEN_TTL_DAYS", "-1", "TOKEN_TTL_DAYS must be from 1 to 36500, such as 30."),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be from 1 to 1000, such as 2."),
        ("API_RATE_LIMIT", "1000", RATE),
        ("API_RATE_LIMIT", "many/min", RATE),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "first_use"])
def test_a_wrong_setting_is_one_line_that_says_what_a_right_one_is(command, name, value, line):
    assert failure("manage.py", command, **{name: value}) == f"{line}\n"


def test_gunicorn_alone_says_so_of_its_threads_too():
    printed = failure("-m", "gunicorn", "skillmeat_site.wsgi", WEB_THREADS="many")
    assert printed == "WEB_THREADS must be a number, such as 8.\n"


@pytest.mark.parametrize("rate", ["1000/min", "5/minute", "10/s", "1/d"])
def test_a_rate_that_django_rest_framework_takes_is_taken(rate):
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "for tests", "API_RATE_LIMIT": rate}
    code = "from rest_framework.throttling import UserRateThrottle; assert UserRateThrottle().num_requests"
    command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
    environment["DJANGO_SETTINGS_MODULE"] = "skillmeat_site.settings"
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
