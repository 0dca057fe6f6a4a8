"""Tokens: what opens the API, and for how long. ``/auth/logout``, ``/auth/logoutall``, ``/auth/me``"""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from conftest import PASSWORD
from skillmeat_site.accounts.models import ApiToken

AUTH = "/api/v1/auth"
# Authenticates, and is then refused before it reads anything.
REFUSED = "/api/v1/projects?no_such_parameter=1"


@pytest.fixture
def ada(make_user):
    return make_user("ada", "Viewers")


def bearer(key: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Token {key}"}


def assert_is_401(response: Any, code: str) -> None:
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token, Bearer"
    assert response.json()["type"] == "client_error"
    assert [(error["code"], error["attr"]) for error in response.json()["errors"]] == [(code, None)]


def test_a_user_may_have_several_tokens(anonymous_api, ada):
    keys = [ApiToken.objects.issue(ada)[1] for _ in range(3)]

    answers = [anonymous_api.get(f"{AUTH}/me", **bearer(key)) for key in keys]

    assert len(set(keys)) == 3
    assert [answer.json()["username"] for answer in answers] == ["ada"] * 3


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"revoked_at": timezone.now() - timedelta(seconds=1)},
    ],
    ids=["expired", "revoked"],
)
def test_an_expired_or_revoked_token_opens_nothing(anonymous_api, ada, change):
    token, key = ApiToken.objects.issue(ada)
    ApiToken.objects.filter(pk=token.pk).update(**change)

    assert_is_401(anonymous_api.get(f"{AUTH}/me", **bearer(key)), "authentication_failed")


def test_a_token_that_is_about_to_expire_still_opens_the_api(anonymous_api, ada):
    token, key = ApiToken.objects.issue(ada)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(minutes=1))

    assert anonymous_api.get(f"{AUTH}/me", **bearer(key)).status_code == 200


def test_a_token_opens_nothing_while_its_user_is_inactive(anonymous_api, ada):
    _, key = ApiToken.objects.issue(ada)
    User.objects.update(is_active=False)

    assert_is_401(anonymous_api.get(f"{AUTH}/me", **bearer(key)), "authentication_failed")


@pytest.mark.parametrize(
    "header",
    [
        "Token wrong",
        "Token",
        "Token two words",
        "Token \udcff",
        f"Token {'x' * 5000}",
        f"Token {'0' * 64}",
    ],
    ids=["wrong", "empty", "two", "no-utf-8", "long", "digest-like"],
)
@pytest.mark.usefixtures("db")
def test_garbage_opens_nothing(anonymous_api, header):
    garbage = header.encode(errors="surrogateescape").decode("latin-1")

    assert_is_401(anonymous_api.get(f"{AUTH}/me", HTTP_AUTHORIZATION=garbage), "authentication_failed")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "token"])
def test_either_scheme_opens_the_api(anonymous_api, ada, scheme):
    _, key = ApiToken.objects.issue(ada)

    response = anonymous_api.get(f"{AUTH}/me", HTTP_AUTHORIZATION=f"{scheme} {key}")

    assert (response.status_code, response.json()["username"]) == (200, "ada")


@pytest.mark.parametrize("scheme", ["Basic", "Tokens", "BearerToken"])
def test_another_scheme_is_as_good_as_none(anonymous_api, ada, scheme):
    _, key = ApiToken.objects.issue(ada)

    response = anonymous_api.get(f"{AUTH}/me", HTTP_AUTHORIZATION=f"{scheme} {key}")

    assert_is_401(response, "not_authenticated")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_of_the_admin_does_not_open_the_api(anonymous_api, ada, method):
    assert anonymous_api.login(username="ada", password=PASSWORD)

    assert_is_401(getattr(anonymous_api, method)("/api/v1/projects"), "not_authenticated")


def test_only_a_digest_of_the_key_is_stored(anonymous_api, ada):
    body = anonymous_api.post(f"{AUTH}/login", {"username": "ada", "password": PASSWORD}).json()

    (row,) = ApiToken.objects.values()
    assert row["digest"] == hashlib.sha256(body["token"].encode()).hexdigest()
    assert all(body["token"] not in str(value) for value in row.values())
    stolen = anonymous_api.get(f"{AUTH}/me", **bearer(row["digest"]))
    assert_is_401(stolen, "authentication_failed")


