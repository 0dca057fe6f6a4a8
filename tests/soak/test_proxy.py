"""nginx in front, as in production: its errors, what it compresses, and slow clients."""

import json
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings

from tests.server import Server, free_port, new_database, running_server
from tests.services import need
from tests.soak.clients import Client
from tests.soak.nginx import Nginx, nginx_in_front_of
from tests.sockets import (
    CHUNKED,
    LOGIN,
    clients_who_sent,
    connected,
    last_response,
    response_until_the_end,
    stop_sending,
)

# More than fits between nginx and a client that does not read.
ASSET = b"/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
GET_ASSET = b"GET " + ASSET + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """A server as behind a proxy that speaks TLS; no database has a part in this."""
    need("nginx")
    environment = {"HTTPS_ONLY": "1", "TRUSTED_PROXIES": "1"}
    with (
        new_database("sqlite", folder) as url,
        running_server(folder, DATABASE_URL=url, **environment) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def nginx(server: Server) -> Iterator[Nginx]:
    with nginx_in_front_of(server.port) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def client(nginx: Nginx, key: str) -> Client:
    return Client(nginx, key)


def assert_error(status: int, body: bytes, expected: int, code: str) -> None:
    error = json.loads(body)
    assert (status, error["errors"][0]["code"]) == (expected, code)
    kind = "server_error" if expected >= 500 else "client_error"
    assert error == {
        "type": kind,
        "detail": error["detail"],
        "errors": [{"code": code, "detail": error["detail"], "attr": None}],
    }
    assert error["detail"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "parse_error"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "parse_error"),
        (LOGIN.replace(b"37", b"3000000"), 413, "payload_too_large"),
        (CHUNKED.replace(b"25\r\n", b"2dc6c0\r\n" + b" " * 2_999_963), 413, "payload_too_large"),
        (b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "uri_too_long"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 10_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed"),
        (CHUNKED.replace(b"chunked", b"gzip"), 501, "error"),
        (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505, "error"),
        (b"GET /_error HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404, "not_found"),
    ],
)
def test_what_nginx_refuses_has_the_shape_of_the_api_s_errors(
    nginx: Nginx, request_: bytes, status: int, code: str
) -> None:
    with nginx.connect() as client:
        client.sendall(request_)
        assert_error(*last_response(client), status, code)


def test_a_body_that_is_too_large_and_breaks_off_is_413_in_the_same_shape(nginx: Nginx) -> None:
    with nginx.connect() as client:
        with nginx.paused():
            client.sendall(LOGIN.replace(b"37", b"3000000"))
            stop_sending(client)
        assert_error(*response_until_the_end(client), 413, "payload_too_large")


def test_plain_http_on_the_port_of_tls_is_400(nginx: Nginx) -> None:
    with connected(nginx.port) as client:
        client.sendall(LOGIN)
        assert_error(*last_response(client), 400, "parse_error")


def test_plain_http_is_sent_on_to_https(nginx: Nginx) -> None:
    response = requests.get(f"http://127.0.0.1:{nginx.plain_port}/x?y=1", allow_redirects=False, timeout=30)
    expected = (308, "https://skillmeat.example.org/x?y=1")
    assert (response.status_code, response.headers["Location"]) == expected


def test_without_the_application_there_is_502_and_when_to_try_again(server: Server) -> None:
    with nginx_in_front_of(free_port()) as nginx:
        response = requests.get(f"{nginx.root}/healthz", verify=str(nginx.certificate), timeout=30)
    assert_error(response.status_code, response.content, 502, "bad_gateway")
    assert response.headers["Retry-After"] == "5"


def test_an_application_that_does_not_respond_in_time_is_504(server: Server) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        nginx_in_front_of(silent.getsockname()[1], proxy_read_timeout="1s") as nginx,
    ):
        response = requests.get(f"{nginx.root}/healthz", verify=str(nginx.certificate), timeout=30)
    assert_error(response.status_code, response.content, 504, "gateway_timeout")


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/collections/col-x", 404)])
def test_the_application_s_own_errors_are_passed_on(client: Client, path: str, status: int) -> None:
    response = client.send("get", path)
    assert (response.status_code, response.json()["type"]) == (status, "client_error")
    assert response.headers["X-Request-ID"]


def test_nginx_and_the_application_have_one_limit_of_bodies(client: Client) -> None:
    url = f"{client.root}/nowhere"
    for size, status in [(settings.MAX_BODY_BYTES, 404), (settings.MAX_BODY_BYTES + 1, 413)]:
        assert client.session.post(url, b" " * size, timeout=30).status_code == status


