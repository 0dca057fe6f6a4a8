"""``GET /collections/{id}/artifacts``"""

import re

import pytest

from collections_app.models import Artifact, CollectionArtifact
from collections_app.tests.helpers import (
    ARTIFACTS,
    BAD_PAGES,
    COLLECTIONS,
    GROUPS,
    NAMES,
    NO_COLLECTION,
    NO_GROUP,
    SEARCHES,
    TIME,
    failure,
    missing,
    names,
    pages,
)


@pytest.fixture
def office(api, make_artifact, make_collection):
    """A collection whose artifacts joined in the order b, a, c; then b was changed. There is a d."""
    make_artifact("d")
    types = {"b": "hook", "a": "mcp", "c": "agent"}
    collection = make_collection("Office")
    for name, type in types.items():
        artifact = make_artifact(name, type)
        api.post(url(collection), {"artifact_id": artifact.pk})
    api.patch(f"{ARTIFACTS}/{Artifact.objects.get(name='b').pk}", {"description": "changed"})
    return collection


def url(collection):
    return f"{COLLECTIONS}/{collection.pk}/artifacts"


def rows(api, collection, **parameters):
    """The rows of the list by name."""
    return {row["name"]: row for row in api.get(url(collection), parameters).json()["artifacts"]}


def test_a_row_is_the_artifact_and_its_membership(api, make_artifact, make_collection, make_group):
    pdf = make_artifact("pdf", description="Reads forms", latest_version="2")
    office = make_collection("Office", pdf)
    make_collection("Home", pdf)
    group = make_group(office, "Documents", pdf)

    body = api.get(url(office)).json()

    [row] = body["artifacts"]
    assert re.fullmatch(TIME, row["added_at"])
    artifact = api.get(f"{ARTIFACTS}/{pdf.pk}").json()
    assert artifact["collection_count"] == len(artifact.pop("collections")) == 2
    assert row == {**artifact, "added_at": row["added_at"], "group_ids": [group.pk]}
    assert (body["total"], body["page"]) == (1, 1)


def test_added_at_is_when_it_joined_this_collection(api, make_artifact, make_collection, make_group):
    pdf = make_artifact("pdf")
    office, home = make_collection("Office", pdf), make_collection("Home")
    added = api.post(url(home), {"artifact_id": pdf.pk}).json()["artifacts"][0]["added_at"]
    group = make_group(home, "Documents", pdf)

    assert rows(api, home)["pdf"]["added_at"] == added
    assert rows(api, home, group_id=group.pk)["pdf"]["added_at"] == added
    assert rows(api, office)["pdf"]["added_at"] < added


def test_group_ids_are_those_of_this_collection_in_their_order(
    api, make_artifact, make_collection, make_group
):
    pdf, zip_, loose = (make_artifact(name) for name in ("pdf", "zip", "loose"))
    office, home = make_collection("Office", pdf, zip_, loose), make_collection("Home", pdf)
    first, second = make_group(office, "first", pdf, zip_), make_group(office, "second", pdf)
    third, elsewhere = make_group(office, "third", zip_, pdf), make_group(home, "first", pdf)

    def group_ids(collection):
        return {name: row["group_ids"] for name, row in rows(api, collection).items()}

    assert group_ids(home) == {"pdf": [elsewhere.pk]}
    assert group_ids(office) == {
        "pdf": [first.pk, second.pk, third.pk],
        "zip": [first.pk, third.pk],
        "loose": [],
    }
    api.put(f"{GROUPS}/reorder", {"groups": [{"id": third.pk, "position": 0}]})
    assert group_ids(office) == {
        "pdf": [third.pk, first.pk, second.pk],
        "zip": [third.pk, first.pk],
        "loose": [],
    }


@pytest.mark.parametrize(
    ("ordering", "order"),
    [
        (None, "abc"),
        ("name", "abc"),
        ("-name", "cba"),
        ("type", "cba"),
        ("-type", "abc"),
        ("added_at", "bac"),
        ("-added_at", "cab"),
        ("updated_at", "acb"),
        ("-updated_at", "bca"),
    ],
)
def test_it_can_be_ordered(api, office, ordering, order):
    assert names(api.get(url(office), {"ordering": ordering} if ordering else {})) == list(order)


