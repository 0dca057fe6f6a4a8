"""The admin's login counts attempts as the API's does, and together with it."""

from typing import Any

import pytest

from conftest import PASSWORD

PAGE = "/admin/login/"


@pytest.fixture(autouse=True)
def clerk(make_user):
    return make_user("clerk", is_staff=True)


def log_in(client: Any, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(PAGE, {"username": "clerk", "password": password}, **extra)


def test_staff_log_in(client):
    response = log_in(client)

    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_the_eleventh_attempt_within_a_minute_is_429_and_says_so_on_the_page(client):
    assert [log_in(client, "wrong").status_code for _ in range(10)] == [200] * 10

    response = log_in(client)

    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "Too many attempts. Try again in" in response.content.decode()
    assert client.get("/admin/").status_code == 302


def test_attempts_at_the_api_count_too(client, anonymous_api):
    for _ in range(5):
        anonymous_api.post("/api/v1/auth/login", {"username": "CLERK", "password": "wrong"})
        log_in(client, "wrong")

    assert log_in(client).status_code == 429
    answer = anonymous_api.post("/api/v1/auth/login", {"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 429


def test_a_forged_forwarding_header_does_not_help(client):
    for number in range(10):
        log_in(client, "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")

    assert log_in(client, HTTP_X_FORWARDED_FOR="192.0.2.99").status_code == 429


def test_other_names_and_other_addresses_are_not_held_up(client, make_user):
    make_user("other", is_staff=True)
    for _ in range(10):
        log_in(client, "wrong")

    assert client.post(PAGE, {"username": "other", "password": PASSWORD}).status_code == 302
    client.logout()
    assert log_in(client, REMOTE_ADDR="203.0.113.7").status_code == 302


@pytest.mark.parametrize("data", [{}, {"username": "clerk"}, {"username": "\0", "password": "x"}])
def test_a_form_that_is_not_filled_in_is_shown_again(client, data):
    assert client.post(PAGE, data).status_code == 200
