"""How a worker waits for clients: without a thread. Why: docs/decisions/0016-slow-clients.md."""

import io
import re
import socket
import struct
from functools import partial
from selectors import EVENT_READ
from typing import Any

from django.conf import settings
from gunicorn.workers.gthread import ThreadWorker

# A thread that reads or writes goes on without a client who is silent for as long: a `timeval` of C.
_PATIENCE = struct.pack("ll", 10, 0)
_RECEIVED_AT_ONCE = 256 * 1024
# What is longer without an end is a thread's to refuse.
_LONGEST_HEAD = 8190

_FIRST_LINE = re.compile(rb"[A-Z]+ [^\r\n]+ HTTP/1\.[01]")
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)


class PatientWorker(ThreadWorker):
    """gunicorn's ``gthread``, whose threads begin when all of a request has come.

    It looks into a request only to see that; what the request says is for gunicorn's parser alone.
    """

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection on which something came, or may have, to a thread, or wait for the rest."""
        if self.cfg.is_ssl or _is_complete(conn):
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        if self.alive or conn.timeout is None:
            conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _cap_keepalive(self, deadline: float) -> None:
        """Let those who have not sent all of a request not hold up the end of the worker either."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)


def _is_complete(conn: Any) -> bool:
    """Receive what there is; whether a thread can begin, be it only to see that the client has gone."""
    try:
        if not conn.initialized:
            conn.init()
            conn.enough = 0
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PATIENCE)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _PATIENCE)
        received = conn.sock.recv(_RECEIVED_AT_ONCE, socket.MSG_DONTWAIT)
        if not received:
            return True
    except BlockingIOError:
        received = b""
    except OSError:
        return True
    buffer = conn.parser.unreader.buf
    length = buffer.seek(0, io.SEEK_END) + buffer.write(received)
    # A body that comes in a thousand pieces is not looked through a thousand times.
    if length < conn.enough:
        return False
    missing = missing_bytes(buffer.getvalue())
    conn.enough = length + missing if missing else 0
    return not missing


def missing_bytes(request: bytes) -> int:
    """How many bytes have to come at least before a thread can begin with a request.

    Args:
        request: what has come of it, from its first byte on; there may be more behind it.

    Returns:
        0 also for what is refused however it goes on, for what is too long to be kept, and for a
        client that waits to be told to go on (RFC 9110, 10.1.1).
    """
    head, end, body = request.partition(b"\r\n\r\n")
    if not end:
        return int(_may_become_a_head(request))
    head += b"\r\n"
    if len(body) > settings.MAX_BODY_BYTES or _EXPECT.search(head):
        return 0
    if _CHUNKED.search(head):
        # The last chunk is empty. Another that begins with a 0 has a thread begin too early, no more.
        return int(b"\r\n0" not in b"\r\n" + body)
    announced = _LENGTH.search(head)
    length = int(announced[1]) if announced else 0
    return max(0, length - len(body)) if length <= settings.MAX_BODY_BYTES else 0


def _may_become_a_head(request: bytes) -> bool:
    line, end, _ = request.partition(b"\r\n")
    if len(request) > _LONGEST_HEAD or request.count(b"\n") != request.count(b"\r\n"):
        return False
    return not end or bool(_FIRST_LINE.fullmatch(line))
