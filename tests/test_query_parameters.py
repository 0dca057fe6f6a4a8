"""Unknown parameters and values, and paging."""

from dataclasses import replace
from typing import Any

import pytest

from collections_app.models import Artifact, Collection
from deployments_app.models import Deployment, Project
from tests.calls import API, BY_ID, CALLS, Call, World, assert_envelope, each

LISTS = {
    "listCollections": ("collections", 50, 100),
    "listArtifacts": ("artifacts", 50, 100),
    "listProjects": ("projects", 50, 100),
    "listCollectionArtifacts": ("artifacts", 1000, 1000),
    "listGroups": ("groups", 1000, 1000),
    "listGroupArtifacts": ("artifacts", 1000, 1000),
    "listDeployments": ("deployments", 1000, 1000),
    "getDeploymentSummary": ("by_artifact", 1000, 1000),
}
each_list = pytest.mark.parametrize("operation_id", LISTS)


def ask(api: Any, world: World, operation_id: str, parameters: str) -> Any:
    """Send the call of an operation with more parameters."""
    call = BY_ID[operation_id]
    return api.get(f"{call.url(world)}{call.query.format_map(world) or '?'}&{parameters}")


@each(CALLS)
def test_every_operation_refuses_parameters_that_it_does_not_know(api: Any, world: World, call: Call) -> None:
    query = f"{call.query or '?'}&nonsense=1"
    body = assert_envelope(replace(call, query=query).send(api, world), 400)
    assert body["type"] == "validation_error"
    assert [(error["code"], error["attr"]) for error in body["errors"]] == [("unknown_parameter", "nonsense")]


def test_evidence_is_one_of_two_and_is_sent_once(api: Any) -> None:
    for query, code in (
        ("evidence=reported&evidence=declared", "repeated"),
        ("evidence=x", "unknown_parameter"),
    ):
        body = assert_envelope(api.get(f"{API}/deployments?{query}"), 400)
        assert [(error["code"], error["attr"]) for error in body["errors"]] == [(code, "evidence")]


def test_every_unknown_parameter_is_named(api: Any) -> None:
    body = assert_envelope(api.get(f"{API}/collections?colour=red&page=1&shape=round"), 400)
    assert [error["attr"] for error in body["errors"]] == ["colour", "shape"]
    assert "search, artifact_id, ordering, page, page_size" in body["detail"]


@pytest.mark.parametrize("query", ["=", "=1", "=1&=2"])
def test_a_parameter_without_a_name_is_no_field(api: Any, query: str) -> None:
    body = assert_envelope(api.get(f"{API}/collections?{query}"), 400)
    assert [(error["code"], error["attr"]) for error in body["errors"]] == [("unknown_parameter", None)]
    assert body["detail"].startswith("Unknown query parameter")


@pytest.mark.parametrize("operation_id", ["getCollection", "getGroup", "createCollection"])
def test_parameters_of_the_list_mean_nothing_elsewhere(api: Any, world: World, operation_id: str) -> None:
    call = BY_ID[operation_id]
    url = f"{call.url(world)}?page=1"
    body = assert_envelope(getattr(api, call.method)(url, call.body), 400)
    assert [(error["code"], error["attr"]) for error in body["errors"]] == [("unknown_parameter", "page")]


@pytest.mark.parametrize(
    ("operation_id", "parameter", "value"),
    [
        (operation_id, "ordering", value)
        for operation_id in (
            "listCollections",
            "listArtifacts",
            "listProjects",
            "listCollectionArtifacts",
            "listDeployments",
        )
        for value in ("size", "id", "-", "--name", "Name", "name;drop", "")
    ]
    + [
        (operation_id, "type", value)
        for operation_id in ("listArtifacts", "listCollectionArtifacts")
        for value in ("plugin", "SKILL", "", "skill,", ",skill", "skill,plugin")
    ]
    + [
        ("listDeployments", "status", value)
        for value in ("deployed", "ACTIVE", "", "active,,error", "active,lost")
    ]
    + [("listDeployments", "outdated", value) for value in ("yes", "1", "True", "")],
)
def test_a_value_that_a_parameter_does_not_know_is_refused(
    api: Any, world: World, operation_id: str, parameter: str, value: str
) -> None:
    body = assert_envelope(ask(api, world, operation_id, f"{parameter}={value}"), 400)
    assert body["type"] == "validation_error"
    assert {error["attr"] for error in body["errors"]} == {parameter}


