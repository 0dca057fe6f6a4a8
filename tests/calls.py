"""One valid call of every operation, for tests of the rules that hold for all of them."""

import inspect
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import transaction

from skillmeat_site.accounts.apps import DOMAIN_APPS
from skillmeat_site.openapi.errors import ERROR_CODES

API = "/api/v1"
ENVELOPE = {"type", "detail", "errors"}
ERROR = {"code", "detail", "attr"}
World = dict[str, str]
Test = Callable[..., None]


@dataclass(frozen=True)
class Call:
    """A request that succeeds; what stands in braces is filled in from the `world` fixture."""

    operation_id: str
    method: str
    path: str
    status: int
    body: Any = None
    query: str = ""
    # What a user needs besides being one.
    permission: str | None = None
    # And besides that.
    further_permission: str | None = None

    def url(self, world: World) -> str:
        return API + self.path.format_map(world)

    def send(self, client: Any, world: World, *, slash: str = "", **extra: Any) -> Any:
        if world["token"] == world["own_token"]:
            # Everybody manages their own only.
            world = {**world, "token": getattr(client, "token_id", world["token"])}
        url = self.url(world) + slash + self.query.format_map(world)
        return getattr(client, self.method)(url, filled(self.body, world), **extra)


def filled(value: Any, world: World) -> Any:
    """``value`` with the names in braces replaced by ids."""
    if isinstance(value, dict):
        return {key: filled(item, world) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, world) for item in value]
    return value.format_map(world) if isinstance(value, str) else value


MOVE = {"artifact_ids": ["{artifact}"], "target_collection_id": "{target}"}
PLACE = {"id": "{group}", "position": 1}
TEXTS = {"name": "new", "description": "some text"}
ARTIFACT = {"type": "agent", "latest_version": "3", **TEXTS}
DEPLOYMENT = {"status": "pending", "deployed_version": "9"}

