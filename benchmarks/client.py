"""Sends a scenario's requests to a WSGI application in this process."""

import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import orjson

from benchmarks.scenarios import SCENARIOS, Scenario, filled

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def ask(
    application: Application, scenario: Scenario, ids: dict[str, str], n: int = 0, etag: str | None = None
) -> tuple[bytes, str | None]:
    """The body of the answer to the ``n``-th request of a scenario, and its ETag.

    Raises:
        RuntimeError: it did not succeed.
    """
    answered: list[Any] = []
    environ = _environ(scenario, ids, n) | ({"HTTP_IF_NONE_MATCH": etag} if etag else {})
    chunks = application(environ, lambda status, headers, *_: answered.extend([status, dict(headers)]))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    status, headers = answered
    if not status.startswith(("2", "304")):
        raise RuntimeError(f"{scenario.name}: {status} {body[:500]!r}")
    return body, headers.get("ETag")


def begin(application: Application, scenario: Scenario, ids: dict[str, str]) -> tuple[int, str | None]:
    """Send a first request.

    Returns:
        The number of the next one, and the ETag that it should send.
    """
    number = time.time_ns()
    try:
        _, etag = ask(application, scenario, ids, number)
    except RuntimeError:
        if not scenario.in_turn:
            raise
        # It was the other one's turn.
        number += 1
        _, etag = ask(application, scenario, ids, number)
    return number + 1, etag if scenario.unchanged else None


def _environ(scenario: Scenario, ids: dict[str, str], n: int) -> dict[str, Any]:
    path, _, query = filled(scenario.path, ids, n).partition("?")
    body = orjson.dumps(filled(scenario.body, ids, n)) if scenario.body else b""
    return {
        "REQUEST_METHOD": scenario.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/api/v1{path}",
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Token {ids['token']}",
        "HTTP_X_SCENARIO": str(SCENARIOS.index(scenario)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
    }