def test_the_longest_url_and_header_that_nginx_takes_are_taken_by_gunicorn(client: Client) -> None:
    for length in range(7_900, 8_200, 10):
        for request in ({"url": f"{client.root}/{'x' * length}"}, {"headers": {"X-Long": "x" * length}}):
            response = client.session.get(**{"url": f"{client.root}/nowhere", **request}, timeout=30)
            assert response.status_code in (404, 414, 431)
            assert response.headers["Content-Type"].startswith("application/json")


def test_the_etag_of_a_compressed_response_is_good_for_if_match_and_if_none_match(client: Client) -> None:
    path = f"/collections/{client.make('/collections', name='compressed', description='x' * 5_000)}"
    response = client.send("get", path)
    etag = response.headers["ETag"]
    assert (response.headers["Content-Encoding"], etag[:2]) == ("gzip", "W/")
    assert client.send("get", path, **{"If-None-Match": etag}).status_code == 304
    assert client.send("put", path, {"name": "new"}, **{"If-Match": etag}).status_code == 200
    assert client.send("put", path, {"name": "newer"}, **{"If-Match": etag}).status_code == 412


def test_what_a_client_says_of_its_scheme_is_not_passed_on(client: Client) -> None:
    headers = {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "off", "X-Forwarded-Protocol": "http"}
    assert client.session.get(f"{client.root}/api/v1/collections", headers=headers, timeout=30).ok


FORGED = ["For", "Proto", "Host", "Port", "Prefix", "Protocol", "Server", "Ssl"]


def test_what_a_client_says_about_where_it_comes_from_is_overwritten() -> None:
    headers = {f"X-Forwarded-{name}": "forged" for name in FORGED}
    headers |= {"X-Real-IP": "forged", "Forwarded": "for=forged"}
    with socket.create_server(("127.0.0.1", 0)) as upstream, ThreadPoolExecutor(1) as pool:

        def received() -> bytes:
            connection, _ = upstream.accept()
            with connection, connection.makefile("rb") as stream:
                head = b"".join(iter(stream.readline, b"\r\n"))
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                return head

        head = pool.submit(received)
        with nginx_in_front_of(upstream.getsockname()[1]) as nginx:
            requests.get(f"{nginx.root}/", headers=headers, verify=str(nginx.certificate), timeout=30)
    assert b"forged" not in head.result()
    assert b"\r\nX-Forwarded-For: 127.0.0.1\r\n" in head.result()


def test_as_many_headers_as_nginx_takes_are_taken_by_gunicorn(nginx: Nginx) -> None:
    # The shortest ones that there are, and more than fit into the buffers of nginx in the end.
    for count in (150, 3_000, 9_000):
        fields = {f"{number:x}": "" for number in range(count)}
        context = ssl.create_default_context(cafile=str(nginx.certificate))
        with closing(HTTPSConnection("127.0.0.1", nginx.port, timeout=30, context=context)) as connection:
            connection.request("GET", "/nowhere", headers=fields)
            response = connection.getresponse()
            assert response.status in (404, 431), (count, response.status)
            assert response.headers["Content-Type"] == "application/json", count


def test_what_a_client_says_of_its_address_is_not_passed_on(client: Client) -> None:
    body = {"username": "nobody", "password": "x"}

    def log_in(number: int) -> int:
        address = f"192.0.2.{number}"
        headers = {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}
        return client.send("post", "/auth/login", body, **headers).status_code

    assert [log_in(number) for number in range(11)] == [401] * 10 + [429]


SLOW: list[Any] = [
    pytest.param(b"", 100, id="idle"),
    pytest.param(LOGIN[:60], 50, id="half a head"),
    pytest.param(LOGIN[:-1], 50, id="half a body"),
    pytest.param(CHUNKED[:-20], 50, id="half of the chunks"),
    pytest.param(GET_ASSET * 20, 50, id="not reading"),
]


@pytest.mark.parametrize(("part", "count"), SLOW)
def test_slow_clients_delay_nobody(nginx: Nginx, part: bytes, count: int) -> None:
    with clients_who_sent(part, nginx.connect, count):
        for _ in range(20):
            # Half of the time after which nginx gives the slow ones up.
            response = requests.get(f"{nginx.root}/healthz", verify=str(nginx.certificate), timeout=5)
            assert response.status_code == 200


def test_clients_without_a_tls_handshake_delay_nobody(nginx: Nginx) -> None:
    with clients_who_sent(b"\x16\x03", lambda: connected(nginx.port), 50):
        response = requests.get(f"{nginx.root}/healthz", verify=str(nginx.certificate), timeout=5)
        assert response.status_code == 200


@pytest.mark.parametrize("part", [b"", LOGIN[:60], LOGIN[:-1]], ids=["nothing", "half a head", "half a body"])
def test_a_client_that_sends_nothing_more_is_disconnected(nginx: Nginx, part: bytes) -> None:
    with nginx.connect() as client:
        client.sendall(part)
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""