@pytest.mark.parametrize(
    "parameters",
    ["type=skill&type=agent", "type=skill,agent", "type[]=skill&type[]=agent", "type=skill&type[]=agent"],
)
@pytest.mark.parametrize("operation_id", ["listArtifacts", "listCollectionArtifacts"])
def test_several_types_are_repeated_or_listed_with_commas_or_brackets(
    api: Any, world: World, operation_id: str, parameters: str
) -> None:
    expected = [
        row
        for row in ask(api, world, operation_id, "").json()["artifacts"]
        if row["type"] in ("skill", "agent")
    ]
    assert expected
    assert ask(api, world, operation_id, parameters).json()["artifacts"] == expected


@pytest.mark.parametrize(
    ("operation_id", "parameter", "value"),
    [
        ("listCollections", "search", "a"),
        ("listCollections", "ordering", "name"),
        ("listCollections", "page", "1"),
        ("listGroups", "collection_id", "{collection}"),
        ("listDeployments", "outdated", "true"),
        ("getDeploymentSummary", "page_size", "10"),
    ],
)
def test_a_parameter_that_takes_one_value_and_is_sent_twice_is_refused(
    api: Any, world: World, operation_id: str, parameter: str, value: str
) -> None:
    twice = "&".join(2 * [f"{parameter}={value.format_map(world)}"])
    call = BY_ID[operation_id]
    body = assert_envelope(api.get(f"{call.url(world)}?{twice}"), 400)
    assert [(error["code"], error["attr"]) for error in body["errors"]] == [("repeated", parameter)]


def test_one_unknown_status_among_several_is_refused(api: Any, world: World) -> None:
    body = assert_envelope(ask(api, world, "listDeployments", "status=active&status=lost"), 400)
    assert "lost" in body["detail"]


@pytest.mark.parametrize(
    "parameters",
    [
        "page=0",
        "page=-1",
        "page=abc",
        "page=1.5",
        "page=",
        "page=%EF%BC%91",
        "page=99999999999999999999",
        "page_size=0",
        "page_size=-1",
        "page_size=many",
        "page_size=",
        "page_size=99999999999999999999",
    ],
)
@each_list
def test_a_page_that_is_no_number_of_a_page_is_refused(
    api: Any, world: World, operation_id: str, parameters: str
) -> None:
    body = assert_envelope(ask(api, world, operation_id, parameters), 400)
    assert [error["attr"] for error in body["errors"]] == [parameters.split("=")[0]]


@each_list
def test_the_page_size_has_a_default_and_a_maximum(api: Any, world: World, operation_id: str) -> None:
    _, default, maximum = LISTS[operation_id]
    assert ask(api, world, operation_id, "page=1").json()["page_size"] == default
    assert ask(api, world, operation_id, f"page_size={maximum}").json()["page_size"] == maximum
    assert_envelope(ask(api, world, operation_id, f"page_size={maximum + 1}"), 400)


@pytest.mark.parametrize("page", [3, 10**9, 2**53 - 1])
@each_list
def test_a_page_past_the_end_is_empty(api: Any, world: World, operation_id: str, page: int) -> None:
    key = LISTS[operation_id][0]
    whole = ask(api, world, operation_id, "page=1").json()
    response = ask(api, world, operation_id, f"page={page}&page_size=2")
    assert response.status_code == 200
    body = response.json()
    assert (body[key], body["page"], body["page_size"]) == ([], page, 2)
    total = "artifact_total" if operation_id == "getDeploymentSummary" else "total"
    assert body[total] == whole[total] > 0


@each_list
def test_the_envelope_of_a_list_has_four_keys(api: Any, world: World, operation_id: str) -> None:
    body = ask(api, world, operation_id, "page=1").json()
    if operation_id != "getDeploymentSummary":
        assert list(body) == [LISTS[operation_id][0], "total", "page", "page_size"]
    assert isinstance(body[LISTS[operation_id][0]], list)


