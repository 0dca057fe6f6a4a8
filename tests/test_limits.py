"""How long texts and how large batches may be."""

from typing import Any

import pytest

from collections_app.models import Artifact
from tests.calls import API, World, assert_envelope, filled

NAMED = {
    "/collections": {},
    "/groups": {"collection_id": "{collection}"},
    "/artifacts": {"type": "hook"},
    "/projects": {},
}
NAMED_ROWS = ["/collections/{collection}", "/groups/{group}", "/artifacts/{artifact}", "/projects/{project}"]
each_named = pytest.mark.parametrize("path", NAMED)
each_row = pytest.mark.parametrize("path", NAMED_ROWS)
NAMES = {
    "x": "x",
    "x" * 255: "x" * 255,
    "𝕊" * 255: "𝕊" * 255,
    f" \t{'x' * 255}\n ": "x" * 255,
    "  a b ": "a b",
}
NO_NAMES = {"": "blank", " \t\n": "blank", "x" * 256: "max_length", f" {'𝕊' * 256} ": "max_length"}
DESCRIPTIONS = [None, "", " kept as it is \n", "x" * 10_000, "𝕊" * 10_000, " " * 10_000]


def codes(response: Any) -> list[tuple[str, str | None]]:
    return [(error["code"], error["attr"]) for error in assert_envelope(response, 400)["errors"]]


def create(api: Any, world: World, path: str, **fields: Any) -> Any:
    return api.post(API + path, {**filled(NAMED[path], world), **fields})


@each_named
def test_a_name_is_stripped_and_has_1_to_255_characters(api: Any, world: World, path: str) -> None:
    for sent, kept in NAMES.items():
        response = create(api, world, path, name=sent)
        assert (response.status_code, response.json()["name"]) == (201, kept)
        assert api.delete(response["Location"]).status_code == 204


@each_named
def test_another_name_is_refused(api: Any, world: World, path: str) -> None:
    for sent, code in NO_NAMES.items():
        assert codes(create(api, world, path, name=sent)) == [(code, "name")]
    assert codes(create(api, world, path, name=None)) == [("null", "name")]
    assert codes(create(api, world, path)) == [("required", "name")]


@each_row
def test_a_row_is_renamed_within_the_same_limits(api: Any, world: World, path: str) -> None:
    url = API + path.format_map(world)
    for sent, kept in NAMES.items():
        assert api.patch(url, {"name": sent}).json()["name"] == kept
    for sent, code in NO_NAMES.items():
        assert codes(api.patch(url, {"name": sent})) == [(code, "name")]
    assert api.get(url).json()["name"] == "a b"


@each_named
def test_a_description_is_kept_as_it_is(api: Any, world: World, path: str) -> None:
    assert create(api, world, path, name="without").json()["description"] is None
    for number, text in enumerate(DESCRIPTIONS):
        response = create(api, world, path, name=f"{number}", description=text)
        assert response.json()["description"] == text
        assert api.get(response["Location"]).json()["description"] == text


@each_row
def test_a_description_changes_between_null_empty_and_text(api: Any, world: World, path: str) -> None:
    url = API + path.format_map(world)
    for text in ["", None, "text", "", "text", None]:
        assert api.put(url, {"description": text}).json()["description"] == text
        assert api.get(url).json()["description"] == text


@each_row
def test_a_description_over_10000_characters_is_refused(api: Any, world: World, path: str) -> None:
    url = API + path.format_map(world)
    before = api.get(url).json()
    assert codes(api.put(url, {"description": "x" * 10_001})) == [("max_length", "description")]
    assert api.get(url).json() == before


@pytest.mark.parametrize(
    ("path", "field"),
    [("/artifacts/{artifact}", "latest_version"), ("/deployments/{deployment}", "deployed_version")],
)
def test_a_version_has_at_most_255_characters_or_is_unknown(
    api: Any, world: World, path: str, field: str
) -> None:
    url = API + path.format_map(world)
    for version in ("x" * 255, None, "𝕊" * 255):
        assert api.patch(url, {field: version}).json()[field] == version
    assert codes(api.patch(url, {field: "x" * 256})) == [("max_length", field)]
    assert api.get(url).json()[field] == "𝕊" * 255


