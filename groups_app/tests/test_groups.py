"""``POST /groups``, ``GET /groups/{id}``, ``DELETE /groups/{id}``"""

import re

import pytest

from groups_app.models import Group, GroupArtifact
from groups_app.tests.helpers import (
    COLLECTIONS,
    HUGE,
    MALFORMED_PATH_IDS,
    NO_COLLECTION,
    NO_GROUP,
    NOT_WHOLE_NUMBERS,
    URL,
    failure,
    missing,
    placed,
)

TAKEN = "A group with this name already exists in this collection."


def test_a_created_group_is_answered_with_every_field(api, office):
    response = api.post(URL, {"collection_id": office.pk, "name": "Documents", "description": "PDF & co."})

    group = response.json()
    assert response.status_code == 201
    assert re.fullmatch("grp-[0-9a-f]{32}", group["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", group["created_at"])
    assert group == {
        "id": group["id"],
        "collection_id": office.pk,
        "name": "Documents",
        "description": "PDF & co.",
        "position": 0,
        "artifact_count": 0,
        "created_at": group["created_at"],
        "updated_at": group["updated_at"],
    }
    assert response["Location"].endswith(f"{URL}/{group['id']}")
    assert api.get(response["Location"]).json() == {**group, "artifacts": []}


def test_a_group_without_a_position_goes_last(api, office, groups, groups_in_order):
    response = api.post(URL, {"collection_id": office.pk, "name": "x"})

    assert (response.status_code, response.json()["position"]) == (201, 4)
    assert groups_in_order(office) == placed("abcdx")


@pytest.mark.parametrize(
    ("position", "order"),
    [(0, "xabcd"), (1, "axbcd"), (3, "abcxd"), (4, "abcdx"), (5, "abcdx"), (HUGE, "abcdx")],
)
def test_a_group_is_inserted_at_a_position_and_past_the_end_appended(
    api, office, groups, groups_in_order, position, order
):
    response = api.post(URL, {"collection_id": office.pk, "name": "x", "position": position})

    assert (response.status_code, response.json()["position"]) == (201, order.index("x"))
    assert groups_in_order(office) == placed(order)


def test_the_first_group_is_at_zero_wherever_it_was_wanted(api, office, groups_in_order):
    assert api.post(URL, {"collection_id": office.pk, "name": "x", "position": 7}).json()["position"] == 0
    assert groups_in_order(office) == placed("x")


@pytest.mark.parametrize("position", [-1, -HUGE, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(
    api, office, groups, groups_in_order, position
):
    response = api.post(URL, {"collection_id": office.pk, "name": "x", "position": position})

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "position")
    assert groups_in_order(office) == placed("abcd")


@pytest.mark.parametrize(
    ("collection", "answer"),
    [({}, "required"), ({"collection_id": NO_GROUP}, "invalid"), ({"collection_id": None}, "null")],
)
def test_a_group_needs_a_collection(api, db, collection, answer):
    assert failure(api.post(URL, {"name": "x", **collection})) == (400, answer, "collection_id")


def test_a_group_in_a_collection_that_does_not_exist_is_not_found(api):
    response = api.post(URL, {"collection_id": NO_COLLECTION, "name": "x"})

    assert missing(response) == (404, f"Collection '{NO_COLLECTION}' not found")
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"), [("  Documents\t", "Documents"), ("é" * 255, "é" * 255), ("0", "0")]
)
def test_a_name_is_stripped_and_has_up_to_255_characters(api, office, sent, kept):
    response = api.post(URL, {"collection_id": office.pk, "name": sent})

    assert (response.status_code, response.json()["name"]) == (201, kept)


@pytest.mark.parametrize("name", [{}, {"name": ""}, {"name": " \n"}, {"name": "x" * 256}, {"name": 5}])
def test_a_name_of_another_length_or_type_is_refused(api, office, name):
    status, _, attr = failure(api.post(URL, {"collection_id": office.pk, **name}))

    assert (status, attr) == (400, "name")
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [({}, None), ({"description": None}, None), ({"description": ""}, ""), ({"description": " a "}, " a ")],
)
def test_a_description_is_kept_as_it_is(api, office, sent, kept):
    response = api.post(URL, {"collection_id": office.pk, "name": "x", **sent})

    assert (response.status_code, response.json()["description"]) == (201, kept)


