"""``GET /{resource}/{id}/history`` and the reasons of changes."""

from typing import Any

import pytest

from collections_app.models import Collection
from deployments_app.services import create_project

ROOT = "/api/v1"
REASON = {"HTTP_X_CHANGE_REASON": "As agreed"}


def history(api: Any, url: str) -> list[dict[str, Any]]:
    response = api.get(f"{url}/history")
    assert response.status_code == 200, response.content
    assert response.json()["total"] == len(response.json()["history"])
    return response.json()["history"]


@pytest.fixture
def made(api: Any) -> dict[str, str]:
    """The URL of one of each resource, all made through the API."""
    create = lambda path, body: api.post(f"{ROOT}/{path}", body, **REASON).json()["id"]  # noqa: E731
    collection = create("collections", {"name": "Office"})
    artifact = create("artifacts", {"type": "skill", "name": "pdf"})
    project = create("projects", {"name": "web"})
    ids = {
        "collections": collection,
        "artifacts": artifact,
        "projects": project,
        "groups": create("groups", {"collection_id": collection, "name": "Forms"}),
        "deployments": create("deployments", {"artifact_id": artifact, "project_id": project}),
    }
    return {path: f"{ROOT}/{path}/{id}" for path, id in ids.items()}


KINDS = ["collections", "groups", "artifacts", "projects", "deployments"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_tells_who_made_it_what_when_and_why(
    api: Any, made: dict[str, str], kind: str
) -> None:
    field, value = ("deployed_version", "9") if kind == "deployments" else ("description", "new")
    before = api.get(made[kind]).json()
    api.put(made[kind], {field: value})

    changed, created = history(api, made[kind])

    assert (created["change"], created["by"], created["reason"]) == ("created", "editor", "As agreed")
    assert all(created["values"][name] == before[name] for name in created["values"].keys() & before.keys())
    assert len(created["values"]) >= 2
    assert "id" not in created["values"]
    assert (changed["change"], changed["by"], changed["reason"]) == ("changed", "editor", None)
    assert changed["values"][field] == value
    assert changed["values"].keys() <= {field, "deployed_at"}
    assert created["at"] < changed["at"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_there_after_the_row_was_deleted(api: Any, made: dict[str, str], kind: str) -> None:
    if kind in ("artifacts", "projects"):
        api.delete(made["deployments"])
    assert api.delete(made[kind], **REASON).status_code == 204

    deleted, *_ = history(api, made[kind])

    assert (deleted["change"], deleted["reason"], deleted["values"]) == ("deleted", "As agreed", {})
    assert api.get(made[kind]).status_code == 404


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("collections/col-", "Collection"),
        ("groups/grp-", "Group"),
        ("artifacts/art-", "Artifact"),
        ("projects/proj-", "Project"),
        ("deployments/dep-", "Deployment"),
    ],
)
def test_an_id_that_never_was_is_not_found(api: Any, path: str, detail: str) -> None:
    response = api.get(f"{ROOT}/{path}{'0' * 32}/history")

    assert response.status_code == 404
    assert response.json()["detail"].startswith(f"{detail} '")


@pytest.mark.parametrize("kind", KINDS)
def test_a_write_that_changes_nothing_leaves_no_record(api: Any, made: dict[str, str], kind: str) -> None:
    api.put(made[kind], {}, **REASON)
    api.put(made[kind], api.get(made[kind]).json(), **REASON)

    assert len(history(api, made[kind])) == 1


def test_a_row_from_before_the_trail_has_an_empty_history(api: Any, db: None) -> None:
    collection = Collection(name="old")
    collection.skip_history_when_saving = True  # type: ignore[attr-defined]
    collection.save()

    assert history(api, f"{ROOT}/collections/{collection.pk}") == []


def test_pages_join_without_a_seam(api: Any, made: dict[str, str]) -> None:
    for number in range(5):
        api.put(made["collections"], {"description": str(number)})

    pages = [api.get(f"{made['collections']}/history?page={page}&page_size=2").json() for page in (1, 2, 3)]

    assert {page["total"] for page in pages} == {6}
    changes = [change for page in pages for change in page["history"]]
    assert changes == history(api, made["collections"])
    assert [change["values"].get("description") for change in changes] == ["4", "3", "2", "1", "0", None]


def test_a_reorder_is_recorded_with_its_reason_or_says_what_it_was(api: Any, made: dict[str, str]) -> None:
    collection = api.get(made["groups"]).json()["collection_id"]
    api.post(f"{ROOT}/groups", {"collection_id": collection, "name": "Other"})
    id = made["groups"].rpartition("/")[2]
    for position, reason in ((1, {}), (0, REASON)):
        api.put(f"{ROOT}/groups/reorder", {"groups": [{"id": id, "position": position}]}, **reason)

    reasons = [change["reason"] for change in history(api, made["collections"])]

    assert reasons == ["As agreed", "groups rearranged", "As agreed"]


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("x" * 500, "x" * 500),
        ("Grün für alle ✓".encode().decode("latin-1"), "Grün für alle ✓"),
        ("Gr\xfcn", "Grün"),
        ("  as agreed  ", "as agreed"),
        ("", None),
        ("   ", None),
    ],
)
def test_a_reason_is_kept_as_it_was_meant(
    api: Any, made: dict[str, str], sent: str, recorded: str | None
) -> None:
    api.put(made["projects"], {"name": "shop"}, HTTP_X_CHANGE_REASON=sent)

    assert history(api, made["projects"])[0]["reason"] == recorded


def test_a_reason_that_is_too_long_is_refused_and_nothing_is_written(api: Any, made: dict[str, str]) -> None:
    response = api.put(made["projects"], {"name": "shop"}, HTTP_X_CHANGE_REASON="x" * 501)

    (error,) = response.json()["errors"]
    assert (response.status_code, error["code"], error["attr"]) == (400, "max_length", "X-Change-Reason")
    assert api.get(made["projects"]).json()["name"] == "web"
    assert api.get(made["projects"], HTTP_X_CHANGE_REASON="x" * 501).status_code == 200


def test_a_change_by_a_command_has_no_author(api: Any, db: None) -> None:
    project = create_project(name="web")

    assert [change["by"] for change in history(api, f"{ROOT}/projects/{project.pk}")] == [None]
