"""The server as it is run: its own processes, a real socket, and what is hardly HTTP."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.server import free_port, new_database, running_server
from tests.sockets import CHUNKED, EXPECTING, LOGIN, clients_who_stop, statuses


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


def test_many_may_be_the_first_who_ask_for_the_document(tmp_path):
    with (
        new_database("sqlite", tmp_path) as url,
        running_server(tmp_path, DATABASE_URL=url, WEB_CONCURRENCY="1") as server,
        ThreadPoolExecutor(4) as pool,
    ):
        answers = list(pool.map(call, *zip(*[(server.port, "GET", "/api/v1/schema")] * 4, strict=True)))
    assert [status for status, _ in answers] == [200] * 4


@pytest.mark.parametrize(
    "part",
    [b"", b"\x16\x03\x01", LOGIN[:60], LOGIN[:-1], CHUNKED[:-20]],
    ids=["nothing", "TLS", "half a head", "half a body", "half of the chunks"],
)
def test_clients_who_send_half_a_request_hold_up_nobody(port, part):
    with clients_who_stop(port, part):
        started = time.monotonic()
        assert [call(port, "GET", "/healthz")[0] for _ in range(8)] == [200] * 8
        # Waiting for them takes twice as long at least; a machine that is busy takes a few.
        assert time.monotonic() - started < 10


def test_clients_who_do_not_hang_up_hold_up_nobody(port):
    with clients_who_stop(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
        started = time.monotonic()
        assert [call(port, "GET", "/healthz")[0] for _ in range(8)] == [200] * 8
        # Waiting for them takes twice as long at least.
        assert time.monotonic() - started < 10


def test_an_answer_is_read_to_its_end_also_by_who_sends_more_than_is_taken(port):
    with clients_who_stop(port, LOGIN.replace(b"37", b"-1") + b"x" * 20_000_000, count=1) as (client,):
        assert statuses(client, 1) == [400]


def test_clients_who_end_their_request_with_an_empty_line_hold_up_nobody(port):
    request = LOGIN.replace(b"/api/v1/auth/login", b"/nowhere")
    with clients_who_stop(port, request + b"\r\n") as clients:
        assert [statuses(client, 1) for client in clients] == [[404]] * len(clients)
        started = time.monotonic()
        assert [call(port, "GET", "/healthz")[0] for _ in range(8)] == [200] * 8
        assert time.monotonic() - started < 5
        for client in clients:
            client.sendall(request)
        assert [statuses(client, 1) for client in clients] == [[404]] * len(clients)


@pytest.mark.parametrize(
    "request_",
    [
        LOGIN.replace(b": 37", b": 38"),
        CHUNKED.replace(b"chunked", b"identity, chunked"),
        CHUNKED.replace(b"chunked", b"gzip, chunked"),
        CHUNKED.replace(b"25", b"zz"),
        CHUNKED[:-5],
    ],
    ids=["too short", "identity", "gzip", "no size", "no last chunk"],
)
def test_a_body_that_is_not_what_the_head_says_is_refused(port, request_):
    with clients_who_stop(port, request_, count=1) as (client,):
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["type"] == "client_error"


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


def test_a_server_that_should_speak_tls_says_who_does_so(tmp_path):
    file = tmp_path / "certificate"
    file.touch()
    command = [sys.executable, "-m", "gunicorn", "skillmeat_site.wsgi", "--certfile", file, "--keyfile", file]
    environment = {**os.environ, "PORT": str(free_port())}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert "let a proxy in front do so" in ended.stderr


def test_no_header_says_where_the_application_is(port):
    assert call(port, "GET", "/healthz", SCRIPT_NAME="/x", PATH_INFO="/y")[0] == 200


@pytest.mark.parametrize("request_", [LOGIN, CHUNKED], ids=["with a length", "in chunks"])
def test_a_request_that_comes_byte_by_byte_is_answered(port, request_):
    with clients_who_stop(port, b"", count=1) as (client,):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request_:
            client.sendall(bytes([byte]))
        assert statuses(client, 1) == [401]
        client.sendall(request_)
        assert statuses(client, 1) == [401]


def test_requests_that_come_at_once_are_answered_one_after_the_other(port):
    with clients_who_stop(port, LOGIN + CHUNKED + LOGIN, count=1) as (client,):
        assert statuses(client, 3) == [401] * 3


def test_a_body_in_very_many_chunks_is_read_in_seconds(port):
    head = CHUNKED.partition(b"25\r\n")[0].replace(b"/api/v1/auth/login", b"/nowhere")
    with clients_who_stop(port, head + b"1\r\nx\r\n" * 349_000 + b"0\r\n\r\n", count=1) as (client,):
        assert statuses(client, 1) == [404]


def test_a_client_that_waits_to_be_told_to_go_on_is_told(port):
    head, end, body = EXPECTING.partition(b"\r\n\r\n")
    with clients_who_stop(port, head + end, count=1) as (client,):
        assert statuses(client, 1) == [100]
        client.sendall(body)
        assert statuses(client, 1) == [401]


def test_a_client_that_hangs_up_after_half_a_request_is_hung_up_on(port):
    with clients_who_stop(port, LOGIN[:60], count=1) as (client,):
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


@pytest.mark.parametrize(
    "beginning",
    [b"nonsense\r\n", b"\x16\x03\x01\n", b"GET / HTTP/1.1\nHost: x\n", b"GET /nothing\r\nHost"],
    ids=["no request", "TLS", "lines that end in LF", "HTTP of old"],
)
def test_what_is_refused_however_it_goes_on_is_refused_at_once(port, beginning):
    with clients_who_stop(port, beginning, count=1) as (client,):
        client.settimeout(5)
        assert statuses(client, 1) == [400]


@pytest.mark.parametrize("request_", [LOGIN, EXPECTING], ids=["half a body", "waiting to be told to go on"])
def test_clients_who_stop_do_not_hold_up_the_end_of_the_server(tmp_path, request_):
    with (
        new_database("sqlite", tmp_path) as url,
        running_server(tmp_path, DATABASE_URL=url) as server,
        clients_who_stop(server.port, request_[:-2]) as clients,
    ):
        started = time.monotonic()
        server.process.terminate()
        time.sleep(0.5)
        for client in clients:
            client.sendall(request_[-2:-1])
        server.stop()
        assert time.monotonic() - started < 10


def test_a_request_of_which_the_rest_does_not_come_in_time_is_answered_with_408(tmp_path):
    environment = {"GUNICORN_CMD_ARGS": "--keep-alive 1"}
    with (
        new_database("sqlite", tmp_path) as url,
        running_server(tmp_path, DATABASE_URL=url, **environment) as server,
    ):
        with clients_who_stop(server.port, LOGIN[:-1], count=1) as (client,):
            with client.makefile("rb") as answer:
                head, _, body = answer.read().partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 408 ")
            assert failure((408, body)) == (408, "client_error", "request_timeout")
        with clients_who_stop(server.port, EXPECTING[:-37], count=1) as (client,):
            assert statuses(client, 2) == [100, 408]
