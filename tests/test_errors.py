"""One shape for every 4xx."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import UserRateThrottle

from collections_app.models import Collection
from collections_app.views import CollectionViewSet
from skillmeat_site.accounts.models import ApiToken
from tests.calls import API, CALLS, Call, World, assert_envelope, codes, each, stored


@each([call for call in CALLS if call.operation_id != "login"])
def test_without_a_token_every_operation_is_401(anonymous_api: Any, world: World, call: Call) -> None:
    before = stored()
    response = call.send(anonymous_api, world)
    body = assert_envelope(response, 401)
    assert codes(body) == [("not_authenticated", None)]
    assert "Authorization: Bearer <key>" in body["detail"]
    assert response["WWW-Authenticate"] == "Token, Bearer"
    assert stored() == before


@pytest.mark.parametrize(
    "header",
    [
        f"{scheme}{rest}"
        for scheme in ("Token", "Bearer")
        for rest in (" wrong", "", " a b", " \xe9", " \x00")
    ],
)
def test_a_wrong_token_is_401(anonymous_api: Any, debug: bool, header: str) -> None:
    response = anonymous_api.get(f"{API}/collections", headers={"Authorization": header})
    assert codes(assert_envelope(response, 401)) == [("authentication_failed", None)]
    assert response["WWW-Authenticate"] == "Token, Bearer"


def test_an_expired_token_is_401(api: Any) -> None:
    ApiToken.objects.update(expires_at="2020-01-01T00:00:00Z")
    response = api.get(f"{API}/collections")
    assert codes(assert_envelope(response, 401)) == [("authentication_failed", None)]
    assert response["WWW-Authenticate"] == "Token, Bearer"


def test_writing_without_permission_is_403(viewer_api: Any, debug: bool) -> None:
    body = assert_envelope(viewer_api.post(f"{API}/collections", {"name": "new"}), 403)
    assert codes(body) == [("permission_denied", None)]
    assert not Collection.objects.exists()


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize(
    "path", ["/nothing", "/api", "/api/v2/groups", f"{API}/nothing", f"{API}/groups/a/b/c"]
)
def test_a_url_that_leads_nowhere_is_404(anonymous_api: Any, debug: bool, path: str, method: str) -> None:
    body = assert_envelope(getattr(anonymous_api, method)(path), 404)
    assert (body["type"], codes(body)) == ("client_error", [("not_found", None)])
    assert "/api/v1/docs" in body["detail"]


def test_a_host_that_is_not_ours_is_400(anonymous_api: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["api.example.org"]
    body = assert_envelope(anonymous_api.get(f"{API}/collections", headers={"Host": "evil.example"}), 400)
    assert "evil.example" not in body["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("delete", "/collections", {"GET", "POST"}),
        ("put", "/deployments/summary", {"GET"}),
        ("trace", "/deployments/summary?page=1", {"GET"}),
        ("get", "/auth/login", {"POST"}),
        ("post", "/groups/grp-1", {"GET", "PUT", "PATCH", "DELETE"}),
        ("patch", "/groups/grp-1/artifacts/art-1", {"PUT", "DELETE"}),
        ("options", "/groups", {"GET", "POST"}),
    ],
)
def test_a_method_that_a_url_does_not_know_is_405(
    api: Any, debug: bool, method: str, path: str, allowed: set[str]
) -> None:
    response = getattr(api, method)(API + path)
    assert codes(assert_envelope(response, 405)) == [("method_not_allowed", None)]
    assert set(response["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/"])
def test_posting_to_a_page_is_405(path: str, db: None) -> None:
    response = Client(enforce_csrf_checks=True).post(path)
    assert_envelope(response, 405)
    assert "GET" in response["Allow"]


@each([call for call in CALLS if call.status != 204])
def test_a_client_that_takes_no_json_gets_406(api: Any, world: World, call: Call) -> None:
    before = stored()
    body = assert_envelope(call.send(api, world, headers={"Accept": "text/html"}), 406)
    assert codes(body) == [("not_acceptable", None)]
    assert stored() == before


@pytest.mark.parametrize("row", ["artifact", "project"])
def test_deleting_what_deployments_refer_to_is_409(api: Any, world: World, debug: bool, row: str) -> None:
    before = stored()
    body = assert_envelope(api.delete(f"{API}/{row}s/{world[row]}"), 409)
    assert (body["type"], codes(body)) == ("client_error", [("conflict", None)])
    assert "1 deployment" in body["detail"]
    assert stored() == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_that_is_no_json_is_415(api: Any, debug: bool, content_type: str) -> None:
    response = api.generic("POST", f"{API}/collections", b"name=new", content_type=content_type)
    assert codes(assert_envelope(response, 415)) == [("unsupported_media_type", None)]
    assert not Collection.objects.exists()


@pytest.mark.parametrize("path", [f"{API}/collections", f"{API}/auth/login", "/nothing"])
def test_a_body_over_2_mib_is_413(api: Any, debug: bool, path: str) -> None:
    response = api.generic("POST", path, b" " * (2 * 1024 * 1024 + 1), content_type="application/json")
    assert codes(assert_envelope(response, 413)) == [("payload_too_large", None)]


def test_a_body_of_2_mib_is_read(api: Any) -> None:
    text = b'{"name": "new"}'.ljust(2 * 1024 * 1024)
    response = api.generic("POST", f"{API}/collections", text, content_type="application/json")
    assert (response.status_code, response.json()["name"]) == (201, "new")


def test_too_many_logins_are_429(anonymous_api: Any, debug: bool) -> None:
    attempt = {"username": "ada", "password": "wrong"}
    statuses = [anonymous_api.post(f"{API}/auth/login", attempt).status_code for _ in range(10)]
    assert statuses == [401] * 10
    response = anonymous_api.post(f"{API}/auth/login", attempt)
    assert codes(assert_envelope(response, 429)) == [("throttled", None)]
    assert 1 <= int(response["Retry-After"]) <= 60


def test_more_requests_than_the_rate_are_429(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "rate", "2/min", raising=False)
    monkeypatch.setattr(CollectionViewSet, "throttle_classes", [UserRateThrottle])
    cache.clear()
    assert [api.get(f"{API}/collections").status_code for _ in range(2)] == [200, 200]
    response = api.get(f"{API}/collections")
    assert codes(assert_envelope(response, 429)) == [("throttled", None)]
    assert 1 <= int(response["Retry-After"]) <= 60


def test_several_errors_are_all_told_at_once(api: Any, make_collection: Any, debug: bool) -> None:
    group = {"collection_id": make_collection("office").pk, "name": " ", "position": -1, "description": 5}
    body = assert_envelope(api.post(f"{API}/groups", group), 400)
    assert body["type"] == "validation_error"
    assert codes(body) == [("blank", "name"), ("invalid", "description"), ("min_value", "position")]
    assert body["detail"] == " ".join(f"{error['attr']}: {error['detail']}" for error in body["errors"])


def test_the_item_of_a_list_that_is_wrong_is_named(api: Any, world: World) -> None:
    ids = [world["artifact"]] * 3 + [world["group"], world["artifact"], 7]
    body = assert_envelope(
        api.post(f"{API}/collections/{world['target']}/artifacts", {"artifact_ids": ids}), 400
    )
    assert codes(body) == [("invalid", "artifact_ids.3"), ("invalid", "artifact_ids.5")]


def test_the_field_of_an_item_that_is_wrong_is_named(api: Any, world: World) -> None:
    groups = [{"id": world["group"], "position": 0}, {"id": world["other_group"], "position": -1}]
    body = assert_envelope(api.put(f"{API}/groups/reorder", {"groups": groups}), 400)
    assert codes(body) == [("min_value", "groups.1.position")]


def test_a_duplicate_name_is_400(api: Any, make_collection: Any, debug: bool) -> None:
    make_collection("office")
    body = assert_envelope(api.post(f"{API}/collections", {"name": "office"}), 400)
    assert body == {
        "type": "validation_error",
        "detail": f"name: {body['errors'][0]['detail']}",
        "errors": [
            {"code": "unique", "detail": "A collection with this name already exists.", "attr": "name"}
        ],
    }


def test_malformed_json_is_400_and_says_where(api: Any, debug: bool) -> None:
    response = api.generic("POST", f"{API}/collections", b'{"name": }', content_type="application/json")
    body = assert_envelope(response, 400)
    assert codes(body) == [("parse_error", None)]
    assert "column 10" in body["detail"]


@pytest.mark.parametrize("detail", ["wrong password", "no such user", "inactive user"])
def test_a_failed_login_says_the_same_whatever_was_wrong(
    anonymous_api: Any, make_user: Any, detail: str
) -> None:
    user: User = make_user("ada", is_active=detail != "inactive user")
    name = "eve" if detail == "no such user" else user.username
    password = "wrong" if detail == "wrong password" else "correct horse battery staple"
    response = anonymous_api.post(f"{API}/auth/login", {"username": name, "password": password})
    assert codes(assert_envelope(response, 401)) == [("invalid_credentials", None)]
    assert response["WWW-Authenticate"] == "Token, Bearer"
