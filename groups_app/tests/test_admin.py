import pytest

from collections_app.models import CollectionArtifact
from groups_app.models import Group, GroupArtifact


def rows(*entries: dict) -> dict:
    """The posted rows of the inline, in the browser's format."""
    data = {
        "group_artifacts-TOTAL_FORMS": len(entries),
        "group_artifacts-INITIAL_FORMS": sum("id" in row for row in entries),
    }
    for number, row in enumerate(entries):
        data |= {f"group_artifacts-{number}-{name}": value for name, value in row.items()}
    return data


@pytest.fixture
def office(make_collection):
    return make_collection("Office")


@pytest.fixture
def change(admin_client):
    """Post the form of a group with the rows of its artifacts."""

    def post(group: Group, *entries: dict, **fields: str):
        data = {"name": group.name, "description": "", "position": "", **fields, **rows(*entries)}
        return admin_client.post(f"/admin/groups_app/group/{group.pk}/change/", data)

    return post


def test_a_new_group_takes_the_position_asked_for(admin_client, office, make_group, groups_in_order):
    make_group(office, "A")
    data = {"collection": office.pk, "name": "B", "description": "", "position": "0", **rows()}
    assert admin_client.post("/admin/groups_app/group/add/", data).status_code == 302
    assert groups_in_order(office) == [("B", 0), ("A", 1)]


def test_a_group_is_renamed_and_moved_by_the_form(change, office, make_group, groups_in_order):
    group = make_group(office, "A")
    make_group(office, "B")
    assert change(group, name="Z", position="1").status_code == 302
    assert groups_in_order(office) == [("B", 0), ("Z", 1)]


def test_a_position_that_does_not_exist_is_told_at_its_field(change, office, make_group, groups_in_order):
    page = change(make_group(office, "A"), position="1")
    assert "The position must be from 0 to 0." in page.content.decode()
    assert groups_in_order(office) == [("A", 0)]


def test_a_deleted_group_closes_the_gap(admin_client, office, make_group, groups_in_order):
    group = make_group(office, "A")
    make_group(office, "B")
    admin_client.post(f"/admin/groups_app/group/{group.pk}/delete/", {"post": "yes"})
    assert groups_in_order(office) == [("B", 0)]


def test_artifacts_are_added_moved_and_removed_in_place(
    change, office, make_artifact, make_group, artifacts_in_order
):
    a, b, c, d = (make_artifact(name) for name in "abcd")
    group = make_group(office, "Documents", a, b, c)
    entries = {entry.collection_artifact.artifact_id: entry.pk for entry in GroupArtifact.objects.all()}
    response = change(
        group,
        {"id": entries[a.pk], "group": group.pk, "position": "0", "DELETE": "on"},
        {"id": entries[b.pk], "group": group.pk, "position": "1"},
        {"id": entries[c.pk], "group": group.pk, "position": "0"},
        {"group": group.pk, "artifact": d.pk, "position": ""},
    )
    assert response.status_code == 302
    assert artifacts_in_order(group) == [("c", 0), ("b", 1), ("d", 2)]
    assert CollectionArtifact.objects.filter(collection=office, artifact=d).exists()


def test_an_artifact_needs_to_be_chosen(change, office, make_group, artifacts_in_order):
    group = make_group(office, "Documents")
    page = change(group, {"group": group.pk, "artifact": "", "position": "0"})
    assert "This field is required." in page.content.decode()
    assert artifacts_in_order(group) == []


def test_the_collection_of_a_group_is_fixed(change, office, make_group, make_collection, groups_in_order):
    other = make_collection("Other")
    change(make_group(office, "A"), collection=other.pk)
    assert (groups_in_order(office), groups_in_order(other)) == ([("A", 0)], [])


@pytest.mark.parametrize("model", ["group", "groupartifact"])
def test_a_list_costs_the_same_for_two_and_for_ten_rows(
    admin_client, office, make_artifact, make_group, count_queries, model
):
    url = f"/admin/groups_app/{model}/?q=a"
    for name in ("a0", "a1"):
        make_group(office, name, make_artifact(name))
    few = count_queries(lambda: admin_client.get(url))
    for number in range(2, 10):
        make_group(office, f"a{number}", make_artifact(f"a{number}"))
    assert count_queries(lambda: admin_client.get(url)) == few


def test_entries_are_shown_but_not_changed_outside_their_group(
    admin_client, office, make_artifact, make_group
):
    make_group(office, "Documents", make_artifact("pdf"))
    url = "/admin/groups_app/groupartifact/"
    assert "pdf" in admin_client.get(url).content.decode()
    assert admin_client.get(f"{url}add/").status_code == 403
    assert admin_client.post(f"{url}{GroupArtifact.objects.get().pk}/change/", {}).status_code == 403
