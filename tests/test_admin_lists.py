"""Lists and forms of the admin with many rows: what they cost, and where their counts lead."""

import html
import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from collections_app.models import Artifact, Collection, CollectionArtifact
from collections_app.services import add_artifacts
from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment
from groups_app.contents import place_artifacts
from groups_app.models import Group, GroupArtifact
from tests.browser import open_form, submit

MEMBERS = "/admin/collections_app/collectionartifact/"
# More than Django reads of a form by default, so that no page may have a field for each.
MANY = 1_100


def list_of(model: str) -> str:
    return f"/admin/{model.replace('.', '/')}/"


@pytest.fixture
def rows(make_artifact: Any, make_collection: Any, make_group: Any, make_project: Any) -> Any:
    """Make so many of each kind, in one collection and one group."""

    def make(count: int, name: str = "a") -> None:
        collection = make_collection(f"{name} collection")
        group = make_group(collection, f"{name} group")
        for number in range(count):
            artifact = make_artifact(f"{name}{number}", latest_version="2")
            make_collection(f"{name}{number}", artifact)
            make_group(collection, f"{name}{number}")
            add_artifacts(collection_id=collection.pk, artifact_ids=[artifact.pk])
            place_artifacts(group_id=group.pk, artifact_ids=[artifact.pk])
            project = make_project(f"{name}{number}")
            create_deployment(artifact_id=artifact.pk, project_id=project.pk, deployed_version="1")

    return make


# Two of each are the session and its user. A list reads a page of rows, and counts them all. A date
# hierarchy reads the years.
LISTS = {
    "collections_app.artifact": 4,
    "collections_app.collection": 6,
    "collections_app.collectionartifact": 4,
    "groups_app.group": 4,
    "groups_app.groupartifact": 4,
    "deployments_app.deployment": 6,
    "deployments_app.project": 6,
}


@pytest.mark.parametrize("model", LISTS)
def test_a_list_costs_the_same_however_long_it_is(admin_client, rows, django_assert_num_queries, model):
    rows(2)
    admin_client.get("/admin/")
    with django_assert_num_queries(LISTS[model]):
        admin_client.get(list_of(model), {"q": "a"})
    rows(8, "another a")
    with django_assert_num_queries(LISTS[model]):
        admin_client.get(list_of(model), {"q": "a"})


FORMS = {
    Artifact: 3,
    Collection: 4,
    CollectionArtifact: 5,
    Group: 4,
    GroupArtifact: 3,
    Deployment: 3,
    Project: 3,
}


@pytest.mark.parametrize("model", FORMS)
def test_a_form_costs_the_same_however_much_there_is(admin_client, rows, django_assert_num_queries, model):
    rows(2)
    rows(8, "b")
    url = f"{list_of(model._meta.label_lower)}{model.objects.order_by('pk').first().pk}/change/"
    admin_client.get(url)
    with django_assert_num_queries(FORMS[model]):
        assert admin_client.get(url).status_code == 200


@pytest.mark.parametrize("model", LISTS)
def test_a_hundred_rows_are_less_than_300_kb(admin_client, rows, model):
    rows(100)
    assert len(admin_client.get(list_of(model)).content) < 300_000


@pytest.fixture
def crowded(db: None, make_collection: Any, make_group: Any) -> Collection:
    """A collection of many artifacts, which are all in its group too."""
    artifacts = [Artifact(type="skill", name=f"artifact {number}") for number in range(MANY)]
    ids = [artifact.pk for artifact in Artifact.objects.bulk_create(artifacts)]
    collection = make_collection("Crowded")
    add_artifacts(collection_id=collection.pk, artifact_ids=ids)
    place_artifacts(group_id=make_group(collection, "All").pk, artifact_ids=ids)
    return collection


def test_a_collection_and_a_group_of_many_artifacts_are_saved(admin_client, crowded):
    group = Group.objects.get()
    for row in (crowded, group):
        url = f"{list_of(row._meta.label_lower)}{row.pk}/change/"
        assert submit(admin_client, url, description="large").status_code == 302
        row.refresh_from_db()
        assert row.description == "large"


def test_the_artifacts_of_a_collection_are_a_list_with_pages_and_a_search(admin_client, crowded):
    page = admin_client.get(f"/admin/collections_app/collection/{crowded.pk}/change/").content.decode()
    (link,) = re.findall(rf'<a href="([^"]+)"[^>]*>{MANY}</a>', page)

    members = admin_client.get(html.unescape(link))
    assert (members.context["cl"].result_count, len(members.context["cl"].result_list)) == (MANY, 100)
    found = admin_client.get(f"{html.unescape(link)}&q=artifact 1099").context["cl"].result_list
    assert [row.artifact.name for row in found] == ["artifact 1099"]


def test_more_than_a_thousand_rows_are_deleted_from_a_list(admin_client, db):
    Artifact.objects.bulk_create(Artifact(type="skill", name=f"{number}") for number in range(MANY))
    ids = list(Artifact.objects.values_list("pk", flat=True))
    asked = {"action": "delete_selected", "select_across": "1", "index": "0", "_selected_action": ids[:100]}

    confirmation = admin_client.post(list_of("collections_app.artifact"), asked)

    assert f"and {MANY - 100} more" in confirmation.content.decode()
    confirmed = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    assert admin_client.post(list_of("collections_app.artifact"), confirmed).status_code == 302
    assert not Artifact.objects.exists()


def test_what_goes_along_with_a_deletion_is_counted(admin_client, crowded):
    page = admin_client.get(f"/admin/collections_app/collection/{crowded.pk}/delete/")
    assert dict(page.context["model_count"]) == {
        "collections": 1,
        "groups": 1,
        "artifacts in collections": MANY,
        "artifacts in groups": MANY,
    }


