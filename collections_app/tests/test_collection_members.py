"""``POST /collections/{id}/artifacts`` and ``DELETE /collections/{id}/artifacts/{artifactId}``"""

import re

import pytest

from collections_app.models import Artifact
from collections_app.tests.helpers import (
    ARTIFACTS,
    COLLECTIONS,
    GROUPS,
    NO_ARTIFACT,
    NO_COLLECTION,
    TIME,
    failure,
    member_names,
    missing,
)


@pytest.fixture
def skills(make_artifact):
    """The artifacts a, b, c and d by name."""
    return {name: make_artifact(name) for name in "abcd"}


@pytest.fixture
def office(make_collection, skills):
    """A collection that holds a and b."""
    return make_collection("Office", skills["a"], skills["b"])


def url(collection):
    return f"{COLLECTIONS}/{collection.pk}/artifacts"


def ids(skills, names):
    return [skills[name].pk for name in names]


def added_at(api, collection):
    """When each member joined, by its id."""
    return {row["id"]: row["added_at"] for row in api.get(url(collection)).json()["artifacts"]}


@pytest.mark.parametrize("many", [False, True], ids=["artifact_id", "artifact_ids"])
def test_one_artifact_joins(api, office, skills, many):
    id = skills["c"].pk

    response = api.post(url(office), {"artifact_ids": [id]} if many else {"artifact_id": id})

    body = response.json()
    [member] = body["artifacts"]
    assert response.status_code == 201
    assert re.fullmatch(TIME, member["added_at"])
    assert body == {
        "collection_id": office.pk,
        "artifacts": [{"artifact_id": id, "added_at": member["added_at"], "created": True}],
    }
    assert added_at(api, office)[id] == member["added_at"]
    assert member_names(api, office) == ["a", "b", "c"]
    assert api.get(f"{COLLECTIONS}/{office.pk}").json()["artifact_count"] == 3


@pytest.mark.parametrize("many", [False, True], ids=["artifact_id", "artifact_ids"])
def test_members_stay_as_they_are(api, office, skills, many):
    before = added_at(api, office)
    id = skills["a"].pk

    response = api.post(url(office), {"artifact_ids": [id]} if many else {"artifact_id": id})

    assert response.status_code == 200
    assert response.json()["artifacts"] == [{"artifact_id": id, "added_at": before[id], "created": False}]
    assert added_at(api, office) == before


def test_newcomers_and_members_are_answered_in_request_order(api, office, skills):
    before = added_at(api, office)

    response = api.post(url(office), {"artifact_ids": ids(skills, "dbca")})

    rows = response.json()["artifacts"]
    assert response.status_code == 201
    assert [row["artifact_id"] for row in rows] == ids(skills, "dbca")
    assert [row["created"] for row in rows] == [True, False, True, False]
    assert {row["artifact_id"]: row["added_at"] for row in rows} == added_at(api, office)
    assert {id: time for id, time in added_at(api, office).items() if id in before} == before


def test_a_repeated_artifact_counts_once(api, office, skills):
    response = api.post(url(office), {"artifact_ids": ids(skills, "dcdacc")})

    rows = response.json()["artifacts"]
    assert response.status_code == 201
    assert [row["artifact_id"] for row in rows] == ids(skills, "dca")
    assert [row["created"] for row in rows] == [True, True, False]
    assert member_names(api, office) == ["a", "b", "c", "d"]


def test_artifacts_of_another_collection_stay_there(api, office, make_collection, skills):
    home = make_collection("Home", skills["c"])

    api.post(url(office), {"artifact_id": skills["c"].pk})

    assert (member_names(api, office), member_names(api, home)) == (["a", "b", "c"], ["c"])
    assert api.get(f"{ARTIFACTS}/{skills['c'].pk}").json()["collection_count"] == 2


def test_an_unknown_artifact_is_named_and_none_is_added(api, office, skills):
    others = [f"art-{number:032}" for number in (1, 2)]

    one = api.post(url(office), {"artifact_id": NO_ARTIFACT})
    many = api.post(url(office), {"artifact_ids": [skills["c"].pk, others[0], skills["a"].pk, others[1]]})

    assert missing(one) == (404, f"Artifact '{NO_ARTIFACT}' not found")
    assert missing(many) == (404, f"Artifact '{others[0]}', '{others[1]}' not found")
    assert member_names(api, office) == ["a", "b"]


def test_a_request_has_at_most_1000_items(api, office):
    artifact_ids = [f"art-{number:032}" for number in range(1001)]

    too_many = api.post(url(office), {"artifact_ids": artifact_ids})
    just_enough = api.post(url(office), {"artifact_ids": artifact_ids[:1000]})

    assert failure(too_many) == (400, "max_length", "artifact_ids")
    assert failure(just_enough) == (404, "not_found", None)


