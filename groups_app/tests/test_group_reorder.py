"""``PUT /groups/reorder`` and ``PUT /groups/{id}/reorder``: one operation, three ways to ask for it"""

import pytest

from groups_app.tests.helpers import (
    HUGE,
    MALFORMED_PATH_IDS,
    NO_GROUP,
    NOT_WHOLE_NUMBERS,
    URL,
    failure,
    missing,
    placed,
)


@pytest.fixture(params=["reorder", "siblings", "bare list"])
def reorder(request, api, groups):
    """Ask for places of groups, given as pairs of an id and a position."""

    def ask(*wanted):
        items = [{"id": id, "position": position} for id, position in wanted]
        path = "reorder" if request.param == "reorder" else f"{groups['c'].pk}/reorder"
        return api.put(f"{URL}/{path}", items if request.param == "bare list" else {"groups": items})

    return ask


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        ({"d": 0, "c": 1, "b": 2, "a": 3}, "dcba"),
        ({"a": 0, "b": 1, "c": 2, "d": 3}, "abcd"),
        ({"d": 0}, "dabc"),
        ({"a": 3}, "bcda"),
        ({"b": 2}, "acbd"),
        ({"b": 1}, "abcd"),
        ({"a": 3, "d": 0}, "dbca"),
        ({"c": 0, "a": 2}, "cbad"),
        ({"d": 1, "a": 2}, "bdac"),
    ],
)
def test_named_groups_take_their_places_and_the_others_keep_their_order(
    reorder, office, groups, groups_in_order, wanted, order
):
    response = reorder(*((groups[name].pk, position) for name, position in wanted.items()))

    assert response.status_code == 200
    assert [(group["name"], group["position"]) for group in response.json()["groups"]] == placed(order)
    assert groups_in_order(office) == placed(order)


def test_the_answer_is_all_groups_of_the_collection_as_the_list_has_them(
    api, reorder, office, groups, tools, home, make_group
):
    make_group(home, "elsewhere")

    answer = reorder((tools.pk, 0)).json()

    assert list(answer) == ["groups"]
    assert [group["artifact_count"] for group in answer["groups"]] == [4, 0, 0, 0, 0]
    assert answer["groups"] == api.get(URL, {"collection_id": office.pk}).json()["groups"]


def test_a_reorder_leaves_other_collections_alone(reorder, groups, home, make_group, groups_in_order):
    for name in "abcd":
        make_group(home, name)

    assert reorder((groups["d"].pk, 0)).status_code == 200
    assert groups_in_order(home) == placed("abcd")


def test_order_survives_reorders_after_gaps(api, reorder, office, groups, groups_in_order):
    api.delete(f"{URL}/{groups['a'].pk}")

    assert reorder((groups["d"].pk, 1)).status_code == 200
    assert groups_in_order(office) == placed("bdc")


def test_a_group_is_named_once(reorder, office, groups, groups_in_order):
    response = reorder((groups["d"].pk, 0), (groups["d"].pk, 1))

    assert failure(response) == (400, "repeated", "groups")
    assert groups_in_order(office) == placed("abcd")


def test_a_position_is_named_once(reorder, office, groups, groups_in_order):
    response = reorder((groups["d"].pk, 0), (groups["c"].pk, 0))

    assert failure(response) == (400, "repeated", "groups")
    assert groups_in_order(office) == placed("abcd")


def test_groups_of_two_collections_are_refused(reorder, office, groups, home, make_group, groups_in_order):
    outsider = make_group(home, "x")
    make_group(home, "y")

    response = reorder((groups["d"].pk, 0), (outsider.pk, 1))

    assert failure(response) == (400, "mixed_collections", "groups")
    assert groups_in_order(office) == placed("abcd")
    assert groups_in_order(home) == placed("xy")


@pytest.mark.parametrize("position", [4, 5, HUGE])
def test_a_position_that_does_not_exist_is_refused_and_nothing_changes(
    reorder, office, groups, groups_in_order, position
):
    response = reorder((groups["d"].pk, 0), (groups["a"].pk, position))

    assert failure(response) == (400, "position_out_of_range", "groups")
    assert response.json()["errors"][0]["detail"] == "The position must be from 0 to 3."
    assert groups_in_order(office) == placed("abcd")


