"""Requests that two servers could read in two ways, and truncated ones: nothing of them is executed."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.server import Server, new_database
from tests.soak.clients import Client
from tests.soak.nginx import Nginx
from tests.sockets import last_response, statuses


@pytest.fixture(scope="module")
def database_url(folder: Path) -> Iterator[str]:
    """No database has a part in this."""
    with new_database("sqlite", folder) as url:
        yield url


def create(key: str, *headers: str) -> bytes:
    """The headers of a request that makes a collection."""
    lines = ["POST /api/v1/collections HTTP/1.1", "Host: localhost", f"Authorization: Token {key}"]
    return "\r\n".join([*lines, "Content-Type: application/json", *headers, "", ""]).encode("latin-1")


def body(name: str) -> bytes:
    return b'{"name": "%s"}' % name.encode()


def names(client: Client) -> set[str]:
    return {row["name"] for row in client.get("/collections?page_size=100")["collections"]}


# What stands in for the length of all that follows, the request that is hidden in it included.
ALL = "{all}"
AMBIGUOUS = {
    "a length and chunks": [f"Content-Length: {ALL}", "Transfer-Encoding: chunked"],
    "chunks and a length": ["Transfer-Encoding: chunked", f"Content-Length: {ALL}"],
    "two lengths": ["Content-Length: 5", f"Content-Length: {ALL}"],
    "two lengths in one": [f"Content-Length: 5, {ALL}"],
    "a signed length": ["Content-Length: +5"],
    "a hexadecimal length": ["Content-Length: 0x5"],
    "a length of a name with a space": ["Content-Length : 5", f"Content-Length: {ALL}"],
    "chunks of a name with a space": ["Transfer-Encoding : chunked", f"Content-Length: {ALL}"],
    "chunks of a name with a tab": ["Transfer-Encoding\t: chunked", f"Content-Length: {ALL}"],
    "another coding": ["Transfer-Encoding: xchunked"],
    "chunked and identity": ["Transfer-Encoding: chunked, identity"],
    "two codings": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    "a coding after a vertical tab": ["Transfer-Encoding: \x0bchunked", f"Content-Length: {ALL}"],
    "a folded coding": ["Transfer-Encoding:\r\n chunked", f"Content-Length: {ALL}"],
    "a coding after a bare CR": ["X: y\rTransfer-Encoding: chunked", f"Content-Length: {ALL}"],
    "a coding after a bare LF": ["X: y\nTransfer-Encoding: chunked", f"Content-Length: {ALL}"],
}


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_request_that_is_hidden_in_another_one_is_not_executed(
    front: Server | Nginx, key: str, headers: list[str]
) -> None:
    hidden = create(key, f"Content-Length: {len(body('hidden'))}") + body("hidden")
    following = b"0\r\n\r\n" + hidden
    outer = create(key, *headers).replace(ALL.encode(), str(len(following)).encode())
    with front.connect() as client:
        client.sendall(outer + following)
        client.settimeout(2)
        # Until it disconnects, or has answered all that it takes for a request.
        with suppress(OSError):
            while client.recv(65536):
                pass
    assert "hidden" not in names(Client(front, key))


CHUNKS = {
    "a hexadecimal size": b"0x%x\r\n%b\r\n0\r\n\r\n",
    "a signed size": b"+%x\r\n%b\r\n0\r\n\r\n",
    "a negative size": b"-%x\r\n%b\r\n0\r\n\r\n",
    "no end of a chunk": b"%x\r\n%b0\r\n\r\n",
}


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_malformed_chunks_are_refused(front: Server | Nginx, key: str, chunks: bytes) -> None:
    text = body("malformed")
    with front.connect() as client:
        client.sendall(create(key, "Transfer-Encoding: chunked") + chunks % (len(text), text))
        assert statuses(client, 1) == [400]
    assert "malformed" not in names(Client(front, key))


TEXT = body("truncated")
LENGTH, IN_CHUNKS = f"Content-Length: {len(TEXT) + 1}", "Transfer-Encoding: chunked"
TRUNCATED = {
    "less than its length": (LENGTH, TEXT),
    "no last chunk": (IN_CHUNKS, b"%x\r\n%b\r\n" % (len(TEXT), TEXT)),
    "half of the last chunk": (IN_CHUNKS, b"%x\r\n%b\r\n0\r\n" % (len(TEXT), TEXT)),
    "less than a huge chunk": (IN_CHUNKS, b"f0000000000000%02x\r\n%b\r\n0\r\n\r\n" % (len(TEXT), TEXT)),
    "half of a chunk": (IN_CHUNKS, b"%x\r\n%b" % (len(TEXT) + 1, TEXT)),
}


@pytest.mark.parametrize(("header", "sent"), TRUNCATED.values(), ids=TRUNCATED)
def test_a_truncated_body_is_not_executed(front: Server | Nginx, key: str, header: str, sent: bytes) -> None:
    with front.connect() as client:
        client.sendall(create(key, header) + sent)
        # nginx may just disconnect, since a client that sends no more is one that has gone.
        with suppress(OSError, IndexError):
            assert last_response(client)[0] == 400
    assert "truncated" not in names(Client(front, key))


def test_the_same_request_unharmed_is_executed(front: Server | Nginx, key: str) -> None:
    text = body(front.root)
    with front.connect() as client:
        client.sendall(create(key, f"Content-Length: {len(text)}") + text)
        assert statuses(client, 1) == [201]