@pytest.mark.parametrize("field", ["type", "added_at", "updated_at"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_ties_are_broken_by_id(api, make_artifact, make_collection, field, sign):
    artifacts = [make_artifact(name) for name in "dbeac"]
    office = make_collection("Office", *artifacts)
    make_collection("Home", *artifacts)
    moment = artifacts[0].created_at
    Artifact.objects.update(updated_at=moment)
    CollectionArtifact.objects.update(added_at=moment)

    ids = sorted((artifact.pk for artifact in artifacts), reverse=bool(sign))
    assert pages(api, url(office), "artifacts", ordering=f"{sign}{field}") == ids


def test_equal_names_are_ordered_by_type(api, make_artifact, make_collection):
    office = make_collection("Office", *(make_artifact("pdf", type) for type in ("skill", "agent", "hook")))

    listed = api.get(url(office)).json()["artifacts"]

    assert [row["type"] for row in listed] == ["agent", "hook", "skill"]


@pytest.mark.parametrize(("parameter", "value"), [("ordering", "created_at"), ("type", "plugin")])
def test_an_unknown_choice_is_refused(api, office, parameter, value):
    response = api.get(url(office), {parameter: value})

    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize("field", ["name", "description"])
@pytest.mark.parametrize(("text", "found"), SEARCHES)
def test_search_finds_a_part_of_the_name_or_description_of_a_member(
    api, make_artifact, make_collection, field, text, found
):
    members = [make_artifact(**{"name": f"a{number}", field: each}) for number, each in enumerate(NAMES)]
    office = make_collection("Office", *members)
    make_artifact(f"{found} outside")

    body = api.get(url(office), {"search": text}).json()

    assert ([row[field] for row in body["artifacts"]], body["total"]) == ([found], 1)


@pytest.mark.parametrize(("type", "found"), [("hook", ["b"]), ("mcp", ["a"]), ("skill", [])])
def test_it_can_be_narrowed_to_a_type(api, office, type, found):
    response = api.get(url(office), {"type": type})

    assert (names(response), response.json()["total"]) == (found, len(found))


def test_it_can_be_narrowed_to_a_group_and_still_shows_all_groups(
    api, make_artifact, make_collection, make_group
):
    pdf, zip_ = make_artifact("pdf"), make_artifact("zip")
    office = make_collection("Office", pdf, zip_)
    both, one = make_group(office, "both", pdf, zip_), make_group(office, "one", zip_)
    empty = make_group(office, "empty")

    assert list(rows(api, office, group_id=both.pk)) == ["pdf", "zip"]
    assert list(rows(api, office, group_id=both.pk, search="ZI")) == ["zip"]
    assert rows(api, office, group_id=empty.pk) == {}
    [row] = rows(api, office, group_id=one.pk).values()
    assert (row["name"], row["group_ids"]) == ("zip", [both.pk, one.pk])


def test_a_group_of_another_collection_adds_no_strangers(api, make_artifact, make_collection, make_group):
    shared, outsider, own = (make_artifact(name) for name in ("shared", "outsider", "own"))
    office, home = make_collection("Office", shared, own), make_collection("Home", shared, outsider)
    elsewhere = make_group(home, "Documents", shared, outsider)

    found = rows(api, office, group_id=elsewhere.pk)

    assert {name: row["group_ids"] for name, row in found.items()} == {"shared": []}
    assert found["shared"]["added_at"] == rows(api, office)["shared"]["added_at"]


def test_a_group_that_does_not_exist_is_not_found(api, office):
    response = api.get(url(office), {"group_id": NO_GROUP})

    assert missing(response) == (404, f"Group '{NO_GROUP}' not found")


@pytest.mark.parametrize("id", [NO_COLLECTION, "grp-1", ""])
def test_a_group_id_that_is_none_is_refused(api, office, id):
    response = api.get(url(office), {"group_id": id})

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "group_id"


@pytest.mark.parametrize("id", [NO_COLLECTION, "col-1", NO_GROUP])
def test_a_collection_that_does_not_exist_is_named(api, id):
    response = api.get(f"{COLLECTIONS}/{id}/artifacts")

    assert missing(response) == (404, f"Collection '{id}' not found")


@pytest.mark.parametrize("parameter", ["collection_id", "name"])
def test_an_unknown_parameter_is_refused(api, office, parameter):
    response = api.get(url(office), {parameter: NO_COLLECTION})

    assert failure(response) == (400, "unknown_parameter", parameter)


def test_pages_follow_each_other_and_end_empty(api, office):
    bodies = [api.get(url(office), {"page": page, "page_size": 2}).json() for page in (1, 2, 3)]

    assert [[row["name"] for row in body["artifacts"]] for body in bodies] == [["a", "b"], ["c"], []]
    assert [(body["total"], body["page"], body["page_size"]) for body in bodies] == [
        (3, 1, 2),
        (3, 2, 2),
        (3, 3, 2),
    ]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [*(case for case in BAD_PAGES if case != ("page_size", "101")), ("page_size", "1001")],
)
def test_a_page_that_cannot_be_is_refused(api, office, parameter, value):
    assert failure(api.get(url(office), {parameter: value})) == (400, "invalid", parameter)


def test_a_page_has_1000_rows_unless_told_and_at_most(api, make_collection):
    artifacts = [Artifact(type="skill", name=f"a{number:04}") for number in range(1001)]
    Artifact.objects.bulk_create(artifacts)
    office = make_collection("Office", *artifacts)

    default, most = api.get(url(office)).json(), api.get(url(office), {"page_size": 1000}).json()

    assert (len(default["artifacts"]), default["total"], default["page_size"]) == (1000, 1001, 1000)
    assert most == default
    assert names(api.get(url(office), {"page": 2})) == ["a1000"]