def test_repetitions_are_counted_before_they_are_dropped(api, office, skills):
    response = api.post(url(office), {"artifact_ids": [skills["c"].pk] * 1001})

    assert failure(response) == (400, "max_length", "artifact_ids")
    assert member_names(api, office) == ["a", "b"]


def test_a_thousand_artifacts_join_at_once(api, make_collection):
    artifacts = [Artifact(type="skill", name=f"a{number:03}") for number in range(1000)]
    Artifact.objects.bulk_create(artifacts)
    office = make_collection("Office")
    artifact_ids = [artifact.pk for artifact in reversed(artifacts)]

    response = api.post(url(office), {"artifact_ids": artifact_ids})

    assert response.status_code == 201
    assert [row["artifact_id"] for row in response.json()["artifacts"]] == artifact_ids
    assert api.get(f"{COLLECTIONS}/{office.pk}").json()["artifact_count"] == 1000


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", None),
        ({"artifact_id": NO_ARTIFACT, "artifact_ids": [NO_ARTIFACT]}, "required", None),
        ({"artifact_ids": []}, "min_length", "artifact_ids"),
        ({"artifact_ids": None}, "null", "artifact_ids"),
        ({"artifact_ids": NO_ARTIFACT}, "not_a_list", "artifact_ids"),
        ({"artifact_ids": [NO_ARTIFACT, "art-1"]}, "invalid", "artifact_ids.1"),
        ({"artifact_ids": [NO_COLLECTION]}, "invalid", "artifact_ids.0"),
        ({"artifact_ids": [7]}, "invalid", "artifact_ids.0"),
        ({"artifact_id": None}, "null", "artifact_id"),
        ({"artifact_id": NO_ARTIFACT.upper()}, "invalid", "artifact_id"),
        ({"artifact_id": f" {NO_ARTIFACT}"}, "invalid", "artifact_id"),
        ({"artifact_id": NO_ARTIFACT, "position": 0}, "unknown_field", "position"),
    ],
)
def test_a_body_that_names_no_artifacts_properly_is_refused(api, office, body, code, attr):
    assert failure(api.post(url(office), body)) == (400, code, attr)
    assert member_names(api, office) == ["a", "b"]


@pytest.mark.parametrize("id", [NO_COLLECTION, "col-1", NO_ARTIFACT])
def test_a_collection_that_does_not_exist_is_named(api, skills, id):
    added = api.post(f"{COLLECTIONS}/{id}/artifacts", {"artifact_id": skills["a"].pk})
    removed = api.delete(f"{COLLECTIONS}/{id}/artifacts/{skills['a'].pk}")

    assert missing(added) == (404, f"Collection '{id}' not found")
    assert missing(removed) == (404, f"Collection '{id}' not found")


def test_a_removed_artifact_leaves_the_collections_groups_and_no_others(
    api, office, make_collection, make_group, skills, artifacts_in_order
):
    home = make_collection("Home", skills["a"])
    tools, more = (
        make_group(office, "tools", skills["a"], skills["b"]),
        make_group(office, "more", skills["a"]),
    )
    elsewhere = make_group(home, "tools", skills["a"])

    response = api.delete(f"{url(office)}/{skills['a'].pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert (member_names(api, office), member_names(api, home)) == (["b"], ["a"])
    assert artifacts_in_order(tools) == [("b", 0)]
    assert artifacts_in_order(more) == []
    assert artifacts_in_order(elsewhere) == [("a", 0)]
    assert api.get(f"{GROUPS}/{more.pk}").json()["artifact_count"] == 0
    assert api.get(f"{ARTIFACTS}/{skills['a'].pk}").status_code == 200


def test_who_is_no_member_can_be_removed_all_the_same(api, office, skills):
    url_of_a = f"{url(office)}/{skills['a'].pk}"

    statuses = [
        api.delete(url_of_a).status_code,
        api.delete(url_of_a).status_code,
        api.delete(f"{url(office)}/{skills['d'].pk}").status_code,
        api.delete(f"{url(office)}/{NO_ARTIFACT}").status_code,
    ]

    assert statuses == [204, 204, 204, 204]
    assert member_names(api, office) == ["b"]


@pytest.mark.parametrize("id", ["art-1", NO_COLLECTION, NO_ARTIFACT.upper()])
def test_what_is_no_artifact_id_cannot_be_removed(api, office, id):
    assert missing(api.delete(f"{url(office)}/{id}")) == (404, f"Artifact '{id}' not found")


def test_an_artifact_that_joins_again_is_new_and_in_no_group(api, office, make_group, skills):
    before = added_at(api, office)
    id = skills["a"].pk
    make_group(office, "tools", skills["a"])
    api.delete(f"{url(office)}/{id}")

    response = api.post(url(office), {"artifact_id": id})

    [row] = response.json()["artifacts"]
    assert (response.status_code, row["created"]) == (201, True)
    assert row["added_at"] > before[id]
    assert api.get(url(office)).json()["artifacts"][0]["group_ids"] == []
