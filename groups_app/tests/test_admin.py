"""Groups and their artifacts in Django admin."""

import pytest

from collections_app.models import CollectionArtifact
from groups_app.models import Group, GroupArtifact
from tests.browser import errors, open_form, submit

ADMIN = "/admin/groups_app"
ENTRIES = f"{ADMIN}/groupartifact/"


def form_of(row: Group | GroupArtifact) -> str:
    return f"{ADMIN}/{row._meta.model_name}/{row.pk}/change/"


@pytest.fixture
def office(make_collection):
    return make_collection("Office")


@pytest.fixture
def documents(office, make_artifact, make_group):
    """A group of the artifacts a, b and c."""
    return make_group(office, "Documents", *(make_artifact(name) for name in "abc"))


def entry(name: str) -> GroupArtifact:
    return GroupArtifact.objects.get(collection_artifact__artifact__name=name)


def test_a_new_group_takes_the_position_asked_for(admin_client, office, make_group, groups_in_order):
    make_group(office, "A")
    page = submit(admin_client, f"{ADMIN}/group/add/", collection=office.pk, name="B", position="0")
    assert page.status_code == 302
    assert groups_in_order(office) == [("B", 0), ("A", 1)]


def test_a_group_is_renamed_and_moved_by_the_form(admin_client, office, make_group, groups_in_order):
    group = make_group(office, "A")
    make_group(office, "B")
    assert submit(admin_client, form_of(group), name="Z", position="1").status_code == 302
    assert groups_in_order(office) == [("B", 0), ("Z", 1)]


def test_a_position_that_does_not_exist_is_told_at_its_field(
    admin_client, office, make_group, groups_in_order
):
    page = submit(admin_client, form_of(make_group(office, "A")), position="1")
    assert page.context["adminform"].form.errors["position"] == ["The position must be from 0 to 0."]
    assert groups_in_order(office) == [("A", 0)]


def test_a_deleted_group_closes_the_gap(admin_client, office, make_group, groups_in_order):
    group = make_group(office, "A")
    make_group(office, "B")
    admin_client.post(f"{ADMIN}/group/{group.pk}/delete/", {"post": "yes"})
    assert groups_in_order(office) == [("B", 0)]


def test_the_collection_of_a_group_is_fixed(
    admin_client, office, make_group, make_collection, groups_in_order
):
    other = make_collection("Other")
    submit(admin_client, form_of(make_group(office, "A")), collection=other.pk)
    assert (groups_in_order(office), groups_in_order(other)) == ([("A", 0)], [])


def test_an_artifact_is_added_from_the_list_of_a_group(
    admin_client, office, documents, make_artifact, artifacts_in_order
):
    d = make_artifact("d")
    url = f"{ENTRIES}add/?_changelist_filters=group__id__exact%3D{documents.pk}"
    assert open_form(admin_client, url)["group"] == documents.pk
    assert submit(admin_client, url, artifact=d.pk, position="1").status_code == 302
    assert artifacts_in_order(documents) == [("a", 0), ("d", 1), ("b", 2), ("c", 3)]
    assert CollectionArtifact.objects.filter(collection=office, artifact=d).exists()


def test_what_is_in_the_group_already_is_told_and_stays_where_it_is(
    admin_client, documents, artifacts_in_order
):
    artifact_id = entry("c").collection_artifact.artifact_id
    page = submit(admin_client, f"{ENTRIES}add/", group=documents.pk, artifact=artifact_id, position="0")
    assert "This artifact is already in the group." in errors(page)
    assert artifacts_in_order(documents) == [("a", 0), ("b", 1), ("c", 2)]


def test_an_artifact_needs_to_be_chosen(admin_client, documents):
    page = submit(admin_client, f"{ENTRIES}add/", group=documents.pk)
    assert "This field is required." in errors(page)


def test_an_artifact_is_moved_by_its_form(admin_client, documents, artifacts_in_order):
    assert submit(admin_client, form_of(entry("c")), position="0").status_code == 302
    assert artifacts_in_order(documents) == [("c", 0), ("a", 1), ("b", 2)]


def test_a_place_past_the_end_is_told_at_its_field(admin_client, documents, artifacts_in_order):
    page = submit(admin_client, form_of(entry("a")), position="3")
    assert page.context["adminform"].form.errors["position"] == ["The position must be from 0 to 2."]
    assert artifacts_in_order(documents) == [("a", 0), ("b", 1), ("c", 2)]


def test_artifacts_are_removed_from_the_list(admin_client, documents, artifacts_in_order):
    ticked = [entry("a").pk, entry("b").pk]
    admin_client.post(ENTRIES, {"action": "delete_selected", "_selected_action": ticked, "post": "yes"})
    assert artifacts_in_order(documents) == [("c", 0)]
    assert CollectionArtifact.objects.count() == 3


@pytest.mark.parametrize("url", [f"{ADMIN}/group/add/", f"{ENTRIES}add/"])
def test_the_field_of_a_position_has_a_label(admin_client, url):
    page = admin_client.get(url).content.decode()
    assert 'for="id_position"' in page
    assert 'id="id_position"' in page
