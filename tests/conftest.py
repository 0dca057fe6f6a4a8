"""Rows for one valid call of every operation (see `tests.calls`), and the OpenAPI document."""

import io
import logging
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from conftest import PASSWORD
from deployments_app.services import create_deployment
from reports_app.services import receive_report
from skillmeat_site.accounts.models import ApiToken
from tests.calls import World


@pytest.fixture
def world(api: Any, make_artifact: Any, make_collection: Any, make_group: Any, make_project: Any) -> World:
    """The ids of a small, complete set of rows, by what they are."""
    first, second = make_artifact("first", latest_version="2"), make_artifact("second")
    collection, target = make_collection("source", first, second), make_collection("target")
    project = make_project("web")
    rows = {
        "artifact": first,
        "second_artifact": second,
        "spare_artifact": make_artifact("spare"),
        "collection": collection,
        "target": target,
        "group": make_group(collection, "one", first, second),
        "other_group": make_group(collection, "two"),
        "project": project,
        "spare_project": make_project("unused"),
        "deployment": create_deployment(artifact_id=first.pk, project_id=project.pk, deployed_version="1"),
    }
    rows["report"] = receive_report(project={"id": project.pk}, target="codex", artifacts=[], by="ada").report
    token = ApiToken.objects.first()
    assert token is not None
    texts = {"token": token.public_id, "own_token": token.public_id, "password": PASSWORD}
    return {**{name: row.pk for name, row in rows.items()}, **texts}


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The OpenAPI document as the code describes itself now."""
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def described(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The operations by their ids, with their responses written out."""
    shared = document["components"]["responses"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    return {
        operation["operationId"]: {
            **operation,
            "responses": {
                status: shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
                for status, response in operation["responses"].items()
            },
        }
        for operation in operations
    }


@pytest.fixture(params=[False, True], ids=["debug off", "debug on"])
def debug(request: pytest.FixtureRequest, settings: Any) -> bool:
    """Both ways to run the server: what a client gets is the same."""
    settings.DEBUG = request.param
    return request.param


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the server writes to its log, as an operator reads it."""
    text = io.StringIO()
    console = next(handler for handler in logging.getLogger("django").handlers if handler.name == "console")
    monkeypatch.setattr(console, "stream", text)
    return text
