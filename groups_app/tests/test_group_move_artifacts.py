"""``POST /groups/{id}/move-artifacts``"""

import pytest

from collections_app.models import CollectionArtifact
from groups_app.tests.helpers import (
    COLLECTIONS,
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
def target(office, tools, skills, make_group):
    """Another group of the same collection, with the artifacts ``d``, ``e``, ``f``."""
    return make_group(office, "target", *(skills[name] for name in "def"))


@pytest.fixture
def away(home, skills, make_group):
    """A group of another collection, with the artifacts ``e``, ``f``."""
    return make_group(home, "away", skills["e"], skills["f"])


@pytest.fixture
def move(api, tools, skills):
    """Move artifacts, named by a word of their letters, out of the group ``tools``."""

    def ask(letters, target, **position):
        body = {"artifact_ids": [skills[letter].pk for letter in letters], "target_group_id": target.pk}
        return api.post(f"{URL}/{tools.pk}/move-artifacts", {**body, **position})

    return ask


@pytest.fixture
def unmoved(artifacts_in_order, tools, target):
    """Whether both groups are as they were."""
    return lambda: [artifacts_in_order(tools), artifacts_in_order(target)] == [placed("abcd"), placed("def")]


@pytest.mark.parametrize(
    ("letters", "position", "left", "arrived"),
    [
        ("b", {}, "acd", "defb"),
        ("ca", {}, "bd", "defca"),
        ("ca", {"position": 0}, "bd", "cadef"),
        ("ca", {"position": 2}, "bd", "decaf"),
        ("ca", {"position": 3}, "bd", "defca"),
        ("ca", {"position": HUGE}, "bd", "defca"),
        ("bacb", {"position": 1}, "d", "dbacef"),
    ],
)
def test_artifacts_move_to_another_group_as_a_block(
    move, tools, target, skills, artifacts_in_order, letters, position, left, arrived
):
    response = move(letters, target, **position)

    moved = "".join(dict.fromkeys(letters))
    artifacts = response.json()["artifacts"]
    assert response.status_code == 200
    assert list(response.json()) == ["group_id", "artifacts"]
    assert response.json()["group_id"] == target.pk
    assert all(artifact.pop("added_at").endswith("Z") for artifact in artifacts)
    assert artifacts == [
        {"artifact_id": skills[letter].pk, "position": arrived.index(letter), "created": True}
        for letter in moved
    ]
    assert artifacts_in_order(tools) == placed(left)
    assert artifacts_in_order(target) == placed(arrived)


@pytest.mark.parametrize(
    ("letters", "position", "left", "arrived"),
    [
        ("d", {}, "abc", "def"),
        ("d", {"position": 2}, "abc", "efd"),
        ("da", {}, "bc", "defa"),
        ("ad", {"position": 1}, "bc", "eadf"),
        ("abcd", {"position": 0}, "", "abcdef"),
    ],
)
def test_those_in_the_target_move_there_with_a_position_and_stay_put_without(
    move, tools, target, skills, artifacts_in_order, letters, position, left, arrived
):
    response = move(letters, target, **position)

    assert response.status_code == 200
    assert [(a["artifact_id"], a["position"], a["created"]) for a in response.json()["artifacts"]] == [
        (skills[letter].pk, arrived.index(letter), letter != "d") for letter in letters
    ]
    assert artifacts_in_order(tools) == placed(left)
    assert artifacts_in_order(target) == placed(arrived)


def test_a_move_within_a_collection_leaves_its_members_alone(move, office, target):
    before = list(CollectionArtifact.objects.values_list("pk", "added_at"))

    assert move("ab", target).status_code == 200
    assert list(CollectionArtifact.objects.values_list("pk", "added_at")) == before


def test_a_move_leaves_further_groups_alone(move, office, target, skills, make_group, artifacts_in_order):
    bystander = make_group(office, "bystander", skills["b"], skills["a"])

    assert move("ab", target).status_code == 200
    assert artifacts_in_order(bystander) == placed("ba")


def test_artifacts_that_move_to_another_collection_join_it_and_stay_in_their_own(
    api, move, office, home, tools, away, artifacts_in_order
):
    response = move("ca", away, position=1)

    assert [(a["position"], a["created"]) for a in response.json()["artifacts"]] == [(1, True), (2, True)]
    assert artifacts_in_order(tools) == placed("bd")
    assert artifacts_in_order(away) == placed("ecaf")
    memberships = {
        collection.name: [
            (artifact["name"], artifact["group_ids"])
            for artifact in api.get(f"{COLLECTIONS}/{collection.pk}/artifacts").json()["artifacts"]
        ]
        for collection in (office, home)
    }
    assert memberships == {
        "Office": [("a", []), ("b", [tools.pk]), ("c", []), ("d", [tools.pk])],
        "Home": [(letter, [away.pk]) for letter in "acef"],
    }


def test_an_artifact_that_is_not_in_the_source_is_refused_by_name_and_nothing_moves(
    move, target, skills, unmoved
):
    response = move("aef", target, position=0)

    assert failure(response) == (400, "not_in_group", "artifact_ids")
    for letter in "adef":
        assert (skills[letter].pk in response.json()["detail"]) == (letter in "ef")
    assert unmoved()


def test_an_artifact_that_does_not_exist_is_not_found_and_nothing_moves(api, tools, target, skills, unmoved):
    body = {"artifact_ids": [skills["a"].pk, NO_ARTIFACT], "target_group_id": target.pk}
    response = api.post(f"{URL}/{tools.pk}/move-artifacts", body)

    assert missing(response) == (404, f"Artifact '{NO_ARTIFACT}' not found")
    assert unmoved()


def test_the_target_must_be_another_group(move, tools, artifacts_in_order):
    assert failure(move("d", tools, position=0)) == (400, "same_target", "target_group_id")
    assert artifacts_in_order(tools) == placed("abcd")


def test_a_target_that_does_not_exist_is_not_found(api, tools, skills, artifacts_in_order):
    body = {"artifact_ids": [skills["a"].pk], "target_group_id": NO_GROUP}
    response = api.post(f"{URL}/{tools.pk}/move-artifacts", body)

    assert missing(response) == (404, f"Group '{NO_GROUP}' not found")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_source_that_does_not_exist_is_not_found(api, target, skills, artifacts_in_order, id):
    body = {"artifact_ids": [skills["d"].pk], "target_group_id": target.pk, "position": 2}
    response = api.post(f"{URL}/{id}/move-artifacts", body)

    assert missing(response) == (404, f"Group '{id}' not found")
    assert artifacts_in_order(target) == placed("def")


@pytest.mark.parametrize("position", [-1, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(move, target, unmoved, position):
    response = move("a", target, position=position)

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "position")
    assert unmoved()


@pytest.mark.parametrize(
    ("wrong", "attr"),
    [
        ({"artifact_ids": []}, "artifact_ids"),
        ({"artifact_ids": None}, "artifact_ids"),
        ({"artifact_ids": ["x"]}, "artifact_ids.0"),
        ({"artifact_ids": [f"art-{number:032x}" for number in range(1001)]}, "artifact_ids"),
        ({"target_group_id": "x"}, "target_group_id"),
        ({"target_group_id": NO_ARTIFACT}, "target_group_id"),
        ({"target_collection_id": NO_GROUP}, "target_collection_id"),
    ],
)
def test_a_body_of_another_shape_is_refused(api, tools, target, skills, unmoved, wrong, attr):
    body = {"artifact_ids": [skills["a"].pk], "target_group_id": target.pk, **wrong}
    status, _, blamed = failure(api.post(f"{URL}/{tools.pk}/move-artifacts", body))

    assert (status, blamed) == (400, attr)
    assert unmoved()


@pytest.mark.parametrize("left_out", ["artifact_ids", "target_group_id"])
def test_a_move_needs_artifacts_and_a_target(api, tools, target, skills, unmoved, left_out):
    body = {"artifact_ids": [skills["a"].pk], "target_group_id": target.pk}
    del body[left_out]

    assert failure(api.post(f"{URL}/{tools.pk}/move-artifacts", body)) == (400, "required", left_out)
    assert unmoved()
