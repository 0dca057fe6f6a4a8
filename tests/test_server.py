"""The server as it is run: its own processes, a real socket, and malformed HTTP."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.conf import settings

from tests.server import new_database, running_server
from tests.sockets import CHUNKED, EXPECTING, LOGIN, connected, last_response, statuses


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


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/docs", "/static/unfold/css/styles.css"])
def test_pages_are_served_with_their_assets(port, path):
    assert call(port, "GET", path)[0] == 200


def test_many_may_be_the_first_who_ask_for_the_document(tmp_path):
    with (
        new_database("sqlite", tmp_path) as url,
        running_server(tmp_path, DATABASE_URL=url, WEB_CONCURRENCY="1") as server,
        ThreadPoolExecutor(4) as pool,
    ):
        answers = list(pool.map(call, *zip(*[(server.port, "GET", "/api/v1/schema")] * 4, strict=True)))
    assert [status for status, _ in answers] == [200] * 4


def test_a_head_is_answered_like_a_get_without_its_body_and_without_a_warning(tmp_path):
    with new_database("sqlite", tmp_path) as url, running_server(tmp_path, DATABASE_URL=url) as server:
        for path in ("/healthz", "/api/v1/schema", "/static/unfold/css/styles.css"):
            with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
                connection.request("HEAD", path)
                with connection.getresponse() as response:
                    assert (response.status, response.read()) == (200, b"")
                    assert response.headers["Content-Type"]
                connection.request("GET", "/healthz")
                with connection.getresponse() as response:
                    assert response.status == 200
        assert "no-body" not in server.log.read_text()


def test_no_header_says_where_the_application_is(port):
    assert call(port, "GET", "/healthz", SCRIPT_NAME="/x", PATH_INFO="/y")[0] == 200


def test_a_url_that_is_too_long_is_414(port):
    assert call(port, "GET", "/api/v1/collections?search=" + "x" * 10_000)[0] == 414


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET /nothing\r\nHost: x\r\n\r\n",
        LOGIN.replace(b"37", b"-1"),
        LOGIN.replace(b"Content-Type", b"Content-Length: 36\r\nContent-Type"),
        LOGIN.replace(b"Content-Type", b"Transfer-Encoding: chunked\r\nContent-Type"),
        CHUNKED.replace(b"25", b"zz"),
        CHUNKED[:-2],
    ],
    ids=[
        "another version",
        "no request",
        "TLS",
        "lines that end in LF",
        "HTTP/0.9",
        "a negative length",
        "two lengths",
        "a length and chunks",
        "no size of a chunk",
        "no end of the chunks",
    ],
)
def test_malformed_http_is_refused(port, request_):
    with connected(port) as client:
        client.sendall(request_)
        assert last_response(client)[0] == 400


@pytest.mark.parametrize(
    "request_",
    [
        LOGIN.replace(b": 37", b": 38"),
        CHUNKED.replace(b"chunked", b"identity, chunked"),
        CHUNKED.replace(b"chunked", b"gzip, chunked"),
        CHUNKED[:-5],
    ],
    ids=["too short", "identity", "gzip", "no last chunk"],
)
def test_a_body_that_is_not_what_the_headers_say_is_not_executed(port, request_):
    with connected(port) as client:
        client.sendall(request_)
        assert failure(last_response(client)) == (400, "client_error", "parse_error")


@pytest.mark.parametrize("request_", [LOGIN, CHUNKED], ids=["with a length", "in chunks"])
def test_a_request_in_two_parts_is_answered(port, request_):
    with connected(port) as client:
        client.sendall(request_[:-20])
        client.sendall(request_[-20:])
        assert statuses(client, 1) == [401]
        client.sendall(request_)
        assert statuses(client, 1) == [401]


def test_pipelined_requests_are_answered_one_after_the_other(port):
    with connected(port) as client:
        client.sendall(LOGIN + CHUNKED + LOGIN)
        assert statuses(client, 3) == [401] * 3


def test_a_client_that_expects_100_continue_gets_it(port):
    head, end, body = EXPECTING.partition(b"\r\n\r\n")
    with connected(port) as client:
        client.sendall(head + end)
        assert statuses(client, 1) == [100]
        client.sendall(body)
        assert statuses(client, 1) == [401]


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "Address already in use"),
        ({"PORT": "99999"}, "port must be 0-65535."),
        ({"BIND": "192.0.2.7"}, "Cannot assign requested address"),
    ],
    ids=["taken", "too high", "not of this machine"],
)
def test_an_address_that_cannot_be_had_is_one_line_that_names_the_settings(port, environment, reason):
    own = {"PATH": os.environ["PATH"], "PORT": str(port), "LOG_LEVEL": "ERROR", **environment}
    command = [sys.executable, "-m", "gunicorn", "skillmeat_site.wsgi"]
    failed = subprocess.run(
        command, cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, timeout=30
    )
    (line,) = failed.stderr.splitlines()
    assert failed.returncode == 1
    assert reason in line
    assert "Set PORT (or BIND)" in line


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, {"bind": "['127.0.0.1:8000']", "workers": "2", "threads": "8"}),
        ({"BIND": "192.0.2.7", "PORT": "8123"}, {"bind": "['192.0.2.7:8123']"}),
        ({"WEB_CONCURRENCY": "3", "WEB_THREADS": "5"}, {"workers": "3", "threads": "5"}),
    ],
    ids=["by default", "address and port", "processes and threads"],
)
def test_the_environment_says_where_and_by_how_many_it_is_served(environment, expected):
    own = {"PATH": os.environ["PATH"], **environment}
    command = [sys.executable, "-m", "gunicorn", "--print-config", "skillmeat_site.wsgi"]
    printed = subprocess.run(
        command, cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, check=True
    ).stdout
    found = dict(line.split(" = ", 1) for line in printed.splitlines() if " = " in line)
    values = {name.strip(): value.strip() for name, value in found.items()}
    assert values["worker_class"] == "gthread"
    assert {name: values[name] for name in expected} == expected
