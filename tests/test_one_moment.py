"""An answer that takes several queries shows one moment, also while others write."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from collections_app.services import create_artifact
from deployments_app.services import create_deployment
from groups_app.services import create_group, place_artifacts
from tests.calls import API, World
from tests.crowd import on_own_connection

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    "url",
    [
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
