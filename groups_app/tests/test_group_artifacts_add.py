"""``POST /groups/{id}/artifacts``"""

import pytest

from collections_app.models import CollectionArtifact
from groups_app.models import GroupArtifact
from groups_app.tests.helpers import (
    HUGE,
    MALFORMED_PATH_IDS,
    NO_ARTIFACT,
    NO_GROUP,
    NOT_WHOLE_NUMBERS,
    URL,
    failure,
    missing,
    placed,
)


@pytest.fixture
def add(api, tools, skills):
    """Add artifacts, named by a word of their letters, to the group ``tools``."""

    def ask(letters, **position):
        body = {"artifact_ids": [skills[letter].pk for letter in letters], **position}
        return api.post(f"{URL}/{tools.pk}/artifacts", body)

    return ask


def test_one_artifact_goes_last(api, tools, skills, artifacts_in_order):
    response = api.post(f"{URL}/{tools.pk}/artifacts", {"artifact_id": skills["e"].pk})

    [artifact] = response.json()["artifacts"]
    assert response.status_code == 201
    assert response.json()["group_id"] == tools.pk
    assert artifact.pop("added_at").endswith("Z")
    assert artifact == {"artifact_id": skills["e"].pk, "position": 4, "created": True}
    assert artifacts_in_order(tools) == placed("abcde")


@pytest.mark.parametrize(
    ("letters", "position", "order"),
    [
        ("e", {}, "abcde"),
        ("fe", {}, "abcdfe"),
        ("fe", {"position": 0}, "feabcd"),
        ("fe", {"position": 2}, "abfecd"),
        ("fe", {"position": 4}, "abcdfe"),
        ("fe", {"position": 99}, "abcdfe"),
        ("fe", {"position": HUGE}, "abcdfe"),
    ],
)
def test_new_artifacts_are_inserted_as_a_block_in_request_order(
    add, tools, skills, artifacts_in_order, letters, position, order
):
    response = add(letters, **position)

    assert response.status_code == 201
    assert [(a["artifact_id"], a["position"], a["created"]) for a in response.json()["artifacts"]] == [
        (skills[letter].pk, order.index(letter), True) for letter in letters
    ]
    assert artifacts_in_order(tools) == placed(order)


@pytest.mark.parametrize(
    ("letters", "position", "order"),
    [
        ("a", {}, "abcd"),
        ("dcba", {}, "abcd"),
        ("a", {"position": 0}, "abcd"),
        ("a", {"position": 2}, "bcad"),
        ("a", {"position": 3}, "bcda"),
        ("da", {"position": 1}, "bdac"),
        ("ca", {"position": 99}, "bdca"),
        ("dcba", {"position": 0}, "dcba"),
    ],
)
def test_artifacts_in_the_group_move_with_a_position_and_stay_put_without(
    add, tools, skills, artifacts_in_order, letters, position, order
):
    response = add(letters, **position)

    assert response.status_code == 200
    assert [(a["artifact_id"], a["position"], a["created"]) for a in response.json()["artifacts"]] == [
        (skills[letter].pk, order.index(letter), False) for letter in letters
    ]
    assert artifacts_in_order(tools) == placed(order)


@pytest.mark.parametrize(
    ("letters", "position", "order"),
    [
        ("fae", {}, "abcdfe"),
        ("fae", {"position": 0}, "faebcd"),
        ("fae", {"position": 1}, "bfaecd"),
        ("fae", {"position": 3}, "bcdfae"),
        ("ebc", {"position": 1}, "aebcd"),
    ],
)
def test_new_artifacts_and_those_in_the_group_make_one_block(
    add, tools, skills, artifacts_in_order, letters, position, order
):
    response = add(letters, **position)

    assert response.status_code == 201
    assert [(a["artifact_id"], a["position"], a["created"]) for a in response.json()["artifacts"]] == [
        (skills[letter].pk, order.index(letter), letter in "ef") for letter in letters
    ]
    assert artifacts_in_order(tools) == placed(order)


