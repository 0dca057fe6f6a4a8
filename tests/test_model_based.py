"""Whatever clients do in whatever order, the API is in the state that plain lists would be in."""

from collections.abc import Callable, Collection, Iterable
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from rest_framework.test import APIClient

from tests.plain_model import PlainCollection, PlainGroup, PlainModel
from tests.states import shown_state, stored_state

ROOT = "/api/v1"
EXAMPLES, STEPS, STEPS_PER_FULL_LOOK = 20, 25, 24
CARELESS = 0.15
MOST_COLLECTIONS, MOST_GROUPS, MOST_ARTIFACTS = 3, 5, 6


def given(**fields: Any) -> dict[str, Any]:
    """A body with the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


class ApiAgainstModel(RuleBasedStateMachine):
    """Sends each request to the API and to the model, and compares the answers and the states.

    The stored rows are compared after every request; everything that clients can see, which
    takes a dozen requests, now and then.
    """

    def __init__(self, api: APIClient, start: PlainModel) -> None:
        super().__init__()
        self.api = api
        self.model = deepcopy(start)
        self.steps = 0
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def send(self, method: str, path: str, body: Any, expected: int) -> Any:
        """The body of the answer; None when the request was refused, as it should be."""
        response = getattr(self.api, method)(f"{ROOT}{path}", body)
        note(f"{method} {path} {body}: {response.status_code}")
        assert response.status_code == expected, response.content
        return response.json() if expected in (200, 201) else None

    def send_places(self, path: str, body: Any, expected: int, group: str) -> None:
        """Put artifacts into a group; the answer must tell the place of each."""
        answer = self.send("post", path, body, expected)
        if answer:
            shown = [(row["artifact_id"], row["position"]) for row in answer["artifacts"]]
            assert shown == self.model.places(group, body["artifact_ids"])

    def send_new(self, path: str, **fields: Any) -> tuple[int, str]:
        """Ask for a new row; the id is made up where there is none."""
        response = self.api.post(f"{ROOT}{path}", given(**fields))
        note(f"post {path} {fields}: {response.content}")
        return response.status_code, response.json().get("id", "none")

    @rule(seed=st.integers(0, 2**32))
    def take_a_step(self, seed: int) -> None:
        """Every step is as likely as any other. Hypothesis itself would favour and repeat a few."""
        self.chance = Random(f"{seed} {self.steps}")
        self.chance.choice(self.possible_steps())()

    def possible_steps(self) -> list[Callable[[], None]]:
        model, groups = self.model, len(self.model.group_ids())
        steps = {
            self.create_artifact: len(model.artifacts) < MOST_ARTIFACTS,
            self.delete_artifact: len(model.artifacts) > 2,
            self.create_collection: len(model.collections) < MOST_COLLECTIONS,
            self.delete_collection: len(model.collections) > 2,
            self.create_group: groups < MOST_GROUPS,
            self.copy_group: 0 < groups < MOST_GROUPS,
            self.delete_group: groups > 2,
        }
        always = [self.rename_collection, self.add_artifacts, self.remove_artifact, self.transfer_artifacts]
        with_groups = [
            self.update_group,
            self.reorder_groups,
            self.place_artifacts,
            self.position_artifact,
            self.remove_from_group,
            self.reorder_artifacts,
            self.move_between_groups,
        ]
        return [
            *always,
            *(with_groups if groups else ()),
            *(step for step, possible in steps.items() if possible),
        ]

    def name(self) -> str:
        return self.chance.choice("abcd")

    def place(self) -> int | None:
        return self.chance.choice([None, 0, 1, 2, 3])

    def collection(self) -> str:
        return self.chance.choice(list(self.model.collections))

    def group(self) -> str:
        return self.chance.choice(self.model.group_ids())

    def artifact(self) -> str:
        return self.chance.choice(sorted(self.model.artifacts))

    def artifacts(self, present: Iterable[str]) -> list[str]:
        """Mostly some that are there, sometimes any: a refusal should not be the rule."""
        careless = self.chance.random() < CARELESS or not present
        pool = sorted(self.model.artifacts if careless else present)
        return self.chance.choices(pool, k=self.chance.randint(1, 3))

    def order(self, siblings: Collection[str], everything: Iterable[str]) -> dict[str, int]:
        """Places for some siblings, and now and then for a outsider or outside what there is."""
        careless = self.chance.random() < CARELESS or not siblings
        pool = sorted(everything if careless else siblings)
        named = self.chance.sample(pool, self.chance.randint(1, len(pool)))
        if careless:
            return {id: self.chance.randint(0, 4) for id in named}
        return dict(zip(named, self.chance.sample(range(len(siblings)), len(named)), strict=True))

    def create_artifact(self) -> None:
        status, id = self.send_new("/artifacts", type="skill", name=f"artifact {self.chance.randint(0, 9)}")
        assert status in (201, 400)
        self.model.artifacts |= {id} if status == 201 else set()

    def delete_artifact(self) -> None:
        id = self.artifact()
        self.send("delete", f"/artifacts/{id}", None, self.model.delete_artifact(id))

    def create_collection(self) -> None:
        name = self.name()
        status, id = self.send_new("/collections", name=name)
        assert status == {200: 201}.get(expected := self.model.name_collection(id, name), expected)

    def rename_collection(self) -> None:
        id, name = self.collection(), self.name()
        self.send("patch", f"/collections/{id}", {"name": name}, self.model.name_collection(id, name))

    def delete_collection(self) -> None:
        id = self.collection()
        del self.model.collections[id]
        self.send("delete", f"/collections/{id}", None, 204)

    def add_artifacts(self) -> None:
        id, artifacts = self.collection(), self.artifacts(self.model.artifacts)
        expected = self.model.add(id, artifacts)
        self.send("post", f"/collections/{id}/artifacts", {"artifact_ids": artifacts}, expected)

    def remove_artifact(self) -> None:
        id, artifact = self.collection(), self.artifact()
        self.model.collections[id].leave(artifact)
        self.send("delete", f"/collections/{id}/artifacts/{artifact}", None, 204)

    def transfer_artifacts(self) -> None:
        verb = self.chance.choice(["move", "copy"])
        source, target = self.collection(), self.collection()
        artifacts = self.artifacts(self.model.collections[source].members)
        expected = self.model.transfer(source, target, artifacts, move=verb == "move")
        body = {"artifact_ids": artifacts, "target_collection_id": target}
        self.send("post", f"/collections/{source}/{verb}-artifacts", body, expected)

    def create_group(self) -> None:
        collection, name, position = self.collection(), self.name(), self.place()
        status, id = self.send_new("/groups", collection_id=collection, name=name, position=position)
        assert status == self.model.create_group(collection, id, name, position)

    def update_group(self) -> None:
        method = self.chance.choice(["put", "patch"])
        id, position = self.group(), self.place()
        name = self.chance.choice([None, self.name()])
        expected = self.model.update_group(id, name, position)
        answer = self.send(method, f"/groups/{id}", given(name=name, position=position), expected)
        assert answer is None or answer["position"] == self.model.siblings(id).index(id)

    def delete_group(self) -> None:
        id = self.group()
        del self.model.home(id).groups[id]
        self.send("delete", f"/groups/{id}", None, 204)

    def reorder_groups(self) -> None:
        by_sibling = self.chance.random() < 0.5
        sibling = self.group()
        positions = self.order(self.model.home(sibling).groups, self.model.group_ids())
        items = [{"id": id, "position": position} for id, position in positions.items()]
        path, body = (
            (f"/groups/{sibling}/reorder", items) if by_sibling else ("/groups/reorder", {"groups": items})
        )
        named = next(iter(positions))
        mixed = by_sibling and self.model.home(sibling) is not self.model.home(named)
        answer = self.send("put", path, body, 400 if mixed else self.model.reorder_groups(positions))
        assert answer is None or [row["id"] for row in answer["groups"]] == self.model.siblings(named)

    def place_artifacts(self) -> None:
        position = self.place()
        id, artifacts = self.group(), self.artifacts(self.model.artifacts)
        expected = self.model.place(id, artifacts, position)
        self.send(
            "post", f"/groups/{id}/artifacts", given(artifact_ids=artifacts, position=position), expected
        )

    def position_artifact(self) -> None:
        position = self.chance.randint(0, 3)
        id = self.group()
        artifact = self.artifacts(self.model.group(id).artifacts)[0]
        expected = self.model.position(id, artifact, position)
        answer = self.send("put", f"/groups/{id}/artifacts/{artifact}", {"position": position}, expected)
        assert answer is None or answer["position"] == position

    def remove_from_group(self) -> None:
        id, artifact = self.group(), self.artifact()
        group = self.model.group(id)
        group.artifacts = [other for other in group.artifacts if other != artifact]
        self.send("delete", f"/groups/{id}/artifacts/{artifact}", None, 204)

    def reorder_artifacts(self) -> None:
        id = self.group()
        positions = self.order(self.model.group(id).artifacts, self.model.artifacts)
        items = [{"artifact_id": artifact, "position": place} for artifact, place in positions.items()]
        expected = self.model.reorder_artifacts(id, positions)
        answer = self.send("post", f"/groups/{id}/reorder-artifacts", {"artifacts": items}, expected)
        order = self.model.group(id).artifacts
        assert answer is None or [row["artifact_id"] for row in answer["artifacts"]] == order

    def move_between_groups(self) -> None:
        position = self.place()
        source, target = self.group(), self.group()
        artifacts = self.artifacts(self.model.group(source).artifacts)
        expected = self.model.move(source, target, artifacts, position)
        body = given(artifact_ids=artifacts, target_group_id=target, position=position)
        self.send_places(f"/groups/{source}/move-artifacts", body, expected, target)

    def copy_group(self) -> None:
        group, target = self.group(), self.collection()
        name = self.chance.choice([None, self.name()])
        status, id = self.send_new(f"/groups/{group}/copy", target_collection_id=target, name=name)
        assert status == self.model.copy_group(group, target, id, name)

    @invariant()
    def the_state_is_that_of_the_model(self) -> None:
        self.steps += 1
        assert stored_state() == self.model.state()
        if self.steps % STEPS_PER_FULL_LOOK == 0:
            assert shown_state(self.api) == self.model.state()


@pytest.fixture
def quick_api(make_user: Any) -> APIClient:
    """An Editor whose token is not looked up with every one of many requests."""
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(make_user("editor", "Editors"))
    return client


@pytest.fixture
def start(make_artifact: Any, make_collection: Any, make_group: Any) -> PlainModel:
    """Two collections of four artifacts, each with a group of three; every example starts there."""
    artifacts = [make_artifact(f"artifact {number}") for number in range(4)]
    ids = [artifact.pk for artifact in artifacts]
    model = PlainModel(artifacts=set(ids))
    for name in ("a", "b"):
        collection = make_collection(name, *artifacts)
        group = make_group(collection, "a", *artifacts[:3])
        groups = {group.pk: PlainGroup("a", ids[:3])}
        model.collections[collection.pk] = PlainCollection(name, set(ids), groups)
    return model


def test_any_sequence_of_requests_leaves_the_state_that_plain_lists_would_have(quick_api, start):
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        # Shrinking sends thousands of requests. Add Phase.shrink where a failure is hard to read.
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_machine(lambda: ApiAgainstModel(quick_api, start), settings=limits)