CALLS = [
    Call("login", "post", "/auth/login", 200, {"username": "editor", "password": "{password}"}),
    Call("logout", "post", "/auth/logout", 204),
    Call("logoutAll", "post", "/auth/logoutall", 204),
    Call("getCurrentUser", "get", "/auth/me", 200),
    Call("listTokens", "get", "/auth/tokens", 200),
    Call("createToken", "post", "/auth/tokens", 201, {"name": "CI"}),
    Call("deleteToken", "delete", "/auth/tokens/{token}", 204),
    Call("listCollections", "get", "/collections", 200),
    Call("createCollection", "post", "/collections", 201, TEXTS, permission="collections_app.add_collection"),
    Call("getCollection", "get", "/collections/{collection}", 200),
    Call("listCollectionHistory", "get", "/collections/{collection}/history", 200),
    Call(
        "updateCollection",
        "put",
        "/collections/{collection}",
        200,
        TEXTS,
        permission="collections_app.change_collection",
    ),
    Call(
        "patchCollection",
        "patch",
        "/collections/{collection}",
        200,
        TEXTS,
        permission="collections_app.change_collection",
    ),
    Call(
        "deleteCollection",
        "delete",
        "/collections/{collection}",
        204,
        permission="collections_app.delete_collection",
    ),
    Call("listCollectionArtifacts", "get", "/collections/{collection}/artifacts", 200),
    Call(
        "addCollectionArtifacts",
        "post",
        "/collections/{target}/artifacts",
        201,
        {"artifact_ids": ["{artifact}"]},
        permission="collections_app.change_collection",
    ),
    Call(
        "removeCollectionArtifact",
        "delete",
        "/collections/{collection}/artifacts/{artifact}",
        204,
        permission="collections_app.change_collection",
    ),
    Call(
        "moveCollectionArtifacts",
        "post",
        "/collections/{collection}/move-artifacts",
        200,
        MOVE,
        permission="collections_app.change_collection",
    ),
    Call(
        "copyCollectionArtifacts",
        "post",
        "/collections/{collection}/copy-artifacts",
        200,
        MOVE,
        permission="collections_app.change_collection",
    ),
    Call("listGroups", "get", "/groups", 200, query="?collection_id={collection}"),
    Call(
        "createGroup",
        "post",
        "/groups",
        201,
        {"collection_id": "{collection}", "position": 0, **TEXTS},
        permission="groups_app.add_group",
    ),
    Call("getGroup", "get", "/groups/{group}", 200),
    Call("listGroupHistory", "get", "/groups/{group}/history", 200),
    Call(
        "updateGroup",
        "put",
        "/groups/{group}",
        200,
        {"position": 1, **TEXTS},
        permission="groups_app.change_group",
    ),
    Call(
        "patchGroup",
        "patch",
        "/groups/{group}",
        200,
        {"position": 1, **TEXTS},
        permission="groups_app.change_group",
    ),
    Call("deleteGroup", "delete", "/groups/{group}", 204, permission="groups_app.delete_group"),
    Call(
        "reorderGroups",
        "put",
        "/groups/reorder",
        200,
        {"groups": [PLACE]},
        permission="groups_app.change_group",
    ),
    Call(
        "reorderSiblingGroups",
        "put",
        "/groups/{group}/reorder",
        200,
        {"groups": [PLACE]},
        permission="groups_app.change_group",
    ),
    Call("listGroupArtifacts", "get", "/groups/{group}/artifacts", 200),
    Call(
        "addGroupArtifacts",
        "post",
        "/groups/{other_group}/artifacts",
        201,
        {"artifact_ids": ["{artifact}"], "position": 0},
        permission="groups_app.change_group",
    ),
    Call(
        "updateGroupArtifact",
        "put",
        "/groups/{group}/artifacts/{artifact}",
        200,
        {"position": 1},
        permission="groups_app.change_group",
    ),
    Call(
        "removeGroupArtifact",
        "delete",
        "/groups/{group}/artifacts/{artifact}",
        204,
        permission="groups_app.change_group",
    ),
    Call(
        "reorderGroupArtifacts",
        "post",
        "/groups/{group}/reorder-artifacts",
        200,
        {"artifacts": [{"artifact_id": "{artifact}", "position": 1}]},
        permission="groups_app.change_group",
    ),
    Call(
        "moveGroupArtifacts",
        "post",
        "/groups/{group}/move-artifacts",
        200,
        {"artifact_ids": ["{artifact}"], "target_group_id": "{other_group}", "position": 0},
        permission="groups_app.change_group",
    ),
    Call(
        "copyGroup",
        "post",
        "/groups/{group}/copy",
        201,
        {"target_collection_id": "{target}", "name": "copy"},
        permission="groups_app.add_group",
    ),
    Call("listReports", "get", "/reports", 200),
    Call(
        "createReport",
        "post",
        "/reports",
        200,
        {"project": {"id": "{project}"}, "artifacts": [{"type": "skill", "name": "first"}]},
        permission="reports_app.add_report",
    ),
    Call("getReport", "get", "/reports/{report}", 200),
    Call(
        "createCatalog",
        "post",
        "/catalogs",
        200,
        {"namespace": "acme/skills", "artifacts": [{"type": "skill", "name": "first"}]},
        permission="collections_app.add_artifact",
        further_permission="collections_app.change_artifact",
    ),
    Call("listDeployments", "get", "/deployments", 200, query="?project_id={project}"),
    Call(
        "createDeployment",
        "post",
        "/deployments",
        201,
        {"artifact_id": "{artifact}", "project_id": "{project}", **DEPLOYMENT},
        permission="deployments_app.add_deployment",
    ),
    Call("getDeployment", "get", "/deployments/{deployment}", 200),
    Call(
        "updateDeployment",
        "put",
        "/deployments/{deployment}",
        200,
        DEPLOYMENT,
        permission="deployments_app.change_deployment",
    ),
    Call(
        "patchDeployment",
        "patch",
        "/deployments/{deployment}",
        200,
        DEPLOYMENT,
        permission="deployments_app.change_deployment",
    ),
    Call(
        "deleteDeployment",
        "delete",
        "/deployments/{deployment}",
        204,
        permission="deployments_app.delete_deployment",
    ),
    Call("listDeploymentHistory", "get", "/deployments/{deployment}/history", 200),
    Call(
        "updateDeployments",
        "post",
        "/deployments/bulk-update",
        200,
        {"deployment_ids": ["{deployment}"], **DEPLOYMENT},
        permission="deployments_app.change_deployment",
    ),
    Call(
        "createRollout",
        "post",
        "/deployments/rollout",
        200,
        {"artifact_ids": ["{artifact}"], "project_ids": ["{project}"], "deployed_version": "9"},
        permission="deployments_app.add_deployment",
    ),
    Call("getDeploymentSummary", "get", "/deployments/summary", 200),
    Call("listArtifacts", "get", "/artifacts", 200),
    Call("createArtifact", "post", "/artifacts", 201, ARTIFACT, permission="collections_app.add_artifact"),
    Call("getArtifact", "get", "/artifacts/{artifact}", 200),
    Call("listArtifactHistory", "get", "/artifacts/{artifact}/history", 200),
    Call(
        "updateArtifact",
        "put",
        "/artifacts/{artifact}",
        200,
        ARTIFACT,
        permission="collections_app.change_artifact",
    ),
    Call(
        "patchArtifact",
        "patch",
        "/artifacts/{artifact}",
        200,
        ARTIFACT,
        permission="collections_app.change_artifact",
    ),
    Call(
        "deleteArtifact",
        "delete",
        "/artifacts/{spare_artifact}",
        204,
        permission="collections_app.delete_artifact",
    ),
    Call("listProjects", "get", "/projects", 200),
    Call("createProject", "post", "/projects", 201, TEXTS, permission="deployments_app.add_project"),
    Call("getProject", "get", "/projects/{project}", 200),
    Call("listProjectHistory", "get", "/projects/{project}/history", 200),
    Call(
        "updateProject", "put", "/projects/{project}", 200, TEXTS, permission="deployments_app.change_project"
    ),
    Call(
        "patchProject",
        "patch",
        "/projects/{project}",
        200,
        TEXTS,
        permission="deployments_app.change_project",
    ),
    Call(
        "deleteProject",
        "delete",
        "/projects/{spare_project}",
        204,
        permission="deployments_app.delete_project",
    ),
]
WITH_BODY = [call for call in CALLS if call.body]
BY_ID = {call.operation_id: call for call in CALLS}


