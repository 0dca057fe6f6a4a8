"""The audit trail in the admin: everything is shown, nothing can be changed."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps

from collections_app.services import delete_artifact, delete_collection
from deployments_app.services import create_deployment, delete_deployment, delete_project

MODELS = [model._meta.model_name for model in apps.get_app_config("audit").get_models()]


def url(model_name: str, page: str = "") -> str:
    return f"/admin/audit/{model_name}/{page}"


@pytest.fixture
def come_and_go(make_artifact, make_collection, make_group, make_project) -> Callable[[str], None]:
    """Make a row of each kind and delete it again; what has a name is called ``name``."""

    def act(name: str) -> None:
        artifact, project = make_artifact(name), make_project(name)
        collection = make_collection(name, artifact)
        make_group(collection, name, artifact)
        deployment = create_deployment(artifact_id=artifact.pk, project_id=project.pk)
        delete_deployment(id=deployment.pk)
        delete_collection(id=collection.pk)
        delete_artifact(id=artifact.pk)
        delete_project(id=project.pk)

    return act


def test_the_lists_show_what_became_of_rows_that_are_gone(admin_client, come_and_go):
    come_and_go("Office")

    pages = {name: admin_client.get(url(name)).content.decode() for name in MODELS}

    for page in pages.values():
        assert "Created" in page
        assert "Deleted" in page
    for name in ("historicalartifact", "historicalcollection", "historicalgroup", "historicalproject"):
        assert "Office" in pages[name]


def test_a_membership_is_shown_by_the_names_of_what_it_joins(admin_client, make_artifact, make_collection):
    make_collection("Office", make_artifact("pdf"))

    assert "Office – pdf (skill)" in admin_client.get(url("historicalcollectionartifact")).content.decode()


@pytest.mark.parametrize("model_name", MODELS)
def test_a_list_costs_the_same_however_long_it_is(admin_client, come_and_go, count_queries, model_name):
    def cost() -> int:
        return count_queries(lambda: admin_client.get(url(model_name)))

    come_and_go("first")
    admin_client.get(url(model_name))
    before = cost()
    for number in range(5):
        come_and_go(f"another {number}")

    assert cost() == before


def test_nobody_changes_the_trail(admin_client, make_collection):
    make_collection("Office")
    record = apps.get_model("audit", "HistoricalCollection").objects.get()
    change, delete = (url("historicalcollection", f"{record.pk}/{page}/") for page in ("change", "delete"))

    assert admin_client.get(change).status_code == 200
    assert admin_client.get(url("historicalcollection", "add/")).status_code == 403
    assert admin_client.post(change, {"name": "forged"}).status_code == 403
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    ticked = {"action": "delete_selected", "_selected_action": record.pk, "post": "yes"}
    admin_client.post(url("historicalcollection"), ticked)
    assert apps.get_model("audit", "HistoricalCollection").objects.get().name == "Office"


def test_the_history_of_a_row_tells_who_changed_what(admin_client, api, make_collection):
    collection = make_collection("Office")
    api.put(f"/api/v1/collections/{collection.pk}", {"name": "Home"})

    page = admin_client.get(f"/admin/collections_app/collection/{collection.pk}/history/").content.decode()

    assert "editor" in page
    assert "Office" in page
    assert "Home" in page


def test_what_an_admin_does_is_recorded_under_their_name(admin_client, admin_user):
    admin_client.post("/admin/collections_app/collection/add/", {"name": "Office"})

    record = apps.get_model("audit", "HistoricalCollection").objects.get()
    assert record.history_user_id == admin_user.username


@pytest.mark.parametrize("model_name", ["historicalcollection", "historicalcollectionartifact"])
def test_a_search_finds_changes_by_name(admin_client, make_artifact, make_collection, model_name):
    make_collection("Office", make_artifact("pdf"))
    make_collection("Home", make_artifact("ocr"))

    page = admin_client.get(url(model_name), {"q": "off"}).content.decode()

    assert "Office" in page
    assert "Home" not in page


def test_changes_are_filtered_by_user_and_those_of_no_user_are_the_systems(
    admin_client, api, make_collection
):
    make_collection("Command")
    api.post("/api/v1/collections", {"name": "Request"})

    found = {
        user: [record.name for record in admin_client.get(path).context["cl"].result_list]
        for user in ("editor", "system", "nobody")
        for path in [url("historicalcollection", f"?user={user}")]
    }

    assert found == {"editor": ["Request"], "system": ["Command"], "nobody": []}
    assert ">system<" in admin_client.get(url("historicalcollection")).content.decode()


def test_an_old_record_looks_as_read_only_as_it_is(admin_client, make_collection):
    collection = make_collection("Office")
    record = apps.get_model("audit", "HistoricalCollection").objects.get()
    old = f"/admin/collections_app/collection/{collection.pk}/history/{record.pk}/"

    page = admin_client.get(old, follow=True)

    assert page.redirect_chain == [(url("historicalcollection", f"{record.pk}/change/"), 302)]
    content = page.content.decode()
    assert "Office" in content
    assert not re.search(r"<(input|textarea|select)[^>]*name=\"(name|description)\"", content)


def test_the_history_of_a_row_calls_nobody_none(admin_client, make_collection):
    collection = make_collection("Office")

    page = admin_client.get(f"/admin/collections_app/collection/{collection.pk}/history/").content.decode()

    assert "system" in page
    assert "/admin/auth/user/None" not in page
