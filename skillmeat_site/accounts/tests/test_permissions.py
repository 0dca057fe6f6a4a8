"""Who may do what: the whole API, one operation after the other."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import Permission, User
from django.core.management import call_command

from skillmeat_site.accounts.apps import DOMAIN_APPS
from skillmeat_site.accounts.tests.operations import OPEN, READS, SESSION, WRITES, Ids, Write, url

each_write = pytest.mark.parametrize("write", WRITES, ids=str)


@pytest.fixture
def ids(api, make_artifact, make_collection, make_group, make_project) -> Ids:
    """Rows on which every operation of the tables succeeds, by the paths that they stand at."""
    artifact, other, outsider = (make_artifact(name) for name in ("pdf", "docx", "outsider"))
    collection, target_collection = make_collection("office", artifact, other), make_collection("home")
    group = make_group(collection, "documents", artifact, other)
    target_group = make_group(collection, "forms")
    deployed = {"artifact_id": other.pk, "project_id": make_project("app").pk}
    return {
        "collections": collection.pk,
        "groups": group.pk,
        "artifacts": artifact.pk,
        "projects": make_project("web").pk,
        "deployments": api.post("/api/v1/deployments", deployed).json()["id"],
        "outsider": outsider.pk,
        "target_collection": target_collection.pk,
        "target_group": target_group.pk,
    }


def all_rows() -> list[list[dict[str, Any]]]:
    models = [model for label in DOMAIN_APPS for model in apps.get_app_config(label).get_models()]
    return [list(model.objects.order_by("pk").values()) for model in models]


def send(client: Any, write: Write, ids: Ids) -> Any:
    return getattr(client, write.method)(write.url(ids), write.body(ids))


def grant(user: User, *names: str) -> None:
    for name in names:
        label, codename = name.split(".")
        permission = Permission.objects.get(content_type__app_label=label, codename=codename)
        user.user_permissions.add(permission)


def assert_refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    assert response.json()["type"] == "client_error"
    assert [(error["code"], error["attr"]) for error in response.json()["errors"]] == [(code, None)]


def test_the_tables_name_every_operation_of_the_api(anonymous_api):
    paths = anonymous_api.get("/api/v1/schema?format=json").json()["paths"]
    documented = {
        (method, path.removeprefix("/api/v1"))
        for path, operations in paths.items()
        for method in operations
        if method in ("get", "post", "put", "patch", "delete")
    }

    listed = {(write.method, write.path) for write in WRITES} | {("get", path) for path in READS} | SESSION

    assert len(WRITES) == len({str(write) for write in WRITES}) == 32
    assert documented - OPEN == listed


@each_write
def test_an_editor_may_write(api, ids, write):
    before = all_rows()

    response = send(api, write, ids)

    assert response.status_code == write.status, response.content
    assert all_rows() != before


def test_a_viewer_may_not_write(viewer_api, ids):
    before = all_rows()

    for write in WRITES:
        assert_refused(send(viewer_api, write, ids), 403, "permission_denied")

    assert all_rows() == before


def test_a_stranger_may_not_write(anonymous_api, ids):
    before = all_rows()

    for write in WRITES:
        response = send(anonymous_api, write, ids)
        assert_refused(response, 401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Token"

    assert all_rows() == before


@each_write
def test_one_permission_is_enough(ids, make_user, client_of, write):
    user = make_user("specialist")
    grant(user, write.permission)

    response = send(client_of(user), write, ids)

    assert response.status_code == write.status, response.content


def test_all_other_permissions_are_not_enough(ids, make_user, client_of):
    granted = UserGroup.objects.get(name="Editors").permissions
    names = {".".join(name) for name in granted.values_list("content_type__app_label", "codename")}
    before = all_rows()

    for permission in {write.permission for write in WRITES}:
        user = make_user(f"all but {permission}")
        grant(user, *(names - {permission}))
        client = client_of(user)
        for write in (write for write in WRITES if write.permission == permission):
            assert_refused(send(client, write, ids), 403, "permission_denied")

    assert all_rows() == before


def test_a_user_with_one_permission_may_do_only_what_it_is_for(ids, make_user, client_of):
    user = make_user("specialist")
    grant(user, "deployments_app.add_deployment")
    client = client_of(user)

    allowed = [str(write) for write in WRITES if send(client, write, ids).status_code != 403]

    assert allowed == ["post /deployments"]


@pytest.mark.parametrize("group", ["Editors", "Viewers", None])
def test_every_active_user_may_read(ids, make_user, client_of, group):
    client = client_of(make_user("reader", group))

    for path, query in READS.items():
        response = client.get(f"{url(path, ids)}?{query.format(**ids)}")
        assert response.status_code == 200, response.content
        assert response.json()


def test_a_stranger_may_not_read(anonymous_api, ids):
    for path, query in READS.items():
        response = anonymous_api.get(f"{url(path, ids)}?{query.format(**ids)}")
        assert_refused(response, 401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("path", ["logout", "logoutall"])
def test_a_session_needs_no_permission(make_user, client_of, path):
    assert client_of(make_user("nobody")).post(f"/api/v1/auth/{path}").status_code == 204


def test_a_superuser_may_write_without_any_group(make_user, client_of):
    client = client_of(make_user("root", is_superuser=True))

    assert client.post("/api/v1/projects", {"name": "web"}).status_code == 201


def test_being_staff_alone_allows_nothing(ids, make_user, client_of):
    client = client_of(make_user("clerk", is_staff=True))

    assert {send(client, write, ids).status_code for write in WRITES} == {403}


def test_a_permission_that_is_taken_away_is_gone_at_once(ids, make_user, client_of):
    user = make_user("ada", "Editors")
    client = client_of(user)
    assert client.post("/api/v1/projects", {"name": "first"}).status_code == 201

    user.groups.clear()

    assert_refused(client.post("/api/v1/projects", {"name": "second"}), 403, "permission_denied")


def test_a_viewer_learns_nothing_of_what_exists_by_writing(viewer_api):
    response = viewer_api.delete(f"/api/v1/projects/proj-{'0' * 32}")

    assert_refused(response, 403, "permission_denied")


def test_migrating_makes_editors_who_may_do_everything_and_viewers_who_may_look(db):
    granted = {
        group.name: set(group.permissions.values_list("content_type__app_label", "codename"))
        for group in UserGroup.objects.all()
    }
    models = [model._meta for label in DOMAIN_APPS for model in apps.get_app_config(label).get_models()]

    assert granted == {
        "Editors": {
            (meta.app_label, f"{verb}_{meta.model_name}")
            for meta in models
            for verb in ("add", "change", "delete", "view")
        },
        "Viewers": {(meta.app_label, f"view_{meta.model_name}") for meta in models},
    }


def test_migrating_again_keeps_what_an_admin_changed(db):
    editors = UserGroup.objects.get(name="Editors")
    editors.permissions.clear()
    UserGroup.objects.get(name="Viewers").delete()

    call_command("migrate", verbosity=0)

    assert not editors.permissions.exists()
    assert UserGroup.objects.get(name="Viewers").permissions.exists()
