"""Clients of a real server, and crowds of them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import requests

from tests.server import Server
from tests.soak.nginx import Nginx

TIMEOUT_SECONDS = 60  # seconds for an answer; what takes longer is stuck


class Client:
    """One connection to a server, or to nginx in front of it, with a token."""

    def __init__(self, server: Server | Nginx, key: str) -> None:
        self.root = server.root
        self.session = requests.Session()
        # Else proxies and certificates of the environment win.
        self.session.trust_env = False
        self.session.verify = str(server.certificate) if server.certificate else True
        self.session.headers["Authorization"] = f"Token {key}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """The answer to a request of the API, whatever it is."""
        url = f"{self.root}/api/v1{path}"
        return self.session.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the body of an answer that is no fault of the server's.

        Raises:
            requests.ConnectionError: nobody knows whether it was done; nginx says so by 502.
        """
        answer = self.send(method, path, body)
        if answer.status_code == 502:
            raise requests.ConnectionError(answer.text)
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
