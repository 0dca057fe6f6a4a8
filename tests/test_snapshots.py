"""A response shows one moment, also while others write."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from collections_app.models import Artifact, Collection
from collections_app.services import create_artifact
from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment
from groups_app.contents import place_artifacts
from groups_app.models import Group, GroupArtifact
from groups_app.services import create_group
from tests.calls import API, BY_ID, World
from tests.crowd import on_own_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "url",
    [
        "/groups?collection_id={collection}",
        "/groups/{group}/artifacts",
        "/collections/{collection}",
        "/collections/{collection}/artifacts?group_id={group}",
        "/groups/{group}",
        "/deployments/summary",
    ],
)
def test_what_is_written_between_its_queries_does_not_show(api: Any, world: World, url: str) -> None:
    url = API + url.format_map(world)
    before = api.get(url).json()
    queries: list[str] = []

    def write() -> None:
        artifact = create_artifact(type="hook", name=f"late {len(queries)}").pk
        place_artifacts(group_id=world["group"], artifact_ids=[artifact])
        create_group(collection_id=world["collection"], name=f"late {len(queries)}")
        create_deployment(artifact_id=artifact, project_id=world["project"])

    def write_after_each_query(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if sql.startswith("SELECT") and "_app_" in sql:
            queries.append(sql)
            with ThreadPoolExecutor() as pool:
                pool.submit(on_own_connection, write).result()
        return result

    with connection.execute_wrapper(write_after_each_query):
        during = api.get(url).json()

    assert during == before
    assert len(queries) >= 2
    assert api.get(url).json() != before


def write_again() -> None:
    """What another client writes in the moment after a commit."""
    for model in (Artifact, Collection, Group, Project):
        model.objects.update(description="of another client")
    Deployment.objects.update(deployed_version="of another client")
    for model in (Group, GroupArtifact):
        model.objects.update(rank=-F("rank"))


@pytest.fixture
def another_client() -> Iterator[None]:
    """Another client, who writes right after the first commit of somebody's."""

    waiting: list[int] = []

    def wrapper(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")) and "_app_" in sql and not waiting:
            waiting.append(1)
            transaction.on_commit(write_again)
        return execute(sql, *args)

    with connection.execute_wrapper(wrapper):
        yield


@pytest.mark.parametrize(
    "operation_id",
    [
        "createArtifact",
        "patchArtifact",
        "createCollection",
        "updateCollection",
        "createGroup",
        "updateGroup",
        "copyGroup",
        "createProject",
        "patchProject",
        "createDeployment",
        "patchDeployment",
    ],
)
def test_the_response_to_a_write_shows_nothing_of_what_another_client_writes_after_it(
    api: Any, world: World, another_client: None, operation_id: str
) -> None:
    call = BY_ID[operation_id]
    response = call.send(api, world)
    assert response.status_code == call.status
    assert "of another client" not in response.content.decode()
    url = response.get("Location", call.url(world))
    assert "of another client" in api.get(url).content.decode()


def test_the_response_to_a_new_position_is_that_position(
    api: Any, world: World, another_client: None
) -> None:
    body = {"position": 1, "description": "first"}
    assert api.put(f"{API}/groups/{world['group']}", body).json()["position"] == 1
    assert api.get(f"{API}/groups/{world['group']}").json()["position"] == 0


def test_the_response_to_a_reorder_is_the_order_that_was_asked_for(
    api: Any, world: World, another_client: None
) -> None:
    ids = [world["other_group"], world["group"]]
    body = {"groups": [{"id": id, "position": position} for position, id in enumerate(ids)]}
    response = api.put(f"{API}/groups/reorder", body)
    assert [group["id"] for group in response.json()["groups"]] == ids
    groups = api.get(f"{API}/groups?collection_id={world['collection']}").json()["groups"]
    assert [group["id"] for group in groups] == ids[::-1]


def test_the_response_to_a_reorder_of_artifacts_is_the_order_that_was_asked_for(
    api: Any, world: World, another_client: None
) -> None:
    ids = [world["second_artifact"], world["artifact"]]
    body = {"artifacts": [{"artifact_id": id, "position": position} for position, id in enumerate(ids)]}
    response = api.post(f"{API}/groups/{world['group']}/reorder-artifacts", body)
    assert [row["artifact_id"] for row in response.json()["artifacts"]] == ids
    artifacts = api.get(f"{API}/groups/{world['group']}/artifacts").json()["artifacts"]
    assert [row["artifact_id"] for row in artifacts] == ids[::-1]
