"""At most ten tries to log in a minute for each address and user name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from skillmeat_site.accounts.models import ApiToken, CacheEntry

LOGIN = "/api/v1/auth/login"
OUTSIDE, INSIDE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def ada(make_user):
    return make_user("ada", "Viewers")


def log_in(client: APIClient, username: str = "ada", password: str = PASSWORD, **environ: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password}, **environ)


@pytest.mark.usefixtures("ada")
def test_the_eleventh_try_within_a_minute_is_429(anonymous_api):
    tries = [log_in(anonymous_api, password="wrong").status_code for _ in range(10)]

    response = log_in(anonymous_api)

    assert tries == [401] * 10
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert response.json()["type"] == "client_error"
    assert [(error["code"], error["attr"]) for error in response.json()["errors"]] == [("throttled", None)]
    assert not ApiToken.objects.exists()


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_what_is_no_login_is_no_try(anonymous_api, method):
    body = {"username": "ada", "password": PASSWORD}

    others = [getattr(anonymous_api, method)(LOGIN, body).status_code for _ in range(11)]

    assert others == [405] * 11
    assert log_in(anonymous_api).status_code == 200


@pytest.mark.usefixtures("ada")
def test_successful_logins_count_as_tries(anonymous_api):
    tries = [log_in(anonymous_api).status_code for _ in range(11)]

    assert tries == [200] * 10 + [429]
    assert ApiToken.objects.count() == 10


def test_tries_are_counted_for_each_user_name(anonymous_api, ada, make_user):
    make_user("bob")
    for _ in range(10):
        log_in(anonymous_api, password="wrong")

    assert log_in(anonymous_api, "bob").status_code == 200
    assert log_in(anonymous_api, "ada").status_code == 429


@pytest.mark.usefixtures("ada")
def test_another_spelling_of_the_user_name_is_no_new_count(anonymous_api):
    for _ in range(10):
        log_in(anonymous_api, "ADA")

    assert log_in(anonymous_api, "ada").status_code == 429


@pytest.mark.usefixtures("ada")
def test_tries_are_counted_for_each_address(anonymous_api):
    for _ in range(10):
        log_in(anonymous_api, password="wrong", REMOTE_ADDR=OUTSIDE)

    assert log_in(anonymous_api, REMOTE_ADDR=OUTSIDE).status_code == 429
    assert log_in(anonymous_api, REMOTE_ADDR=INSIDE).status_code == 200


@pytest.mark.usefixtures("ada")
def test_a_forged_forwarding_header_does_not_make_it_another_address(anonymous_api):
    for number in range(10):
        log_in(anonymous_api, password="wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")

    assert log_in(anonymous_api, HTTP_X_FORWARDED_FOR="192.0.2.99").status_code == 429


@pytest.mark.usefixtures("ada")
def test_behind_a_trusted_proxy_the_address_is_the_one_that_the_proxy_saw(anonymous_api, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(10):
        forwarded = f"192.0.2.{number}, {OUTSIDE}"
        log_in(anonymous_api, password="wrong", HTTP_X_FORWARDED_FOR=forwarded)

    assert log_in(anonymous_api, HTTP_X_FORWARDED_FOR=f"192.0.2.99, {OUTSIDE}").status_code == 429
    assert log_in(anonymous_api, HTTP_X_FORWARDED_FOR=f"192.0.2.99, {INSIDE}").status_code == 200


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("spellings", "other"),
    [
        ([f"{OUTSIDE}:40000", f"{OUTSIDE}:40001", OUTSIDE, f"::ffff:{OUTSIDE}"], INSIDE),
        ([f"[::ffff:{OUTSIDE}]:443", "::FFFF:cb00:7107", OUTSIDE], f"{INSIDE}:443"),
        (["2001:db8::1", "2001:DB8:0::0001", "[2001:db8::1]:443", "[2001:db8::1]"], "2001:db8::2"),
        (["fe80::1%eth0", "fe80::1%eth1", "[fe80::1%eth0]:443"], "fe80::2%eth0"),
        (["unknown", "", "_hidden", "203.0.113.7.8", "[2001:db8::1", "1.2.3.4:x:y", "::g"], INSIDE),
    ],
    ids=["IPv4", "IPv4 as IPv6", "IPv6", "with a zone", "no address"],
)
def test_another_spelling_of_the_address_is_no_new_count(anonymous_api, settings, spellings, other):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(10):
        log_in(anonymous_api, password="wrong", HTTP_X_FORWARDED_FOR=spellings[number % len(spellings)])

    assert [log_in(anonymous_api, HTTP_X_FORWARDED_FOR=text).status_code for text in spellings] == [
        429
    ] * len(spellings)
    assert log_in(anonymous_api, HTTP_X_FORWARDED_FOR=other).status_code == 200


@pytest.mark.usefixtures("ada")
def test_a_try_is_forgotten_after_a_minute(anonymous_api):
    for _ in range(10):
        log_in(anonymous_api, password="wrong")
    now = timezone.now()
    assert (
        CacheEntry.objects.filter(
            expires__range=(now + timedelta(seconds=55), now + timedelta(seconds=61))
        ).count()
        == 10
    )

    CacheEntry.objects.filter(pk=CacheEntry.objects.first().pk).update(expires=now - timedelta(seconds=2))

    assert [log_in(anonymous_api).status_code for _ in range(2)] == [200, 429]


@pytest.mark.usefixtures("ada")
def test_tries_are_kept_in_the_database_where_all_workers_see_them(anonymous_api):
    for _ in range(3):
        log_in(anonymous_api)

    assert CacheEntry.objects.count() == 3


def test_the_tries_of_many_other_users_do_not_make_it_forget_any(anonymous_api):
    names = [f"user{number}" for number in range(31)]
    for name in names * 10:
        log_in(anonymous_api, name, "wrong")

    eleventh = {log_in(anonymous_api, name, "wrong").status_code for name in names}

    assert eleventh == {429}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada")
def test_tries_that_race_for_the_last_places_get_ten_of_them(client_of):
    start = Barrier(12)

    def race(_: int) -> int:
        try:
            start.wait(timeout=20)
            return log_in(client_of(None)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as threads:
        answers = sorted(threads.map(race, range(12)))

    assert answers == [200] * 10 + [429] * 2
