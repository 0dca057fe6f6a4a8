"""Clients who fall silent while a thread is busy with them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.server import Server, new_database, running_server
from tests.sockets import EXPECTING, clients_who_stop, statuses

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


@pytest.mark.parametrize("sent", [EXPECTING[:-1], GET_ASSET], ids=["not writing on", "not reading answers"])
def test_clients_who_fall_silent_hold_up_the_others_for_seconds_only(server: Server, sent: bytes) -> None:
    with clients_who_stop(server.port, sent, count=CLIENTS):
        time.sleep(2)
        assert requests.get(f"http://127.0.0.1:{server.port}/healthz", timeout=60).status_code == 200


def test_a_client_who_falls_silent_is_told_what_became_of_the_request(server: Server) -> None:
    with clients_who_stop(server.port, EXPECTING[:-1], count=1) as (client,):
        assert statuses(client, 2) == [100, 408]
