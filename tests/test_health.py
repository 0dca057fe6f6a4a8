"""What starts, stops and watches the server asks these."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from tests.calls import assert_envelope


@pytest.fixture(params=[OperationalError, InterfaceError, DatabaseError])
def no_database(request: pytest.FixtureRequest, db: None) -> Iterator[None]:
    """No query gets through."""

    def broken(*_: Any, **__: Any) -> None:
        raise request.param("connection to server at 10.0.0.7 failed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", broken)
        yield


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_healthy_server_says_so_without_a_token(anonymous_api: Any, path: str) -> None:
    response = anonymous_api.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response["Content-Type"] == "application/json"


def test_readyz_is_503_without_the_database(anonymous_api: Any, no_database: None) -> None:
    response = anonymous_api.get("/readyz")
    body = assert_envelope(response, 503)
    assert body == {
        "type": "server_error",
        "detail": "The database cannot be reached. Try again in a few seconds.",
        "errors": [{"code": "database_unavailable", "detail": body["detail"], "attr": None}],
    }
    assert int(response["Retry-After"]) > 0


def test_healthz_is_200_without_the_database(anonymous_api: Any, no_database: None) -> None:
    response = anonymous_api.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_is_200_again_when_the_database_is_back(
    anonymous_api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", broken)
        assert anonymous_api.get("/readyz").status_code == 503
    assert anonymous_api.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_head_is_answered_too(anonymous_api: Any, path: str) -> None:
    response = anonymous_api.head(path)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/healthz/"])
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "pod.example", "no host"])
def test_a_health_check_is_answered_whatever_host_is_asked_for(
    client: Client, db: None, settings: Any, path: str, host: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(path, headers={"Host": host})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/api/v1/collections", "/healthz/x", "/admin/"])
@pytest.mark.parametrize("https_only", [False, True])
def test_a_foreign_host_elsewhere_is_400_and_one_warning_in_the_log(
    client: Client, log: io.StringIO, settings: Any, path: str, https_only: bool
) -> None:
    settings.SECURE_SSL_REDIRECT = https_only
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400
    (line,) = log.getvalue().splitlines()
    assert " WARNING " in line
    assert f"Bad Request: {path}: " in line
    assert "'evil.example'" in line


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_https_only_does_not_redirect_a_health_check(
    client: Client, db: None, settings: Any, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/api/v1/collections").status_code == 301