@pytest.mark.parametrize("position", [-1, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(
    reorder, office, groups, groups_in_order, position
):
    response = reorder((groups["d"].pk, 0), (groups["a"].pk, position))

    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == ["groups.1.position"]
    assert groups_in_order(office) == placed("abcd")


def test_a_group_that_does_not_exist_is_not_found_and_nothing_changes(
    reorder, office, groups, groups_in_order
):
    response = reorder((groups["d"].pk, 0), (NO_GROUP, 1))

    assert missing(response) == (404, f"Group '{NO_GROUP}' not found")
    assert groups_in_order(office) == placed("abcd")


@pytest.mark.parametrize("id", ["", "x", None, NO_GROUP.replace("grp", "art")])
def test_an_id_of_the_wrong_shape_is_refused(reorder, groups, id):
    status, _, attr = failure(reorder((groups["d"].pk, 0), (id, 1)))

    assert (status, attr) == (400, "groups.1.id")


def test_a_reorder_names_at_least_one_group(reorder):
    status, _, attr = failure(reorder())

    assert (status, attr) == (400, "groups")


def test_a_reorder_names_at_most_a_thousand_groups(reorder):
    status, _, attr = failure(reorder(*((f"grp-{number:032x}", number) for number in range(1001))))

    assert (status, attr) == (400, "groups")
    assert reorder(*((f"grp-{number:032x}", number) for number in range(1000))).status_code == 404


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "groups"),
        ({"groups": None}, "groups"),
        ({"groups": [{"position": 0}]}, "groups.0.id"),
        ({"groups": [{"id": NO_GROUP}]}, "groups.0.position"),
        ({"groups": [{"id": NO_GROUP, "position": 0, "rank": 1}]}, "groups.0.rank"),
        ({"groups": [{"id": NO_GROUP, "position": 0}], "rank": 1}, "rank"),
    ],
)
@pytest.mark.parametrize("path", ["reorder", f"{NO_GROUP}/reorder"])
def test_a_body_of_another_shape_is_refused(api, path, body, attr):
    status, _, blamed = failure(api.put(f"{URL}/{path}", body))

    assert (status, blamed) == (400, attr)


def test_groups_may_be_sent_back_as_they_were_got(api, office, groups, groups_in_order):
    listed = api.get(URL, {"collection_id": office.pk}).json()["groups"]
    swapped = [{**group, "position": 3 - group["position"]} for group in listed]

    assert api.put(f"{URL}/reorder", {"groups": swapped}).status_code == 200
    assert groups_in_order(office) == placed("dcba")


def test_a_group_in_the_path_need_not_be_named_but_must_be_of_the_same_collection(
    api, office, groups, home, make_group, groups_in_order
):
    outsider = make_group(home, "x")

    response = api.put(f"{URL}/{outsider.pk}/reorder", [{"id": groups["d"].pk, "position": 0}])

    assert failure(response) == (400, "mixed_collections", "groups")
    assert groups_in_order(office) == placed("abcd")


@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_group_in_the_path_that_does_not_exist_is_not_found(api, office, groups, groups_in_order, id):
    response = api.put(f"{URL}/{id}/reorder", [{"id": groups["d"].pk, "position": 0}])

    assert missing(response) == (404, f"Group '{id}' not found")
    assert groups_in_order(office) == placed("abcd")


def test_a_bare_list_is_for_a_group_in_the_path_only(api, office, groups, groups_in_order):
    response = api.put(f"{URL}/reorder", [{"id": groups["d"].pk, "position": 0}])

    assert response.status_code == 400
    assert groups_in_order(office) == placed("abcd")


def test_reorder_is_not_taken_for_the_id_of_a_group(api):
    assert failure(api.put(f"{URL}/reorder", {})) == (400, "required", "groups")
    assert api.put(f"{URL}/reorder", {"name": "x"}).json()["errors"][0]["attr"] == "name"
    assert api.get(f"{URL}/reorder").status_code == 405
