"""``GET /groups/{id}/artifacts``; ``PUT`` and ``DELETE`` of ``/groups/{id}/artifacts/{artifactId}``"""

import pytest

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


def names(page):
    return [(artifact["name"], artifact["position"]) for artifact in page["artifacts"]]


def test_the_artifacts_of_a_group_are_listed_by_position(api, office, make_group, make_artifact):
    zip_, lint = make_artifact("zip", latest_version="1.0"), make_artifact("lint", type="hook")
    group = make_group(office, "Documents", zip_, lint)
    make_group(office, "other", lint)

    page = api.get(f"{URL}/{group.pk}/artifacts").json()

    assert all(artifact.pop("added_at").endswith("Z") for artifact in page["artifacts"])
    assert page == {
        "artifacts": [
            {"artifact_id": zip_.pk, "type": "skill", "name": "zip", "latest_version": "1.0", "position": 0},
            {"artifact_id": lint.pk, "type": "hook", "name": "lint", "latest_version": None, "position": 1},
        ],
        "total": 2,
        "page": 1,
        "page_size": 1000,
    }


def test_the_list_agrees_with_the_detail(api, tools):
    listed = api.get(f"{URL}/{tools.pk}/artifacts").json()["artifacts"]

    assert listed == api.get(f"{URL}/{tools.pk}").json()["artifacts"]


def test_pages_go_on_counting_positions(api, tools):
    page = api.get(f"{URL}/{tools.pk}/artifacts", {"page": 2, "page_size": 3}).json()

    assert (names(page), page["total"], page["page"], page["page_size"]) == ([("d", 3)], 4, 2, 3)


def test_a_page_past_the_end_is_empty(api, tools):
    page = api.get(f"{URL}/{tools.pk}/artifacts", {"page": 3, "page_size": 2}).json()

    assert page == {"artifacts": [], "total": 4, "page": 3, "page_size": 2}


@pytest.mark.parametrize(
    ("parameter", "value"), [("page", "0"), ("page", "x"), ("page_size", "1001"), ("page_size", "0")]
)
def test_a_page_that_cannot_be_is_refused(api, tools, parameter, value):
    response = api.get(f"{URL}/{tools.pk}/artifacts", {parameter: value})

    assert failure(response) == (400, "invalid", parameter)


@pytest.mark.parametrize("parameter", ["search", "ordering", "type", "collection_id"])
def test_an_unknown_parameter_is_refused(api, tools, parameter):
    response = api.get(f"{URL}/{tools.pk}/artifacts", {parameter: "name"})

    assert failure(response) == (400, "unknown_parameter", parameter)


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("put", "/{}"), ("delete", "/{}")])
@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_group_that_does_not_exist_is_not_found(api, skills, method, path, id):
    body = {"position": 0} if method == "put" else None
    response = getattr(api, method)(f"{URL}/{id}/artifacts{path.format(skills['a'].pk)}", body)

    assert missing(response) == (404, f"Group '{id}' not found")


@pytest.mark.parametrize(
    ("moved", "position", "order"),
    [
        ("a", 0, "abcd"),
        ("a", 2, "bcad"),
        ("a", 3, "bcda"),
        ("c", 1, "acbd"),
        ("d", 0, "dabc"),
        ("d", 3, "abcd"),
    ],
)
def test_an_artifact_moves_to_a_position(api, tools, skills, artifacts_in_order, moved, position, order):
    before = api.get(f"{URL}/{tools.pk}").json()["artifacts"]["abcd".index(moved)]

    response = api.put(f"{URL}/{tools.pk}/artifacts/{skills[moved].pk}", {"position": position})

    assert response.status_code == 200
    assert response.json() == {
        "group_id": tools.pk,
        "artifact_id": skills[moved].pk,
        "position": position,
        "added_at": before["added_at"],
    }
    assert artifacts_in_order(tools) == placed(order)


def test_an_artifact_moves_in_one_group_only(api, office, tools, skills, make_group, artifacts_in_order):
    other = make_group(office, "other", *(skills[name] for name in "abcd"))

    assert api.put(f"{URL}/{tools.pk}/artifacts/{skills['d'].pk}", {"position": 0}).status_code == 200
    assert artifacts_in_order(other) == placed("abcd")


@pytest.mark.parametrize("position", [4, 99, HUGE])
def test_a_position_that_does_not_exist_is_refused(api, tools, skills, artifacts_in_order, position):
    response = api.put(f"{URL}/{tools.pk}/artifacts/{skills['b'].pk}", {"position": position})

    assert failure(response) == (400, "position_out_of_range", "position")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize("position", [-1, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(
    api, tools, skills, artifacts_in_order, position
):
    response = api.put(f"{URL}/{tools.pk}/artifacts/{skills['b'].pk}", {"position": position})

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "position")
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize(
    ("body", "answer"),
    [({}, (400, "required", "position")), ({"position": 0, "x": 1}, (400, "unknown_field", "x"))],
)
def test_a_move_needs_a_position_and_nothing_unknown(api, tools, skills, artifacts_in_order, body, answer):
    assert failure(api.put(f"{URL}/{tools.pk}/artifacts/{skills['b'].pk}", body)) == answer
    assert artifacts_in_order(tools) == placed("abcd")


def test_an_artifact_may_be_sent_back_as_it_was_got(api, tools, skills, artifacts_in_order):
    got = api.get(f"{URL}/{tools.pk}").json()["artifacts"][3]

    assert api.put(f"{URL}/{tools.pk}/artifacts/{skills['d'].pk}", got).status_code == 200
    assert artifacts_in_order(tools) == placed("abcd")


def test_an_artifact_that_is_not_in_the_group_cannot_be_moved(api, tools, skills, artifacts_in_order):
    for id in (skills["e"].pk, NO_ARTIFACT, NO_GROUP, "x"):
        response = api.put(f"{URL}/{tools.pk}/artifacts/{id}", {"position": 0})
        assert response.status_code == 404
        assert f"Artifact '{id}' not found" in response.json()["detail"]
    assert artifacts_in_order(tools) == placed("abcd")


def test_removing_an_artifact_closes_the_gap(api, office, tools, skills, artifacts_in_order):
    response = api.delete(f"{URL}/{tools.pk}/artifacts/{skills['b'].pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert artifacts_in_order(tools) == placed("acd")


def test_a_removed_artifact_stays_in_the_collection_and_in_other_groups(
    api, office, tools, skills, make_group, artifacts_in_order
):
    other = make_group(office, "other", skills["b"])

    assert api.delete(f"{URL}/{tools.pk}/artifacts/{skills['b'].pk}").status_code == 204

    kept = api.get(f"{COLLECTIONS}/{office.pk}/artifacts").json()["artifacts"]
    assert [(row["name"], row["group_ids"]) for row in kept][:2] == [("a", [tools.pk]), ("b", [other.pk])]
    assert artifacts_in_order(other) == placed("b")


def test_removing_an_artifact_that_is_not_in_the_group_is_fine(api, tools, skills, artifacts_in_order):
    for id in (skills["e"].pk, NO_ARTIFACT):
        assert api.delete(f"{URL}/{tools.pk}/artifacts/{id}").status_code == 204
    assert artifacts_in_order(tools) == placed("abcd")


@pytest.mark.parametrize("id", ["x", NO_GROUP, NO_ARTIFACT.upper()])
def test_removing_what_cannot_be_an_artifact_is_not_found(api, tools, id):
    response = api.delete(f"{URL}/{tools.pk}/artifacts/{id}")

    assert missing(response) == (404, f"Artifact '{id}' not found")