BATCHES = [
    ("post", "/collections/{collection}/artifacts", "artifact_ids", {}),
    (
        "post",
        "/collections/{collection}/move-artifacts",
        "artifact_ids",
        {"target_collection_id": "{target}"},
    ),
    (
        "post",
        "/collections/{collection}/copy-artifacts",
        "artifact_ids",
        {"target_collection_id": "{target}"},
    ),
    ("post", "/groups/{group}/artifacts", "artifact_ids", {}),
    ("post", "/groups/{group}/move-artifacts", "artifact_ids", {"target_group_id": "{other_group}"}),
]
REORDERS = [
    ("put", "/groups/reorder", "groups", "id"),
    ("put", "/groups/{group}/reorder", "groups", "id"),
    ("post", "/groups/{group}/reorder-artifacts", "artifacts", "artifact_id"),
]


@pytest.mark.parametrize(("method", "path", "field", "more"), BATCHES, ids=lambda value: str(value)[:40])
def test_a_batch_has_1_to_1000_ids(
    api: Any, world: World, method: str, path: str, field: str, more: dict[str, str]
) -> None:
    def send(ids: list[str]) -> Any:
        body = {**filled(more, world), field: ids}
        return getattr(api, method)(API + path.format_map(world), body)

    assert codes(send([])) == [("min_length", field)]
    assert codes(send([f"art-{number:032x}" for number in range(1001)])) == [("max_length", field)]
    assert codes(send([world["artifact"]] * 1001)) == [("max_length", field)]
    response = send([world["artifact"]] * 1000)
    assert response.status_code in (200, 201)
    assert [item["artifact_id"] for item in response.json()["artifacts"]] == [world["artifact"]]


@pytest.mark.parametrize(("method", "path", "field", "key"), REORDERS)
def test_a_reorder_has_1_to_1000_items_and_none_twice(
    api: Any, world: World, method: str, path: str, field: str, key: str
) -> None:
    prefix = "grp" if key == "id" else "art"

    def send(items: list[Any]) -> Any:
        return getattr(api, method)(API + path.format_map(world), {field: items})

    items = [{key: f"{prefix}-{number:032x}", "position": number} for number in range(1001)]
    assert codes(send([])) == [("min_length", field)]
    assert codes(send(items)) == [("max_length", field)]
    assert_envelope(send(items[:1000]), 404 if prefix == "grp" else None)
    own = world["group" if key == "id" else "artifact"]
    assert codes(send([{key: own, "position": place} for place in (0, 1)])) == [("repeated", field)]


def test_a_thousand_artifacts_go_through_every_batch(api: Any, world: World) -> None:
    rows = Artifact.objects.bulk_create(Artifact(name=f"{number:04}", type="mcp") for number in range(1000))
    ids = [row.pk for row in rows]
    source, target = (f"{API}/collections/{world[name]}" for name in ("collection", "target"))
    group = f"{API}/groups/{world['other_group']}"
    added = api.post(f"{source}/artifacts", {"artifact_ids": ids})
    assert (added.status_code, [item["artifact_id"] for item in added.json()["artifacts"]]) == (201, ids)
    assert api.post(f"{group}/artifacts", {"artifact_ids": ids}).status_code == 201
    places = [{"artifact_id": id, "position": place} for place, id in enumerate(reversed(ids))]
    order = api.post(f"{group}/reorder-artifacts", {"artifacts": places}).json()["artifacts"]
    assert [item["artifact_id"] for item in order] == ids[::-1]
    move = {"artifact_ids": ids, "target_collection_id": world["target"]}
    assert api.post(f"{source}/copy-artifacts", move).status_code == 200
    assert api.post(f"{source}/move-artifacts", move).status_code == 200
    counts = [api.get(url).json()["artifact_count"] for url in (source, target, group)]
    assert counts == [2, 1000, 0]
