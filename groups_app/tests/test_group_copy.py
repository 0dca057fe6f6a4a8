"""``POST /groups/{id}/copy``"""

import pytest

from collections_app.models import CollectionArtifact
from groups_app.models import Group
from groups_app.tests.helpers import (
    COLLECTIONS,
    MALFORMED_PATH_IDS,
    NO_COLLECTION,
    NO_GROUP,
    URL,
    failure,
    missing,
    placed,
)


@pytest.fixture
def copy(api):
    """Copy a group into a collection."""
    return lambda group, collection, **name: api.post(
        f"{URL}/{group.pk}/copy", {"target_collection_id": collection.pk, **name}
    )


def test_a_copy_goes_last_with_the_same_artifacts_in_the_same_order(
    api, copy, office, home, make_group, skills, artifacts_in_order, groups_in_order
):
    make_group(home, "first")
    source = make_group(office, "tools", *(skills[letter] for letter in "cadb"), description="All of them.")
    api.put(f"{URL}/{source.pk}/artifacts/{skills['b'].pk}", {"position": 1})

    response = copy(source, home)

    group = response.json()
    assert response.status_code == 201
    assert group["id"] != source.pk
    assert group == {
        "id": group["id"],
        "collection_id": home.pk,
        "name": "tools",
        "description": "All of them.",
        "position": 1,
        "artifact_count": 4,
        "created_at": group["created_at"],
        "updated_at": group["updated_at"],
    }
    assert artifacts_in_order(Group.objects.get(pk=group["id"])) == placed("cbad")
    assert groups_in_order(home) == placed(["first", "tools"])


def test_the_location_of_a_copy_leads_to_it(api, copy, tools, home):
    response = copy(tools, home)

    assert response["Location"].endswith(f"{URL}/{response.json()['id']}")
    shown = api.get(response["Location"]).json()
    assert [artifact["name"] for artifact in shown.pop("artifacts")] == [*"abcd"]
    assert shown == response.json()


def test_a_copy_leaves_the_source_as_it_is(
    api, copy, office, home, tools, artifacts_in_order, groups_in_order
):
    before = api.get(f"{URL}/{tools.pk}").json()

    assert copy(tools, home).status_code == 201
    assert api.get(f"{URL}/{tools.pk}").json() == before
    assert groups_in_order(office) == placed(["tools"])


def test_a_copy_and_its_source_change_apart(api, copy, home, tools, skills, artifacts_in_order):
    twin = Group.objects.get(pk=copy(tools, home).json()["id"])

    api.put(f"{URL}/{tools.pk}/artifacts/{skills['d'].pk}", {"position": 0})
    api.delete(f"{URL}/{twin.pk}/artifacts/{skills['b'].pk}")

    assert artifacts_in_order(tools) == placed("dabc")
    assert artifacts_in_order(twin) == placed("acd")


def test_the_artifacts_of_a_copy_join_the_target_where_they_are_no_members_yet(
    api, copy, make_collection, tools, skills, artifacts_in_order
):
    shelf = make_collection("Shelf", skills["b"], skills["f"])
    known = set(CollectionArtifact.objects.filter(collection=shelf).values_list("pk", "added_at"))

    twin = copy(tools, shelf).json()["id"]

    members = api.get(f"{COLLECTIONS}/{shelf.pk}/artifacts").json()["artifacts"]
    assert [(row["name"], row["group_ids"]) for row in members] == [
        *((letter, [twin]) for letter in "abcd"),
        ("f", []),
    ]
    assert known < set(CollectionArtifact.objects.filter(collection=shelf).values_list("pk", "added_at"))


def test_an_empty_group_can_be_copied(copy, groups, home):
    response = copy(groups["a"], home)

    assert (response.status_code, response.json()["artifact_count"]) == (201, 0)


def test_copies_into_the_same_collection_are_numbered(
    copy, office, tools, groups_in_order, artifacts_in_order
):
    names = [copy(tools, office).json()["name"] for _ in range(3)]

    assert names == ["tools (2)", "tools (3)", "tools (4)"]
    assert groups_in_order(office) == placed(["tools", *names])
    for name in names:
        assert artifacts_in_order(Group.objects.get(name=name)) == placed("abcd")


def test_a_number_that_is_taken_is_skipped_and_one_that_is_free_is_used(copy, tools, home, make_group):
    for name in ("tools", "tools (2)", "tools (4)"):
        make_group(home, name)

    assert copy(tools, home).json()["name"] == "tools (3)"
    assert copy(tools, home).json()["name"] == "tools (5)"


def test_names_of_other_collections_do_not_count(copy, office, tools, home, make_group):
    make_group(office, "tools (2)")

    assert copy(tools, home).json()["name"] == "tools"


@pytest.mark.parametrize(("length", "kept"), [(255, 251), (254, 251), (252, 251), (251, 251), (250, 250)])
def test_a_numbered_name_is_cut_to_255_characters(copy, office, make_group, length, kept):
    group = make_group(office, "é" * length)

    assert copy(group, office).json()["name"] == "é" * kept + " (2)"


def test_longer_numbers_cut_more(copy, office, make_group):
    group = make_group(office, "x" * 255)
    for number in range(2, 10):
        make_group(office, "x" * 251 + f" ({number})")

    assert copy(group, office).json()["name"] == "x" * 250 + " (10)"


def test_a_copy_may_have_a_name_of_its_own(copy, tools, home, groups_in_order):
    response = copy(tools, home, name="  gadgets ")

    assert (response.status_code, response.json()["name"]) == (201, "gadgets")
    assert groups_in_order(home) == placed(["gadgets"])


def test_an_explicit_name_is_never_numbered(copy, tools, home, make_group, groups_in_order):
    make_group(home, "gadgets")

    response = copy(tools, home, name="gadgets")

    assert failure(response) == (400, "unique", "name")
    assert groups_in_order(home) == placed(["gadgets"])
    assert not home.collection_artifacts.exists()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, "target_collection_id"),
        ({"target_collection_id": None}, "target_collection_id"),
        ({"target_collection_id": NO_GROUP}, "target_collection_id"),
        ({"target_collection_id": NO_COLLECTION, "name": ""}, "name"),
        ({"target_collection_id": NO_COLLECTION, "name": "x" * 256}, "name"),
        ({"target_collection_id": NO_COLLECTION, "name": 5}, "name"),
        ({"target_collection_id": NO_COLLECTION, "position": 0}, "position"),
    ],
)
def test_a_body_of_another_shape_is_refused(api, tools, body, answer):
    status, _, attr = failure(api.post(f"{URL}/{tools.pk}/copy", body))

    assert (status, attr) == (400, answer)
    assert Group.objects.count() == 1


def test_a_target_that_does_not_exist_is_not_found(api, tools):
    response = api.post(f"{URL}/{tools.pk}/copy", {"target_collection_id": NO_COLLECTION})

    assert missing(response) == (404, f"Collection '{NO_COLLECTION}' not found")
    assert Group.objects.count() == 1


@pytest.mark.parametrize("id", [NO_GROUP, *MALFORMED_PATH_IDS])
def test_a_group_that_does_not_exist_is_not_found(api, home, id):
    response = api.post(f"{URL}/{id}/copy", {"target_collection_id": home.pk})

    assert missing(response) == (404, f"Group '{id}' not found")
    assert not Group.objects.exists()
