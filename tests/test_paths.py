"""Trailing slashes and ids in paths."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.calls import API, BY_ID, CALLS, Call, World, assert_envelope, each, undone

METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
PATHS = sorted({call.path for call in CALLS})
PREFIXES = {
    "collection": "col",
    "target": "col",
    "group": "grp",
    "other_group": "grp",
    "artifact": "art",
    "spare_artifact": "art",
    "project": "proj",
    "spare_project": "proj",
    "deployment": "dep",
    "report": "rep",
    "token": "tok",
}
DIGITS = "0123456789abcdef" * 2
WRONG_SHAPES = [
    "1",
    DIGITS,
    f"{{prefix}}-{DIGITS[:-1]}",
    f"{{prefix}}-{DIGITS}0",
    f"{{prefix}}-{DIGITS.upper()}",
    f"{{prefix}}_{DIGITS}",
    f"{{other}}-{DIGITS}",
    f"{{prefix}}-{DIGITS[:-1]}g",
]


def what_a_client_sees(response: Any) -> tuple[Any, ...]:
    """Everything but new ids, keys and times, which differ from one create to the next."""
    text = response.content.decode() + response.get("Location", "")
    text = re.sub(r"(col|grp|art|proj|dep|rep|tok)-[0-9a-f]{32}", r"\1", text)
    text = re.sub(r'"\d{4}-\d\d-\d\dT[^"]*Z"|"token":"[^"]*"', '""', text)
    names = ("Content-Type", "Allow", "WWW-Authenticate", "Vary")
    return response.status_code, text, [response.get(name) for name in names]


@each(CALLS)
def test_a_trailing_slash_changes_nothing_about_a_successful_call(api: Any, world: World, call: Call) -> None:
    with undone():
        without = call.send(api, world)
    with undone():
        with_slash = call.send(api, world, slash="/")
    assert without.status_code == call.status
    assert what_a_client_sees(with_slash) == what_a_client_sees(without)


@pytest.mark.parametrize("path", PATHS)
def test_a_trailing_slash_changes_nothing_for_any_method(api: Any, world: World, path: str) -> None:
    url = API + path.format_map(world)
    for method in METHODS:
        with undone():
            without = getattr(api, method)(url)
        with undone():
            with_slash = getattr(api, method)(f"{url}/")
        assert what_a_client_sees(with_slash) == what_a_client_sees(without), method
        assert with_slash.status_code not in (301, 302, 307, 308, 404), method


@pytest.mark.parametrize("path", ["/healthz", "/readyz", f"{API}/schema", f"{API}/docs", f"{API}/redoc"])
def test_a_trailing_slash_changes_nothing_for_documents_and_health(anonymous_api: Any, path: str) -> None:
    without, with_slash = anonymous_api.get(path), anonymous_api.get(f"{path}/")
    assert (without.status_code, with_slash.status_code) == (200, 200)
    csrf_token = rb'"[A-Za-z0-9]{64}"'
    assert re.sub(csrf_token, b"", with_slash.content) == re.sub(csrf_token, b"", without.content)


def test_a_query_follows_a_trailing_slash(api: Any, make_collection: Any) -> None:
    for name in "abc":
        make_collection(name)
    body = api.get(f"{API}/collections/?page=2&page_size=2").json()
    assert [row["name"] for row in body["collections"]] == ["c"]


def test_the_location_of_a_new_row_has_no_trailing_slash(api: Any) -> None:
    response = api.post(f"{API}/collections/", {"name": "new"})
    assert response["Location"].endswith(f"{API}/collections/{response.json()['id']}")
    assert api.get(response["Location"]).json()["name"] == "new"


@pytest.mark.parametrize(
    "path", ["/collections//", "//collections", "/Collections", "/collection", "/groups/x/y"]
)
def test_a_url_that_is_only_similar_leads_nowhere(api: Any, path: str) -> None:
    body = assert_envelope(api.get(API + path), 404)
    assert body["errors"][0]["code"] == "not_found"


def test_a_line_break_at_the_end_of_a_path_is_not_ignored(api: Any) -> None:
    assert_envelope(api.get(f"{API}/collections%0A"), 404)


WITH_IDS = [call for call in CALLS if "{" in call.path]


@each(WITH_IDS)
def test_an_id_of_the_wrong_shape_in_a_path_is_not_found_and_named(
    api: Any, world: World, call: Call
) -> None:
    for name in re.findall(r"{(\w+)}", call.path):
        prefix = PREFIXES[name]
        for shape in WRONG_SHAPES:
            wrong = shape.format(prefix=prefix, other="dep" if prefix == "art" else "art")
            body = assert_envelope(call.send(api, {**world, name: wrong}), 404)
            assert f"'{wrong}' not found" in body["detail"]
            assert (body["type"], body["errors"][0]["attr"]) == ("client_error", None)


@each(WITH_IDS)
def test_an_id_that_names_nothing_in_a_path_is_not_found_and_named(
    api: Any, world: World, call: Call
) -> None:
    first = re.findall(r"{(\w+)}", call.path)[0]
    nothing = f"{PREFIXES[first]}-{DIGITS}"
    kinds = {"col": "Collection", "grp": "Group", "art": "Artifact", "proj": "Project", "dep": "Deployment"}
    kinds |= {"rep": "Report", "tok": "Api token"}
    call = replace(call, path=call.path.replace(f"{{{first}}}", nothing))
    body = assert_envelope(call.send(api, world), 404)
    assert body["detail"] == f"{kinds[PREFIXES[first]]} '{nothing}' not found"


@pytest.mark.parametrize("operation_id", ["removeCollectionArtifact", "removeGroupArtifact"])
def test_removing_an_artifact_that_never_existed_is_fine(api: Any, world: World, operation_id: str) -> None:
    response = BY_ID[operation_id].send(api, {**world, "artifact": f"art-{DIGITS}"})
    assert (response.status_code, response.content) == (204, b"")


def test_the_id_of_another_kind_of_row_names_nothing(api: Any, world: World) -> None:
    body = assert_envelope(api.get(f"{API}/groups/{world['collection']}"), 404)
    assert body["detail"] == f"Group '{world['collection']}' not found"


def test_reorder_and_summary_are_no_ids(api: Any, world: World) -> None:
    assert set(api.get(f"{API}/deployments/summary").json()) >= {"total_deployments", "by_status"}
    assert api.put(f"{API}/groups/reorder", {"groups": []}).status_code == 400
