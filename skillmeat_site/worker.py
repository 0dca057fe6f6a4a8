"""How a worker waits for clients: without a thread. Why: docs/decisions/0016-slow-clients.md."""

import errno
import io
import re
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from django.conf import settings
from gunicorn import util
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

# How long a thread waits for a client who does nothing, and in all of one request; for each so many bytes
# of an answer that is a second more.
_PATIENCE_SECONDS = 10
_SLOWEST_READER = 16 * 1024
# How long a client may take to see the end of an answer before the connection is closed.
_LINGER_SECONDS = 2
_RECEIVED_AT_ONCE = 64 * 1024
# Of what has come, as much as gunicorn itself receives at once: it copies the rest for each chunk.
_PARSED_AT_ONCE = 8 * 1024
# What is longer without an end is a thread's to refuse.
_LONGEST_HEAD = 32 * 1024
_LONGEST_CHUNK_LINE = 256

_FIRST_LINE = re.compile(rb"[!-~]+ [^\r\n]+ HTTP/1\.\d")
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)
_WAITS = re.compile(rb"[^\r]* HTTP/1\.1\r\n(.*\r\n)?expect:[ \t]*100-continue[ \t]*\r\n", re.I | re.S)
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9a-f]{1,8})[ \t]*(;.*)?", re.IGNORECASE | re.DOTALL)


class PatientSocket(socket.socket):
    """A client's socket, at which a thread does not wait for ever.

    Attributes:
        patience: for how many seconds a thread still waits.
    """

    patience: float = _PATIENCE_SECONDS

    def recv(self, *args: Any) -> bytes:
        """As ever, but `ConnectionResetError` once the patience is over."""
        return self._waiting(partial(super().recv, *args))

    def sendall(self, data: Any, *args: Any) -> None:
        """As ever, but `ConnectionResetError` once the patience is over; more data may take longer."""
        if self.gettimeout() == 0:
            super().sendall(data, *args)
            return
        self.patience += len(data) / _SLOWEST_READER
        rest = memoryview(data)
        while rest:
            rest = rest[self._waiting(partial(super().send, rest, *args)) :]

    def receive_now(self) -> bytes | None:
        """What has come, if it does not wait: nothing if the client has gone, None if nothing yet."""
        try:
            return super().recv(_RECEIVED_AT_ONCE)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _waiting(self, act: Callable[[], Any]) -> Any:
        began = time.monotonic()
        self.settimeout(max(min(self.patience, _PATIENCE_SECONDS), 0.001))
        try:
            return act()
        except TimeoutError:
            # What gunicorn takes for a client who has gone.
            raise ConnectionResetError(errno.ECONNRESET, "The client takes too long.") from None
        finally:
            self.patience -= time.monotonic() - began


class Unreader(SocketUnreader):
    """gunicorn's, which hands out what has come in pieces."""

    def read(self, size: int | None = None, read_ahead: int | None = None) -> bytes:
        """As ever, but no more than a piece where no size is asked for."""
        if size is None and self.buf.seek(0, io.SEEK_END):
            size = min(_PARSED_AT_ONCE, self.buf.tell())
        return bytes(super().read(size, read_ahead))


class PatientWorker(ThreadWorker):
    """gunicorn's ``gthread``, whose threads begin when all of a request has come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Connections that are about to be closed, the first one first.
        self.lingering_conns: deque[Any] = deque()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse to speak TLS, of which the loop could not receive a part."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise SystemExit("This server speaks no TLS: let a proxy in front do so (HTTPS_ONLY=1).")

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection on which something came, or may have, to a thread, or wait for the rest."""
        if not conn.initialized:
            conn.sock = PatientSocket(fileno=conn.sock.detach())
            conn.init()
            conn.parser.unreader = Unreader(conn.sock)
            _await_request(conn)
        if _is_complete(conn):
            _await_request(conn)
            super().enqueue_req(conn)
            return
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Any, client: Any) -> None:
        """Receive what came; the time in which all of the request has to come goes on."""
        if _is_complete(conn):
            super().on_pending_socket_readable(conn, client)

    def handle(self, conn: Any) -> Any:
        """Answer a request, in a thread."""
        conn.sock.patience = _PATIENCE_SECONDS
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request; a client who waits to be told to go on has been told."""
        req._expected_100_continue = False
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Wait for the next request of a client, or close. gunicorn waits for the client to close first."""
        if not fs.cancelled() and not fs.exception() and fs.result():
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def murder_pending(self) -> None:
        """Close connections whose time is over."""
        for conn in _overdue(self.pending_conns):
            self.poller.unregister(conn.sock)
            if _received(conn.parser.unreader, 0, 3).strip():
                _refuse_to_wait(conn)
            self._linger(conn)
        for conn in _overdue(self.lingering_conns):
            self.poller.unregister(conn.sock)
            self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Let those who have not sent all of a request not hold up the end of the worker either."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def _linger(self, conn: Any) -> None:
        """Close once the client has, since else it may lose the answer: RFC 9112, section 9.6."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        conn.timeout = time.monotonic() + _LINGER_SECONDS
        self.lingering_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._discard, conn))

    def _discard(self, conn: Any, client: Any) -> None:
        if conn.sock.receive_now() == b"":
            self.poller.unregister(client)
            self.lingering_conns.remove(conn)
            self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()


def write_error(client: socket.socket, status: int, reason: str, message: str, code: str = "error") -> None:
    """Answer what is not even HTTP with the API's own errors instead of a page."""
    from skillmeat_site.api.exception_handler import plain_error

    body = plain_error(status, f"{reason}. {message}".strip(), code=code)
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    util.write_nonblock(client, f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body)


