"""``/auth/tokens``: tokens for scripts and other clients, which their owner makes and revokes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import PASSWORD
from skillmeat_site.accounts.models import ApiToken, digest
from skillmeat_site.accounts.serializers import TokenResponseSerializer
from skillmeat_site.db import transactions
from skillmeat_site.db.transactions import Stale
from skillmeat_site.idempotency.models import IdempotencyRecord

AUTH = "/api/v1/auth"
TOKENS = f"{AUTH}/tokens"


KEY = {"HTTP_IDEMPOTENCY_KEY": "6f1c2b-1"}


def bearer(key: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def listed(api: Any) -> list[dict[str, Any]]:
    body = api.get(TOKENS).json()
    assert body["total"] == len(body["tokens"])
    return body["tokens"]


def test_a_new_token_shows_its_key_once_and_opens_the_api(api, anonymous_api):
    response = api.post(TOKENS, {"name": " CI of web "})

    body = response.json()
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    shown = {name: body[name] for name in ("name", "scope", "last_used_at", "is_current")}
    assert shown == {"name": "CI of web", "scope": "full", "last_used_at": None, "is_current": False}
    assert anonymous_api.get(f"{AUTH}/me", **bearer(body["token"])).json()["username"] == "editor"
    [row] = [row for row in listed(api) if row["id"] == body["id"]]
    assert "token" not in row
    assert row["last_used_at"] is not None
    assert not ApiToken.objects.filter(pk=body["token"]).exists()
    assert ApiToken.objects.filter(pk=digest(body["token"])).exists()


def test_the_same_request_again_shows_the_same_key_and_makes_no_second_token(api, anonymous_api):
    first, again = (api.post(TOKENS, {"name": "CI"}, **KEY) for _ in range(2))

    assert (again.status_code, again.content) == (201, first.content)
    assert [answer.get("Idempotent-Replayed") for answer in (first, again)] == [None, "true"]
    assert [answer["Cache-Control"] for answer in (first, again)] == ["no-store"] * 2
    assert anonymous_api.get(f"{AUTH}/me", **bearer(again.json()["token"])).status_code == 200
    assert [row["name"] for row in listed(api)] == ["CI", ""]


def test_a_token_may_be_sent_back_as_it_was_got(api):
    got = api.post(TOKENS, {"name": "CI"}).json()
    del got["token"]
    assert api.post(TOKENS, got).status_code == 201


def test_an_idempotency_key_of_yesterday_makes_another_token_with_another_key(api, anonymous_api):
    first = api.post(TOKENS, {"name": "CI"}, **KEY).json()
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))

    answer = api.post(TOKENS, {"name": "CI"}, **KEY)

    assert (answer.status_code, answer.get("Idempotent-Replayed")) == (201, None)
    assert first["token"] != answer.json()["token"]
    for key in (first["token"], answer.json()["token"]):
        assert anonymous_api.get(f"{AUTH}/me", **bearer(key)).status_code == 200


def test_the_same_idempotency_key_of_two_users_makes_two_keys(api, viewer_api):
    made = {client.post(TOKENS, {"name": "CI"}, **KEY).json()["token"] for client in (api, viewer_api)}

    assert len(made) == 2


def test_an_idempotency_key_for_another_token_is_refused(api):
    api.post(TOKENS, {"name": "CI"}, **KEY)

    assert api.post(TOKENS, {"name": "laptop"}, **KEY).status_code == 422
    assert len(listed(api)) == 2


def test_a_refusal_is_replayed_without_a_key(api):
    first, again = (api.post(TOKENS, {}, **KEY) for _ in range(2))

    assert (first.status_code, again.status_code, again.content) == (400, 400, first.content)
    assert again["Idempotent-Replayed"] == "true"


def test_the_key_of_a_revoked_token_is_replayed_and_opens_nothing(api, anonymous_api):
    made = api.post(TOKENS, {"name": "CI"}, **KEY).json()
    api.delete(f"{TOKENS}/{made['id']}")

    assert api.post(TOKENS, {"name": "CI"}, **KEY).json() == made
    assert anonymous_api.get(f"{AUTH}/me", **bearer(made["token"])).status_code == 401


def test_without_the_secret_key_nobody_computes_the_key(api, anonymous_api, settings):
    made = api.post(TOKENS, {"name": "CI"}, **KEY).json()
    settings.SECRET_KEY = "another"

    replayed = api.post(TOKENS, {"name": "CI"}, **KEY).json()

    assert replayed.pop("token") != made.pop("token")
    assert replayed == made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, KEY], ids=["plain", "with a key"])
def test_a_token_that_is_made_at_the_second_attempt_opens_the_api(api, anonymous_api, monkeypatch, headers):
    stale_once(monkeypatch)

    made = api.post(TOKENS, {"name": "CI"}, **headers).json()

    assert anonymous_api.get(f"{AUTH}/me", **bearer(made["token"])).status_code == 200
    assert [row["name"] for row in listed(api)] == ["CI", ""]


@pytest.mark.django_db(transaction=True)
def test_the_second_attempt_shows_the_key_of_the_token_that_the_same_request_made_meanwhile(
    api, client_of, django_user_model, monkeypatch
):
    other = client_of(django_user_model.objects.get(username="editor"))
    answers = []
    pause = lambda _: answers.append(other.post(TOKENS, {"name": "CI"}, **KEY))  # noqa: E731
    monkeypatch.setattr(transactions.time, "sleep", pause)
    stale_once(monkeypatch)

    answers.append(api.post(TOKENS, {"name": "CI"}, **KEY))

    assert [answer.get("Idempotent-Replayed") for answer in answers] == [None, "true"]
    assert answers[0].json() == answers[1].json()


def stale_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first transaction that has made a token begin again."""
    show, failures = TokenResponseSerializer.to_representation, [Stale()]

    def fail_or_show(serializer: Any, token: ApiToken) -> Any:
        if failures:
            raise failures.pop()
        return show(serializer, token)

    monkeypatch.setattr(TokenResponseSerializer, "to_representation", fail_or_show)


