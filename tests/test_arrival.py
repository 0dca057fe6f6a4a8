"""How a worker sees that all of a request has come, and how long its threads wait for a client."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest

from skillmeat_site.worker import PatientSocket, Unreader, _await_request, _is_complete, arrival
from tests.sockets import CHUNKED, EXPECTING, LOGIN

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
TRAILERS = CHUNKED.removesuffix(b"\r\n") + b"Checksum: 1\r\n\r\n"
EXTENDED = CHUNKED.replace(b"25\r\n", b"25 ; name=value\r\n")
SEVERAL_CHUNKS = CHUNKED.replace(b"0\r\n\r\n", b"00a\r\n0123456789\r\n0\r\n\r\n")


class Coming:
    """A request that comes in pieces."""

    def __init__(self) -> None:
        self.received = b""
        self.told = 0
        self._steps = arrival(lambda start, size: self.received[start : start + size], self._tell)
        self._needed = 1

    def receive(self, piece: bytes) -> bool:
        """Whether a thread may begin now."""
        self.received += piece
        while self._needed <= len(self.received):
            if (needed := next(self._steps, None)) is None:
                return True
            assert needed > 0
            self._needed = needed
        return False

    def _tell(self) -> None:
        self.told += 1


@pytest.mark.parametrize("behind", [b"", GET])
@pytest.mark.parametrize("before", [b"", b"\r\n"])
@pytest.mark.parametrize("request_", [GET, LOGIN, CHUNKED, EXPECTING, TRAILERS, EXTENDED, SEVERAL_CHUNKS])
def test_a_thread_begins_with_the_last_byte_and_not_before(
    request_: bytes, before: bytes, behind: bytes
) -> None:
    whole = before + request_
    coming = Coming()
    assert [coming.receive(bytes([byte])) for byte in whole] == [False] * (len(whole) - 1) + [True]
    assert Coming().receive(whole + behind)


@pytest.mark.parametrize("request_", [LOGIN, CHUNKED, TRAILERS, SEVERAL_CHUNKS])
def test_the_rest_may_come_at_once_wherever_the_first_piece_ends(request_: bytes) -> None:
    for end in range(1, len(request_)):
        coming = Coming()
        assert not coming.receive(request_[:end])
        assert coming.receive(request_[end:] + GET)


@pytest.mark.parametrize(
    "beginning",
    [
        b"nonsense\r\n",
        b"\r\n\r\n",
        GET.replace(b"\r\n", b"\n"),
        b"GET / HTTP/1.1\r\nX: " + b"x" * 32 * 1024,
        LOGIN.replace(b": 37", b": 2097153")[:-37],
        EXPECTING.replace(b"100-continue", b"more")[:-37],
        CHUNKED.replace(b"chunked", b"identity").partition(b"25")[0],
        CHUNKED.partition(b"25")[0] + b"25 x\r\n",
        CHUNKED.partition(b"25")[0] + b"200000\r\n" + b"x" * 0x200000 + b"\r\n1\r\n",
        CHUNKED.partition(b"25")[0] + b"1;" + b"x" * 256,
        CHUNKED.removesuffix(b"\r\n") + b"x" * 32 * 1024,
    ],
    ids=[
        "no HTTP",
        "empty lines",
        "LF",
        "head",
        "length",
        "Expect",
        "coding",
        "no chunk",
        "chunks",
        "chunk's line",
        "trailers",
    ],
)
def test_what_is_refused_or_too_long_is_not_waited_for(beginning: bytes) -> None:
    assert Coming().receive(beginning)


def test_who_waits_to_be_told_to_go_on_is_told_once() -> None:
    head, end, body = EXPECTING.partition(b"\r\n\r\n")
    coming = Coming()
    assert not coming.receive(head + end)
    assert coming.receive(body)
    assert coming.told == 1


@pytest.mark.parametrize("request_", [LOGIN, EXPECTING, EXPECTING.replace(b"HTTP/1.1", b"HTTP/1.0")[:-37]])
def test_who_does_not_wait_or_does_not_know_that_is_not_told(request_: bytes) -> None:
    coming = Coming()
    coming.receive(request_)
    assert coming.told == 0


@pytest.fixture
def ends() -> Iterator[tuple[PatientSocket, socket.socket]]:
    """The server's and the client's end of a connection; the server has the patience for half a second."""
    ours, theirs = socket.socketpair()
    with PatientSocket(fileno=ours.detach()) as server, theirs as client:
        server.patience = 0.5
        yield server, client


def read_bytes(server: PatientSocket, count: int) -> None:
    for _ in range(count):
        assert server.recv(1) == b"x"


def test_a_client_who_says_little_at_a_time_does_not_keep_a_thread(
    ends: tuple[PatientSocket, socket.socket],
) -> None:
    server, client = ends
    over = threading.Event()

    def trickle() -> None:
        while not over.wait(0.1):
            client.send(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with pytest.raises(ConnectionResetError):
            read_bytes(server, 50)
    finally:
        over.set()
        thread.join()


def test_the_loop_tells_a_client_to_go_on_without_waiting(ends: tuple[PatientSocket, socket.socket]) -> None:
    server, _client = ends
    server.setblocking(False)
    with suppress(BlockingIOError):
        server.sendall(b"x" * 10_000_000)
    # As a thread leaves it.
    server.settimeout(5)
    unreader = Unreader(server)
    unreader.unread(EXPECTING[:-37])
    conn = SimpleNamespace(sock=server, parser=SimpleNamespace(unreader=unreader))
    _await_request(conn)
    started = time.monotonic()
    assert not _is_complete(conn)
    assert time.monotonic() - started < 1


def test_no_more_is_received_while_a_request_waits_to_be_answered(
    ends: tuple[PatientSocket, socket.socket],
) -> None:
    server, client = ends
    unreader = Unreader(server)
    unreader.unread(GET)
    conn = SimpleNamespace(sock=server, parser=SimpleNamespace(unreader=unreader))
    _await_request(conn)
    client.sendall(LOGIN)
    assert _is_complete(conn)
    assert server.receive_now() == LOGIN


def test_a_client_who_does_not_read_does_not_keep_a_thread(
    ends: tuple[PatientSocket, socket.socket],
) -> None:
    server, _client = ends
    server.patience = -1000
    with pytest.raises(ConnectionResetError):
        server.sendall(b"x" * 10_000_000)


def test_a_client_has_longer_for_a_longer_answer(ends: tuple[PatientSocket, socket.socket]) -> None:
    server, client = ends
    server.patience = 0
    answer = b"x" * 1_000_000
    with client.makefile("rb") as stream:
        reader = threading.Timer(0.3, stream.read, [len(answer)])
        reader.start()
        server.sendall(answer)
        reader.join()