def _refuse_to_wait(conn: Any) -> None:
    from skillmeat_site.api.exceptions import RequestTimeout

    detail, code = RequestTimeout.default_detail, RequestTimeout.default_code
    # A client who does not even read this has none.
    with suppress(OSError):
        write_error(conn.sock, RequestTimeout.status_code, "Request Timeout", detail, code)


def _overdue(conns: deque[Any]) -> Iterator[Any]:
    """Take those from the front whose time is over."""
    now = time.monotonic()
    while conns and conns[0].timeout <= now:
        yield conns.popleft()


def _await_request(conn: Any) -> None:
    """Begin to look at the next request of a connection."""
    conn.steps = arrival(partial(_received, conn.parser.unreader), partial(_tell_to_go_on, conn.sock))
    conn.needed = 1


def _is_complete(conn: Any) -> bool:
    """Receive what there is; whether a thread can begin, be it only to see that the client has gone."""
    conn.sock.setblocking(False)
    if _has_come(conn):
        return True
    received = conn.sock.receive_now()
    if received is None:
        return False
    buffer = conn.parser.unreader.buf
    buffer.seek(0, io.SEEK_END)
    buffer.write(received)
    return not received or _has_come(conn)


def _has_come(conn: Any) -> bool:
    length = conn.parser.unreader.buf.seek(0, io.SEEK_END)
    while conn.needed <= length:
        if (needed := next(conn.steps, None)) is None:
            return True
        conn.needed = needed
    return False


def _received(unreader: Unreader, start: int, size: int) -> bytes:
    unreader.buf.seek(start)
    return bytes(unreader.buf.read(size))


def _tell_to_go_on(client: socket.socket) -> None:
    # Clients go on without, after a while (RFC 9110, 10.1.1).
    with suppress(OSError):
        client.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def arrival(received: Callable[[int, int], bytes], tell_to_go_on: Callable[[], None]) -> Iterator[int]:
    """Follow a request as it comes.

    It is looked through for its end alone; what it says is for gunicorn's parser.

    Args:
        received: what has come of it, and maybe of others behind it, from a byte on, up to a number of bytes.
        tell_to_go_on: called when the client waits for that before it sends the body (RFC 9110, 10.1.1).

    Yields:
        How many bytes have to be there before it can be looked at further. It ends when a thread can begin:
        all has come, or it is refused however it goes on, or is longer than what is kept.
    """
    while len(beginning := received(0, 2)) < 2:
        yield len(beginning) + 1
    # One empty line before it is none of it: RFC 9112, section 2.2.
    start = 2 if beginning == b"\r\n" else 0
    while b"\r\n\r\n" not in (beginning := received(start, _LONGEST_HEAD)):
        if not _may_become_a_head(beginning):
            return
        yield start + len(beginning) + 1
    head = beginning.partition(b"\r\n\r\n")[0] + b"\r\n"
    start += len(head) + 2
    if _is_refused(head):
        return
    if _WAITS.match(head) and not received(start, 1):
        tell_to_go_on()
    if _CHUNKED.search(head):
        yield from _chunks(received, start)
    elif (length := _length(head)) <= settings.MAX_BODY_BYTES:
        yield start + length


def _is_refused(head: bytes) -> bool:
    """Whether it wants a body in a way, or something before it, that is not known here."""
    return bool(
        (_EXPECTS.search(head) and not _WAITS.match(head))
        or (_CODED.search(head) and not _CHUNKED.search(head))
    )


def _length(head: bytes) -> int:
    announced = _LENGTH.search(head)
    return int(announced[1]) if announced else 0


def _may_become_a_head(beginning: bytes) -> bool:
    line, end, _ = beginning.partition(b"\r\n")
    if len(beginning) >= _LONGEST_HEAD or beginning.count(b"\n") != beginning.count(b"\r\n"):
        return False
    return not end or bool(_FIRST_LINE.fullmatch(line))


def _chunks(received: Callable[[int, int], bytes], start: int) -> Iterator[int]:
    """Follow the chunks of a body from ``start`` on: RFC 9112, section 7.1."""
    longest = start + settings.MAX_BODY_BYTES
    while start <= longest:
        line, end, _ = received(start, _LONGEST_CHUNK_LINE).partition(b"\r\n")
        size = _CHUNK_SIZE.fullmatch(line)
        if not end and len(line) < _LONGEST_CHUNK_LINE:
            yield start + len(line) + 1
        elif not end or not size:
            return
        elif int(size[1], 16) == 0:
            break
        else:
            start += len(line) + int(size[1], 16) + 4
            yield start + 1
    else:
        return
    while b"\r\n\r\n" not in (trailers := received(start, _LONGEST_HEAD)) and len(trailers) < _LONGEST_HEAD:
        yield start + len(trailers) + 1