def test_the_list_has_ones_own_valid_tokens_and_tells_which_one_is_in_use(api, viewer_api):
    made = [api.post(TOKENS, {"name": name}).json()["id"] for name in ("old", "gone", "good")]
    ApiToken.objects.filter(public_id=made[0]).update(expires_at=timezone.now())
    api.delete(f"{TOKENS}/{made[1]}")

    rows = listed(api)

    assert [(row["name"], row["is_current"]) for row in rows] == [("good", False), ("", True)]
    assert [row["is_current"] for row in listed(viewer_api)] == [True]


def test_a_revoked_token_opens_nothing_and_is_gone(api, anonymous_api):
    made = api.post(TOKENS, {"name": "CI"}).json()

    assert api.delete(f"{TOKENS}/{made['id']}").status_code == 204
    assert anonymous_api.get(f"{AUTH}/me", **bearer(made["token"])).status_code == 401
    assert api.delete(f"{TOKENS}/{made['id']}").status_code == 404


def test_nobody_revokes_the_token_of_another(api, viewer_api):
    made = api.post(TOKENS, {"name": "CI"}).json()

    assert viewer_api.delete(f"{TOKENS}/{made['id']}").status_code == 404
    assert len(listed(api)) == 2


@pytest.mark.parametrize("id", ["tok-1", "x", "tok-" + "g" * 32, "a" * 64])
def test_what_is_no_id_of_a_token_is_not_found(api, id):
    assert api.delete(f"{TOKENS}/{id}").status_code == 404


def test_it_ends_when_it_should_or_as_a_login_does(api, settings):
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)

    chosen = api.post(TOKENS, {"name": "a", "expires_at": ends.isoformat()}).json()
    usual = api.post(TOKENS, {"name": "b", "expires_at": None}).json()

    assert datetime.fromisoformat(chosen["expires_at"]) == ends
    left = datetime.fromisoformat(usual["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=settings.TOKEN_TTL_DAYS) - left < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "name"),
        ({"name": " "}, "blank", "name"),
        ({"name": "x" * 256}, "max_length", "name"),
        ({"name": "CI", "scope": "admin"}, "invalid_choice", "scope"),
        ({"name": "CI", "expires_at": "2020-01-01T00:00:00Z"}, "expired", "expires_at"),
        ({"name": "CI", "expires_at": "tomorrow"}, "invalid", "expires_at"),
        ({"name": "CI", "user": "root"}, "unknown_field", "user"),
    ],
)
def test_what_makes_no_sense_is_refused(api, body, code, attr):
    (error,) = api.post(TOKENS, body).json()["errors"]

    assert (error["code"], error["attr"]) == (code, attr)
    assert len(listed(api)) == 1


@pytest.mark.parametrize(("sent", "name"), [({}, "login"), ({"token_name": "laptop"}, "laptop")])
def test_a_login_names_its_token(anonymous_api, make_user, sent, name):
    make_user("ada")
    key = anonymous_api.post(f"{AUTH}/login", {"username": "ada", "password": PASSWORD, **sent}).json()[
        "token"
    ]

    [row] = anonymous_api.get(TOKENS, **bearer(key)).json()["tokens"]

    assert (row["name"], row["scope"], row["is_current"]) == (name, "full", True)


def test_a_token_of_one_scope_cannot_make_one_of_another(api, anonymous_api):
    for scope in ("read", "report"):
        key = api.post(TOKENS, {"name": scope, "scope": scope}).json()["token"]
        response = anonymous_api.post(TOKENS, {"name": "more"}, **bearer(key))
        assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "token_scope")


def test_a_token_ends_with_the_account_of_its_maker(api, anonymous_api, django_user_model):
    key = api.post(TOKENS, {"name": "CI"}).json()["token"]
    django_user_model.objects.filter(username="editor").update(is_active=False)

    assert anonymous_api.get(f"{AUTH}/me", **bearer(key)).status_code == 401


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_costs_three_queries_however_many_there_are(api, count_queries, count):
    for number in range(count):
        api.post(TOKENS, {"name": str(number)})

    assert count_queries(lambda: api.get(TOKENS)) == 3


def test_a_superuser_issues_a_token_for_somebody_which_is_shown_once(client, make_user, anonymous_api):
    ada = make_user("ada")
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    form = {"user": ada.pk, "name": "CI", "scope": "read"}
    form |= {"expires_at_0": "2030-01-01", "expires_at_1": "00:00:00"}

    response = client.post("/admin/accounts/apitoken/add/", form)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    key = response.content.decode().partition('<code id="key"')[2].partition(">")[2].partition("<")[0]
    assert anonymous_api.get(f"{AUTH}/me", **bearer(key)).json()["username"] == "ada"
    token = ApiToken.objects.get(user=ada)
    assert (token.name, token.scope) == ("CI", "read")
    page = client.get(f"/admin/accounts/apitoken/{token.pk}/change/")
    assert (page.status_code, key in page.content.decode()) == (200, False)


def test_nobody_but_a_superuser_issues_tokens_for_others(client, make_user):
    staff = make_user("staff", is_staff=True)
    client.force_login(staff)

    assert client.get("/admin/accounts/apitoken/add/").status_code == 403