@pytest.mark.parametrize(("length", "status"), [(10_000, 201), (10_001, 400)])
def test_a_description_has_at_most_10000_characters(api, office, length, status):
    response = api.post(URL, {"collection_id": office.pk, "name": "x", "description": "d" * length})

    assert response.status_code == status
    assert Group.objects.count() == (status == 201)


@pytest.mark.parametrize("name", ["a", " a "])
def test_a_name_is_taken_once_in_a_collection(api, office, groups, groups_in_order, name):
    response = api.post(URL, {"collection_id": office.pk, "name": name, "position": 0})

    assert response.status_code == 400
    assert response.json() == {
        "type": "validation_error",
        "detail": f"name: {TAKEN}",
        "errors": [{"code": "unique", "detail": TAKEN, "attr": "name"}],
    }
    assert groups_in_order(office) == placed("abcd")


def test_two_collections_may_have_groups_of_the_same_name(api, groups, home, groups_in_order):
    response = api.post(URL, {"collection_id": home.pk, "name": "a"})

    assert (response.status_code, response.json()["position"]) == (201, 0)
    assert groups_in_order(home) == placed("a")


def test_an_unknown_field_is_refused(api, office):
    response = api.post(URL, {"collection_id": office.pk, "name": "x", "colour": "red"})

    assert failure(response) == (400, "unknown_field", "colour")
    assert not Group.objects.exists()


def test_fields_that_a_client_may_not_set_are_ignored(api, office):
    sent = {"id": NO_GROUP, "artifact_count": 7, "created_at": "x", "updated_at": None, "artifacts": [1]}
    response = api.post(URL, {"collection_id": office.pk, "name": "x", **sent})

    assert (response.status_code, response.json()["artifact_count"]) == (201, 0)
    assert response.json()["id"] != NO_GROUP
    assert response.json()["created_at"].startswith("20")


def test_a_group_is_shown_with_its_artifacts_by_position(api, office, make_group, make_artifact):
    pdf = make_artifact("pdf", latest_version="2.0.0")
    lint = make_artifact("lint", type="hook")
    make_group(office, "before")
    group = make_group(office, "Documents", pdf, lint)

    shown = api.get(f"{URL}/{group.pk}").json()

    assert (shown["position"], shown["artifact_count"]) == (1, 2)
    added_at = [artifact.pop("added_at") for artifact in shown["artifacts"]]
    assert shown["artifacts"] == [
        {"artifact_id": pdf.pk, "type": "skill", "name": "pdf", "latest_version": "2.0.0", "position": 0},
        {"artifact_id": lint.pk, "type": "hook", "name": "lint", "latest_version": None, "position": 1},
    ]
    assert all(time.endswith("Z") for time in added_at)


def test_a_group_is_shown_with_all_its_artifacts_however_many(api, office, make_group, make_artifact):
    names = [f"artifact {number:03}" for number in range(120)]
    group = make_group(office, "many", *map(make_artifact, reversed(names)))

    shown = api.get(f"{URL}/{group.pk}").json()

    assert shown["artifact_count"] == 120
    assert [(row["name"], row["position"]) for row in shown["artifacts"]] == placed(reversed(names))


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_group_that_does_not_exist_is_not_found(api, method, id):
    response = getattr(api, method)(f"{URL}/{id}")

    assert missing(response) == (404, f"Group '{id}' not found")


def test_deleting_a_group_closes_the_gap(api, office, groups, groups_in_order):
    response = api.delete(f"{URL}/{groups['b'].pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert groups_in_order(office) == placed("acd")
    assert api.get(f"{URL}/{groups['b'].pk}").status_code == 404
    assert api.delete(f"{URL}/{groups['b'].pk}").status_code == 404


def test_the_artifacts_of_a_deleted_group_stay_in_the_collection_and_in_other_groups(
    api, office, tools, skills, make_group, artifacts_in_order
):
    other = make_group(office, "other", skills["c"], skills["a"])

    assert api.delete(f"{URL}/{tools.pk}").status_code == 204

    kept = api.get(f"{COLLECTIONS}/{office.pk}/artifacts").json()["artifacts"]
    assert [(row["name"], row["group_ids"]) for row in kept] == [
        ("a", [other.pk]),
        ("b", []),
        ("c", [other.pk]),
        ("d", []),
    ]
    assert artifacts_in_order(other) == placed("ca")
    assert GroupArtifact.objects.count() == 2