def test_logging_out_ends_this_token_only(anonymous_api, ada):
    (first, other) = (ApiToken.objects.issue(ada)[1] for _ in range(2))

    response = anonymous_api.post(f"{AUTH}/logout", **bearer(first))

    assert (response.status_code, response.content) == (204, b"")
    assert_is_401(anonymous_api.get(f"{AUTH}/me", **bearer(first)), "authentication_failed")
    assert_is_401(anonymous_api.post(f"{AUTH}/logout", **bearer(first)), "authentication_failed")
    assert anonymous_api.get(f"{AUTH}/me", **bearer(other)).status_code == 200


def test_logging_out_everywhere_ends_all_tokens_of_this_user_only(anonymous_api, ada, make_user):
    own = [ApiToken.objects.issue(ada)[1] for _ in range(2)]
    _, foreign = ApiToken.objects.issue(make_user("bob"))

    response = anonymous_api.post(f"{AUTH}/logoutall", **bearer(own[0]))

    assert (response.status_code, response.content) == (204, b"")
    for key in own:
        assert_is_401(anonymous_api.get(f"{AUTH}/me", **bearer(key)), "authentication_failed")
    assert anonymous_api.get(f"{AUTH}/me", **bearer(foreign)).status_code == 200


def test_the_time_of_the_first_revocation_is_kept(anonymous_api, ada):
    old, _ = ApiToken.objects.issue(ada)
    _, key = ApiToken.objects.issue(ada)
    long_ago = timezone.now() - timedelta(days=2)
    ApiToken.objects.filter(pk=old.pk).update(revoked_at=long_ago)

    anonymous_api.post(f"{AUTH}/logoutall", **bearer(key))

    old.refresh_from_db()
    assert old.revoked_at == long_ago


@pytest.mark.parametrize(
    ("method", "path"), [("get", "me"), ("post", "logout"), ("post", "logoutall")], ids=str
)
def test_a_session_needs_a_token(anonymous_api, method, path):
    assert_is_401(getattr(anonymous_api, method)(f"{AUTH}/{path}"), "not_authenticated")


def test_me_is_the_user_with_groups_and_permissions_in_order(ada, client_of):
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    group = Group.objects.create(name="Admins")
    permission = ada.groups.get().permissions.get(codename="view_project")
    add = type(permission).objects.get(codename="add_project")
    group.permissions.add(permission)
    ada.groups.add(group)
    ada.user_permissions.add(add)

    body = client_of(ada).get(f"{AUTH}/me").json()

    views = [
        "artifact",
        "collection",
        "collectionartifact",
        "deployment",
        "group",
        "groupartifact",
        "project",
        "report",
    ]
    assert {name.split(".view_")[1] for name in body["permissions"] if ".view_" in name} == set(views)
    assert "deployments_app.add_project" in body["permissions"]
    assert body == {
        "username": "ada",
        "email": "ada@example.org",
        "is_staff": True,
        "groups": ["Admins", "Viewers"],
        "permissions": sorted(body["permissions"]),
    }


def test_the_last_use_is_written_down_at_most_once_a_minute(anonymous_api, ada):
    token, key = ApiToken.objects.issue(ada)
    used: list[Any] = [token.last_used_at]
    for age in (None, timedelta(seconds=55), timedelta(seconds=61)):
        if age:
            ApiToken.objects.update(last_used_at=timezone.now() - age)
            used.append(ApiToken.objects.get().last_used_at)
        anonymous_api.get(f"{AUTH}/me", **bearer(key))
        used.append(ApiToken.objects.get().last_used_at)

    never, first, recently, still_recently, long_ago, now = used
    assert (never, still_recently) == (None, recently)
    assert first > token.created_at
    assert now > long_ago + timedelta(seconds=60)


def test_a_token_that_is_refused_is_not_in_use(anonymous_api, ada):
    _, key = ApiToken.objects.issue(ada)
    ApiToken.objects.update(revoked_at=timezone.now())

    anonymous_api.get(f"{AUTH}/me", **bearer(key))

    assert ApiToken.objects.get().last_used_at is None


def test_authenticating_costs_one_query_and_a_second_once_a_minute(
    anonymous_api, ada, django_assert_num_queries
):
    _, key = ApiToken.objects.issue(ada)

    # Writing it down is a transaction: two more of them here, where a test is one itself.
    for queries in (4, 1, 1):
        with django_assert_num_queries(queries):
            response = anonymous_api.get(REFUSED, **bearer(key))
        assert response.status_code == 400


@pytest.mark.parametrize(("header", "queries"), [({}, 0), (bearer("wrong"), 1)], ids=["none", "wrong"])
def test_refusing_costs_no_more_than_one_query(anonymous_api, django_assert_num_queries, header, queries):
    with django_assert_num_queries(queries):
        response = anonymous_api.get(REFUSED, **header)

    assert response.status_code == 401
