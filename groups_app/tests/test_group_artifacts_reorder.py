"""``POST /groups/{id}/reorder-artifacts``"""

import pytest

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
def reorder(api, tools):
    """Ask for places in the group ``tools``, given as pairs of an artifact id and a position."""

    def ask(*wanted):
        items = [{"artifact_id": id, "position": position} for id, position in wanted]
        return api.post(f"{URL}/{tools.pk}/reorder-artifacts", {"artifacts": items})

    return ask


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        ({"d": 0, "c": 1, "b": 2, "a": 3}, "dcba"),
        ({"a": 0, "b": 1, "c": 2, "d": 3}, "abcd"),
        ({"d": 0}, "dabc"),
        ({"a": 3}, "bcda"),
        ({"b": 2}, "acbd"),
        ({"a": 3, "d": 0}, "dbca"),
        ({"c": 0, "a": 2}, "cbad"),
        ({"d": 1, "a": 2}, "bdac"),
    ],
)
def test_named_artifacts_take_their_places_and_the_others_keep_their_order(
    reorder, tools, skills, artifacts_in_order, wanted, order
):
    response = reorder(*((skills[name].pk, position) for name, position in wanted.items()))

    assert response.status_code == 200
    assert [(row["name"], row["position"]) for row in response.json()["artifacts"]] == placed(order)
    assert artifacts_in_order(tools) == placed(order)


def test_the_answer_is_the_whole_group_as_its_detail_has_it(api, reorder, tools, skills):
    answer = reorder((skills["d"].pk, 0)).json()

    assert answer == {"artifacts": api.get(f"{URL}/{tools.pk}").json()["artifacts"]}


def test_a_reorder_leaves_other_groups_of_the_same_artifacts_alone(
    reorder, office, tools, skills, make_group, artifacts_in_order
):
    other = make_group(office, "other", *(skills[name] for name in "abcd"))

    assert reorder((skills["d"].pk, 0)).status_code == 200
    assert artifacts_in_order(other) == placed("abcd")


def test_an_artifact_is_named_once(reorder, tools, skills, artifacts_in_order):
    response = reorder((skills["d"].pk, 0), (skills["d"].pk, 1))

    assert failure(response) == (400, "repeated", "artifacts")
    assert artifacts_in_order(tools) == placed("abcd")


def test_a_position_is_named_once(reorder, tools, skills, artifacts_in_order):
    response = reorder((skills["d"].pk, 0), (skills["c"].pk, 0))

    assert failure(response) == (400, "repeated", "artifacts")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize("position", [4, 99, HUGE])
def test_a_position_that_does_not_exist_is_refused_and_nothing_changes(
    reorder, tools, skills, artifacts_in_order, position
):
    response = reorder((skills["d"].pk, 0), (skills["a"].pk, position))

    assert failure(response) == (400, "position_out_of_range", "artifacts")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize("position", [-1, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(
    reorder, tools, skills, artifacts_in_order, position
):
    response = reorder((skills["d"].pk, 0), (skills["a"].pk, position))

    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == ["artifacts.1.position"]
    assert artifacts_in_order(tools) == placed("abcd")


def test_an_artifact_that_is_not_in_the_group_breaks_a_rule_and_is_named(
    reorder, office, tools, skills, make_group, artifacts_in_order
):
    make_group(office, "other", skills["e"])

    response = reorder((skills["d"].pk, 0), (skills["e"].pk, 1))

    assert failure(response) == (400, "not_in_group", "artifacts")
    assert skills["e"].pk in response.json()["detail"]
    assert skills["d"].pk not in response.json()["detail"]
    assert artifacts_in_order(tools) == placed("abcd")


def test_an_artifact_that_does_not_exist_is_not_found(reorder, tools, skills, artifacts_in_order):
    response = reorder((skills["d"].pk, 0), (NO_ARTIFACT, 1))

    assert missing(response) == (404, f"Artifact '{NO_ARTIFACT}' not found")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "artifacts"),
        ({"artifacts": "x"}, "artifacts"),
        ({"artifacts": [{"position": 0}]}, "artifacts.0.artifact_id"),
        ({"artifacts": [{"artifact_id": NO_ARTIFACT}]}, "artifacts.0.position"),
        ({"artifacts": [{"artifact_id": NO_GROUP, "position": 0}]}, "artifacts.0.artifact_id"),
        ({"artifacts": [{"artifact_id": NO_ARTIFACT, "position": 0, "x": 1}]}, "artifacts.0.x"),
        ({"artifacts": [{"artifact_id": NO_ARTIFACT, "position": 0}], "x": 1}, "x"),
    ],
)
def test_a_body_of_another_shape_is_refused(api, tools, artifacts_in_order, body, attr):
    status, _, blamed = failure(api.post(f"{URL}/{tools.pk}/reorder-artifacts", body))

    assert (status, blamed) == (400, attr)
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1000, 404), (1001, 400)])
def test_a_reorder_names_one_to_a_thousand_artifacts(reorder, count, status):
    response = reorder(*((f"art-{number:032x}", number) for number in range(count)))

    assert response.status_code == status


def test_artifacts_may_be_sent_back_as_they_were_got(api, tools, artifacts_in_order):
    got = api.get(f"{URL}/{tools.pk}").json()["artifacts"]
    swapped = [{**artifact, "position": 3 - artifact["position"]} for artifact in got]

    assert api.post(f"{URL}/{tools.pk}/reorder-artifacts", {"artifacts": swapped}).status_code == 200
    assert artifacts_in_order(tools) == placed("dcba")


@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_group_that_does_not_exist_is_not_found(api, skills, id):
    items = [{"artifact_id": skills["a"].pk, "position": 0}]
    response = api.post(f"{URL}/{id}/reorder-artifacts", {"artifacts": items})

    assert missing(response) == (404, f"Group '{id}' not found")
