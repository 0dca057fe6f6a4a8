"""``PUT`` and ``PATCH`` of ``/groups/{id}``, which do the same"""

import pytest

from groups_app.tests.helpers import HUGE, NO_COLLECTION, NOT_WHOLE_NUMBERS, URL, failure, placed


@pytest.fixture(params=["put", "patch"])
def change(request, api):
    """Send changes to a group by either method."""
    return lambda group, body: getattr(api, request.param)(f"{URL}/{group.pk}", body)


@pytest.fixture
def shown(api):
    """Read a group as it is now."""
    return lambda group: api.get(f"{URL}/{group.pk}").json()


@pytest.mark.parametrize(
    "body",
    [
        {"name": "new"},
        {"description": "new"},
        {"description": ""},
        {"description": None},
        {"name": "new", "description": "newer"},
    ],
)
def test_only_what_is_sent_changes(change, shown, office, make_group, make_artifact, body):
    make_group(office, "first")
    group = make_group(office, "old", make_artifact("pdf"), description="old")
    before = shown(group)

    response = change(group, body)

    after = shown(group)
    assert response.status_code == 200
    assert after == {**before, **body, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert {**response.json(), "artifacts": after["artifacts"]} == after


def test_an_empty_object_changes_nothing(change, shown, tools):
    before = shown(tools)

    response = change(tools, {})

    assert (response.status_code, response.json()["id"]) == (200, tools.pk)
    assert shown(tools) == before


def test_a_group_may_be_sent_back_as_it_was_got(change, shown, groups, tools, office, groups_in_order):
    before = shown(tools)

    assert change(tools, before).status_code == 200
    assert shown(tools) == before
    assert groups_in_order(office) == placed([*"abcd", "tools"])


def test_a_new_name_is_stripped(change, groups):
    assert change(groups["a"], {"name": " x "}).json()["name"] == "x"


@pytest.mark.parametrize("body", [{"name": ""}, {"name": None}, {"name": "x" * 256}, {"name": ["x"]}])
def test_a_name_of_another_length_or_type_is_refused(change, shown, groups, body):
    status, _, attr = failure(change(groups["a"], body))

    assert (status, attr) == (400, "name")
    assert shown(groups["a"])["name"] == "a"


@pytest.mark.parametrize(
    ("moved", "position", "order"),
    [
        ("a", 0, "abcd"),
        ("a", 1, "bacd"),
        ("a", 3, "bcda"),
        ("b", 2, "acbd"),
        ("c", 0, "cabd"),
        ("d", 0, "dabc"),
        ("d", 2, "abdc"),
        ("d", 3, "abcd"),
    ],
)
def test_a_group_moves_to_a_position(change, office, groups, groups_in_order, moved, position, order):
    response = change(groups[moved], {"position": position})

    assert (response.status_code, response.json()["position"]) == (200, position)
    assert groups_in_order(office) == placed(order)


def test_a_move_leaves_other_collections_alone(change, home, groups, make_group, groups_in_order):
    for name in "xyz":
        make_group(home, name)

    assert change(groups["d"], {"position": 1}).status_code == 200
    assert groups_in_order(home) == placed("xyz")


@pytest.mark.parametrize("position", [4, 5, HUGE])
def test_a_position_that_does_not_exist_is_refused_and_nothing_changes(
    change, shown, office, groups, groups_in_order, position
):
    before = shown(groups["b"])

    response = change(groups["b"], {"name": "new", "position": position})

    assert failure(response) == (400, "position_out_of_range", "position")
    assert response.json()["errors"][0]["detail"] == "The position must be from 0 to 3."
    assert shown(groups["b"]) == before
    assert groups_in_order(office) == placed("abcd")


@pytest.mark.parametrize("position", [-1, *NOT_WHOLE_NUMBERS])
def test_a_position_that_is_no_whole_number_from_zero_is_refused(
    change, office, groups, groups_in_order, position
):
    response = change(groups["b"], {"position": position})

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "position")
    assert groups_in_order(office) == placed("abcd")


def test_the_name_of_a_sibling_is_refused_and_nothing_changes(change, shown, office, groups, groups_in_order):
    before = shown(groups["b"])

    response = change(groups["b"], {"name": "a", "description": "new", "position": 0})

    assert failure(response) == (400, "unique", "name")
    assert shown(groups["b"]) == before
    assert groups_in_order(office) == placed("abcd")


def test_its_own_name_and_that_of_a_group_elsewhere_are_free(change, home, groups, make_group):
    make_group(home, "x")

    assert change(groups["a"], {"name": "a"}).status_code == 200
    assert change(groups["a"], {"name": "x"}).json()["name"] == "x"


def test_a_group_keeps_its_collection(change, shown, office, groups):
    response = change(groups["b"], {"collection_id": office.pk, "name": "new"})

    assert (response.status_code, response.json()["name"]) == (200, "new")
    assert shown(groups["b"])["collection_id"] == office.pk


def test_another_collection_is_refused_and_nothing_changes(change, shown, home, groups, groups_in_order):
    before = shown(groups["b"])

    response = change(groups["b"], {"name": "new", "collection_id": home.pk})

    assert failure(response) == (400, "immutable", "collection_id")
    assert shown(groups["b"]) == before
    assert groups_in_order(home) == []


@pytest.mark.parametrize("collection_id", [None, "", "x", NO_COLLECTION.replace("col", "grp")])
def test_a_collection_id_of_the_wrong_shape_is_refused(change, groups, collection_id):
    status, _, attr = failure(change(groups["b"], {"collection_id": collection_id}))

    assert (status, attr) == (400, "collection_id")


def test_an_unknown_field_is_refused_and_nothing_changes(change, shown, groups):
    before = shown(groups["b"])

    assert failure(change(groups["b"], {"name": "new", "rank": 0})) == (400, "unknown_field", "rank")
    assert shown(groups["b"]) == before
