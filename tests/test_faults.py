"""One shape for every 5xx, which tells nothing about the inside; the log tells it all."""

import io
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from tests.calls import API, CALLS, Call, World, assert_envelope, codes, each

SECRET = "password=hunter2 in /srv/secret.py"


def fail(monkeypatch: pytest.MonkeyPatch, exception: Exception) -> None:
    """Let creating a collection raise ``exception``."""

    def broken(**_: Any) -> None:
        raise exception

    monkeypatch.setattr("collections_app.services.create_collection", broken)


def lose_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every query fail as it does when the server is gone."""

    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError(f"connection to server at 10.0.0.7 failed: {SECRET}")

    monkeypatch.setattr(CursorWrapper, "execute", broken)


def test_a_fault_is_500_and_tells_nothing(api: Any, debug: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, RuntimeError(SECRET))
    body = assert_envelope(api.post(f"{API}/collections", {"name": "new"}), 500)
    assert body == {
        "type": "server_error",
        "detail": "Internal server error",
        "errors": [{"code": "error", "detail": "Internal server error", "attr": None}],
    }


def test_the_log_has_the_traceback_of_a_fault_with_the_id_of_the_request(
    api: Any, debug: bool, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    fail(monkeypatch, RuntimeError(SECRET))
    response = api.post(f"{API}/collections", {"name": "new"})
    assert response.status_code == 500
    line = next(line for line in log.getvalue().splitlines() if "ERROR" in line)
    assert f"[{response['X-Request-ID']}]" in line
    assert "Traceback (most recent call last)" in log.getvalue()
    assert f"RuntimeError: {SECRET}" in log.getvalue()


def test_a_fault_outside_the_views_is_500_too(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", broken)
    body = assert_envelope(api.get(f"{API}/collections"), 500)
    assert body["detail"] == "Internal server error"
    assert SECRET not in str(body)


@each(CALLS)
def test_without_the_database_every_operation_is_503(
    api: Any, world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        lose_the_database(patch)
        response = call.send(api, world)
    body = assert_envelope(response, 503)
    assert (body["type"], codes(body)) == ("server_error", [("database_unavailable", None)])
    assert int(response["Retry-After"]) > 0
    assert SECRET not in response.content.decode()


def test_a_database_that_leaves_during_a_request_is_503(
    api: Any, debug: bool, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    fail(monkeypatch, OperationalError(SECRET))
    response = api.post(f"{API}/collections", {"name": "new"})
    body = assert_envelope(response, 503)
    assert SECRET not in body["detail"]
    assert int(response["Retry-After"]) > 0
    assert f"OperationalError: {SECRET}" in log.getvalue()
