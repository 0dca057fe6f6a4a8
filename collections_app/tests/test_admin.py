import pytest

from collections_app.models import Artifact, Collection, CollectionArtifact

NO_INLINES = {f"collection_artifacts-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}


def rows(*memberships: dict) -> dict:
    """The posted rows of the inline, in the browser's format."""
    data = {
        "collection_artifacts-TOTAL_FORMS": len(memberships),
        "collection_artifacts-INITIAL_FORMS": sum("id" in row for row in memberships),
    }
    for number, row in enumerate(memberships):
        data |= {f"collection_artifacts-{number}-{name}": value for name, value in row.items()}
    return data


def test_a_collection_is_made_by_the_form_with_its_name_stripped(admin_client):
    data = {"name": "  Office ", "description": "", **NO_INLINES}
    assert admin_client.post("/admin/collections_app/collection/add/", data).status_code == 302
    collection = Collection.objects.get()
    assert (collection.name, collection.description) == ("Office", None)


def test_a_taken_name_is_told_at_its_field(admin_client, make_collection):
    make_collection("Office")
    page = admin_client.post("/admin/collections_app/collection/add/", {"name": "Office", **NO_INLINES})
    assert "A collection with this name already exists." in page.content.decode()
    assert Collection.objects.count() == 1


def test_an_artifact_is_changed_by_the_form(admin_client, make_artifact):
    artifact = make_artifact("pdf", latest_version="1")
    data = {"type": "agent", "name": "pdf", "description": "", "latest_version": "2", **NO_INLINES}
    admin_client.post(f"/admin/collections_app/artifact/{artifact.pk}/change/", data)
    artifact.refresh_from_db()
    assert (artifact.type, artifact.latest_version, artifact.description) == ("agent", "2", None)


def test_memberships_are_added_and_removed_in_place(admin_client, make_artifact, make_collection):
    pdf, ocr = make_artifact("pdf"), make_artifact("ocr")
    office = make_collection("Office", pdf)
    membership = CollectionArtifact.objects.get()
    url = f"/admin/collections_app/collection/{office.pk}/change/"
    data = rows(
        {"id": membership.pk, "collection": office.pk, "DELETE": "on"},
        {"collection": office.pk, "artifact": ocr.pk},
    )
    assert admin_client.post(url, {"name": "Office", "description": "", **data}).status_code == 302
    assert [row.artifact for row in office.collection_artifacts.all()] == [ocr]


def test_removing_a_member_in_place_closes_the_gap_in_its_groups(
    admin_client, make_artifact, make_collection, make_group, artifacts_in_order
):
    artifacts = [make_artifact(name) for name in "abc"]
    office = make_collection("Office")
    group = make_group(office, "Documents", *artifacts)
    membership = CollectionArtifact.objects.get(artifact=artifacts[0])
    data = rows({"id": membership.pk, "collection": office.pk, "DELETE": "on"})
    admin_client.post(
        f"/admin/collections_app/collection/{office.pk}/change/",
        {"name": "Office", "description": "", **data},
    )
    assert artifacts_in_order(group) == [("b", 0), ("c", 1)]


@pytest.mark.parametrize("how", ["one", "ticked"])
def test_a_deleted_collection_leaves_its_artifacts(
    admin_client, make_artifact, make_collection, make_group, how
):
    office = make_collection("Office", make_artifact("pdf"))
    make_group(office, "Documents")
    if how == "one":
        admin_client.post(f"/admin/collections_app/collection/{office.pk}/delete/", {"post": "yes"})
    else:
        ticked = {"action": "delete_selected", "_selected_action": [office.pk], "post": "yes"}
        admin_client.post("/admin/collections_app/collection/", ticked)
    assert not Collection.objects.exists()
    assert Artifact.objects.count() == 1


def test_a_deployed_artifact_is_not_deleted(admin_client, api, make_artifact, make_project):
    artifact = make_artifact("pdf")
    api.post("/api/v1/deployments", {"artifact_id": artifact.pk, "project_id": make_project("web").pk})
    page = admin_client.post(f"/admin/collections_app/artifact/{artifact.pk}/delete/", {"post": "yes"})
    assert Artifact.objects.filter(pk=artifact.pk).exists()
    assert page.status_code == 403 or "protected" in page.content.decode()


@pytest.mark.parametrize("model", ["artifact", "collection", "collectionartifact"])
def test_a_list_costs_the_same_for_two_and_for_ten_rows(
    admin_client, make_artifact, make_collection, count_queries, model
):
    url = f"/admin/collections_app/{model}/?q=a"
    for name in ("a0", "a1"):
        make_collection(name, make_artifact(name))
    few = count_queries(lambda: admin_client.get(url))
    for number in range(2, 10):
        make_collection(f"a{number}", make_artifact(f"a{number}"))
    assert count_queries(lambda: admin_client.get(url)) == few
