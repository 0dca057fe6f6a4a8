"""The server as it is run: its own processes, a real socket, and what is hardly HTTP."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.server import new_database, running_server


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running server with an empty, migrated SQLite database."""
    folder = tmp_path_factory.mktemp("server")
    with new_database("sqlite", folder) as url, running_server(folder, DATABASE_URL=url) as server:
        yield server.port


def call(
    port: int, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        with connection.getresponse() as response:
            return response.status, response.read()


def failure(answer: tuple[int, bytes]) -> tuple[int, str, str]:
    """The status, type and code of an answer that is an envelope."""
    body = json.loads(answer[1])
    return answer[0], body["type"], body["errors"][0]["code"]


def test_a_url_that_leads_nowhere_is_answered_with_the_envelope(port):
    assert failure(call(port, "GET", "/nowhere")) == (404, "client_error", "not_found")


def test_a_host_that_is_not_allowed_is_answered_with_the_envelope(port):
    answer = call(port, "GET", "/api/v1/collections", Host="evil.example")
    assert failure(answer) == (400, "client_error", "parse_error")


def test_a_client_that_sends_five_megabytes_gets_to_read_its_413(port):
    answer = call(port, "POST", "/api/v1/auth/login", b" " * 5_000_000)
    assert failure(answer) == (413, "client_error", "payload_too_large")


@pytest.mark.parametrize(
    ("username", "status", "type_", "code"),
    [
        ("ada", 401, "client_error", "invalid_credentials"),
        ("a" * 200, 400, "validation_error", "max_length"),
        ("a" * 9_000_000, 413, "client_error", "payload_too_large"),
    ],
)
def test_a_body_in_chunks_is_read_like_any_other(port, username, status, type_, code):
    chunks = iter([b'{"username": "', username.encode(), b'", "password": "x"}'])
    assert failure(call(port, "POST", "/api/v1/auth/login", chunks)) == (status, type_, code)


def test_a_content_type_that_cannot_be_parsed_is_none_that_is_accepted(port):
    headers = {"Content-Type": "application/json; x*=utf-9'en'%FF"}
    answer = call(port, "POST", "/api/v1/auth/login", b"{}", **headers)
    assert failure(answer) == (415, "client_error", "unsupported_media_type")


def test_a_url_that_is_too_long_is_answered_with_the_envelope(port):
    answer = call(port, "GET", "/api/v1/collections?search=" + "x" * 10_000)
    assert failure(answer) == (414, "client_error", "error")


def test_what_is_no_http_is_answered_with_the_envelope(port):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(b"GET / HTTP/9.9\r\n\r\n")
        with client.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["type"] == "client_error"


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/docs", "/static/unfold/css/styles.css"])
def test_pages_are_served_with_their_assets(port, path):
    assert call(port, "GET", path)[0] == 200
