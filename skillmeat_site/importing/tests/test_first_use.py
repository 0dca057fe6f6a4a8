import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient


@pytest.fixture
def first_use(db):
    def run() -> str:
        out = StringIO()
        call_command("first_use", stdout=out)
        return out.getvalue()

    return run


def test_it_prints_a_password_and_a_token_that_work(first_use):
    output = first_use()
    password, token = (re.search(rf"{name}\s+(\S+)\n", output)[1] for name in ("password", "API token"))
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/v1/auth/me").json()["username"] == "admin"
    assert client.login(username="admin", password=password)
    assert client.get("/api/v1/deployments/summary").json()["total_deployments"] == 11


def test_a_second_time_it_does_nothing_and_prints_nothing(first_use):
    first_use()
    assert first_use() == ""
    assert User.objects.count() == 1


def test_it_adds_no_demo_to_content_of_ones_own_and_no_admin_to_users(first_use, make_user, make_artifact):
    make_user("ada")
    make_artifact("pdf")
    assert first_use() == ""
    assert User.objects.count() == 1
