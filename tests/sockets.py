"""Requests as they travel, and clients that send only a part of them."""

import http.client
import socket
from collections.abc import Callable, Iterator
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


def connected(port: int) -> socket.socket:
    """A connection to a port of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=30)


@contextmanager
def clients_who_sent(
    part: bytes, connect: Callable[[], socket.socket], count: int
) -> Iterator[list[socket.socket]]:
    """Connections on which only ``part`` of a request was sent, and which stay open."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect()) for _ in range(count)]
        for client in clients:
            client.sendall(part)
        yield clients


def statuses(client: socket.socket, count: int) -> list[int]:
    """The status of each of the next ``count`` responses."""
    with client.makefile("rb") as stream:
        return [_status(stream) for _ in range(count)]


def last_response(client: socket.socket) -> tuple[int, bytes]:
    """The status and the body of the response to a client that sends no more."""
    stop_sending(client)
    return response_until_the_end(client)


def stop_sending(client: socket.socket) -> None:
    """Say that nothing more comes; the response can still be read."""
    # Of the socket itself: that of a TLS connection would end the decryption too.
    socket.socket.shutdown(client, socket.SHUT_WR)


def response_until_the_end(client: socket.socket) -> tuple[int, bytes]:
    """The status and the body of a response after which the server closes the connection."""
    with client.makefile("rb") as stream:
        head, _, body = stream.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def _status(stream: BufferedReader) -> int:
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    stream.read(int(headers.get("Content-Length", 0)))
    return status
