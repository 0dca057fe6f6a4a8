"""Clients of a real server, and crowds of them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import requests

from tests.server import Server

TIMEOUT_SECONDS = 60  # seconds for an answer; what takes longer is stuck


class Client:
    """One connection to a server, with a token."""

    def __init__(self, server: Server, key: str) -> None:
        self.root = f"http://127.0.0.1:{server.port}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Token {key}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """The answer to a request of the API, whatever it is."""
        url = f"{self.root}/api/v1{path}"
        return self.session.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the body of an answer that is no fault of the server's."""
        answer = self.send(method, path, body)
        assert answer.status_code < 500, answer.text
        return answer.status_code, answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        """The body of a GET that succeeds."""
        status, body = self("get", path)
        assert status == 200, body
        return body

    def make(self, path: str, **body: Any) -> str:
        """The id of what a POST creates."""
        status, made = self("post", path, body)
        assert status == 201, made
        return made["id"]


def at_once(crowd: Sequence[Any], work: Callable[[int, Any], Any]) -> list[Any]:
    """What ``work`` returns for each of the crowd, all of whom start at the same moment."""
    barrier = Barrier(len(crowd))

    def start(number: int, one: Any) -> Any:
        barrier.wait(TIMEOUT_SECONDS)
        return work(number, one)

    with ThreadPoolExecutor(len(crowd)) as pool:
        return list(pool.map(start, range(len(crowd)), crowd))
