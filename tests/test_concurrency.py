"""Many clients at once: nothing is lost, positions stay dense, and nobody gets a 5xx."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from collections_app.models import Collection
from groups_app.models import GroupArtifact
from skillmeat_site.db.transactions import locked
from tests.crowd import (
    CLIENTS,
    TIMEOUT_SECONDS,
    Caller,
    at_once,
    everyone,
    on_own_connection,
    wait_until,
    waiting,
)
from tests.states import dense, shown_state

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROOT = "/api/v1"
ROUNDS = 2


@pytest.fixture
def crowd(make_user: Any) -> list[Caller]:
    return [Caller(make_user(f"user {number}", "Editors")) for number in range(CLIENTS)]


def members(api: APIClient, collection: Any) -> set[str]:
    return shown_state(api)[collection.pk][1]


def ids(rows: list[Any]) -> list[str]:
    return [row.pk for row in rows]


@pytest.fixture
def artifacts(make_artifact: Any) -> list[Any]:
    return [make_artifact(f"artifact {number}") for number in range(CLIENTS)]


def test_groups_inserted_at_one_place_get_a_place_each(api, crowd, make_collection):
    collection = make_collection("crowded")

    def insert(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            body = {"collection_id": collection.pk, "name": f"{n}-{turn}", "position": 0}
            call("post", "/groups", body)

    assert everyone(crowd, insert) == {201: CLIENTS * ROUNDS}
    groups = dense(api.get(f"{ROOT}/groups?collection_id={collection.pk}").json()["groups"])
    assert len(groups) == CLIENTS * ROUNDS
    # Each client's own groups stand in the opposite order of their making.
    for n in range(CLIENTS):
        own = [group["name"] for group in groups if group["name"].startswith(f"{n}-")]
        assert own == [f"{n}-{turn}" for turn in reversed(range(ROUNDS))]
    # Two groups that share a rank would stand together, and a third could not get between them.
    for position in range(1, len(groups)):
        body = {"collection_id": collection.pk, "name": f"between {position}", "position": position}
        assert api.post(f"{ROOT}/groups", body).json()["position"] == position


def test_groups_stay_in_one_dense_order_whatever_everyone_does_to_them(
    api, crowd, make_collection, make_group
):
    collection = make_collection("crowded")
    groups = ids([make_group(collection, f"group {n}") for n in range(CLIENTS)])

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            call("put", f"/groups/{groups[n]}", {"position": turn})
            named = [{"id": groups[n], "position": 0}, {"id": groups[n - 1], "position": 1}]
            call("put", "/groups/reorder", {"groups": named})
            made = call("post", "/groups", {"collection_id": collection.pk, "name": f"{n}", "position": n})
            call("delete", f"/groups/{made['id']}")

    statuses = everyone(crowd, work)
    assert statuses == {200: 2 * CLIENTS * ROUNDS, 201: CLIENTS * ROUNDS, 204: CLIENTS * ROUNDS}
    assert sorted(id for id, _, _ in shown_state(api)[collection.pk][2]) == groups
    for position, id in enumerate(reversed(groups)):
        api.put(f"{ROOT}/groups/{id}", {"position": position})
    assert [id for id, _, _ in shown_state(api)[collection.pk][2]] == groups[::-1]


def test_artifacts_stay_in_one_dense_order_whatever_everyone_does_to_a_group(
    api, crowd, make_collection, make_group, artifacts
):
    own = ids(artifacts)
    collection = make_collection("crowded")
    group, other = make_group(collection, "group"), make_group(collection, "other")

    def work(n: int, call: Caller) -> None:
        path, one = f"/groups/{group.pk}", {"artifact_ids": [own[n]], "position": 0}
        for _ in range(ROUNDS):
            call("post", f"{path}/artifacts", one)
            call("put", f"{path}/artifacts/{own[n]}", {"position": 0})
            call("post", f"{path}/reorder-artifacts", {"artifacts": [{"artifact_id": own[n], "position": 0}]})
            call("post", f"{path}/move-artifacts", {**one, "target_group_id": other.pk})
            call("post", f"/groups/{other.pk}/move-artifacts", {**one, "target_group_id": group.pk})
            if n % 2:
                call("delete", f"{path}/artifacts/{own[n]}")

    statuses = everyone(crowd, work)
    assert statuses.keys() == {200, 201, 204}
    state = shown_state(api)[collection.pk]
    assert state[1] == set(own)
    held = {name: artifacts for _, name, artifacts in state[2]}
    assert sorted(held["group"]) == own[::2]
    assert held["other"] == []
    for position in range(len(held["group"])):
        path = f"{ROOT}/groups/{group.pk}/artifacts/{own[0]}"
        assert api.put(path, {"position": position}).json()["position"] == position


def test_opposite_moves_between_two_collections_lose_nothing(api, crowd, make_collection, artifacts):
    own = ids(artifacts)
    here, there = make_collection("here", *artifacts[::2]), make_collection("there", *artifacts[1::2])

    def back_and_forth(n: int, call: Caller) -> None:
        source, target = (here.pk, there.pk) if n % 2 == 0 else (there.pk, here.pk)
        for _ in range(ROUNDS + 1):
            body = {"artifact_ids": [own[n]], "target_collection_id": target}
            call("post", f"/collections/{source}/move-artifacts", body)
            source, target = target, source

    assert everyone(crowd, back_and_forth) == {200: CLIENTS * (ROUNDS + 1)}
    assert members(api, here) == set(own[1::2])
    assert members(api, there) == set(own[::2])


@pytest.mark.parametrize(
    "collections", [["one"], ["one", "another"]], ids=["one collection", "two collections"]
)
def test_opposite_moves_between_two_groups_lose_nothing(
    api, crowd, make_collection, make_group, artifacts, collections
):
    own = ids(artifacts)
    homes = [make_collection(name) for name in collections]
    here = make_group(homes[0], "here", *artifacts[::2])
    there = make_group(homes[-1], "there", *artifacts[1::2])

    def back_and_forth(n: int, call: Caller) -> None:
        source, target = (here.pk, there.pk) if n % 2 == 0 else (there.pk, here.pk)
        for _ in range(ROUNDS + 1):
            body = {"artifact_ids": [own[n]], "target_group_id": target, "position": 0}
            call("post", f"/groups/{source}/move-artifacts", body)
            source, target = target, source

    assert everyone(crowd, back_and_forth) == {200: CLIENTS * (ROUNDS + 1)}
    held = {name: set(held) for _, _, groups in shown_state(api).values() for _, name, held in groups}
    assert held == {"here": set(own[1::2]), "there": set(own[::2])}


def test_one_of_many_gets_a_name_and_the_others_are_told_that_it_is_taken(api, crowd):
    def create(call: Caller) -> Any:
        return call("post", "/collections", {"name": "wanted"})

    bodies = at_once(*(lambda call=call: create(call) for call in crowd))
    refusals = [body["errors"] for body in bodies if "errors" in body]
    message = "A collection with this name already exists."

    assert sorted(call.statuses[0] for call in crowd) == [201] + [400] * (CLIENTS - 1)
    assert refusals == [[{"code": "unique", "detail": message, "attr": "name"}]] * (CLIENTS - 1)
    assert [row["name"] for row in api.get(f"{ROOT}/collections").json()["collections"]] == ["wanted"]


def test_an_artifact_that_many_add_is_added_once(api, crowd, make_collection, make_artifact):
    collection, artifact = make_collection("wanted"), make_artifact("pdf")
    body = {"artifact_id": artifact.pk}
    path = f"/collections/{collection.pk}/artifacts"
    answers = at_once(*(lambda call=call: call("post", path, body) for call in crowd))

    assert sorted(call.statuses[0] for call in crowd) == [200] * (CLIENTS - 1) + [201]
    assert Counter(answer["artifacts"][0]["created"] for answer in answers) == {True: 1, False: CLIENTS - 1}
    assert members(api, collection) == {artifact.pk}


def test_a_collection_may_be_deleted_while_others_write_to_it(
    api, crowd, make_collection, make_group, artifacts
):
    own = ids(artifacts)
    doomed, safe = make_collection("doomed", *artifacts), make_collection("safe")
    group = make_group(doomed, "group", *artifacts)
    to_safe = {"artifact_ids": own[:2], "target_collection_id": safe.pk}

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            if n == 0 and turn == 1:
                call("delete", f"/collections/{doomed.pk}")
            call("post", "/groups", {"collection_id": doomed.pk, "name": f"{n}-{turn}", "position": 0})
            call("post", f"/collections/{doomed.pk}/artifacts", {"artifact_ids": own})
            call("post", f"/collections/{doomed.pk}/copy-artifacts", to_safe)
            call("post", f"/groups/{group.pk}/artifacts", {"artifact_ids": own[::-1], "position": 0})
            call("put", f"/groups/{group.pk}", {"name": f"group {n}", "position": 0})
            call("put", f"/collections/{doomed.pk}", {"description": f"{n}"})

    statuses = everyone(crowd, work)
    assert statuses[204] == 1
    assert statuses.keys() <= {200, 201, 204, 400, 404, 409}
    assert shown_state(api).keys() == {safe.pk}
    assert len(api.get(f"{ROOT}/artifacts").json()["artifacts"]) == CLIENTS


def test_artifacts_may_be_deleted_while_others_place_them(api, crowd, make_collection, make_group, artifacts):
    own = ids(artifacts)
    doomed, kept = own[: CLIENTS // 2], own[CLIENTS // 2 :]
    collections = [make_collection(name) for name in ("one", "two")]
    groups = [make_group(collection, "group").pk for collection in collections]

    def work(n: int, call: Caller) -> None:
        for turn in range(ROUNDS):
            if n % 2 and turn == 1:
                call("delete", f"/artifacts/{doomed[n // 2]}")
            call("post", f"/groups/{groups[turn % 2]}/artifacts", {"artifact_ids": kept, "position": 0})
            for artifact in doomed:
                body = {"artifact_ids": [artifact], "position": n % 3}
                call("post", f"/groups/{groups[(n + turn) % 2]}/artifacts", body)

    statuses = everyone(crowd, work)
    assert statuses[204] == len(doomed)
    assert statuses.keys() <= {200, 201, 204, 404, 409}
    for _, held, ((_, _, placed),) in shown_state(api).values():
        assert held == set(kept)
        assert set(placed) == set(kept)


def test_an_artifact_may_vanish_while_it_is_placed_in_a_collection_that_it_joined_a_moment_ago(
    api, crowd, make_collection, make_group, make_artifact
):
    artifact, neighbour = make_artifact("doomed"), make_artifact("neighbour")
    first, last = make_collection("first", artifact), make_collection("last")
    group = make_group(last, "group", neighbour)
    delete, join, place = crowd[:3]
    one = {"artifact_ids": [artifact.pk], "position": 0}

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            GroupArtifact.objects.select_for_update().get(group=group)
            before = transaction.savepoint()
            locked(Collection, first.pk)
            deleted = pool.submit(on_own_connection, lambda: delete("delete", f"/artifacts/{artifact.pk}"))
            # It has looked up the collections of the artifact, and waits for the first of them.
            wait_until(lambda: waiting(for_me=True) or deleted.done())
            path = f"/collections/{last.pk}/artifacts"
            body = {"artifact_id": artifact.pk}
            pool.submit(on_own_connection, lambda: join("post", path, body)).result(TIMEOUT_SECONDS)
            path = f"/groups/{group.pk}/artifacts"
            placed = pool.submit(on_own_connection, lambda: place("post", path, one))
            # It has found the artifact in the collection, and waits for the neighbour to move.
            wait_until(lambda: waiting(for_me=True) == 2 or placed.done())
            transaction.savepoint_rollback(before)
            wait_until(lambda: waiting(for_me=False) or deleted.done())
        deleted.result(TIMEOUT_SECONDS)
        placed.result(TIMEOUT_SECONDS)

    assert delete.statuses == [204]
    assert join.statuses == [201]
    assert place.statuses[0] in (201, 404, 409)
    assert shown_state(api)[last.pk] == ("last", {neighbour.pk}, [(group.pk, "group", [neighbour.pk])])