def pages(api: Any, url: str, key: str, size: int = 3) -> list[str]:
    """The ids on all pages, one page after the other."""
    ids: list[str] = []
    for page in range(1, 10):
        ids += [row["id"] for row in api.get(f"{url}page={page}&page_size={size}").json()[key]]
    return ids


def shuffled_ids(prefix: str) -> list[str]:
    """Ids whose order is not the order in which the rows are made."""
    return [f"{prefix}-{number * 7 % 10:032x}" for number in range(10)]


@pytest.mark.parametrize("ordering", ["created_at", "-created_at", "updated_at", "-updated_at"])
@pytest.mark.parametrize(("model", "key"), [(Collection, "collections"), (Project, "projects")])
def test_rows_of_the_same_time_are_paged_through_without_repeats_or_gaps(
    api: Any, model: Any, key: str, ordering: str
) -> None:
    ids = shuffled_ids(model._meta.pk.prefix)
    model.objects.bulk_create(model(id=id, name=id) for id in ids)
    model.objects.update(created_at="2026-01-01T00:00:00Z", updated_at="2026-01-01T00:00:00Z")
    expected = sorted(ids, reverse=ordering.startswith("-"))
    assert pages(api, f"{API}/{key}?ordering={ordering}&", key) == expected


@pytest.mark.parametrize("ordering", ["type", "-type"])
@pytest.mark.parametrize("in_collection", [False, True])
def test_artifacts_of_one_type_are_paged_through_by_id(
    api: Any, make_collection: Any, ordering: str, in_collection: bool
) -> None:
    ids = shuffled_ids("art")
    artifacts = Artifact.objects.bulk_create(Artifact(id=id, name=id[::-1], type="skill") for id in ids)
    url = f"{API}/artifacts"
    if in_collection:
        url = f"{API}/collections/{make_collection('all', *artifacts).pk}/artifacts"
    expected = sorted(ids, reverse=ordering == "-type")
    assert pages(api, f"{url}?ordering={ordering}&", "artifacts") == expected


@pytest.mark.parametrize("ordering", ["", "status", "-status", "deployed_at", "-deployed_at"])
def test_deployments_of_one_moment_are_paged_through_by_id(
    api: Any, make_artifact: Any, make_project: Any, ordering: str
) -> None:
    artifact, project = make_artifact("pdf"), make_project("web")
    time = "2026-01-01T00:00:00Z"
    Deployment.objects.bulk_create(
        Deployment(id=id, artifact=artifact, project=project, status="error", deployed_at=time)
        for id in shuffled_ids("dep")
    )
    parameter = f"ordering={ordering}&" if ordering else ""
    expected = sorted(shuffled_ids("dep"), reverse=ordering in ("", "-status", "-deployed_at"))
    url = f"{API}/deployments?project_id={project.pk}&{parameter}"
    assert pages(api, url, "deployments") == expected


@pytest.mark.parametrize("ordering", ["name", "-name", "-type", "updated_at"])
@pytest.mark.parametrize("filters", ["", "type=skill", "search=b", "group_id={group}&type=skill"])
@pytest.mark.parametrize(
    "url", ["/artifacts", "/artifacts?collection_id={collection}", "/collections/{collection}/artifacts"]
)
def test_the_pages_of_filtered_artifacts_are_the_list_cut_into_pieces(
    api: Any, make_artifact: Any, make_collection: Any, make_group: Any, url: str, filters: str, ordering: str
) -> None:
    artifacts = [make_artifact(name, type) for type in ("skill", "agent") for name in ("ab", "b", "cb", "d")]
    collection = make_collection("most", *artifacts[1:])
    group = make_group(collection, "odd", *artifacts[1::2])
    ids = {"collection": collection.pk, "group": group.pk}
    parameters = f"{filters}&ordering={ordering}".format_map(ids).lstrip("&")
    asked = f"{API}{url.format_map(ids)}{'&' if '?' in url else '?'}{parameters}"

    whole = api.get(asked).json()["artifacts"]
    pieces = [api.get(f"{asked}&page={page}&page_size=2").json()["artifacts"] for page in range(1, 6)]

    assert whole
    assert [row for piece in pieces for row in piece] == whole
