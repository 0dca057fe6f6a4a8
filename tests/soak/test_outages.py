"""PostgreSQL or Redis goes while clients work, and comes back: no restart, and nothing but 503."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.server import Server, new_database, running_server
from tests.services import REDIS_URL, need
from tests.soak.clients import Client, at_once
from tests.soak.proxy import Proxy

OUTAGE_SECONDS = 4


def proxy_to(url: str, default_port: int) -> tuple[Proxy, str]:
    """A proxy to the service at ``url``, and the URL by which it is reached through that."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or default_port)
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return proxy, parts._replace(netloc=f"{user}127.0.0.1:{proxy.port}").geturl()


def health(client: Client, path: str) -> tuple[int, float]:
    """The status of a health check, and the seconds that it took."""
    before = time.monotonic()
    status = requests.get(client.root + path, timeout=30).status_code
    return status, time.monotonic() - before


@pytest.fixture
def without_postgresql(folder: Path) -> Iterator[tuple[Server, Proxy]]:
    need("TEST_DATABASE_URL")
    with new_database("postgresql", folder) as url:
        proxy, through_proxy = proxy_to(url, 5432)
        with running_server(folder, DATABASE_URL=through_proxy) as server:
            yield server, proxy
            proxy.stop()


def test_without_postgresql_there_is_503_until_it_is_back(
    without_postgresql: tuple[Server, Proxy],
) -> None:
    server, proxy = without_postgresql
    key = server.make_user("editor")
    crowd = [Client(server, key) for _ in range(8)]
    gone, over = Event(), Event()
    during: list[tuple[int, float, Any]] = []

    def work(number: int, call: Client) -> int:
        turn = 0
        while not over.is_set():
            turn += 1
            was_gone, before = gone.is_set(), time.monotonic()
            answer = call.send("post", "/collections", {"name": f"{number}-{turn}"})
            seconds = time.monotonic() - before
            assert answer.status_code in (201, 503), answer.text
            if was_gone and not over.is_set():
                during.append((answer.status_code, seconds, answer))
        return turn

    def cut(_: int, call: Client) -> list[tuple[int, float]]:
        time.sleep(1)
        proxy.stop()
        gone.set()
        checks = []
        until = time.monotonic() + OUTAGE_SECONDS
        while time.monotonic() < until:
            assert health(call, "/readyz")[0] == 503
            checks.append(health(call, "/healthz"))
        over.set()
        return checks

    checks = at_once([*crowd, crowd[0]], lambda n, call: (cut if n == 8 else work)(n, call))[-1]

    assert {status for status, _, _ in during} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 for _, _, answer in during)
    assert {answer.json()["errors"][0]["code"] for _, _, answer in during} == {"database_unavailable"}
    slowest = sorted(seconds for _, seconds, _ in during)[int(len(during) * 0.95)]
    assert slowest < 1, "a request waits for a database that is gone"
    assert {status for status, _ in checks} == {200}
    assert max(seconds for _, seconds in checks) < 1

    proxy.start()
    # Whatever thread of whatever worker answers, it has found the way back.
    assert [health(crowd[0], "/readyz")[0] for _ in range(50)] == [200] * 50
    statuses = at_once(crowd, lambda n, call: call("post", "/collections", {"name": f"after {n}"})[0])
    assert statuses == [201] * 8
    assert server.manage("check_integrity").returncode == 0


@pytest.fixture
def without_redis(folder: Path) -> Iterator[tuple[Server, Proxy]]:
    need("TEST_REDIS_URL")
    with new_database("sqlite", folder) as url:
        proxy, through_proxy = proxy_to(REDIS_URL, 6379)
        settings = {"DATABASE_URL": url, "REDIS_URL": through_proxy, "API_RATE_LIMIT": "100000/min"}
        with running_server(folder, **settings) as server:
            yield server, proxy
            proxy.stop()


def test_without_redis_everything_goes_on_and_the_loss_is_logged_once(
    without_redis: tuple[Server, Proxy],
) -> None:
    server, proxy = without_redis
    password, workers = "soaked and dried", 2
    key = server.make_user("editor", password)
    crowd = [Client(server, key) for _ in range(8)]

    def work(number: int, call: Client) -> list[int]:
        statuses = []
        for turn in range(20):
            if number == 0 and turn == 5:
                proxy.stop()
            statuses.append(call("post", "/collections", {"name": f"{number}-{turn}"})[0])
        return statuses

    answers = at_once(crowd, work)
    assert answers == [[201] * 20] * 8
    logins = [
        crowd[0]("post", "/auth/login", {"username": "editor", "password": password})[0] for _ in range(11)
    ]
    assert logins == [200] * 10 + [429]
    assert 1 <= server.log.read_text().count("Redis is gone") <= workers

    proxy.start()
    time.sleep(6)
    for turn in range(20):
        crowd[0].get(f"/collections?search={turn}")
    assert server.log.read_text().count("Redis is back") >= 1
    assert server.log.read_text().count("Redis is gone") <= workers