def test_the_page_of_a_collection_lists_its_groups_in_order(
    admin_client, make_artifact, make_collection, make_group
):
    office = make_collection("Office")
    later, first = make_group(office, "Later"), make_group(office, "First", make_artifact("a"), position=0)

    page = admin_client.get(f"/admin/collections_app/collection/{office.pk}/change/").content.decode()

    links = re.findall(
        r'<p><a href="/admin/groups_app/group/([^/"]+)/change/"[^>]*>(\w+)</a> (.*?)</p>', page
    )
    assert links == [(first.pk, "First", "1 artifacts"), (later.pk, "Later", "0 artifacts")]


@pytest.mark.parametrize(
    ("model", "name", "counts"),
    [
        ("collections_app.artifact", "pdf", [("collectionartifact", 2), ("deployment", 1)]),
        ("collections_app.collection", "Office", [("group", 1), ("collectionartifact", 1)]),
        ("groups_app.group", "Documents", [("groupartifact", 1)]),
        ("deployments_app.project", "web", [("deployment", 1)]),
    ],
)
def test_counts_lead_to_what_they_count(
    admin_client, make_artifact, make_collection, make_group, make_project, model, name, counts
):
    pdf, ocr = make_artifact("pdf"), make_artifact("ocr")
    office = make_collection("Office", pdf)
    make_collection("Home", pdf, ocr)
    make_group(office, "Documents", pdf)
    for artifact, project in ((pdf, "web"), (ocr, "shop")):
        create_deployment(artifact_id=artifact.pk, project_id=make_project(project).pk)

    page = admin_client.get(list_of(model), {"q": name}).content.decode()

    links = re.findall(r'<a href="(/admin/\w+/(\w+)/\?\w+__id__exact=[^"]+)"[^>]*>(\d+)</a>', page)
    assert [(target, int(count)) for _, target, count in links] == counts
    for url, _, count in links:
        assert admin_client.get(html.unescape(url)).context["cl"].result_count == int(count)


@pytest.mark.parametrize(
    "model", ["deployments_app.deployment", "collections_app.collectionartifact", "groups_app.group"]
)
def test_a_filter_does_not_list_every_row(admin_client, rows, model):
    rows(3, "unmistakable")
    page = admin_client.get(list_of(model), {"q": "nothing has this name"}).content.decode()
    assert "unmistakable" not in page


def test_permissions_that_nothing_asks_for_are_not_offered(admin_client, make_user):
    user = make_user("ada")
    page = admin_client.get(f"/admin/auth/user/{user.pk}/change/")
    offered = set(page.context["adminform"].form.fields["user_permissions"].queryset)
    offered = {f"{permission.content_type.app_label}.{permission.codename}" for permission in offered}

    assert {"collections_app.add_collection", "accounts.change_apitoken", "auth.add_user"} <= offered
    assert {"audit.view_historicalgroup", "collections_app.view_collectionartifact"} <= offered
    assert not offered & {"accounts.add_apitoken", "groups_app.change_groupartifact"}
    assert {name.split(".")[0] for name in offered} == {
        *("accounts", "audit", "auth", "collections_app", "deployments_app", "groups_app"),
        "reports_app",
    }
    listed = admin_client.get("/admin/auth/group/add/").context["adminform"].form.fields["permissions"]
    assert listed.queryset.count() == len(offered)


def test_who_may_change_a_collection_may_add_to_it_and_remove_from_it(
    client, make_user, make_artifact, make_collection
):
    clerk = make_user("clerk", is_staff=True)
    types = ContentType.objects.get_for_models(Collection, CollectionArtifact).values()
    clerk.user_permissions.set(
        Permission.objects.filter(
            content_type__in=types, codename__in=["change_collection", "view_collectionartifact"]
        )
    )
    client.force_login(clerk)
    office, pdf = make_collection("Office"), make_artifact("pdf")

    client.post(f"{MEMBERS}add/", {"collection": office.pk, "artifact": pdf.pk})
    membership = CollectionArtifact.objects.get()
    client.post(f"{MEMBERS}{membership.pk}/delete/", {"post": "yes"})

    assert not CollectionArtifact.objects.exists()


def test_who_may_only_look_changes_no_members(client, make_user, make_artifact, make_collection):
    client.force_login(make_user("viewer", "Viewers", is_staff=True))
    make_collection("Office", make_artifact("pdf"))
    membership = CollectionArtifact.objects.get()
    assert client.get(MEMBERS).status_code == 200
    assert client.get(f"{MEMBERS}add/").status_code == 403
    assert client.post(f"{MEMBERS}{membership.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_new_group_is_begun_from_the_groups_of_a_collection(admin_client, make_collection):
    office = make_collection("Office")
    url = f"/admin/groups_app/group/add/?_changelist_filters=collection__id__exact%3D{office.pk}"
    assert open_form(admin_client, url)["collection"] == office.pk


def test_a_list_that_can_be_edited_writes_by_the_service(admin_client, make_artifact, monkeypatch):
    artifact = make_artifact("pdf", latest_version="1")
    model_admin = admin.site.get_model_admin(Artifact)
    monkeypatch.setattr(model_admin, "list_editable", ["latest_version"])
    page = admin_client.get(list_of("collections_app.artifact"))
    formset = page.context["cl"].formset
    posted = {
        field.html_name: field.value() or ""
        for form in (formset.management_form, *formset.forms)
        for field in form
    }
    hidden = {field.html_initial_name: field.initial or "" for field in formset.forms[0]}

    admin_client.post(
        list_of("collections_app.artifact"), {**posted, **hidden, "form-0-latest_version": "2", "_save": ""}
    )

    artifact.refresh_from_db()
    assert artifact.latest_version == "2"
    assert artifact.history.count() == 2
