"""Many clients at once: threads, each with a client and a database connection of its own."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

CLIENTS = 8
TIMEOUT_SECONDS = 20  # seconds, after which a thread is taken for stuck

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
    AND (pg_backend_pid() = ANY (pg_blocking_pids(pid))) = %s
"""


class Caller:
    """A client that remembers what it was answered and takes no server error."""

    def __init__(self, user: Any) -> None:
        self.client = APIClient(raise_request_exception=False)
        self.client.force_authenticate(user)
        self.statuses: list[int] = []

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        response = getattr(self.client, method)(f"/api/v1{path}", body)
        assert response.status_code < 500, response.content
        self.statuses.append(response.status_code)
        return response.json() if response.content else None


def on_own_connection(call: Callable[[], Any]) -> Any:
    """The result of ``call``, which is made in a thread; its connection is closed afterwards."""
    try:
        return call()
    finally:
        connection.close()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of the calls, which all start at the same moment."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(TIMEOUT_SECONDS)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(on_own_connection, lambda call=call: start(call)) for call in calls]
        return [future.result(TIMEOUT_SECONDS) for future in futures]


def everyone(crowd: list[Caller], work: Callable[[int, Caller], Any]) -> Counter[int]:
    """How often each status was answered, when all callers do their ``work`` at once."""
    at_once(*(lambda n=n, call=call: work(n, call) for n, call in enumerate(crowd)))
    return Counter(status for call in crowd for status in call.statuses)


def waiting(*, for_me: bool) -> int:
    """How many other transactions wait for a lock that this one holds, or that another holds."""
    with connection.cursor() as cursor:
        # Within a transaction PostgreSQL goes on showing the activity that it showed first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_WAITING, [for_me])
        return cursor.fetchone()[0]


def wait_until(condition: Callable[[], Any]) -> None:
    """Return once ``condition`` holds; fail when that takes too long."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.01)
