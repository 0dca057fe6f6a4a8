"""Who may do what: every operation that the server answers, and every kind of user."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from deployments_app.models import Tally
from skillmeat_site.accounts.apps import DOMAIN_APPS
from skillmeat_site.accounts.models import ApiToken
from tests.calls import API, CALLS, Call, World, assert_envelope, codes, each, unchanged, undone

PROTECTED = [call for call in CALLS if call.operation_id != "login"]
WRITES = [call for call in CALLS if call.permission]
READS = [call for call in CALLS if call.method == "get"]
# What everybody may see.
PUBLIC = {
    ("post", "api/v1/auth/login"),
    *(("any", f"api/v1/{name}") for name in ("schema", "docs", "redoc")),
    ("any", "api/v1/redoc/bundles/redoc.standalone.js"),
    *(("any", name) for name in ("", "healthz", "readyz", "admin", "admin/login/")),
}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and URL of the URL configuration; braces stand for an id."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + re.sub(r"\(\?P<\w+>[^)]+\)|<[\w:]+>", "{}", str(pattern.pattern).strip("^$\\Z"))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            methods = getattr(pattern.callback, "actions", {"any": ""})
            yield from ((method, path) for method in methods if method != "head")


def test_every_operation_that_the_server_answers_is_in_the_table_and_the_other_way_round() -> None:
    listed = {(call.method, re.sub(r"{\w+}", "{}", f"{API}{call.path}"[1:])) for call in CALLS}
    served = {(method, path) for method, path in routes() if not path.startswith("admin/{}")}
    of_the_admin = {route for route in served if route[1].startswith("admin/")} - PUBLIC
    assert served - of_the_admin == listed | PUBLIC


def test_every_page_of_the_admin_asks_strangers_to_log_in(anonymous_api: Any) -> None:
    pages = {path.replace("{}", "1") for _, path in routes() if path.startswith("admin/")}
    pages -= {"admin/login/", "admin/logout/"}
    assert len(pages) > 50
    for page in pages:
        answer = anonymous_api.get(f"/{page}")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), page


@pytest.fixture
def outsiders(anonymous_api: Any, make_user: Any, client_of: Any) -> dict[str, APIClient]:
    """Clients of people who may not even read, by what is wrong with them."""
    wrong = client_of(None)
    wrong.credentials(HTTP_AUTHORIZATION="Token wrong")
    expired, logged_out, inactive = (make_user(name, "Editors") for name in ("old", "gone", "fired"))
    clients = {
        "no token": anonymous_api,
        "wrong token": wrong,
        "expired token": client_of(expired),
        "logged-out token": client_of(logged_out),
        "inactive user": client_of(inactive),
    }
    ApiToken.objects.filter(user=expired).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert clients["logged-out token"].post(f"{API}/auth/logout").status_code == 204
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    return clients


@each(PROTECTED)
def test_strangers_may_do_nothing(world: World, outsiders: dict[str, APIClient], call: Call) -> None:
    with unchanged():
        for kind, client in outsiders.items():
            answer = call.send(client, world)
            assert_envelope(answer, 401)
            assert answer["WWW-Authenticate"] == "Token, Bearer", kind


@each(PROTECTED)
def test_a_viewer_may_read_and_manage_their_own_session(
    world: World, viewer_api: APIClient, call: Call
) -> None:
    if call.permission is None:
        assert call.send(viewer_api, world).status_code == call.status
        return
    with unchanged():
        answer = call.send(viewer_api, world)
    assert codes(assert_envelope(answer, 403)) == [("permission_denied", None)]


@each(PROTECTED)
def test_an_editor_and_an_admin_may_do_everything(
    world: World, api: APIClient, make_user: Any, client_of: Any, call: Call
) -> None:
    for client in (api, client_of(make_user("root", is_superuser=True))):
        with undone():
            answer = call.send(client, world)
            assert answer.status_code == call.status, answer.content


@pytest.mark.parametrize("scope", ["full", "read", "report"])
@each(PROTECTED)
def test_a_token_does_what_its_scope_allows_and_nothing_else(
    world: World, api: APIClient, call: Call, scope: str
) -> None:
    ApiToken.objects.update(scope=scope)
    manages_tokens = "Token" in call.operation_id or call.operation_id == "logoutAll"
    allowed = {
        "full": True,
        "read": call.method == "get" and not manages_tokens,
        "report": call.path.startswith(("/reports", "/catalogs")),
    }[scope]
    if allowed or call.operation_id in ("logout", "getCurrentUser"):
        assert call.send(api, world).status_code == call.status
        return
    with unchanged():
        answer = call.send(api, world)
    assert codes(assert_envelope(answer, 403)) == [("token_scope", None)]
    assert f"the scope '{scope}'" in answer.json()["detail"]


def grant(user: User, *names: str) -> None:
    for name in names:
        label, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


@each(WRITES)
def test_one_permission_is_enough(world: World, make_user: Any, client_of: Any, call: Call) -> None:
    user = make_user("specialist")
    grant(user, *filter(None, [call.permission, call.further_permission]))
    assert call.send(client_of(user), world).status_code == call.status


@each(WRITES)
def test_all_other_permissions_are_not_enough(
    world: World, make_user: Any, client_of: Any, call: Call
) -> None:
    user = make_user("all but one", "Editors")
    label, codename = str(call.permission).split(".")
    editors = UserGroup.objects.get(name="Editors")
    editors.permissions.remove(Permission.objects.get(content_type__app_label=label, codename=codename))
    with unchanged():
        assert_envelope(call.send(client_of(user), world), 403)


@each(READS)
def test_whoever_is_in_no_group_may_read(world: World, make_user: Any, client_of: Any, call: Call) -> None:
    assert call.send(client_of(make_user("reader")), world).status_code == 200


def test_being_staff_alone_allows_no_write(world: World, make_user: Any, client_of: Any) -> None:
    client = client_of(make_user("clerk", is_staff=True))
    assert {call.send(client, world).status_code for call in WRITES} == {403}


def test_a_permission_that_is_taken_away_is_gone_at_once(make_user: Any, client_of: Any) -> None:
    user = make_user("ada", "Editors")
    client = client_of(user)
    assert client.post(f"{API}/projects", {"name": "first"}).status_code == 201
    user.groups.clear()
    assert_envelope(client.post(f"{API}/projects", {"name": "second"}), 403)


def test_a_viewer_learns_nothing_of_what_exists_by_writing(viewer_api: Any) -> None:
    assert_envelope(viewer_api.delete(f"{API}/projects/proj-{'0' * 32}"), 403)


def test_a_session_of_the_admin_is_no_token(client: Any, make_user: Any) -> None:
    make_user("root", is_superuser=True, is_staff=True)
    assert client.login(username="root", password=PASSWORD)
    assert_envelope(client.get(f"{API}/collections"), 401)


def test_migrating_makes_editors_who_may_do_everything_and_viewers_who_may_look(db: None) -> None:
    granted = {
        group.name: set(group.permissions.values_list("content_type__app_label", "codename"))
        for group in UserGroup.objects.all()
    }
    models = [
        model._meta
        for label in DOMAIN_APPS
        for model in apps.get_app_config(label).get_models()
        if not issubclass(model, Tally)
    ]

    assert granted == {
        "Editors": {
            (meta.app_label, f"{verb}_{meta.model_name}")
            for meta in models
            for verb in meta.default_permissions
        },
        "Viewers": {(meta.app_label, f"view_{meta.model_name}") for meta in models},
        "Reporters": {("reports_app", "add_report")},
    }


def test_editors_from_before_there_were_reports_may_send_them_too(db: None) -> None:
    UserGroup.objects.get(name="Reporters").delete()
    editors = UserGroup.objects.get(name="Editors")
    editors.permissions.set(Permission.objects.filter(codename="add_project"))

    call_command("migrate", verbosity=0)

    assert set(editors.permissions.values_list("codename", flat=True)) == {"add_project", "add_report"}


def test_migrating_again_keeps_what_an_admin_changed(db: None) -> None:
    editors = UserGroup.objects.get(name="Editors")
    editors.permissions.clear()
    UserGroup.objects.get(name="Viewers").delete()

    call_command("migrate", verbosity=0)

    assert not editors.permissions.exists()
    assert UserGroup.objects.get(name="Viewers").permissions.exists()
