"""Many clients of a server with several processes: nobody gets a 5xx, and every rule holds."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.server import Server
from tests.soak.clients import Client, at_once

OPERATIONS = 50
SEED = random.randrange(10**6)


@pytest.fixture(autouse=True)
def seed() -> None:
    """Shown when a test fails."""
    print(f"seed: {SEED}")


def fresh(api: Client, name: str, artifacts: int = 0) -> tuple[str, list[str]]:
    """The ids of a new collection and of new artifacts in it."""
    collection = api.make("/collections", name=f"{name} {random.random()}")
    ids = [api.make("/artifacts", type="skill", name=f"{name} {random.random()}") for _ in range(artifacts)]
    if ids:
        assert api("post", f"/collections/{collection}/artifacts", {"artifact_ids": ids})[0] == 201
    return collection, ids


def in_order(rows: list[dict[str, Any]], key: str) -> list[str]:
    """The ids of the rows, after checking that their positions are 0, 1, 2, …"""
    assert [row["position"] for row in rows] == list(range(len(rows)))
    return [row[key] for row in rows]


def groups_of(api: Client, collection: str) -> list[str]:
    return in_order(api.get(f"/groups?collection_id={collection}")["groups"], "id")


def artifacts_of(api: Client, group: str) -> list[str]:
    return in_order(api.get(f"/groups/{group}/artifacts")["artifacts"], "artifact_id")


def members_of(api: Client, collection: str) -> set[str]:
    return {row["id"] for row in api.get(f"/collections/{collection}/artifacts")["artifacts"]}


class Busy:
    """One of many who do everything at once to one collection, and remembers what it was told.

    Everybody owns some groups and artifacts that nobody else deletes or removes.
    """

    def __init__(self, number: int, call: Client, collection: str, shared: str, own: list[str]) -> None:
        self.number, self.call, self.collection, self.shared = number, call, collection, shared
        self.chance = random.Random(SEED + number)
        self.groups: list[str] = []
        self.members = list(own)
        self.placed: set[str] = set()
        self.statuses: Counter[int] = Counter()

    def work(self) -> None:
        acts = [
            self.insert_group,
            self.move_group,
            self.reorder_groups,
            self.delete_group,
            self.place,
            self.reposition,
            self.reorder,
            self.take_out,
            self.delete_artifact,
        ]
        for _ in range(OPERATIONS):
            self.chance.choice(acts)()

    def send(self, method: str, path: str, body: Any = None) -> int:
        status, answer = self.call(method, path, body)
        # What others have just deleted or moved is a 400 or 404, and nothing else is refused.
        assert status in (200, 201, 204, 400, 404), answer
        self.statuses[status] += 1
        return status

    def insert_group(self) -> None:
        name = f"{self.number}-{self.chance.random()}"
        body = {"collection_id": self.collection, "name": name, "position": self.chance.randrange(5)}
        self.groups.append(self.call.make("/groups", **body))
        self.statuses[201] += 1

    def move_group(self) -> None:
        if self.groups:
            group = self.chance.choice(self.groups)
            assert self.send("put", f"/groups/{group}", {"position": 0}) == 200

    def reorder_groups(self) -> None:
        named = self.chance.sample(self.groups, min(2, len(self.groups)))
        if named:
            body = {"groups": [{"id": id, "position": place} for place, id in enumerate(named)]}
            self.send("put", "/groups/reorder", body)

    def delete_group(self) -> None:
        if len(self.groups) > 2:
            assert self.send("delete", f"/groups/{self.groups.pop(0)}") == 204

    def place(self) -> None:
        ids = self.chance.sample(self.members, min(2, len(self.members)))
        if ids:
            body = {"artifact_ids": ids, "position": self.chance.randrange(9)}
            assert self.send("post", f"/groups/{self.shared}/artifacts", body) in (200, 201)
            self.placed |= set(ids)

    def reposition(self) -> None:
        for id in list(self.placed)[:1]:
            assert self.send("put", f"/groups/{self.shared}/artifacts/{id}", {"position": 0}) == 200

    def reorder(self) -> None:
        named = [{"artifact_id": id, "position": place} for place, id in enumerate(list(self.placed)[:1])]
        if named:
            path = f"/groups/{self.shared}/reorder-artifacts"
            assert self.send("post", path, {"artifacts": named}) == 200

    def take_out(self) -> None:
        for id in list(self.placed)[:1]:
            assert self.send("delete", f"/groups/{self.shared}/artifacts/{id}") == 204
            self.placed.discard(id)

    def delete_artifact(self) -> None:
        if len(self.members) > 2:
            id = self.members.pop()
            assert self.send("delete", f"/artifacts/{id}") == 204
            self.placed.discard(id)


def test_a_group_and_a_collection_stay_in_order_whatever_everyone_does_to_them(
    api: Client, crowd: list[Client], intact: Callable[[], None]
) -> None:
    collection, artifacts = fresh(api, "busy", 8 * len(crowd))
    shared = api.make("/groups", collection_id=collection, name="shared")
    everyone = [
        Busy(number, call, collection, shared, artifacts[number :: len(crowd)])
        for number, call in enumerate(crowd)
    ]

    at_once(everyone, lambda _, one: one.work())

    statuses = sum((one.statuses for one in everyone), Counter[int]())
    assert statuses[201] > len(crowd), statuses
    kept = {group for one in everyone for group in one.groups} | {shared}
    assert set(groups_of(api, collection)) == kept
    assert set(artifacts_of(api, shared)) == {id for one in everyone for id in one.placed}
    assert members_of(api, collection) == {id for one in everyone for id in one.members}
    intact()


def test_opposite_moves_between_two_collections_lose_nothing(
    api: Client, crowd: list[Client], intact: Callable[[], None]
) -> None:
    here, artifacts = fresh(api, "here", len(crowd))
    there, _ = fresh(api, "there")

    def back_and_forth(number: int, call: Client) -> None:
        ends = [here, there]
        for _ in range(OPERATIONS // 5 + number % 2):
            body = {"artifact_ids": [artifacts[number]], "target_collection_id": ends[1]}
            assert call("post", f"/collections/{ends[0]}/move-artifacts", body)[0] == 200
            ends.reverse()

    at_once(crowd, back_and_forth)

    assert members_of(api, here) == set(artifacts[::2])
    assert members_of(api, there) == set(artifacts[1::2])
    intact()


def test_opposite_moves_between_groups_of_two_collections_lose_nothing(
    api: Client, crowd: list[Client], intact: Callable[[], None]
) -> None:
    (here, artifacts), (there, _) = fresh(api, "here", len(crowd)), fresh(api, "there")
    source, target = (api.make("/groups", collection_id=id, name="group") for id in (here, there))
    api("post", f"/groups/{source}/artifacts", {"artifact_ids": artifacts})

    def back_and_forth(number: int, call: Client) -> None:
        ends = [source, target]
        for _ in range(OPERATIONS // 5 + number % 2):
            body = {"artifact_ids": [artifacts[number]], "target_group_id": ends[1], "position": 0}
            assert call("post", f"/groups/{ends[0]}/move-artifacts", body)[0] == 200
            ends.reverse()

    at_once(crowd, back_and_forth)

    assert set(artifacts_of(api, source)) == set(artifacts[::2])
    assert set(artifacts_of(api, target)) == set(artifacts[1::2])
    intact()


@pytest.mark.parametrize("turn", range(5))
def test_of_many_who_want_a_name_one_gets_it(api: Client, crowd: list[Client], turn: int) -> None:
    body = {"name": f"wanted {random.random()}"}

    answers = at_once(crowd, lambda _, call: call("post", "/collections", body))

    assert sorted(status for status, _ in answers) == [201] + [400] * (len(crowd) - 1)
    refusals = [answer["errors"] for status, answer in answers if status == 400]
    assert {(error["code"], error["attr"]) for errors in refusals for error in errors} == {("unique", "name")}
    assert api.get(f"/collections?search={body['name']}")["total"] == 1


@pytest.mark.parametrize("turn", range(5))
def test_of_many_deployments_of_one_artifact_to_one_project_one_is_active(
    api: Client, crowd: list[Client], intact: Callable[[], None], turn: int
) -> None:
    artifact = fresh(api, "deployed", 1)[1][0]
    body = {"artifact_id": artifact, "project_id": api.make("/projects", name=f"web {random.random()}")}

    answers = at_once(crowd, lambda _, call: call("post", "/deployments", body))

    assert [status for status, _ in answers] == [201] * len(crowd)
    rows = api.get(f"/deployments?artifact_id={artifact}")["deployments"]
    assert {row["id"] for row in rows} == {answer["id"] for _, answer in answers}
    assert Counter(row["status"] for row in rows) == {"active": 1, "inactive": len(crowd) - 1}
    intact()


@pytest.mark.parametrize("turn", range(5))
def test_an_artifact_that_many_add_to_a_collection_is_added_once(
    api: Client, crowd: list[Client], turn: int
) -> None:
    (collection, _), (_, (artifact,)) = fresh(api, "wanted"), fresh(api, "other", 1)
    path, body = f"/collections/{collection}/artifacts", {"artifact_id": artifact}

    answers = at_once(crowd, lambda _, call: call("post", path, body))

    assert sorted(status for status, _ in answers) == [200] * (len(crowd) - 1) + [201]
    assert members_of(api, collection) == {artifact}


def test_what_was_written_is_what_everybody_reads_from_then_on(
    api: Client, crowd: list[Client], server: Server, key: str
) -> None:
    urls = [f"/projects/{api.make('/projects', name=f'read {random.random()}')}" for _ in crowd]

    def write_and_read(number: int, call: Client) -> None:
        # On connections of their own, they reach either process.
        readers = [Client(server, key) for _ in range(4)]
        for turn in range(OPERATIONS // 2):
            assert call("patch", urls[number], {"description": f"{turn}"})[0] == 200
            for reader in readers:
                assert reader.get(urls[number])["description"] == f"{turn}"
                shown = {row["id"]: row["description"] for row in reader.get("/projects")["projects"]}
                assert shown[urls[number].removeprefix("/projects/")] == f"{turn}"

    at_once(crowd, write_and_read)


def test_the_response_to_a_write_shows_what_it_wrote_and_not_what_others_did_since(
    api: Client, crowd: list[Client]
) -> None:
    collection, _ = fresh(api, "ordered")
    groups = [api.make("/groups", collection_id=collection, name=f"{number}") for number in range(len(crowd))]

    def move_and_reorder(number: int, call: Client) -> None:
        order = groups[number:] + groups[:number]
        named = [{"id": id, "position": position} for position, id in enumerate(order)]
        for turn in range(OPERATIONS // 5):
            position = (number + turn) % len(groups)
            status, group = call("put", f"/groups/{groups[number]}", {"position": position})
            assert (status, group["position"]) == (200, position)
            status, reordered = call("put", "/groups/reorder", {"groups": named})
            assert (status, [row["id"] for row in reordered["groups"]]) == (200, order)

    at_once(crowd, move_and_reorder)


@pytest.mark.parametrize("turn", range(5))
def test_a_request_that_is_sent_by_many_with_one_key_is_carried_out_once(
    api: Client, crowd: list[Client], turn: int
) -> None:
    body, key = {"name": f"keyed {random.random()}"}, str(random.random())

    def create(_: int, call: Client) -> Any:
        return call.send("post", "/collections", body, **{"Idempotency-Key": key})

    answers = at_once(crowd, create)

    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == len(crowd) - 1
    assert api.get(f"/collections?search={body['name']}")["total"] == 1


def test_a_collection_is_deleted_while_the_others_write_to_it(
    api: Client, crowd: list[Client], intact: Callable[[], None]
) -> None:
    doomed, artifacts = fresh(api, "doomed", 4)
    safe, _ = fresh(api, "safe")
    group = api.make("/groups", collection_id=doomed, name="group")

    def write(number: int, call: Client) -> Counter[int]:
        requests = [
            ("post", "/groups", {"collection_id": doomed, "name": f"{number}", "position": 0}),
            ("post", f"/groups/{group}/artifacts", {"artifact_ids": artifacts, "position": 0}),
            ("post", f"/groups/{group}/copy", {"target_collection_id": safe}),
            ("put", f"/groups/{group}", {"position": 0}),
            (
                "post",
                f"/collections/{doomed}/copy-artifacts",
                {"artifact_ids": artifacts, "target_collection_id": safe},
            ),
            ("put", f"/collections/{doomed}", {"description": f"{number}"}),
        ]
        random.Random(SEED + number).shuffle(requests)
        if number == 0:
            requests.insert(3, ("delete", f"/collections/{doomed}", None))
        return Counter(call(*request)[0] for request in requests)

    statuses = sum(at_once(crowd, write), Counter[int]())

    assert statuses[204] == 1
    assert statuses.keys() <= {200, 201, 204, 400, 404, 409}
    assert api("get", f"/collections/{doomed}")[0] == 404
    assert api("get", f"/groups/{group}")[0] == 404
    for copy in groups_of(api, safe):
        assert set(artifacts_of(api, copy)) <= members_of(api, safe)
    intact()
