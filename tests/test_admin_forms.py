"""Forms of the admin that were open while somebody else wrote: nothing is undone, and nothing is a 500."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from collections_app.models import Collection
from collections_app.services import add_artifacts, remove_artifact, update_collection
from deployments_app.models import Deployment
from deployments_app.services import create_deployment
from groups_app.contents import position_artifact
from groups_app.models import GroupArtifact
from groups_app.services import update_group
from skillmeat_site.accounts.models import ApiToken
from skillmeat_site.db.transactions import locked
from tests.browser import Fields, errors, open_form
from tests.crowd import at_once, wait_until, waiting


@pytest.fixture
def office(make_collection: Any) -> Collection:
    return make_collection("Office")


def url_of(row: Any) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def test_a_deployment_that_was_superseded_stays_so(admin_client, make_artifact, make_project):
    pair = {"artifact_id": make_artifact("pdf").pk, "project_id": make_project("web").pk}
    first = create_deployment(**pair, deployed_version="1")
    form = open_form(admin_client, url_of(first))
    create_deployment(**pair, deployed_version="2")

    page = admin_client.post(url_of(first), form)

    assert "Somebody has changed this since you opened the form: status." in errors(page)
    assert page.context["adminform"].form.errors["status"] == ["This is now “Inactive”."]
    assert [row.status for row in Deployment.objects.order_by("pk")] == ["inactive", "active"]


def test_a_group_that_was_renamed_and_moved_stays_so(admin_client, office, make_group, groups_in_order):
    group = make_group(office, "A")
    make_group(office, "B")
    form = open_form(admin_client, url_of(group))
    update_group(id=group.pk, name="Z", position=1)

    page = admin_client.post(url_of(group), {**form, "description": "mine"})
    assert "name, position" in errors(page)
    assert groups_in_order(office) == [("B", 0), ("Z", 1)]

    shown = Fields(page.content.decode()).values
    assert (shown["name"], shown["position"], shown["description"]) == ("Z", "1", "mine")
    assert admin_client.post(url_of(group), shown).status_code == 302
    group.refresh_from_db()
    assert (group.name, group.description) == ("Z", "mine")
    assert groups_in_order(office) == [("B", 0), ("Z", 1)]


def test_a_field_that_both_changed_keeps_the_users_text_until_it_is_saved_again(admin_client, office):
    form = open_form(admin_client, url_of(office))
    update_collection(id=office.pk, name="Theirs")

    page = admin_client.post(url_of(office), {**form, "name": "Mine"})
    assert page.context["adminform"].form.errors["name"] == ["This is now “Theirs”."]

    assert admin_client.post(url_of(office), Fields(page.content.decode()).values).status_code == 302
    office.refresh_from_db()
    assert office.name == "Mine"


def test_a_form_without_what_it_was_made_from_overwrites_nothing(admin_client, office):
    page = admin_client.post(url_of(office), {"name": "Mine"})
    assert "Somebody has changed this" in errors(page)


def test_only_what_the_user_changed_is_written(admin_client, office, django_capture_on_commit_callbacks):
    form = open_form(admin_client, url_of(office))
    before = office.updated_at
    assert admin_client.post(url_of(office), form).status_code == 302
    office.refresh_from_db()
    assert office.updated_at == before


def test_a_token_that_was_revoked_stays_so(admin_client, admin_user):
    token, _ = ApiToken.objects.issue(admin_user, "laptop")
    form = open_form(admin_client, url_of(token))
    ApiToken.objects.revoke()

    admin_client.post(url_of(token), {**form, "name": "desktop"})

    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_user_who_was_locked_out_stays_so(admin_client, make_user):
    user = make_user("ada", is_staff=True)
    form = open_form(admin_client, url_of(user))
    user.is_active = False
    user.save()

    page = admin_client.post(url_of(user), {**form, "first_name": "Ada"})

    assert "active" in errors(page)
    user.refresh_from_db()
    assert (user.is_active, user.first_name) == (False, "")
    shown = Fields(page.content.decode()).values
    assert admin_client.post(url_of(user), shown).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.first_name) == (False, "Ada")


def test_a_row_that_is_gone_is_named(admin_client, api, office):
    form = open_form(admin_client, url_of(office))
    api.delete(f"/api/v1/collections/{office.pk}")

    page = admin_client.post(url_of(office), {**form, "name": "Mine"})

    assert page.status_code == 404
    assert "The collection “Office” was deleted by editor." in page.content.decode()


def test_an_artifact_that_left_the_group_meanwhile_is_not_moved(
    admin_client, office, make_artifact, make_group
):
    pdf = make_artifact("pdf")
    make_group(office, "Documents", pdf)
    entry = GroupArtifact.objects.get()
    form = open_form(admin_client, url_of(entry))
    remove_artifact(collection_id=office.pk, artifact_id=pdf.pk)

    assert admin_client.post(url_of(entry), {**form, "position": "0"}).status_code == 404
    assert not GroupArtifact.objects.exists()


def test_a_moved_artifact_stays_where_somebody_put_it(
    admin_client, office, make_artifact, make_group, artifacts_in_order
):
    a, b, c = (make_artifact(name) for name in "abc")
    group = make_group(office, "Documents", a, b, c)
    entry = GroupArtifact.objects.get(collection_artifact__artifact=a)
    form = open_form(admin_client, url_of(entry))
    position_artifact(group_id=group.pk, artifact_id=a.pk, position=2)

    assert "position" in errors(admin_client.post(url_of(entry), form))
    assert artifacts_in_order(group) == [("b", 0), ("c", 1), ("a", 2)]


CONCURRENT = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admins(make_user: Any) -> list[Client]:
    clients = []
    for number in range(5):
        client = Client(raise_request_exception=False)
        client.force_login(make_user(f"admin {number}", is_staff=True, is_superuser=True))
        clients.append(client)
    return clients


def outcomes(pages: list[Any], message: str) -> list[int]:
    """The statuses of pages, of which all that were not saved say why."""
    for page in pages:
        assert page.status_code == 302 or message in errors(page), page.content
    return sorted(page.status_code for page in pages)


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("model", ["collection", "artifact"])
class TestAtOnce:
    pytestmark = CONCURRENT

    def test_one_new_name_is_taken_once_and_told_to_the_others(self, admins, model, turn):
        data = {"name": "Office", "type": "skill"}
        url = f"/admin/collections_app/{model}/add/"

        pages = at_once(*(lambda admin=admin: admin.post(url, data) for admin in admins))

        assert outcomes(pages, "with this name already exists.") == [200] * 4 + [302]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_new_member_is_added_once_and_told_to_the_others(admins, office, make_artifact):
    data = {"collection": office.pk, "artifact": make_artifact("pdf").pk}
    url = "/admin/collections_app/collectionartifact/add/"

    pages = at_once(*(lambda admin=admin: admin.post(url, data) for admin in admins))

    assert outcomes(pages, "This artifact is already in the collection.") == [200] * 4 + [302]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_admin_waits_for_whoever_writes_to_the_collection(admins, office, make_artifact):

    pdf = make_artifact("pdf")
    data = {"collection": office.pk, "artifact": pdf.pk}

    def hold() -> None:
        with transaction.atomic():
            locked(Collection, office.pk)
            wait_until(lambda: waiting(for_me=True))
            add_artifacts(collection_id=office.pk, artifact_ids=[pdf.pk])

    _, page = at_once(hold, lambda: admins[0].post("/admin/collections_app/collectionartifact/add/", data))

    assert "This artifact is already in the collection." in errors(page)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_form_is_checked_under_the_lock(admins, office):

    form = open_form(admins[0], url_of(office))

    def hold() -> None:
        with transaction.atomic():
            locked(Collection, office.pk)
            wait_until(lambda: waiting(for_me=True))
            update_collection(id=office.pk, name="Theirs")

    _, page = at_once(hold, lambda: admins[0].post(url_of(office), {**form, "name": "Mine"}))

    assert "name" in errors(page)
    office.refresh_from_db()
    assert office.name == "Theirs"
