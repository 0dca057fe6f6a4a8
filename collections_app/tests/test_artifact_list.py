"""``GET /artifacts``"""

import pytest

from collections_app.models import Artifact
from collections_app.tests.helpers import (
    ARTIFACTS,
    BAD_PAGES,
    NAMES,
    NO_ARTIFACT,
    NO_COLLECTION,
    NO_GROUP,
    SEARCHES,
    failure,
    missing,
    names,
    pages,
)


@pytest.fixture
def artifacts(api, make_artifact):
    """Made in the order b, a, c; then b was changed."""
    made = {name: make_artifact(name, type) for name, type in [("b", "hook"), ("a", "mcp"), ("c", "agent")]}
    api.patch(f"{ARTIFACTS}/{made['b'].pk}", {"description": "changed"})
    return made


def test_the_list_shows_what_the_detail_shows(api, artifacts, make_collection, deploy):
    make_collection("Office", artifacts["a"])
    deploy(artifacts["b"])

    body = api.get(ARTIFACTS).json()

    details = [api.get(f"{ARTIFACTS}/{artifacts[name].pk}").json() for name in "abc"]
    assert [len(detail.pop("collections")) for detail in details] == [1, 0, 0]
    assert body == {"artifacts": details, "total": 3, "page": 1, "page_size": 50}
    counts = [(row["collection_count"], row["deployment_count"]) for row in details]
    assert counts == [(1, 0), (0, 1), (0, 0)]


@pytest.mark.parametrize(
    ("ordering", "order"),
    [
        (None, "abc"),
        ("name", "abc"),
        ("-name", "cba"),
        ("type", "cba"),
        ("-type", "abc"),
        ("created_at", "bac"),
        ("-created_at", "cab"),
        ("updated_at", "acb"),
        ("-updated_at", "bca"),
    ],
)
def test_it_can_be_ordered(api, artifacts, ordering, order):
    assert names(api.get(ARTIFACTS, {"ordering": ordering} if ordering else {})) == list(order)


def test_equal_names_are_ordered_by_type(api, make_artifact):
    for type in ("skill", "agent", "mcp", "command", "hook"):
        make_artifact("pdf", type)

    rows = api.get(ARTIFACTS).json()["artifacts"]

    assert [row["type"] for row in rows] == ["agent", "command", "hook", "mcp", "skill"]


@pytest.mark.parametrize("field", ["type", "created_at", "updated_at"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_ties_are_broken_by_id(api, make_artifact, field, sign):
    ids = sorted(make_artifact(name).pk for name in "dbeac")
    moment = Artifact.objects.first().created_at
    Artifact.objects.update(created_at=moment, updated_at=moment)

    assert pages(api, ARTIFACTS, "artifacts", ordering=f"{sign}{field}") == (ids[::-1] if sign else ids)


@pytest.mark.parametrize(("parameter", "value"), [("ordering", "added_at"), ("type", "plugin"), ("type", "")])
def test_an_unknown_choice_is_refused(api, artifacts, parameter, value):
    response = api.get(ARTIFACTS, {parameter: value})

    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize("field", ["name", "description"])
@pytest.mark.parametrize(("text", "found"), SEARCHES)
def test_search_finds_a_part_of_the_name_or_description_in_any_case(api, make_artifact, field, text, found):
    make_artifact("nameless")
    for number, each in enumerate(NAMES):
        make_artifact(**{"name": f"a{number}", field: each})

    body = api.get(ARTIFACTS, {"search": text}).json()

    assert ([row[field] for row in body["artifacts"]], body["total"]) == ([found], 1)


@pytest.mark.parametrize(("type", "found"), [("hook", ["b"]), ("mcp", ["a"]), ("skill", [])])
def test_it_can_be_narrowed_to_a_type(api, artifacts, type, found):
    response = api.get(ARTIFACTS, {"type": type})

    assert (names(response), response.json()["total"]) == (found, len(found))


def test_it_can_be_narrowed_to_a_collection_and_to_a_group(api, artifacts, make_collection, make_group):
    a, b, c = (artifacts[name] for name in "abc")
    office, home = make_collection("Office", b, a), make_collection("Home", c, a)
    documents, empty = make_group(office, "Documents", a), make_group(home, "Empty")
    make_group(office, "More", b, a)

    def found(**parameters):
        response = api.get(ARTIFACTS, parameters)
        assert response.json()["total"] == len(names(response))
        return names(response)

    assert found(collection_id=office.pk) == ["a", "b"]
    assert found(collection_id=home.pk) == ["a", "c"]
    assert found(group_id=documents.pk) == ["a"]
    assert found(group_id=empty.pk) == []
    assert found(collection_id=office.pk, type="hook") == ["b"]
    assert found(collection_id=office.pk, search="CHANG") == ["b"]
    assert found(collection_id=office.pk, ordering="-name") == ["b", "a"]
    assert found(collection_id=office.pk, group_id=documents.pk) == ["a"]


def test_a_filtered_artifact_keeps_its_counts(api, make_artifact, make_collection, make_group):
    pdf = make_artifact("pdf")
    office = make_collection("Office", pdf)
    make_collection("Home", pdf)
    group = make_group(office, "Documents", pdf)

    for parameters in ({"collection_id": office.pk}, {"group_id": group.pk}):
        [row] = api.get(ARTIFACTS, parameters).json()["artifacts"]
        assert row["collection_count"] == 2


@pytest.mark.parametrize(
    ("parameter", "id", "what"),
    [("collection_id", NO_COLLECTION, "Collection"), ("group_id", NO_GROUP, "Group")],
)
def test_a_filter_by_what_does_not_exist_is_not_found(api, artifacts, parameter, id, what):
    assert missing(api.get(ARTIFACTS, {parameter: id})) == (404, f"{what} '{id}' not found")


@pytest.mark.parametrize("parameter", ["collection_id", "group_id"])
@pytest.mark.parametrize("id", [NO_ARTIFACT, "col-1", "grp-1", NO_COLLECTION.upper(), "x"])
def test_a_filter_by_what_is_no_id_is_refused(api, artifacts, parameter, id):
    assert failure(api.get(ARTIFACTS, {parameter: id})) == (400, "invalid", parameter)


@pytest.mark.parametrize("parameter", ["name", "artifact_id", "added_at"])
def test_an_unknown_parameter_is_refused(api, artifacts, parameter):
    assert failure(api.get(ARTIFACTS, {parameter: "a"})) == (400, "unknown_parameter", parameter)


def test_pages_follow_each_other(api, artifacts):
    parameters = {"page": 2, "page_size": 2}
    response = api.get(ARTIFACTS, parameters)

    assert names(response) == ["c"]
    assert response.json() | {"artifacts": []} == {"artifacts": [], "total": 3, **parameters}
    past_the_end = api.get(ARTIFACTS, {"page": 3, "page_size": 2})
    assert (past_the_end.status_code, names(past_the_end)) == (200, [])


@pytest.mark.parametrize(("parameter", "value"), BAD_PAGES)
def test_a_page_that_cannot_be_is_refused(api, artifacts, parameter, value):
    assert failure(api.get(ARTIFACTS, {parameter: value})) == (400, "invalid", parameter)


def test_a_page_has_50_rows_unless_told_and_at_most_100(api):
    Artifact.objects.bulk_create(Artifact(type="skill", name=f"a{number:03}") for number in range(101))

    assert len(names(api.get(ARTIFACTS))) == 50
    assert len(names(api.get(ARTIFACTS, {"page_size": 100}))) == 100
