"""Artifacts, collections and memberships in Django admin."""

import pytest

from collections_app.models import Artifact, Collection, CollectionArtifact
from tests.browser import errors, open_form, submit

ADMIN = "/admin/collections_app"
MEMBERS = f"{ADMIN}/collectionartifact/"


def test_a_collection_is_made_by_the_form_with_its_name_stripped(admin_client):
    assert submit(admin_client, f"{ADMIN}/collection/add/", name="  Office ").status_code == 302
    collection = Collection.objects.get()
    assert (collection.name, collection.description) == ("Office", None)


def test_a_taken_name_is_told_at_its_field(admin_client, make_collection):
    make_collection("Office")
    page = submit(admin_client, f"{ADMIN}/collection/add/", name="Office")
    assert "A collection with this name already exists." in errors(page)
    assert Collection.objects.count() == 1


def test_an_artifact_is_changed_by_the_form(admin_client, make_artifact):
    artifact = make_artifact("pdf", latest_version="1")
    submit(admin_client, f"{ADMIN}/artifact/{artifact.pk}/change/", type="agent", latest_version="2")
    artifact.refresh_from_db()
    assert (artifact.type, artifact.latest_version, artifact.description) == ("agent", "2", None)


def test_equal_names_of_several_namespaces_are_told_apart(admin_client, make_artifact):
    make_artifact("pdf")
    url = f"{ADMIN}/artifact/"
    fields = {"type": "skill", "name": "pdf", "namespace": "acme/skills"}
    assert submit(admin_client, f"{url}add/", **fields).status_code == 302
    page = admin_client.get(url, {"namespace__icontains": "acme"})
    assert [row.namespace for row in page.context["cl"].result_list] == ["acme/skills"]
    assert "acme/skills" in page.content.decode()
    assert "already exists" in errors(submit(admin_client, f"{url}add/", **fields))


def test_a_text_of_several_lines_is_stored_as_the_api_stores_it(admin_client, make_collection):
    office = make_collection("Office")
    url = f"{ADMIN}/collection/{office.pk}/change/"
    submit(admin_client, url, description="one\r\ntwo")
    assert submit(admin_client, url, name="Home").status_code == 302
    office.refresh_from_db()
    assert (office.name, office.description) == ("Home", "one\ntwo")


def test_an_artifact_is_added_from_the_list_of_a_collection(admin_client, make_artifact, make_collection):
    pdf, office = make_artifact("pdf"), make_collection("Office")
    url = f"{MEMBERS}add/?_changelist_filters=collection__id__exact%3D{office.pk}"
    assert open_form(admin_client, url)["collection"] == office.pk
    assert submit(admin_client, url, artifact=pdf.pk).status_code == 302
    assert [row.artifact for row in office.collection_artifacts.all()] == [pdf]


def test_what_is_in_the_collection_already_is_told(admin_client, make_artifact, make_collection):
    pdf = make_artifact("pdf")
    office = make_collection("Office", pdf)
    page = submit(admin_client, f"{MEMBERS}add/", collection=office.pk, artifact=pdf.pk)
    assert "This artifact is already in the collection." in errors(page)


@pytest.mark.parametrize("how", ["one", "ticked"])
def test_removing_a_member_closes_the_gap_in_its_groups(
    admin_client, make_artifact, make_collection, make_group, artifacts_in_order, how
):
    artifacts = [make_artifact(name) for name in "abc"]
    office = make_collection("Office")
    group = make_group(office, "Documents", *artifacts)
    membership = CollectionArtifact.objects.get(artifact=artifacts[0])
    delete(admin_client, "collectionartifact", membership.pk, how)
    assert artifacts_in_order(group) == [("b", 0), ("c", 1)]


@pytest.mark.parametrize("how", ["one", "ticked"])
def test_a_deleted_collection_leaves_its_artifacts(
    admin_client, make_artifact, make_collection, make_group, how
):
    office = make_collection("Office", make_artifact("pdf"))
    make_group(office, "Documents")
    delete(admin_client, "collection", office.pk, how)
    assert not Collection.objects.exists()
    assert Artifact.objects.count() == 1


@pytest.mark.parametrize("how", ["one", "ticked"])
def test_a_deployed_artifact_is_not_deleted(admin_client, api, make_artifact, make_project, how):
    artifact = make_artifact("pdf")
    api.post("/api/v1/deployments", {"artifact_id": artifact.pk, "project_id": make_project("web").pk})
    page = delete(admin_client, "artifact", artifact.pk, how)
    assert Artifact.objects.filter(pk=artifact.pk).exists()
    assert "<li>1 deployments</li>" in "".join(page.content.decode().split("\n")).replace("  ", "")


def delete(client, model: str, pk: str, how: str):
    """Confirm the deletion of a row, from its own page or from the list."""
    if how == "one":
        return client.post(f"{ADMIN}/{model}/{pk}/delete/", {"post": "yes"})
    ticked = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    return client.post(f"{ADMIN}/{model}/", ticked)