def each(calls: list[Call]) -> Callable[[Test], Test]:
    """Run a test once for each of ``calls``, on one set of rows that every run leaves as it was."""

    def decorate(test: Test) -> Test:
        parameters = {name: p for name, p in inspect.signature(test).parameters.items() if name != "call"}
        around = undone if parameters.keys() & {"api", "anonymous_api", "world"} else nullcontext

        @wraps(test)
        def run(subtests: pytest.Subtests, **fixtures: Any) -> None:
            for call in calls:
                with subtests.test(call.operation_id), around():
                    test(call=call, **fixtures)

        subtests = inspect.Parameter("subtests", inspect.Parameter.KEYWORD_ONLY)
        named = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters.values()]
        run.__signature__ = inspect.Signature([*named, subtests])  # type: ignore[attr-defined]
        return run

    return decorate


def assert_envelope(response: Any, status: int | None = None) -> dict[str, Any]:
    """The body of an error, after making sure that it has the one shape of all of them."""
    assert status is None or response.status_code == status, response.content[:500]
    assert response["Content-Type"] == "application/json"
    body = json.loads(response.content)
    assert body.keys() == ENVELOPE
    assert body["detail"]
    assert body["errors"]
    for error in body["errors"]:
        assert error.keys() == ERROR
        assert error["code"] in ERROR_CODES, error
        assert error["detail"] in body["detail"]
    expected = {"server_error"} if response.status_code >= 500 else {"validation_error", "client_error"}
    assert body["type"] in expected
    return body


@contextmanager
def undone() -> Iterator[None]:
    """Take back what happens inside, so that one test may try many requests on the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stored(but: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Every row of the product's own tables, without the columns ``but``."""
    models = [model for label in DOMAIN_APPS for model in apps.get_app_config(label).get_models()]
    rows = {model.__name__: model.objects.order_by("pk").values() for model in models}
    return {
        name: [{key: value for key, value in row.items() if key not in but} for row in found]
        for name, found in rows.items()
    }


def codes(body: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The code and the field of each error."""
    return [(error["code"], error["attr"]) for error in body["errors"]]


def send_raw(
    api: Any, world: World, call: Call, data: str | bytes, content_type: str = "application/json"
) -> Any:
    raw = data.encode() if isinstance(data, str) else data
    return api.generic(call.method.upper(), call.url(world), raw, content_type=content_type)


@contextmanager
def unchanged(but: Collection[str] = ()) -> Iterator[None]:
    """What happens inside leaves every row as it was, in all columns but those."""
    before = stored(but)
    yield
    assert stored(but) == before


def assert_refused(api: Any, world: World, call: Call, data: str | bytes, what: Any, **extra: Any) -> None:
    """The request is a 400; see `unchanged` for what it must not do."""
    cache.clear()  # Many refused logins are no crowd of attempts here.
    response = send_raw(api, world, call, data, **extra)
    assert response.status_code == 400, (what, response.status_code, response.content[:300])
    assert_envelope(response)
