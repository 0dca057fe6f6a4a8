"""Every operation of the API that needs a token, as tables to run tests over.

Paths and placeholders are those of the OpenAPI document.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

Ids = dict[str, str]


class Write(NamedTuple):
    """An operation that writes, the permission it needs, and a body with which it succeeds."""

    method: str
    path: str
    permission: str
    status: int
    body: Callable[[Ids], Any] = lambda ids: None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def url(self, ids: Ids) -> str:
        return url(self.path, ids)


def url(path: str, ids: Ids) -> str:
    """``path`` with the ids of rows that exist; ``{id}`` is of what the path begins with."""
    resource = path.split("/")[1]
    return "/api/v1" + path.format(id=ids.get(resource), artifactId=ids["artifacts"])


def _move(target: str) -> Callable[[Ids], Any]:
    return lambda ids: {"artifact_ids": [ids["artifacts"]], f"target_{target}_id": ids[f"target_{target}"]}


def _rename(ids: Ids) -> Any:
    return {"name": "renamed"}


COLLECTION = "collections_app.{}_collection".format
ARTIFACT = "collections_app.{}_artifact".format
GROUP = "groups_app.{}_group".format
PROJECT = "deployments_app.{}_project".format
DEPLOYMENT = "deployments_app.{}_deployment".format

WRITES = [
    Write("post", "/collections", COLLECTION("add"), 201, lambda ids: {"name": "new"}),
    Write("put", "/collections/{id}", COLLECTION("change"), 200, _rename),
    Write("patch", "/collections/{id}", COLLECTION("change"), 200, _rename),
    Write("delete", "/collections/{id}", COLLECTION("delete"), 204),
    Write(
        "post",
        "/collections/{id}/artifacts",
        COLLECTION("change"),
        201,
        lambda ids: {"artifact_id": ids["outsider"]},
    ),
    Write("delete", "/collections/{id}/artifacts/{artifactId}", COLLECTION("change"), 204),
    Write("post", "/collections/{id}/move-artifacts", COLLECTION("change"), 200, _move("collection")),
    Write("post", "/collections/{id}/copy-artifacts", COLLECTION("change"), 200, _move("collection")),
    Write(
        "post",
        "/groups",
        GROUP("add"),
        201,
        lambda ids: {"collection_id": ids["collections"], "name": "new"},
    ),
    Write(
        "put",
        "/groups/reorder",
        GROUP("change"),
        200,
        lambda ids: {"groups": [{"id": ids["groups"], "position": 1}]},
    ),
    Write("put", "/groups/{id}", GROUP("change"), 200, _rename),
    Write("patch", "/groups/{id}", GROUP("change"), 200, _rename),
    Write("delete", "/groups/{id}", GROUP("delete"), 204),
    Write(
        "put",
        "/groups/{id}/reorder",
        GROUP("change"),
        200,
        lambda ids: [{"id": ids["groups"], "position": 1}],
    ),
    Write(
        "post",
        "/groups/{id}/artifacts",
        GROUP("change"),
        201,
        lambda ids: {"artifact_id": ids["outsider"]},
    ),
    Write("put", "/groups/{id}/artifacts/{artifactId}", GROUP("change"), 200, lambda ids: {"position": 1}),
    Write("delete", "/groups/{id}/artifacts/{artifactId}", GROUP("change"), 204),
    Write(
        "post",
        "/groups/{id}/reorder-artifacts",
        GROUP("change"),
        200,
        lambda ids: {"artifacts": [{"artifact_id": ids["artifacts"], "position": 1}]},
    ),
    Write("post", "/groups/{id}/move-artifacts", GROUP("change"), 200, _move("group")),
    Write(
        "post",
        "/groups/{id}/copy",
        GROUP("add"),
        201,
        lambda ids: {"target_collection_id": ids["target_collection"]},
    ),
    Write("post", "/artifacts", ARTIFACT("add"), 201, lambda ids: {"type": "hook", "name": "new"}),
    Write("put", "/artifacts/{id}", ARTIFACT("change"), 200, _rename),
    Write("patch", "/artifacts/{id}", ARTIFACT("change"), 200, _rename),
    Write("delete", "/artifacts/{id}", ARTIFACT("delete"), 204),
    Write("post", "/projects", PROJECT("add"), 201, lambda ids: {"name": "new"}),
    Write("put", "/projects/{id}", PROJECT("change"), 200, _rename),
    Write("patch", "/projects/{id}", PROJECT("change"), 200, _rename),
    Write("delete", "/projects/{id}", PROJECT("delete"), 204),
    Write(
        "post",
        "/deployments",
        DEPLOYMENT("add"),
        201,
        lambda ids: {"artifact_id": ids["artifacts"], "project_id": ids["projects"]},
    ),
    Write("put", "/deployments/{id}", DEPLOYMENT("change"), 200, lambda ids: {"status": "error"}),
    Write("patch", "/deployments/{id}", DEPLOYMENT("change"), 200, lambda ids: {"status": "error"}),
    Write("delete", "/deployments/{id}", DEPLOYMENT("delete"), 204),
]

# The paths of all operations that read, and the query that each of them requires.
READS = {
    "/collections": "",
    "/collections/{id}": "",
    "/collections/{id}/artifacts": "",
    "/groups": "collection_id={collections}",
    "/groups/{id}": "",
    "/groups/{id}/artifacts": "",
    "/artifacts": "",
    "/artifacts/{id}": "",
    "/projects": "",
    "/projects/{id}": "",
    "/deployments": "artifact_id={artifacts}",
    "/deployments/{id}": "",
    "/deployments/{id}/history": "",
    "/deployments/summary": "",
    "/auth/me": "",
}

# What a user does with the own session asks for no permission.
SESSION = {("post", "/auth/logout"), ("post", "/auth/logoutall")}
OPEN = {("post", "/auth/login"), ("get", "/schema"), ("get", "/docs"), ("get", "/redoc")}
