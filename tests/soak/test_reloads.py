"""The workers are replaced while clients write, as for new code: no request is lost."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from tests.server import Server, new_database
from tests.soak.clients import Client
from tests.soak.nginx import Nginx

CLIENTS, RELOADS = 6, 2


@pytest.fixture(scope="module")
def database_url(folder: Path) -> Iterator[str]:
    """No database has a part in this."""
    with new_database("sqlite", folder) as url:
        yield url


def test_a_reload_under_load_loses_no_request(server: Server, front: Server | Nginx, key: str) -> None:
    over = Event()

    def write(number: int) -> set[str]:
        client, made = Client(front, key), set()
        while not over.is_set():
            made.add(client.make("/collections", name=f"{front.root} {number} {len(made)}"))
        return made

    with ThreadPoolExecutor(CLIENTS) as pool:
        writers = [pool.submit(write, number) for number in range(CLIENTS)]
        try:
            for _ in range(RELOADS):
                time.sleep(1)
                server.reload()
            time.sleep(1)
        finally:
            over.set()
        made = set().union(*(writer.result() for writer in writers))

    assert len(made) > CLIENTS
    client = Client(front, key)
    assert client.get(f"/collections?search={front.root}")["total"] == len(made)
