"""Processes of the server are killed while clients write: what was acknowledged is there."""

import random
import time
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
import requests

from tests.server import Server
from tests.soak.clients import Client, at_once
from tests.soak.nginx import Nginx

VICTIMS: dict[str, Callable[[Server], None]] = {
    "a worker": Server.kill_a_worker,
    "the master": Server.kill_the_master,
    "all processes": Server.kill,
}


class Journal:
    """A client that writes until the server is gone, and what it was told until then."""

    def __init__(self, front: Server | Nginx, key: str, number: int) -> None:
        self.client, self.number = Client(front, key), number
        self.names: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.deployed: list[str] = []
        # What a rename or delete without an answer was about.
        self.unanswered: dict[str, str] = {}

    def write_until_killed(self, artifact: str, project: str, killed: Event) -> None:
        turn = 0
        while not killed.is_set():
            turn += 1
            try:
                self._write(turn, artifact, project)
            except requests.RequestException:
                return

    def _write(self, turn: int, artifact: str, project: str) -> None:
        name = f"{self.number}-{turn}-{random.random()}"
        id = self.client.make("/collections", name=name)
        self.names[id] = name
        self.unanswered = {"rename": id}
        assert self.client("put", f"/collections/{id}", {"name": f"{name} again"})[0] == 200
        self.names[id] = f"{name} again"
        if turn % 3 == 0:
            self.unanswered = {"delete": id}
            assert self.client("delete", f"/collections/{id}")[0] == 204
            self.deleted.add(id)
            del self.names[id]
        self.unanswered = {}
        self.deployed.append(self.client.make("/deployments", artifact_id=artifact, project_id=project))

    def verify(self, client: Client) -> None:
        """Everything that was acknowledged is there; what was not is settled: whole, or not at all."""
        for id, name in list(self.names.items()):
            status, body = client("get", f"/collections/{id}")
            if id == self.unanswered.get("delete") and status == 404:
                del self.names[id]
                continue
            assert status == 200, (id, name)
            assert body["name"] in {name, f"{name} again" if id == self.unanswered.get("rename") else name}
            self.names[id] = body["name"]
        for id in self.deleted:
            assert client("get", f"/collections/{id}")[0] == 404
        for id in self.deployed:
            assert client("get", f"/deployments/{id}")[0] == 200
        self.unanswered = {}


@pytest.mark.parametrize("kill", VICTIMS.values(), ids=VICTIMS)
def test_killed_and_started_again_it_has_everything_that_it_acknowledged(
    server: Server,
    front: Server | Nginx,
    key: str,
    intact: Callable[[], None],
    kill: Callable[[Server], None],
) -> None:
    api = Client(front, key)
    artifact = api.make("/artifacts", type="skill", name=f"deployed {random.random()}", latest_version="1")
    project = api.make("/projects", name=f"web {random.random()}")
    journals = [Journal(front, key, number) for number in range(6)]
    killed = Event()

    def kill_soon() -> None:
        deadline = time.monotonic() + 60
        while sum(len(journal.names) for journal in journals) < 30 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(random.random())
        kill(server)
        killed.set()

    def work(_: int, act: Callable[[], None]) -> None:
        act()

    writers = [
        lambda journal=journal: journal.write_until_killed(artifact, project, killed) for journal in journals
    ]
    at_once([*writers, kill_soon], work)
    if server.process.poll() is not None:
        for client in [api, *(journal.client for journal in journals)]:
            client.session.close()
        server.wait_for_workers_without_master()
        server.start()

    client = Client(front, key)
    for journal in journals:
        journal.verify(client)
    active = client.get(f"/deployments?artifact_id={artifact}&status=active")["deployments"]
    assert len(active) == 1
    intact()
    assert sum(len(journal.names) for journal in journals) >= 20


@pytest.fixture(scope="module")
def keyed(server: Server) -> str:
    """A key of another Editor."""
    return server.make_user("patient editor")


def test_who_sends_what_got_no_answer_again_with_its_key_has_it_once(server: Server, keyed: str) -> None:
    body, headers = {"name": f"patient {random.random()}"}, {"Idempotency-Key": str(random.random())}

    def create(_: int, act: Callable[[], Any]) -> Any:
        return act()

    def ask_until_answered() -> Any:
        while True:
            try:
                return Client(server, keyed).send("post", "/collections", body, **headers)
            except requests.RequestException:
                time.sleep(0.05)

    def kill_and_start() -> None:
        server.kill()
        server.start()

    answers = at_once([ask_until_answered] * 4 + [kill_and_start], create)[:-1]

    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert Client(server, keyed).get(f"/collections?search={body['name']}")["total"] == 1
