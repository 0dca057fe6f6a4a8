"""What a thief would look for, and how a guesser would go about it."""

import io
import logging
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import User

from conftest import PASSWORD
from tests.calls import API, assert_envelope

LOGIN = f"{API}/auth/login"


@pytest.fixture
def ada(make_user: Any) -> User:
    return make_user("ada", "Editors")


def log_in(client: Any, username: str = "ada", password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"username": username, "password": password})


@pytest.mark.usefixtures("ada")
def test_no_key_and_no_password_is_stored(anonymous_api: Any) -> None:
    key = log_in(anonymous_api).json()["token"]
    anonymous_api.post(
        f"{API}/projects",
        {"name": "web"},
        headers={"Authorization": f"Token {key}", "Idempotency-Key": "one"},
    )
    made = anonymous_api.post(
        f"{API}/auth/tokens",
        {"name": "CI"},
        headers={"Authorization": f"Token {key}", "Idempotency-Key": "two"},
    ).json()
    models = list(apps.get_models())
    dump = str([list(model._default_manager.values()) for model in models])
    assert "'name': 'web'" in dump
    assert made["id"] in dump
    assert key not in dump
    assert made["token"] not in dump
    assert PASSWORD not in dump


@pytest.mark.usefixtures("ada")
def test_no_key_and_no_password_is_logged(
    anonymous_api: Any,
    log: io.StringIO,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.DEBUG = True  # Logs every query.
    for name in ("", "django"):
        caplog.set_level(logging.DEBUG, name)

    def fail(**_: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("collections_app.services.create_collection", fail)
    key = log_in(anonymous_api).json()["token"]
    header = {"headers": {"Authorization": f"Token {key}"}}
    assert anonymous_api.get(f"{API}/collections", **header).status_code == 200
    assert anonymous_api.post(f"{API}/collections", {"name": "x"}, **header).status_code == 500
    assert log_in(anonymous_api, password=f"{PASSWORD}!").status_code == 401
    assert (
        anonymous_api.get(f"{API}/collections", headers={"Authorization": f"Token {key}x"}).status_code == 401
    )
    assert anonymous_api.post(f"{API}/auth/logout", **header).status_code == 204

    assert "RuntimeError: on purpose" in log.getvalue()
    assert "Unauthorized: /api/v1/collections" in log.getvalue()
    assert key not in log.getvalue()
    assert PASSWORD not in log.getvalue()


def test_an_answer_with_a_key_is_kept_by_no_cache(anonymous_api: Any, ada: User) -> None:
    assert log_in(anonymous_api)["Cache-Control"] == "no-store"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each password that is hashed from now on."""
    made: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def counted(self: Any, password: str, *args: Any, **kwargs: Any) -> str:
        made.append(password)
        return encode(self, password, *args, **kwargs)

    monkeypatch.setattr(hasher, "encode", counted)
    return made


def test_nobody_learns_from_a_refusal_or_its_time_whether_a_name_is_a_users(
    anonymous_api: Any, make_user: Any, ada: User, hashes: list[str]
) -> None:
    make_user("fired", is_active=False)
    make_user("robot")
    User.objects.filter(username="robot").update(password="!unusable")
    answers, costs = [], []
    for username in ("ada", "nobody", "fired", "robot"):
        hashes.clear()
        # Hashing takes longer than all else together, so its number stands for the time.
        answers.append(log_in(anonymous_api, username, "wrong"))
        costs.append(len(hashes))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert costs == [1] * 4


def test_an_inactive_user_with_the_right_password_gets_that_refusal_too(
    anonymous_api: Any, make_user: Any, ada: User, hashes: list[str]
) -> None:
    make_user("fired", is_active=False)
    hashes.clear()
    answer = log_in(anonymous_api, "fired")
    assert (answer.status_code, len(hashes)) == (401, 1)
    assert answer.content == log_in(anonymous_api, "ada", "wrong").content


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/api/v1/nowhere", "/", "/admin/login/", "/healthz"])
def test_every_answer_tells_browsers_to_be_careful(api: Any, path: str) -> None:
    answer = api.get(path)
    assert {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }.items() <= dict(answer.items()).items()


def test_the_cookies_of_the_admin_stay_with_this_site(client: Any, make_user: Any) -> None:
    make_user("clerk", is_staff=True)
    client.get("/admin/login/")
    client.post("/admin/login/", {"username": "clerk", "password": PASSWORD})
    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"]
    assert (session["samesite"], csrf["samesite"]) == ("Lax", "Lax")


def test_the_api_sets_no_cookie(anonymous_api: Any, api: Any, ada: User) -> None:
    answers = [
        log_in(anonymous_api),
        api.get(f"{API}/collections"),
        api.post(f"{API}/projects", {"name": "a"}),
    ]
    assert not any(answer.cookies for answer in answers)
    assert_envelope(anonymous_api.get(f"{API}/collections"), 401)