def test_an_artifact_that_moves_was_added_when_it_was(api, add, tools):
    before = api.get(f"{URL}/{tools.pk}").json()["artifacts"][0]

    assert add("a", position=3).json()["artifacts"][0]["added_at"] == before["added_at"]
    assert api.get(f"{URL}/{tools.pk}").json()["artifacts"][3]["added_at"] == before["added_at"]


def test_a_repeated_artifact_counts_once_at_its_first_place(add, tools, artifacts_in_order):
    response = add("fef", position=0)

    assert (response.status_code, len(response.json()["artifacts"])) == (201, 2)
    assert artifacts_in_order(tools) == placed("feabcd")


def test_an_artifact_joins_the_collection_of_the_group(api, add, office, skills):
    assert add("ea").status_code == 201

    artifacts = api.get(f"/api/v1/collections/{office.pk}/artifacts").json()["artifacts"]
    assert [artifact["name"] for artifact in artifacts] == [*"abcde"]


def test_a_member_of_the_collection_keeps_its_membership(make_collection, skills, make_group, api):
    shelf = make_collection("Shelf", skills["e"])
    group = make_group(shelf, "group")
    before = CollectionArtifact.objects.get(collection=shelf)

    assert api.post(f"{URL}/{group.pk}/artifacts", {"artifact_id": skills["e"].pk}).status_code == 201

    after = CollectionArtifact.objects.get(collection=shelf)
    assert (after.pk, after.added_at) == (before.pk, before.added_at)


def test_an_artifact_may_be_in_several_groups(
    api, add, office, skills, make_group, artifacts_in_order, tools
):
    other = make_group(office, "other", skills["e"], skills["f"])

    assert add("e", position=0).status_code == 201
    assert artifacts_in_order(tools) == placed("eabcd")
    assert artifacts_in_order(other) == placed("ef")


def test_all_artifacts_are_added_or_none(api, tools, skills, artifacts_in_order):
    body = {"artifact_ids": [skills["e"].pk, NO_ARTIFACT], "position": 0}
    response = api.post(f"{URL}/{tools.pk}/artifacts", body)

    assert missing(response) == (404, f"Artifact '{NO_ARTIFACT}' not found")
    assert artifacts_in_order(tools) == placed("abcd")
    assert CollectionArtifact.objects.count() == 4


@pytest.mark.parametrize("position", [-1, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(add, tools, artifacts_in_order, position):
    response = add("e", position=position)

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "position")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, None),
        ({"position": 0}, None),
        ({"artifact_id": NO_ARTIFACT, "artifact_ids": [NO_ARTIFACT]}, None),
        ({"artifact_id": "x"}, "artifact_id"),
        ({"artifact_id": NO_GROUP}, "artifact_id"),
        ({"artifact_ids": []}, "artifact_ids"),
        ({"artifact_ids": NO_ARTIFACT}, "artifact_ids"),
        ({"artifact_ids": [NO_ARTIFACT, "x"]}, "artifact_ids.1"),
        ({"artifact_ids": [f"art-{number:032x}" for number in range(1001)]}, "artifact_ids"),
        ({"artifact_id": NO_ARTIFACT, "x": 1}, "x"),
    ],
)
def test_a_body_of_another_shape_is_refused(api, tools, body, attr):
    status, _, blamed = failure(api.post(f"{URL}/{tools.pk}/artifacts", body))

    assert (status, blamed) == (400, attr)


def test_a_thousand_artifacts_are_not_too_many(api, tools):
    body = {"artifact_ids": [f"art-{number:032x}" for number in range(1000)]}

    assert api.post(f"{URL}/{tools.pk}/artifacts", body).status_code == 404


@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_group_that_does_not_exist_is_not_found(api, skills, id):
    response = api.post(f"{URL}/{id}/artifacts", {"artifact_id": skills["a"].pk})

    assert missing(response) == (404, f"Group '{id}' not found")
    assert not GroupArtifact.objects.exists()
