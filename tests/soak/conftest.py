"""A real server for each test module, on both databases, and clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import Server, new_database, running_server
from tests.services import need
from tests.soak.clients import Client
from tests.soak.nginx import Nginx, nginx_in_front_of


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database."""
    if request.param == "postgresql":
        need("TEST_DATABASE_URL")
    with new_database(request.param, tmp_path_factory.mktemp(request.param)) as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's log goes."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(database_url: str, folder: Path) -> Iterator[Server]:
    """A running server."""
    with running_server(folder, DATABASE_URL=database_url) as server:
        yield server


@pytest.fixture(scope="module", params=["gthread", "nginx"])
def front(request: pytest.FixtureRequest, server: Server) -> Iterator[Server | Nginx]:
    """What clients talk to: the server itself, or nginx in front of it."""
    if request.param == "gthread":
        yield server
        return
    need("nginx")
    with nginx_in_front_of(server.port) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key of an Editor."""
    return server.make_user("editor")


@pytest.fixture
def crowd(server: Server, key: str) -> list[Client]:
    """Eight clients, each with a connection of its own."""
    return [Client(server, key) for _ in range(8)]


@pytest.fixture
def api(crowd: list[Client]) -> Client:
    """A client for what comes before and after the crowd."""
    return crowd[0]


@pytest.fixture
def intact(server: Server) -> Callable[[], Any]:
    """Check that every rule of the stored data holds."""

    def check() -> None:
        done = server.manage("check_integrity", check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return check
