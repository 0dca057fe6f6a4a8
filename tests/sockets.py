"""Requests as they travel, and clients who send what they like of them."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader

LOGIN = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 37\r\n\r\n{"username": "ada", "password": "no"}'
)
CHUNKED = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n25\r\n{"username": "ada", "password": "no"}\r\n0\r\n\r\n'
)
EXPECTING = LOGIN.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")


@contextmanager
def clients_who_stop(port: int, part: bytes, count: int = 20) -> Iterator[list[socket.socket]]:
    """Clients who have sent only a part of a request, and wait."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            for _ in range(count)
        ]
        for client in clients:
            client.sendall(part)
        yield clients


def statuses(client: socket.socket, count: int) -> list[int]:
    """The status of each of the next ``count`` answers."""
    with client.makefile("rb") as stream:
        return [_status(stream) for _ in range(count)]


def _status(stream: BufferedReader) -> int:
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    stream.read(int(headers.get("Content-Length", 0)))
    return status
