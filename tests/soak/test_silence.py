"""Clients who fall silent while a thread is busy with them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.server import Server, new_database, running_server
from tests.sockets import clients_who_stop

# More than there are threads, and more than fits between a server and a client who does not read.
CLIENTS = 4
ASSET = "/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
GET_ASSET = f"GET {ASSET} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 20


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """A server of one process, so that it is known who waits for whom; no database has a part in this."""
    with (
        new_database("sqlite", folder) as url,
        running_server(folder, DATABASE_URL=url, WEB_CONCURRENCY="1") as server,
    ):
        yield server


def test_clients_who_do_not_read_hold_up_the_others_for_seconds_only(server: Server) -> None:
    with clients_who_stop(server.port, GET_ASSET, count=CLIENTS):
        time.sleep(2)
        assert requests.get(f"http://127.0.0.1:{server.port}/healthz", timeout=60).status_code == 200
