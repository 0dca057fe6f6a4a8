"""``POST /auth/login``"""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from skillmeat_site.accounts.models import ApiToken

LOGIN, ME = "/api/v1/auth/login", "/api/v1/auth/me"


@pytest.fixture
def ada(make_user):
    return make_user("ada", "Viewers")


def log_in(client: APIClient, username: str = "ada", password: str = PASSWORD, **environ: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password}, **environ)


def errors(response: Any) -> list[tuple[str, str | None]]:
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]


def test_it_answers_a_token_its_expiry_and_the_user(anonymous_api, ada, settings):
    settings.TOKEN_TTL_DAYS = 7
    before = timezone.now()

    response = log_in(anonymous_api)

    body = response.json()
    assert response.status_code == 200
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", body["token"])
    assert body["expiry"].endswith("Z")
    assert before <= datetime.fromisoformat(body["expiry"]) - timedelta(days=7) <= timezone.now()
    assert set(body) == {"token", "expiry", "user"}
    assert body["user"] == {
        "username": "ada",
        "email": "ada@example.org",
        "is_staff": False,
        "groups": ["Viewers"],
        "permissions": sorted(ada.get_all_permissions()),
    }
    assert "collections_app.view_collection" in body["user"]["permissions"]


@pytest.mark.usefixtures("ada")
def test_the_token_opens_the_api(anonymous_api):
    key = log_in(anonymous_api).json()["token"]

    response = anonymous_api.get(ME, HTTP_AUTHORIZATION=f"Token {key}")

    assert (response.status_code, response.json()["username"]) == (200, "ada")


def test_every_user_may_log_in_without_any_permission(anonymous_api, make_user):
    make_user("bob")

    user = log_in(anonymous_api, "bob").json()["user"]

    assert (user["groups"], user["permissions"]) == ([], [])


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada", "wrong"),
        ("ada", f" {PASSWORD} "),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("Ada", PASSWORD),
    ],
    ids=["wrong-password", "spaces-around-password", "unknown-user", "inactive-user", "other-case"],
)
@pytest.mark.usefixtures("ada")
def test_wrong_credentials_all_get_the_same_401(anonymous_api, make_user, username, password):
    make_user("gone", is_active=False)

    response = log_in(anonymous_api, username, password)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token, Bearer"
    assert response.json() == {
        "type": "client_error",
        "detail": "Wrong user name or password.",
        "errors": [
            {"code": "invalid_credentials", "detail": "Wrong user name or password.", "attr": None},
        ],
    }
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("required", "username"), ("required", "password")]),
        ({"username": "ada"}, [("required", "password")]),
        ({"username": "", "password": "x"}, [("blank", "username")]),
        ({"username": "ada", "password": None}, [("null", "password")]),
        ({"username": 1, "password": ["x"]}, [("invalid", "username"), ("invalid", "password")]),
        ({"username": "u" * 151, "password": "x"}, [("max_length", "username")]),
        ({"username": "a\0", "password": "x"}, [("null_characters_not_allowed", "username")]),
        ({"username": "ada", "password": PASSWORD, "otp": "1"}, [("unknown_field", "otp")]),
        ([], [("invalid", None)]),
        ([{"username": "ada", "password": PASSWORD}], [("invalid", None)]),
        ("ada", [("invalid", None)]),
        (7, [("invalid", None)]),
    ],
)
@pytest.mark.usefixtures("ada")
def test_a_body_of_another_shape_is_400(anonymous_api, body, expected):
    response = anonymous_api.post(LOGIN, body)

    assert (response.status_code, errors(response)) == (400, expected)
    assert response.json()["type"] == "validation_error"
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("content", [b"null", b"", b"{", b"\xff"])
def test_a_body_that_is_no_json_object_is_400(anonymous_api, content):
    response = anonymous_api.generic("POST", LOGIN, content, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["errors"]


@pytest.mark.usefixtures("ada")
def test_a_token_that_has_become_useless_does_not_hinder_a_login(anonymous_api):
    response = log_in(anonymous_api, HTTP_AUTHORIZATION="Token expired-long-ago")

    assert response.status_code == 200


def test_a_login_clears_away_the_users_expired_tokens_and_no_others(anonymous_api, ada, make_user):
    long_ago = timezone.now() - timedelta(days=1)
    expired, _ = ApiToken.objects.issue(ada)
    valid, _ = ApiToken.objects.issue(ada)
    foreign, _ = ApiToken.objects.issue(make_user("bob"))
    ApiToken.objects.filter(pk__in=[expired.pk, foreign.pk]).update(expires_at=long_ago)

    log_in(anonymous_api)

    kept = set(ApiToken.objects.values_list("pk", flat=True))
    assert expired.pk not in kept
    assert {valid.pk, foreign.pk} < kept


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_logging_in_is_a_post(anonymous_api, method):
    response = getattr(anonymous_api, method)(LOGIN)

    assert response.status_code == 405
    assert "POST" in response["Allow"]
