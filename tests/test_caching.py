"""ETags: a client that has the newest version is told so in a few bytes."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.calls import API, BY_ID, CALLS, Call, World, assert_envelope, each

GETS = [call for call in CALLS if call.method == "get"]
# What is changed, for the answer to which operations.
CHANGES = {
    "/collections/{collection}": [
        "listCollections",
        "getCollection",
    ],
    "/groups/{group}": ["listGroups", "getGroup", "getCollection"],
    "/artifacts/{artifact}": [
        "listArtifacts",
        "getArtifact",
        "listCollectionArtifacts",
        "listGroupArtifacts",
        "getGroup",
        "listDeployments",
        "getDeployment",
        "getDeploymentSummary",
    ],
    "/projects/{project}": [
        "listProjects",
        "getProject",
        "listDeployments",
        "getDeployment",
        "getDeploymentSummary",
    ],
}


def read(api: Any, world: World, call: Call, etag: str | None = None) -> Any:
    return call.send(api, world, **({"headers": {"If-None-Match": etag}} if etag else {}))


@each(GETS)
def test_every_get_carries_an_etag_and_answers_304_to_it(api: Any, world: World, call: Call) -> None:
    first = read(api, world, call)
    assert first.status_code == 200
    etag = first["ETag"]
    assert etag.strip("W/").startswith('"')
    assert read(api, world, call)["ETag"] == etag
    again = read(api, world, call, etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


@each(GETS)
def test_a_head_has_the_headers_of_the_get_and_no_body(api: Any, world: World, call: Call) -> None:
    by_head = replace(call, method="head")
    get, head = read(api, world, call), read(api, world, by_head)

    assert (head.status_code, head.content) == (200, b"")
    # Of each request.
    assert dict(head.items()) | {"X-Request-ID": ""} == dict(get.items()) | {"X-Request-ID": ""}
    again = read(api, world, by_head, get["ETag"])
    assert (again.status_code, again["ETag"]) == (304, get["ETag"])


@pytest.mark.parametrize(
    ("changed", "operation_id"), [(path, id) for path, ids in CHANGES.items() for id in ids]
)
def test_the_etag_changes_with_the_data(api: Any, world: World, changed: str, operation_id: str) -> None:
    call = BY_ID[operation_id]
    before = read(api, world, call)
    assert api.patch(API + changed.format_map(world), {"name": "other"}).status_code == 200
    after = read(api, world, call, before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert "other" in after.content.decode()


def test_the_etag_of_the_user_changes_with_the_user(api: Any) -> None:
    before = api.get(f"{API}/auth/me")
    User.objects.update(email="new@example.org")
    after = api.get(f"{API}/auth/me", headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after.json()["email"]) == (200, "new@example.org")


def test_the_etag_depends_on_the_page(api: Any, world: World) -> None:
    etags = {api.get(f"{API}/artifacts?page_size=1&page={page}")["ETag"] for page in (1, 2, 3, 4)}
    assert len(etags) == 4


def test_one_of_several_etags_or_a_weak_one_is_enough(api: Any, world: World) -> None:
    etag = api.get(f"{API}/collections")["ETag"]
    for sent in (f'"old", {etag}', f"W/{etag.removeprefix('W/')}", "*"):
        assert api.get(f"{API}/collections", headers={"If-None-Match": sent}).status_code == 304


@pytest.mark.parametrize("etag", ['"old"', "old", "", "W/"])
def test_another_etag_gets_the_whole_answer(api: Any, world: World, etag: str) -> None:
    response = api.get(f"{API}/collections", headers={"If-None-Match": etag})
    assert (response.status_code, response.json()["total"]) == (200, 2)


def test_a_304_needs_a_token_too(api: Any, anonymous_api: Any) -> None:
    etag = api.get(f"{API}/collections")["ETag"]
    assert_envelope(anonymous_api.get(f"{API}/collections", headers={"If-None-Match": etag}), 401)


def test_an_error_is_never_304(api: Any) -> None:
    assert_envelope(api.get(f"{API}/collections?page=0", headers={"If-None-Match": "*"}), 400)


def test_the_openapi_document_has_an_etag_too(anonymous_api: Any) -> None:
    etag = anonymous_api.get(f"{API}/schema?format=json")["ETag"]
    again = anonymous_api.get(f"{API}/schema?format=json", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
