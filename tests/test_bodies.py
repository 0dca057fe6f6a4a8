"""What holds for every request body: unknown fields, read-only ones, references, partial updates."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from tests.calls import API, CALLS, Call, World, assert_envelope, each, filled, stored

KINDS = {"col": "Collection", "grp": "Group", "art": "Artifact", "proj": "Project", "dep": "Deployment"}
DIGITS = "0123456789abcdef" * 2
ROWS = [
    "/collections/{collection}",
    "/groups/{group}",
    "/artifacts/{artifact}",
    "/projects/{project}",
    "/deployments/{deployment}",
]
each_row = pytest.mark.parametrize("path", ROWS)
each_update = pytest.mark.parametrize("method", ["put", "patch"])


def names_rows(call: Call) -> bool:
    return bool(re.search(r"{(?!password)\w+}", json.dumps(call.body)))


@each([call for call in CALLS if call.body])
def test_an_unknown_field_is_refused(api: Any, world: World, call: Call) -> None:
    before = stored()
    body = {**filled(call.body, world), "colour": "red", "Name": "x"}
    response = getattr(api, call.method)(call.url(world), body)
    found = [(error["code"], error["attr"]) for error in assert_envelope(response, 400)["errors"]]
    assert sorted(found) == [("unknown_field", "Name"), ("unknown_field", "colour")]
    assert stored() == before


@each([call for call in CALLS if call.body])
def test_a_body_that_is_null_is_refused(api: Any, world: World, call: Call) -> None:
    response = api.generic(call.method, call.url(world), b"null", content_type="application/json")
    (error,) = assert_envelope(response, 400)["errors"]
    assert error == {"code": "null", "detail": "No data provided", "attr": None}


@pytest.mark.parametrize("path", ["/groups/reorder", "/groups/{group}/reorder"])
def test_an_unknown_field_of_an_item_is_refused(api: Any, world: World, path: str) -> None:
    items = [{"id": world["group"], "position": 0, "colour": "red"}]
    body = assert_envelope(api.put(API + path.format_map(world), {"groups": items}), 400)
    assert [(error["code"], error["attr"]) for error in body["errors"]] == [
        ("unknown_field", "groups.0.colour")
    ]


@each_update
@each_row
def test_a_client_may_send_back_what_it_got(api: Any, world: World, path: str, method: str) -> None:
    url = API + path.format_map(world)
    got = api.get(url).json()
    response = getattr(api, method)(url, got)
    assert (response.status_code, api.get(url).json()) == (200, got)


@each_update
@each_row
def test_an_empty_object_changes_nothing(api: Any, world: World, path: str, method: str) -> None:
    before = stored()
    response = getattr(api, method)(API + path.format_map(world), {})
    assert (response.status_code, response.json()["id"]) == (200, path.split("/")[2].format_map(world))
    assert stored() == before


@each_update
@each_row
def test_what_a_client_may_not_set_is_ignored(api: Any, world: World, path: str, method: str) -> None:
    url = API + path.format_map(world)
    got = api.get(url).json()
    fixed = {
        "id": "x",
        "created_at": "x",
        "updated_at": None,
        "artifact_count": -1,
        "group_count": [],
        "groups": 1,
    }
    fixed |= {
        "collection_count": 9,
        "deployment_count": 9,
        "artifact_name": 1,
        "is_outdated": "?",
        "artifacts": {},
    }
    sent = {name: value for name, value in fixed.items() if name in got}
    assert len(sent) >= 2
    assert getattr(api, method)(url, sent).status_code == 200
    assert api.get(url).json() == got


@pytest.mark.parametrize("path", ["/collections", "/artifacts", "/projects"])
def test_the_id_and_the_times_of_a_new_row_cannot_be_chosen(api: Any, path: str) -> None:
    chosen = {
        "id": f"col-{DIGITS}",
        "created_at": "2001-01-01T00:00:00Z",
        "updated_at": "2001-01-01T00:00:00Z",
    }
    body = {"name": "new", **chosen, **({"type": "skill"} if path == "/artifacts" else {})}
    response = api.post(API + path, body)
    assert response.status_code == 201
    assert [name for name, value in chosen.items() if response.json()[name] == value] == []


@each_update
@pytest.mark.parametrize(
    ("path", "field", "other"),
    [
        ("/groups/{group}", "collection_id", "{target}"),
        ("/deployments/{deployment}", "artifact_id", "{spare_artifact}"),
        ("/deployments/{deployment}", "project_id", "{spare_project}"),
    ],
)
def test_a_reference_that_was_fixed_may_be_repeated_but_not_changed(
    api: Any, world: World, path: str, field: str, other: str, method: str
) -> None:
    url = API + path.format_map(world)
    got, before = api.get(url).json(), stored()
    response = getattr(api, method)(url, {field: other.format_map(world)})
    body = assert_envelope(response, 400)
    assert [(error["code"], error["attr"]) for error in body["errors"]] == [("immutable", field)]
    assert getattr(api, method)(url, {field: got[field]}).status_code == 200
    assert stored() == before


@each([call for call in CALLS if call.body and names_rows(call)])
def test_an_id_in_a_body_that_names_nothing_is_404_and_named(api: Any, world: World, call: Call) -> None:
    before = stored()
    for name in re.findall(r"{(?!password)(\w+)}", json.dumps(call.body)):
        prefix = world[name].partition("-")[0]
        nothing = f"{prefix}-{DIGITS}"
        body = filled(call.body, {**world, name: nothing})
        response = getattr(api, call.method)(call.url(world), body)
        assert assert_envelope(response, 404)["detail"] == f"{KINDS[prefix]} '{nothing}' not found"
    assert stored() == before


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/groups?collection_id=", "col"),
        ("/groups?collection_id={collection}&artifact_id=", "art"),
        ("/deployments?artifact_id=", "art"),
        ("/deployments?project_id=", "proj"),
        ("/artifacts?collection_id=", "col"),
        ("/artifacts?group_id=", "grp"),
        ("/collections/{collection}/artifacts?group_id=", "grp"),
    ],
)
def test_an_id_in_a_query_is_404_when_it_names_nothing_and_400_when_it_is_none(
    api: Any, world: World, path: str, prefix: str
) -> None:
    url = API + path.format_map(world)
    nothing = f"{prefix}-{DIGITS}"
    body = assert_envelope(api.get(url + nothing), 404)
    assert body["detail"] == f"{KINDS[prefix]} '{nothing}' not found"
    name = path.rstrip("=").rpartition("&")[2].rpartition("?")[2]
    for wrong in ("1", DIGITS, f"{prefix}-1", nothing.upper(), f"{nothing}0", f"dep-{DIGITS}"):
        body = assert_envelope(api.get(url + wrong), 400)
        assert [error["attr"] for error in body["errors"]] == [name]


@each_row
def test_ids_are_version_7_and_times_are_utc(api: Any, world: World, path: str) -> None:
    row = api.get(API + path.format_map(world)).json()
    prefix = path.split("/")[1]
    expected = {
        "collections": "col",
        "groups": "grp",
        "artifacts": "art",
        "projects": "proj",
        "deployments": "dep",
    }
    assert re.fullmatch(rf"{expected[prefix]}-[0-9a-f]{{12}}7[0-9a-f]{{3}}[89ab][0-9a-f]{{15}}", row["id"])
    times = [value for name, value in row.items() if name.endswith("_at") and value is not None]
    assert len(times) >= 2
    for time in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time)
        assert abs((datetime.now().astimezone() - datetime.fromisoformat(time)).total_seconds()) < 600


def test_later_ids_are_greater(api: Any) -> None:
    ids = [api.post(f"{API}/collections", {"name": str(number)}).json()["id"] for number in range(5)]
    assert ids == sorted(ids)
